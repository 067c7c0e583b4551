using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>A way back to the old release from where the run stands.</summary>
/// <param name="Steps">Whose back-outs they are, in the order in which they are carried out.</param>
/// <param name="IsPart">It takes single machines or units back and leaves the controller; the run goes on after it.</param>
/// <param name="Nodes">What is at the old release after it; for a plan that does not say so, all that it touches.</param>
/// <param name="ServiceMinutes">Until calls are routed by the old release again.</param>
public sealed record BackOutRoute(
    IReadOnlyList<string> Steps, bool IsPart, IReadOnlyList<BackOutAction> Actions, IReadOnlyList<string> Nodes, double ServiceMinutes, double Minutes, IReadOnlyList<Text> Lost)
{
    /// <summary>The shortest one; null when there is nothing to undo.</summary>
    /// <param name="of">The step that somebody is at: one beside it is left alone when each goes back by itself.</param>
    public static BackOutRoute? From(RunState state, Step? of = null)
    {
        Plan plan = state.Plan;
        Step[] active = [.. plan.Steps.Where(s => IsActive(state, s))];
        if (of is not null && active.Contains(of) && GoesAlone(plan, of)) return Of(plan, [of.Id], isPart: true);
        if (active.Length > 0 && Array.TrueForAll(active, s => GoesAlone(plan, s))) return Of(plan, [.. active.Reverse().Select(static s => s.Id)], isPart: true);
        if (active.Length == 0 && plan.Steps.LastOrDefault(s => IsDone(state, s)) is { } last && GoesAlone(plan, last)) return Of(plan, [last.Id], isPart: true);
        return Whole(state);
    }

    /// <summary>Of the whole estate: machines and units that go back by themselves, the latest first, and then the controller.</summary>
    public static BackOutRoute? Whole(RunState state)
    {
        Plan plan = state.Plan;
        List<Step> whole = [.. plan.Steps.Where(s => IsActive(state, s) && !GoesAlone(plan, s))];
        Step? lastDone = plan.Steps.LastOrDefault(s => IsDone(state, s) && !GoesAlone(plan, s) && s.BackOut.Actions.Count > 0)
            ?? plan.Steps.LastOrDefault(s => IsDone(state, s) && !GoesAlone(plan, s));
        // Beside a step in progress a later one may be done already: its way back undoes what it did.
        if (lastDone is not null && !whole.Exists(s => PlaceOf(plan, s) > PlaceOf(plan, lastDone))) whole.Add(lastDone);
        int from = whole.Count > 0 ? whole.Max(s => PlaceOf(plan, s)) : -1;
        IEnumerable<Step> since = plan.Steps.Where(s => GoesAlone(plan, s) && (IsActive(state, s) || IsDone(state, s) && PlaceOf(plan, s) > from));
        string[] ids = [.. since.Reverse().Concat(whole.OrderByDescending(s => PlaceOf(plan, s))).Select(static s => s.Id)];
        return ids.Length > 0 ? Of(plan, ids, isPart: false) : null;
    }

    /// <summary>The back-out that the record says was begun.</summary>
    public static BackOutRoute Of(Plan plan, IReadOnlyList<string> ids, bool isPart)
    {
        Step[] steps = [.. ids.Select(id => plan.Steps.FirstOrDefault(s => s.Id == id) ?? throw new UpgradeException($"the record backs out of step {id}, which is no step of the plan"))];
        List<BackOutAction> actions = [];
        foreach (BackOutAction action in steps.SelectMany(static s => s.BackOut.Actions))
            if (!actions.Exists(known => known.Do.Equals(action.Do) && known.Nodes.SequenceEqual(action.Nodes))) actions.Add(action);
        string[] restored = [.. actions.SelectMany(static a => a.Changes).Where(static c => c.Release is not null).Select(static c => c.Node).Distinct(StringComparer.Ordinal)];
        return new BackOutRoute(ids, isPart, actions, restored.Length > 0 ? restored : [.. actions.SelectMany(static a => a.Nodes).Distinct(StringComparer.Ordinal)],
            steps.Max(static s => s.BackOut.ServiceMinutes),
            steps.Length == 1 ? steps[0].BackOut.Minutes : Math.Max(steps.Max(static s => s.BackOut.Minutes), actions.Sum(static a => a.Minutes)),
            [.. steps.Select(static s => s.BackOut.Lost).Where(static t => !t.IsNothing).Distinct()]);
    }

    /// <summary>Its way back touches machines beside the controller only. A plan without a controller has no parts.</summary>
    static bool GoesAlone(Plan plan, Step step)
    {
        HashSet<string> controller = [.. plan.Nodes.Where(static n => n.Group == SidesModel.Controller).Select(static n => n.Name)];
        string[] touched = [.. step.BackOut.Actions.SelectMany(static a => a.Nodes)];
        return controller.Count > 0 && touched.Length > 0 && !Array.Exists(touched, controller.Contains);
    }

    static bool IsActive(RunState state, Step step) => state[step.Id].Progress is StepProgress.InProgress or StepProgress.Failed;

    static bool IsDone(RunState state, Step step) => state[step.Id].Progress == StepProgress.Done;

    static int PlaceOf(Plan plan, Step step)
    {
        for (int i = 0; i < plan.Steps.Count; i++)
            if (plan.Steps[i].Id == step.Id) return i;
        return -1;
    }
}
