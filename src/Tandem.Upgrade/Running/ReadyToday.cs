using NodaTime;
using NodaTime.Extensions;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;

namespace Tandem.Upgrade.Running;

/// <summary>Judges again, from the copies that the plan was made of and for the day on which it is run: plan.json is not believed.</summary>
static class ReadyToday
{
    const string EstateCopy = "estate.yaml", PackCopy = "pack.yaml";

    /// <summary>Findings that stop the run; none for a plan that names nothing that it was made of.</summary>
    /// <exception cref="UpgradeException">A copy is missing, was changed, or cannot be read.</exception>
    public static IReadOnlyList<Finding> Stopping(Plan plan, string folder, DateTimeOffset now)
    {
        if (plan.EstateHash.Length == 0 && plan.PackHash.Length == 0) return [];
        string estatePath = Same(folder, EstateCopy, plan.EstateHash), packPath = Same(folder, PackCopy, plan.PackHash);
        Pack pack = PackLibrary.Read(packPath);
        if (pack.Id != plan.Pack) throw Changed($"the plan is of {plan.Pack}, and {packPath} of {pack.Id}");
        EstateReading reading = EstateFile.Load(estatePath, new PackLibrary(PackLibrary.Installed));
        if (reading.Estate is not { } estate) throw new UpgradeException(string.Join(Environment.NewLine, reading.Problems));
        DateTimeZone zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(estate.Zone) ?? DateTimeZone.Utc;
        DateOnly today = now.ToInstant().InZone(zone).Date.ToDateOnly();
        ReadinessReport report = Readiness.Readiness.Judge(estate, pack, PolicySet.Of(pack, estate), today);
        return [.. report.Findings.Where(static f => f.Verdict is Verdict.NotReady or Verdict.Refused)];
    }

    static string Same(string folder, string name, string hash)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path)) throw Changed($"{path} is missing: what the plan was made of cannot be judged again");
        return EvidenceFolder.HashOf(path) == hash ? path : throw Changed($"{path} is not what plan.json was made of: its SHA-256 is another");
    }

    static UpgradeException Changed(string what) => new($"{what}. The plan was changed after it was made; make it again: tandem upgrade plan");
}
