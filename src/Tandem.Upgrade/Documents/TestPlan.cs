using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>What is tested at the three points and during the switch, by which criteria.</summary>
static class TestPlan
{
    public static IReadOnlyList<Block> Blocks(Plan plan, Pack pack)
    {
        List<Block> blocks = [new Paragraph(Text.Of("The same cases are tested before the upgrade, at the midpoint and at the end: what failed before cannot be told from what the upgrade broke."))];
        string[] others = [.. pack.Tests.SelectMany(static t => t.At).Distinct(StringComparer.Ordinal).Except([TestPoints.Before, TestPoints.Switch, TestPoints.Simplex, TestPoints.Duplex])];
        foreach (string point in (string[])[TestPoints.Before, TestPoints.Switch, TestPoints.Simplex, TestPoints.Duplex, .. others])
            if (point != TestPoints.Switch || plan.CasesAt(pack, point).Count > 0) blocks.AddRange(Point(point, plan, pack));
        return blocks;
    }

    static IEnumerable<Block> Point(string point, Plan plan, Pack pack)
    {
        IReadOnlyList<TestCase> cases = plan.CasesAt(pack, point);
        yield return new Heading(Title(point), NewPage: point is not (TestPoints.Before or TestPoints.Switch));
        yield return new Paragraph(When(point, plan));
        if (plan.Waiting(pack, point) is { Count: > 0 } waiting)
            yield return new Paragraph(Text.Of("Not here but at the next point, because nothing that they need runs now: {0}.", string.Join(", ", waiting.Select(static t => t.Id))));
        if (Shortage(point, plan, cases.Sum(static c => c.Minutes)) is { } shortage) yield return shortage;
        yield return new Table(point,
            [
                new("case", Text.Of("Case"), Fit.Short), new("area", Text.Of("Area")), new("do", Text.Of("Do")), new("criterion", Text.Of("Passed when")),
                new("minutes", Text.Of("Minutes"), Fit.Number), new("result", Text.Of("Result"), Fit.Short), new("initials", Text.Of("Initials"), Fit.Blank),
            ],
            [.. cases.Select(static c => new Row([Cell.Name(c.Id), Cell.Says(Text.Of(c.Area)), Cell.Says(Text.Of(c.Do)), Cell.Says(Text.Of(c.Criterion)), Cell.Number(c.Minutes), Cell.Boxes("passed", "failed"), Cell.Blank])
            {
                More = new Dictionary<string, object?> { ["source"] = c.Source },
            })]);
        yield return new Form("signed:" + point, [new("tester", Text.Of("Tested by")), new("time", Text.Of("Date and time")), new("signature", Text.Of("Signature"))]);
    }

    static Text Title(string point) => point switch
    {
        TestPoints.Before => Text.Of("Before the upgrade"),
        TestPoints.Switch => Text.Of("During the switch, while no side routes"),
        TestPoints.Simplex => Text.Of("At the midpoint, without redundancy"),
        TestPoints.Duplex => Text.Of("At the end, with redundancy"),
        _ => Text.Of(point),
    };

    static Text When(string point, Plan plan)
    {
        var clock = new PlanClock(plan.Zone);
        switch (point)
        {
            case TestPoints.Before:
                return Text.Of("Finished before {0} {1}, when the first window begins.", clock.Weekday(plan.Zero()), clock.Clock(plan.Zero()));
            case TestPoints.Switch when plan.Spans(static s => s.Routes is "network" or "nobody") is [var span, ..]:
                return Text.Of("From {0} {1} to {2} {3} at the latest: somebody stands ready to call.", clock.Weekday(span.Begins), clock.Clock(span.Begins), clock.Weekday(span.Ends), clock.Clock(span.Ends));
            case TestPoints.Simplex when plan.Steps.FirstOrDefault(plan.IsMidpointTest) is { } test:
                return Text.Of("In step {0}, from {1} {2} to {3} {4}.", test.Id, clock.Weekday(test.Begins), clock.Clock(test.Begins), clock.Weekday(test.Ends), clock.Clock(test.Ends));
            case TestPoints.Duplex:
                return Text.Of("After the last step, from {0} {1} on.", clock.Weekday(plan.LastEnd()), clock.Clock(plan.LastEnd()));
            default:
                return Text.Of("The plan has no step for it; choose a time.");
        }
    }

    /// <summary>The cases take longer than the plan has for them.</summary>
    static NoticeBox? Shortage(string point, Plan plan, double needed)
    {
        double planned = plan.Steps.Where(plan.IsMidpointTest).Sum(static s => s.Minutes.Usual);
        return point == TestPoints.Simplex && planned > 0 && needed > planned
            ? new NoticeBox(Tone.Warn, Text.Of("More cases than time"), [Text.Of("The cases add up to {0} minutes, and the plan has {1} for them. Leave out cases, test side by side, or write more minutes into the estate.", Numbers.Of(needed), Numbers.Of(planned))])
            : null;
    }
}
