using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>Questions that more than one document asks of a plan.</summary>
static class PlanReading
{
    public static IEnumerable<Segment> SegmentsOf(this Plan plan, Step step) =>
        !step.InService ? [] : plan.Timeline.Where(s => s.EndMinute > step.StartMinute && s.StartMinute < step.EndMinute);

    public static IEnumerable<Step> InService(this Plan plan) => plan.Steps.Where(static s => s.InService);

    /// <summary>Windows in which something is done.</summary>
    public static IEnumerable<PlannedWindow> UsedWindows(this Plan plan) => plan.Windows.Where(w => plan.InService().Any(s => s.Window == w.Name));

    /// <summary>The beginning of the first window that is used; of the day of the plan when nothing is planned.</summary>
    public static DateTimeOffset Zero(this Plan plan) =>
        plan.UsedWindows().FirstOrDefault()?.Begins ?? plan.InService().FirstOrDefault()?.Begins ?? plan.Windows.FirstOrDefault()?.Begins
        ?? new DateTimeOffset(plan.Today, TimeOnly.MinValue, TimeSpan.Zero);

    public static DateTimeOffset LastEnd(this Plan plan) => plan.InService().Select(static s => s.Ends).DefaultIfEmpty(plan.Zero()).Max();

    /// <summary>The first step from which the way back is no longer cheap.</summary>
    public static Step? PointOfNoReturn(this Plan plan) => plan.Steps.FirstOrDefault(static s => s.BackOut.PointOfNoReturn);

    /// <summary>What is carried out last before the point of no return: the way back from there is the one to decide about.</summary>
    public static Step? LastBeforeReturn(this Plan plan) => plan.PointOfNoReturn() is { } point ? plan.InService().LastOrDefault(s => s.Ends <= point.Begins && s.Id != point.Id) : null;

    /// <summary>Tests before the point of no return are the midpoint's; without one, the first test is.</summary>
    public static bool IsMidpointTest(this Plan plan, Step step) =>
        step.IsTest && (plan.PointOfNoReturn() is { } point ? step.Begins < point.Begins : plan.Steps.First(static s => s.IsTest).Id == step.Id);

    /// <summary>For what a pack says of some plans only: there is a time in which this routes. Nothing named: of every plan.</summary>
    public static bool HasTimeOf(this Plan plan, string routes) => routes.Length == 0 || plan.Timeline.Any(s => s.Routes == routes);

    /// <summary>The step with which a row of the pack's chronology begins. Acts of the customer's own order have numbers, too, and no routing column.</summary>
    public static Step? FirstOf(this Plan plan, string row) => plan.InService().Where(s => s.Row == row && s.RoutingColumn.Length > 0).MinBy(static s => s.StartMinute);

    /// <summary>Times in which a unit is alone that is not alone all the time.</summary>
    public static IReadOnlyList<(DateTimeOffset Begins, DateTimeOffset Ends, double Minutes)> WithoutRedundancy(this Plan plan)
    {
        if (plan.Timeline.Count == 0) return [];
        HashSet<string> always = [.. plan.Timeline[0].NotRedundant];
        foreach (Segment segment in plan.Timeline) always.IntersectWith(segment.NotRedundant);
        return plan.Spans(s => s.NotRedundant.Any(unit => !always.Contains(unit)));
    }

    /// <summary>Segments of which something is true, those that follow each other as one.</summary>
    public static IReadOnlyList<(DateTimeOffset Begins, DateTimeOffset Ends, double Minutes)> Spans(this Plan plan, Func<Segment, bool> which)
    {
        List<(DateTimeOffset Begins, DateTimeOffset Ends, double Minutes)> spans = [];
        foreach (Segment segment in plan.Timeline.Where(which))
        {
            double minutes = segment.EndMinute - segment.StartMinute;
            if (spans.Count > 0 && spans[^1].Ends == segment.Begins) spans[^1] = (spans[^1].Begins, segment.Ends, spans[^1].Minutes + minutes);
            else spans.Add((segment.Begins, segment.Ends, minutes));
        }
        return spans;
    }

    /// <summary>What a node runs when all is done.</summary>
    public static string ReleaseAtTheEnd(this Plan plan, PlannedNode node)
    {
        string release = node.Release;
        foreach (Step step in plan.Steps)
            foreach (Modelling.Change change in step.Changes)
                if (change.Node == node.Name && change.Release is { } next) release = next;
        return release;
    }

    public static Text Name(this Verdict verdict) => verdict switch
    {
        Verdict.Pass => Text.Of("pass"),
        Verdict.Warn => Text.Of("warning"),
        Verdict.NotReady => Text.Of("not ready"),
        _ => Text.Of("refused"),
    };

    public static Tone Tone(this Verdict verdict) => verdict switch
    {
        Verdict.Pass => Documents.Tone.Good,
        Verdict.Warn => Documents.Tone.Warn,
        _ => Documents.Tone.Bad,
    };
}
