using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Running;

/// <summary>Which release each node is at by what was done, and by what should be.</summary>
static class NodeReleases
{
    /// <summary>Nodes with their releases that are not where the end of the run says the estate is; empty when all are.</summary>
    public static IReadOnlyList<string> Exceptions(Plan plan, IReadOnlyList<RunEntry> entries)
    {
        Dictionary<string, string> actual = Begin(plan), meant = Begin(plan);
        var state = new RunState(plan, []);
        foreach (RunEntry entry in entries)
        {
            if (entry.What == RunFact.StepDone) Apply(plan.Steps.First(s => s.Id == entry.Step).Changes, actual);
            if (entry.What == RunFact.BackOutActionDone && state.BackOut is { } back)
                Apply(BackOutRoute.Of(plan, back.Steps, back.IsPart).Actions[back.ActionsDone].Changes, actual);
            state.Apply(entry);
        }
        if (!state.IsBackedOut)
            foreach (Step step in plan.Steps) Apply(step.Changes, meant);
        return [.. plan.Nodes.Where(n => actual[n.Name] != meant[n.Name]).Select(n => $"{n.Name} ({actual[n.Name]})")];
    }

    static Dictionary<string, string> Begin(Plan plan) => plan.Nodes.ToDictionary(static n => n.Name, static n => n.Release, StringComparer.Ordinal);

    static void Apply(IReadOnlyList<Change> changes, Dictionary<string, string> to)
    {
        foreach (Change change in changes)
            if (change.Release is { } release) to[change.Node] = release;
    }
}
