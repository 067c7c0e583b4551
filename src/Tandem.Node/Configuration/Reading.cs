using NodaTime;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles;

using Configuration = Tandem.Core.Schema.Configuration;

/// <summary>A load in progress: what it has made so far, and what it needs to go on.</summary>
/// <param name="CheckExpression">The text of an error, or null for an expression that is right.</param>
sealed record Reading(
    Configuration Made, Names Names, Problems Problems, Credentials Credentials, PhonePasswords Passwords, Func<string, string?> CheckExpression)
{
    /// <summary>Seven days: longer waits than any a contact centre knows are a slip of the unit.</summary>
    public const long WaitMaxMs = 7L * 24 * 3600 * 1000;

    /// <summary>Phones stop ringing after three minutes (RFC 3261 §16.6, timer C).</summary>
    public const long RingMaxMs = 180_000;

    public string Expression(Field? field)
    {
        if (field?.Text("write an expression (docs/scripts.md)") is not { } text) return "";
        if (CheckExpression(text) is { } error) field.Reject($"'{text}': {error}", "see docs/scripts.md for what an expression may hold");
        return text;
    }

    public string Zone(Field? field)
    {
        if (field?.Text("write an IANA zone such as Europe/Berlin") is not { } zone) return "";
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is null)
        {
            string? near = NearestName.Of(zone, DateTimeZoneProviders.Tzdb.Ids);
            field.Reject($"there is no time zone '{zone}'", near is null ? "write an IANA zone such as Europe/Berlin" : $"did you mean '{near}'?");
        }
        return zone;
    }

    /// <summary>A list of references, each at most once.</summary>
    public IEnumerable<string> References(Named kind, Field? field)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (Field item in field?.Items() ?? [])
        {
            string name = Names.Refer(kind, item);
            if (name.Length == 0) continue;
            if (seen.Add(name)) yield return name;
            else item.Reject($"'{name}' comes twice", "name it once");
        }
    }
}
