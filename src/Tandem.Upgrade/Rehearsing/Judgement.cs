using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing.Chances;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>What of a rehearsal a reader must know, in sentences.</summary>
static class Judgement
{
    const double Least = 0.01;
    /// <summary>A chance below this is told as a warning: four of five nights.</summary>
    const double GoodChance = 0.8;

    public static IReadOnlyList<RehearsalFinding> Of(Plan plan, StraightPlay straight, IReadOnlyList<Difference> differences, IReadOnlyList<FailureOutcome> failures, ChancesReport? chances)
    {
        List<RehearsalFinding> found = [.. differences.Select(static d => new RehearsalFinding("difference", Severity.Fails, "", d.StartMinute, d.Says))];
        found.AddRange(Straight(straight));
        found.AddRange(Ending.Of(plan, straight));
        Dictionary<string, Step> steps = plan.Steps.DistinctBy(static s => s.Id).ToDictionary(static s => s.Id, StringComparer.Ordinal);
        ILookup<string, string> nodesOf = plan.Nodes.ToLookup(static n => n.Unit, static n => n.Name, StringComparer.Ordinal);
        foreach (FailureOutcome failure in failures) found.AddRange(Failure(failure, steps[failure.Step], nodesOf));
        foreach (Step step in plan.Steps)
        {
            double sum = step.BackOut.Actions.Sum(static a => a.Minutes);
            if (sum > step.BackOut.Minutes + Least)
                found.Add(new RehearsalFinding("back-out-longer", Severity.Fails, step.Id, step.StartMinute, Text.Of("the actions of the back-out of step {0} add up to {1} minutes; the plan says {2}", step.Id, Number(sum), Number(step.BackOut.Minutes))));
            if (step.BackOut.PointOfNoReturn)
                found.Add(new RehearsalFinding("point-of-no-return", Severity.Told, step.Id, step.StartMinute, Text.Of("step {0} is a point of no return: from here on the way back takes {1} minutes", step.Id, Number(sum))));
        }
        if (chances is not null)
            foreach (WindowChance window in chances.Windows)
                if (window.Probability < GoodChance)
                    found.Add(new RehearsalFinding("chance", Severity.Warn, "", 0, Text.Of("window {0} is long enough in {1} of 100 nights; {2} minutes would be in 95 of 100", window.Window, Number(Math.Floor(window.Probability * 100)), Number(Math.Ceiling(window.Minutes.P95)))));
        return [.. found.OrderByDescending(static f => f.Severity).ThenBy(static f => f.Minute)];
    }

    static IEnumerable<RehearsalFinding> Straight(StraightPlay straight)
    {
        foreach (PlayedViolation v in straight.Violations)
            yield return new RehearsalFinding("violation", Severity.Fails, v.Step, v.Minute, Text.Of("minute {0}, step {1}: {2}: {3}", Number(v.Minute), v.Step, v.Unit, v.Says));
        foreach ((Segment first, double end) in Unrouted(straight.Segments))
            yield return new RehearsalFinding("no-routing", Severity.Warn, first.Step, first.StartMinute, Text.Of("minutes {0} to {1}, from step {2} on: nobody routes, and calls are lost", Number(first.StartMinute), Number(end), first.Step));
        Exposure early = straight.Preparation;
        if (early.NobodyMinutes + early.DefaultPlanMinutes + early.SimplexMinutes + early.SimplexTestMinutes > 0)
            yield return new RehearsalFinding("preparation", Severity.Fails, "", 0, Text.Of("preparation is noticed: for {0} minutes the system does not route, and for {1} it has no redundancy", Number(early.NobodyMinutes + early.DefaultPlanMinutes), Number(early.SimplexMinutes + early.SimplexTestMinutes)));
        foreach (Pause pause in straight.Pauses)
        {
            double hours = (pause.Ends - pause.Begins).TotalHours;
            if (!Meter.IsSystem(pause.Routes))
                yield return new RehearsalFinding("pause", Severity.Fails, pause.AfterStep, 0, Text.Of("between steps {0} and {1} lie {2} hours, and {3} routes meanwhile", pause.AfterStep, pause.BeforeStep, Number(hours), RouteWords.Of(pause.Routes)));
            else if (pause.NotRedundant.Count > 0)
                yield return new RehearsalFinding("pause", Severity.Warn, pause.AfterStep, 0, Text.Of("between steps {0} and {1} lie {2} hours without redundancy of {3}", pause.AfterStep, pause.BeforeStep, Number(hours), string.Join(", ", pause.NotRedundant)));
        }
        if (!straight.Works) yield return new RehearsalFinding("not-working", Severity.Fails, "", straight.Exposure.Minutes, Text.Of("after the last step the estate does not work"));
    }

    /// <summary>Stretches in which nobody routes: the segment that begins each, and its end.</summary>
    static IEnumerable<(Segment First, double End)> Unrouted(IReadOnlyList<Segment> segments)
    {
        Segment? first = null;
        for (int i = 0; i < segments.Count; i++)
        {
            if (segments[i].Routes != "nobody") continue;
            first ??= segments[i];
            if (i + 1 < segments.Count && segments[i + 1].Routes == "nobody") continue;
            yield return (first, segments[i].EndMinute);
            first = null;
        }
    }

    static IEnumerable<RehearsalFinding> Failure(FailureOutcome failure, Step step, ILookup<string, string> nodesOf)
    {
        string point = failure.Point == FailurePoint.Begin ? "begin" : "end";
        RehearsalFinding Says(string kind, Severity severity, Text says) => new(kind, severity, step.Id, failure.Minute, says);

        if (!failure.Works) yield return Says("back-out", Severity.Fails, Text.Of("the back-out of step {0}, failed at its {1}, does not lead to a working estate", step.Id, point));
        foreach (PlayedViolation v in failure.Violations)
            yield return Says("back-out-violation", Severity.Fails, Text.Of("on the back-out of step {0}, failed at its {1}: {2}: {3}", step.Id, point, v.Unit, v.Says));
        // A unit that somebody else is half way through goes on; the step's own, and what is no unit of nodes, should be as before.
        HashSet<string> touched = step.Changes.Concat(step.BackOut.Actions.SelectMany(static a => a.Changes)).Select(static c => c.Node).ToHashSet(StringComparer.Ordinal);
        string[] alone = [.. failure.NotRedundantAfter.Where(u => !nodesOf.Contains(u) || nodesOf[u].Any(touched.Contains))];
        if (failure.Works && alone.Length > 0)
            yield return Says("not-redundant", Severity.Warn, Text.Of("after the back-out of step {0}, failed at its {1}, these have no redundancy: {2}", step.Id, point, string.Join(", ", alone)));
        if (failure.ServiceMinutes > step.BackOut.ServiceMinutes + Least)
            yield return Says("back-out-longer", Severity.Warn, Text.Of("the back-out of step {0}, failed at its {1}, is {2} minutes without the system's routing; the plan says {3}", step.Id, point, Number(failure.ServiceMinutes), Number(step.BackOut.ServiceMinutes)));
        if (failure.WindowExceeded)
            yield return Says("window", Severity.Warn, Text.Of("if step {0} fails at its {1}, the way back ends {2} minutes after window {3}", step.Id, point, Number(failure.ExceededMinutes), step.Window));
    }

    static string Number(double value) => StepChecks.Number(value);
}
