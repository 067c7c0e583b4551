using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness.Rules;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness;

/// <summary>The stages of the whole upgrade in the pack's order, each with the first day that the days of test before it leave.</summary>
static class PathMap
{
    const string Hardware = "hardware", Product = "product";
    static readonly string[] s_ofCallManagers = ["call-manager", "ip-ivr"];

    public static IReadOnlyList<PathStage> Of(EstateFacts facts, IReadOnlyList<Finding> findings)
    {
        List<PathStage> path = [];
        LocalDate? earliest = null;
        foreach (Stage stage in facts.Pack.Order)
        {
            if (s_ofCallManagers.Contains(stage.Id) && !HasCallManagers(facts, stage)) continue;
            if (stage.Changes == Product)
            {
                path.AddRange(Through(facts));
                earliest = facts.FirstDay;
            }
            PathStage one = One(facts, stage, earliest, findings);
            path.Add(one);
            // What is there already needs no days of test.
            if (stage.Changes != Hardware && one.Needed) earliest = Later(earliest, EndOf(facts, stage))?.PlusDays(stage.TestDays);
        }
        return path;
    }

    /// <summary>A release that must be reached before.</summary>
    static IEnumerable<PathStage> Through(EstateFacts facts)
    {
        if (ReleaseRules.PathOf(facts, facts.Estate.Release) is not { Count: > 0 } through) yield break;
        Text title = through.Count == 1 ? Text.Of("{0} to {1} first", facts.Pack.Product, through[0]) : Text.Of("{0} to {1} or {2} first", facts.Pack.Product, through[0], through[^1]);
        yield return new PathStage("product-first", title, facts.Estate.Release, through[^1], 0, null, true, facts.Pack.Paths.Find(static p => p.Through.Count > 0)?.Source ?? "");
    }

    static PathStage One(EstateFacts facts, Stage stage, LocalDate? earliest, IReadOnlyList<Finding> findings)
    {
        OtherUpgrade? planned = Planned(facts, stage);
        string to = planned?.To ?? (stage.To.Count > 0 ? stage.To[0] : "");
        (string from, bool needed) = stage.Changes switch
        {
            Hardware => ("", findings.Any(static f => f.Check is "ram" or "cpu" or "cpu-load" or "disk" && f.Verdict == Verdict.Refused)),
            Product => (ReleaseRules.PathOf(facts, facts.Estate.Release) is { Count: > 0 } through ? through[^1] : facts.Estate.Release, facts.Estate.Release != facts.Pack.Release),
            _ => Component(facts, stage, planned),
        };
        return new PathStage(stage.Id, Text.Of(stage.Title), from, to, stage.TestDays, earliest?.ToDateOnly(), needed, stage.Source);
    }

    /// <summary>Whether some node is not yet there. What the nodes have stands in the third-party matrix; here the versions, each once.</summary>
    static (string From, bool Needed) Component(EstateFacts facts, Stage stage, OtherUpgrade? planned)
    {
        string[] have = [.. facts.Estate.Nodes.Where(n => n.Software.ContainsKey(stage.Changes)).Select(n => n.Software[stage.Changes]).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];
        string[] behind = [.. have.Where(v => !stage.To.Exists(to => ComponentVersion.Of(v).Meets(ComponentVersion.Of(to), orLater: true)))];
        return behind.Length > 0 ? (string.Join(", ", behind), true) : (string.Join(", ", have), planned is not null);
    }

    static bool HasCallManagers(EstateFacts facts, Stage stage) =>
        Planned(facts, stage) is not null || facts.Estate.Clusters.Count > 0 || facts.Estate.Peripherals.Any(static p => s_ofCallManagers.Contains(p.Kind));

    static OtherUpgrade? Planned(EstateFacts facts, Stage stage) => facts.Estate.OtherUpgrades.FirstOrDefault(o => OtherUpgradeRules.StageOf(facts, o) == stage);

    /// <summary>The product's own test counts from the end of its last window; another's from the day that it is planned for.</summary>
    static LocalDate? EndOf(EstateFacts facts, Stage stage) =>
        stage.Changes == Product && facts.LastWindow is { } last ? EstateFacts.EndDay(last) : Planned(facts, stage)?.Date;

    static LocalDate? Later(LocalDate? a, LocalDate? b) => a is { } one && b is { } other ? LocalDate.Max(one, other) : a ?? b;
}
