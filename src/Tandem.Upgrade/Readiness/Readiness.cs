using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Readiness;

/// <summary>Everything that was found, worst first within a check; the way of the whole upgrade; what to buy.</summary>
public sealed record ReadinessReport(IReadOnlyList<Finding> Findings, IReadOnlyList<PathStage> Path, IReadOnlyList<MaterialLine> Materials, IReadOnlyList<SoftwareLine> Software);

/// <summary>Judges an estate by a pack's checks, in the pack's order. Every check says something, if only that it passed and by what.</summary>
public static class Readiness
{
    /// <param name="today">The day that dates are compared with; what is dated later is still to be done.</param>
    /// <exception cref="UpgradeException">The pack has a check that no code judges.</exception>
    public static ReadinessReport Judge(Estate estate, Pack pack, PolicySet policies, DateOnly today)
    {
        Verify(pack);
        var facts = new EstateFacts(estate, pack, policies, today);
        List<Finding> findings = [];
        foreach (Check check in pack.Checks)
        {
            Finding[] found = [.. CheckRules.All[check.Id](new CheckInHand(check, facts))];
            if (found.Length == 0) throw new InvalidOperationException($"the check {check.Id} says nothing");
            findings.AddRange(found.OrderByDescending(static f => f.Verdict));
        }
        return new ReadinessReport(findings, PathMap.Of(facts, findings), MaterialList.Of(facts), SoftwareMatrix.Of(facts));
    }

    /// <summary>To be called when a pack is loaded: a check's id names the code that judges it.</summary>
    /// <exception cref="UpgradeException">Some have none, or say a failure that nobody knows.</exception>
    public static void Verify(Pack pack)
    {
        string[] unknown = [.. pack.Checks.Select(static c => c.Id).Where(static id => !CheckRules.All.ContainsKey(id))];
        if (unknown.Length > 0) throw new UpgradeException($"pack {pack.Id}: nothing judges the checks {string.Join(", ", unknown)}; known: {string.Join(", ", CheckRules.All.Keys.Order(StringComparer.Ordinal))}");
        if (pack.Checks.Find(static c => !CheckRules.Failures.ContainsKey(c.Failing)) is { } odd)
            throw new UpgradeException($"pack {pack.Id}: check '{odd.Id}' fails with '{odd.Failing}'; write refuse, not-ready or warn");
    }
}
