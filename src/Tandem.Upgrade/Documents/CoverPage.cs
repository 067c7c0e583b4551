using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>The first page of all documents in one: whether it may begin, when, and what it costs.</summary>
static class CoverPage
{
    public static Document Of(Plan plan)
    {
        var clock = new PlanClock(plan.Zone);
        List<Row> rows = [];
        void Add(string id, Text title, Cell value) => rows.Add(new Row([Cell.Says(title), value]) { More = new Dictionary<string, object?> { ["id"] = id } });
        Add("begins", Text.Of("It begins"), clock.At(plan.Zero()));
        Add("ends", Text.Of("It ends"), clock.At(plan.LastEnd()));
        Add("windows", Text.Of("Windows used"), Cell.Number(plan.UsedWindows().Count()));
        Add("steps", Text.Of("Steps"), Cell.Number(plan.Steps.Count));
        Add("nodes", Text.Of("Nodes"), Cell.Number(plan.Nodes.Count));
        Add("elapsed", Text.Of("Minutes in all, pauses left out"), Cell.Number(plan.Totals.ElapsedMinutes));
        Add("simplex", Text.Of("Minutes without redundancy of the central system, tests included"), Cell.Number(plan.Totals.SimplexMinutes + plan.Totals.SimplexTestMinutes));
        Add("default", Text.Of("Minutes on the network's default plan, at most"), Cell.Number(plan.Totals.DefaultRoutedMinutesMax));
        Add("nobody", Text.Of("Minutes in which nobody routes"), Cell.Number(plan.Totals.NobodyRoutesMinutes));
        if (plan.PointOfNoReturn() is { } point)
            Add("return", Text.Of("Point of no cheap return"), new Cell([Text.Of("Step {0}, {1} {2}", point.Id, clock.Weekday(point.Begins), clock.Clock(point.Begins))], point.Id));
        return PlanDocuments.Made("plan", Text.Of("Upgrade plan"), plan, [ReadinessReport.Box(plan), new Table("key", [new("title", Text.Of("At a glance")), new("value", Text.Of("Value"))], rows)]);
    }
}
