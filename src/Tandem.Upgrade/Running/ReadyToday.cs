using NodaTime;
using NodaTime.Extensions;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;

namespace Tandem.Upgrade.Running;

/// <summary>
/// What must hold before a run begins: plan.json is what the planner makes of the copies beside it, and they are ready on the day
/// on which it is run. What plan.json says of itself is not believed.
/// </summary>
static class ReadyToday
{
    /// <summary>Findings that stop the run; none for a plan that was made of nothing, and has nothing beside it.</summary>
    /// <exception cref="UpgradeException">The plan or a copy is missing, was changed, or cannot be read.</exception>
    public static IReadOnlyList<Finding> Stopping(Plan plan, string folder, DateTimeOffset now)
    {
        string estatePath = Path.Combine(folder, PlanFile.EstateCopy), packPath = Path.Combine(folder, PlanFile.PackCopy);
        if (plan.EstateHash.Length == 0 && plan.PackHash.Length == 0 && !File.Exists(estatePath) && !File.Exists(packPath)) return [];
        Same(estatePath, plan.EstateHash);
        Same(packPath, plan.PackHash);
        Pack pack = PackLibrary.Read(packPath);
        if (pack.Id != plan.Pack) throw Changed($"the plan is of {plan.Pack}, and {packPath} of {pack.Id}");
        EstateReading reading = EstateFile.Load(estatePath, new PackLibrary(PackLibrary.Installed));
        if (reading.Estate is not { } estate) throw new UpgradeException(string.Join(Environment.NewLine, reading.Problems));
        DateTimeZone zone = DateTimeZoneProviders.Tzdb[estate.Zone];
        DateOnly today = now.ToInstant().InZone(zone).Date.ToDateOnly();
        ReadinessReport report = Readiness.Readiness.Judge(estate, pack, PolicySet.Of(pack, estate), today);
        Finding[] stopping = [.. report.Findings.Where(static f => f.Verdict is Verdict.NotReady or Verdict.Refused)];
        if (stopping.Length > 0) return stopping;
        return Planner.Plan(estate, pack, plan.Today, plan.PackHash).Plan is { } again && PlanFile.Bytes(again).AsSpan().SequenceEqual(File.ReadAllBytes(PlanFile.PathIn(folder))) ? []
            : throw Changed($"{PlanFile.PathIn(folder)} is not what this version makes of {PlanFile.EstateCopy} and {PlanFile.PackCopy} beside it");
    }

    static void Same(string path, string hash)
    {
        if (!File.Exists(path)) throw Changed($"{path} is missing: what the plan was made of cannot be judged again");
        if (EvidenceFolder.HashOf(path) != hash) throw Changed($"{path} is not what plan.json was made of: its SHA-256 is another");
    }

    static UpgradeException Changed(string what) => new($"{what}. The plan was changed after it was made; make it again: tandem upgrade plan");
}
