using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>The heart of the plan: step by step, who routes, what is not redundant, the sums and why they are what they are.</summary>
static class ChronologyDocument
{
    /// <summary>Units named in a cell; of a large estate the rest is counted.</summary>
    const int UnitsMax = 4;

    public static IReadOnlyList<Block> Blocks(Plan plan)
    {
        var clock = new PlanClock(plan.Zone);
        List<Block> blocks = [];
        if (plan.Timeline.Count > 0)
            blocks.Add(new Figure("routing", Text.Of("Who routes"), Text.Of("A strip over all minutes of the plan: who routes calls, and below it when something is not redundant."), new RoutingStrip(plan.Zone, plan.Timeline)));
        blocks.Add(new Heading(Text.Of("Steps")));
        blocks.Add(new Paragraph(Text.Of("Times are local to {0}. Cumulative minutes add up the steps in service one after another, those that go on side by side too; pauses between windows are left out.", plan.Zone)));
        blocks.Add(Steps(plan, clock));
        blocks.Add(new Heading(Text.Of("For every minute: who routes, and what is not redundant")));
        blocks.Add(Segments(plan, clock));
        blocks.AddRange(ChronologySums.Blocks(plan));
        return blocks;
    }

    static Table Steps(Plan plan, PlanClock clock)
    {
        List<Row> rows = [];
        double cumulative = 0;
        foreach (Step step in plan.Steps)
        {
            if (step.InService) cumulative += step.Minutes.Usual;
            Segment[] segments = [.. plan.SegmentsOf(step)];
            rows.Add(new Row(
                [
                    Cell.Name(step.Id), Title(step), Cell.Says(Text.Of("{0}", step.RoutingColumn), step.RoutingColumn), Cell.Number(step.Minutes.Usual),
                    step.InService ? Cell.Number(cumulative) : Cell.Blank, Exposure(segments, step), clock.Begin(step), clock.End(step),
                    step.Window.Length > 0 ? Cell.Name(step.Window) : Cell.Says(Text.Of("before the windows"), ""), Cell.Name(step.Engineer),
                ], step.BackOut.PointOfNoReturn ? Tone.Warn : step.InService ? Tone.Plain : Tone.Quiet)
            {
                More = new Dictionary<string, object?>
                {
                    ["row"] = step.Row, ["start-minute"] = step.StartMinute, ["end-minute"] = step.EndMinute, ["minutes-min"] = step.Minutes.Min, ["minutes-max"] = step.Minutes.Max,
                    ["routes"] = Distinct(segments.Select(static s => s.Routes)), ["not-redundant"] = Distinct(segments.SelectMany(static s => s.NotRedundant)),
                    ["in-service"] = step.InService, ["is-test"] = step.IsTest, ["two-persons"] = step.TwoPersons, ["point-of-no-return"] = step.BackOut.PointOfNoReturn, ["source"] = step.Source,
                },
            });
        }
        return new Table("steps",
            [
                new("step", Text.Of("Step")), new("title", Text.Of("What is done")), new("routing", Text.Of("Routing")), new("minutes", Text.Of("Minutes"), Fit.Number),
                new("cumulative", Text.Of("Cumulative"), Fit.Number), new("exposure", Text.Of("Exposure")), new("begins", Text.Of("Begins")), new("ends", Text.Of("Ends")),
                new("window", Text.Of("Window")), new("engineer", Text.Of("Engineer")),
            ], rows);
    }

    static Cell Title(Step step)
    {
        List<Text> lines = [step.Title];
        if (step.TwoPersons) lines.Add(Text.Of("Two persons confirm it."));
        if (step.BackOut.PointOfNoReturn) lines.Add(Text.Of("Point of no cheap return."));
        return new Cell(lines, step.Title.ToString());
    }

    static Cell Exposure(Segment[] segments, Step step)
    {
        if (!step.InService) return Cell.Says("none");
        List<Text> lines = [.. Distinct(segments.Select(static s => s.Routes)).Select(static r => Text.Of("routes: {0}", RouteWords.Of(r)))];
        lines.AddRange(NotRedundant(Distinct(segments.SelectMany(static s => s.NotRedundant))));
        return Cell.Says(lines);
    }

    static IEnumerable<Text> NotRedundant(IReadOnlyList<string> units)
    {
        foreach (string unit in units.Take(UnitsMax)) yield return Text.Of("not redundant: {0}", unit);
        if (units.Count > UnitsMax) yield return Text.Of("and {0} more", units.Count - UnitsMax);
    }

    static Table Segments(Plan plan, PlanClock clock) => new("segments",
        [
            new("from", Text.Of("From minute"), Fit.Number), new("to", Text.Of("To minute"), Fit.Number), new("begins", Text.Of("Begins")), new("ends", Text.Of("Ends")),
            new("routes", Text.Of("Routes")), new("not-redundant", Text.Of("Not redundant")), new("step", Text.Of("Step"), Fit.Short),
        ],
        [.. plan.Timeline.Select(s => new Row(
            [
                Cell.Number(s.StartMinute), Cell.Number(s.EndMinute), clock.At(s.Begins), clock.Until(s.Begins, s.Ends), Cell.Says(RouteWords.Of(s.Routes), s.Routes),
                s.NotRedundant.Count == 0 ? Cell.Says(Text.Of("none: all is redundant"), s.NotRedundant) : new Cell(Units(s.NotRedundant), s.NotRedundant), Cell.Name(s.Step),
            ], s.Routes is "network" or "nobody" ? Tone.Bad : Tone.Plain))]);

    static IReadOnlyList<Text> Units(IReadOnlyList<string> units)
    {
        List<Text> lines = [.. units.Take(UnitsMax).Select(static u => new Text("{0}", [u]))];
        if (units.Count > UnitsMax) lines.Add(Text.Of("and {0} more", units.Count - UnitsMax));
        return lines;
    }

    static IReadOnlyList<string> Distinct(IEnumerable<string> names) => [.. names.Distinct(StringComparer.Ordinal)];
}
