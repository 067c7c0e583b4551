using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles.Sections;

/// <summary>What holds for the whole instance, with what people of the field expect where nothing is said.</summary>
static class SettingsSection
{
    public const string InstanceName = "main";

    public static Settings Default => new()
    {
        Zone = "UTC",
        RingTimeMs = 20_000,
        Rona = new RedirectionOnNoAnswer { NoAnswer = 2, Busy = 1, Rejected = 1, Unreachable = 1 },
        SameAgentAgainAfterMs = 10_000,
        WrapUpMs = 0,
        CallsMax = 20_000,
        RegistrationMaxMs = 3_600_000,
        // MD5 alone: phones that know no other (baresip 1.0, SIPp 3.6) give up at a response that offers a second one.
        // A house or a phone that can do better says so: digest-algorithms: [sha-256, md5].
        DigestAlgorithms = { "md5" },
    };

    public static void Read(Field section, Reading reading)
    {
        if (section.Map() is not { } map) return;
        Settings settings = reading.Made.Settings;
        if (map.Optional("zone") is { } zone) settings.Zone = reading.Zone(zone);
        if (Labels.ReadDefault(map.Optional("default-label"), reading.Names) is { } label) settings.DefaultLabel = label;
        if (map.Optional("ring-time") is { } ring) settings.RingTimeMs = ring.Duration(Reading.RingMaxMs);
        if (map.Optional("same-agent-again-after") is { } again) settings.SameAgentAgainAfterMs = again.DurationOrNone(Reading.WaitMaxMs);
        if (map.Optional("wrap-up") is { } wrapUp) settings.WrapUpMs = wrapUp.DurationOrNone(Reading.WaitMaxMs);
        if (map.Optional("calls-max") is { } calls) settings.CallsMax = calls.Integer(1, 1_000_000);
        if (map.Optional("registration-max") is { } registration) settings.RegistrationMaxMs = registration.Duration(Reading.WaitMaxMs);
        if (map.Optional("rona") is { } rona) ReadRona(rona, settings.Rona);
        if (map.Optional("digest-algorithms") is { } digests)
        {
            settings.DigestAlgorithms.Clear();
            settings.DigestAlgorithms.Add(ReadDigests(digests));
        }
        map.Done();
    }

    public static IEnumerable<string> ReadDigests(Field? field)
    {
        var seen = new HashSet<string>();
        foreach (Field item in field?.Items() ?? [])
        {
            if (item.Text("write md5 or sha-256") is not { } text) continue;
            if (text is not ("md5" or "sha-256")) item.Reject($"'{text}' is no digest algorithm known here", "write md5 or sha-256");
            else if (!seen.Add(text)) item.Reject($"'{text}' comes twice", "name it once");
            else yield return text;
        }
    }

    static void ReadRona(Field field, RedirectionOnNoAnswer rona)
    {
        if (field.Map("write no-answer, busy, rejected, unreachable, each with a number of misses") is not { } map) return;
        if (map.Optional("no-answer") is { } noAnswer) rona.NoAnswer = noAnswer.Integer(0, 100);
        if (map.Optional("busy") is { } busy) rona.Busy = busy.Integer(0, 100);
        if (map.Optional("rejected") is { } rejected) rona.Rejected = rejected.Integer(0, 100);
        if (map.Optional("unreachable") is { } unreachable) rona.Unreachable = unreachable.Integer(0, 100);
        map.Done();
    }
}
