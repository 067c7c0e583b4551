using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>The way back to the old release from where the run stands.</summary>
/// <param name="Steps">Whose back-out it is: the plan has one for each step, from there all the way.</param>
/// <param name="ServiceMinutes">Until calls are routed by the old release again.</param>
public sealed record BackOutRoute(IReadOnlyList<string> Steps, IReadOnlyList<BackOutAction> Actions, double ServiceMinutes, double Minutes, IReadOnlyList<Text> Lost)
{
    /// <summary>Of the step in progress, or of the last one that ended; null when nothing was begun.</summary>
    public static BackOutRoute? From(RunState state)
    {
        List<Step> steps = [.. state.Plan.Steps.Where(s => state[s.Id].Progress is StepProgress.InProgress or StepProgress.Failed)];
        Step? lastDone = state.Plan.Steps.LastOrDefault(s => state[s.Id].Progress == StepProgress.Done);
        // Beside a step in progress a later one may be done already: its way back undoes what it did.
        if (lastDone is not null && !steps.Exists(s => PlaceOf(state.Plan, s) > PlaceOf(state.Plan, lastDone))) steps.Add(lastDone);
        if (steps.Count == 0) return null;
        return Of(state.Plan, [.. steps.OrderByDescending(s => PlaceOf(state.Plan, s)).Select(static s => s.Id)]);
    }

    /// <summary>The back-out that the record says was begun.</summary>
    public static BackOutRoute Of(Plan plan, IReadOnlyList<string> ids)
    {
        Step[] steps = [.. ids.Select(id => plan.Steps.FirstOrDefault(s => s.Id == id) ?? throw new UpgradeException($"the record backs out of step {id}, which is no step of the plan"))];
        List<BackOutAction> actions = [];
        foreach (BackOutAction action in steps.SelectMany(static s => s.BackOut.Actions))
            if (!actions.Exists(known => known.Do.Equals(action.Do) && known.Nodes.SequenceEqual(action.Nodes))) actions.Add(action);
        return new BackOutRoute(ids, actions, steps.Max(static s => s.BackOut.ServiceMinutes),
            steps.Length == 1 ? steps[0].BackOut.Minutes : Math.Max(steps.Max(static s => s.BackOut.Minutes), actions.Sum(static a => a.Minutes)),
            [.. steps.Select(static s => s.BackOut.Lost).Where(static t => !t.IsNothing).Distinct()]);
    }

    static int PlaceOf(Plan plan, Step step)
    {
        for (int i = 0; i < plan.Steps.Count; i++)
            if (plan.Steps[i].Id == step.Id) return i;
        return -1;
    }
}
