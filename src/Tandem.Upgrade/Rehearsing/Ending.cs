using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>What is not as the plan promises after its last step, whatever its totals say.</summary>
static class Ending
{
    public static IEnumerable<RehearsalFinding> Of(Plan plan, StraightPlay straight)
    {
        double end = straight.Exposure.Minutes;
        if (plan.Nodes.Any(static n => n.Group == NetworksModel.Servers && NetworksModel.IsNew(n.Name)))
        {
            if (straight.Segments.Count == 0 || straight.RoutesAtEnd != "new") yield return Unfinished(end, Text.Of("the plan ends before the new system routes"));
            yield break;
        }
        string[] left = [.. Left(plan)];
        if (left.Length > 0) yield return Unfinished(end, Text.Of("after the last step these do not run {0}: {1}", plan.To, string.Join(", ", left)));
    }

    static RehearsalFinding Unfinished(double minute, Text says) => new("unfinished", Severity.Fails, "", minute, says);

    static IEnumerable<string> Left(Plan plan)
    {
        Dictionary<string, string> release = plan.Nodes.ToDictionary(static n => n.Name, static n => n.Release, StringComparer.Ordinal);
        Dictionary<string, bool> runs = plan.Nodes.ToDictionary(static n => n.Name, static _ => true, StringComparer.Ordinal);
        foreach (PlayEvent now in PlayEvent.Of(plan.Steps))
        {
            foreach (Change change in plan.Steps[now.Index].Changes)
            {
                if (change.At != (now.IsEnd ? Change.End : Change.Begin)) continue;
                if (change.Release is { } to) release[change.Node] = to;
                if (change.Runs is { } run) runs[change.Node] = run;
            }
        }
        return plan.Nodes.Where(n => !runs[n.Name] || release[n.Name] != plan.To).Select(static n => n.Name);
    }
}
