using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>The method of procedure: a part for each node, to be taken to it.</summary>
static class MethodDocument
{
    public static IReadOnlyList<Block> Blocks(Plan plan, Pack pack)
    {
        var clock = new PlanClock(plan.Zone);
        List<Block> blocks = [new Paragraph(Text.Of("A part for each node. Carry out the lines in order, compare with what is expected, write the initials, and do not go on where it differs: the back-out plan says what to do then."))];
        if (plan.Nodes.Count == 0) blocks.Add(new Table("nodes", [new("node", Text.Of("Node"))], []));
        foreach (PlannedNode node in plan.Nodes) blocks.AddRange(Of(node, plan, pack, clock));
        return blocks;
    }

    static IEnumerable<Block> Of(PlannedNode node, Plan plan, Pack pack, PlanClock clock)
    {
        yield return new Heading(Text.Of("{0}, {1}", node.Name, node.RoleName), NewPage: true);
        yield return Facts(node, plan);
        yield return new Heading(Text.Of("When it is touched"), 3);
        yield return When(node, plan, clock);
        yield return new Heading(Text.Of("Saved before it is touched"), 3);
        yield return new Checklist("saves:" + node.Name,
            [.. pack.Saves.Where(s => s.Of.Count == 0 || s.Of.Contains(node.Role)).Select(s => new CheckItem(s.Id, Text.Of(s.Title), For(s.Command, node), s.Source))]);
        foreach (IGrouping<string, MethodLine> phase in node.Method.GroupBy(static l => l.Phase, StringComparer.Ordinal).OrderBy(static g => g.Key switch { "prepare" => 0, "upgrade" => 1, "verify" => 2, _ => 3 }))
        {
            yield return new Heading(Phase(phase.Key), 3);
            yield return Lines(node, phase.Key, [.. phase]);
        }
        if (node.Method.Count == 0) yield return Lines(node, "upgrade", []);
    }

    static Table Facts(PlannedNode node, Plan plan)
    {
        List<Row> rows = [];
        void Add(string key, Text title, string value)
        {
            if (value.Length > 0) rows.Add(new Row([Cell.Says(title), Cell.Says(Text.Of("{0}", value), value)]) { More = new Dictionary<string, object?> { ["id"] = key } });
        }
        Add("unit", Text.Of("Unit"), node.Unit);
        Add("side", Text.Of("Side"), node.Side);
        Add("site", Text.Of("Site"), node.Site);
        Add("network", Text.Of("Network"), node.Network);
        Add("from", Text.Of("Release today"), node.Release);
        Add("to", Text.Of("Release at the end"), plan.ReleaseAtTheEnd(node));
        Add("minutes", Text.Of("Minutes by this method"), Numbers.Of(node.Method.Sum(static l => l.Minutes)));
        return new Table("facts:" + node.Name, [new("fact", Text.Of("Of the node")), new("value", Text.Of("Value"))], rows);
    }

    static Table When(PlannedNode node, Plan plan, PlanClock clock) => new("when:" + node.Name,
        [
            new("step", Text.Of("Step"), Fit.Short), new("title", Text.Of("What is done")), new("begins", Text.Of("Begins"), Fit.Short), new("ends", Text.Of("Ends"), Fit.Short),
            new("window", Text.Of("Window")), new("engineer", Text.Of("Engineer")),
        ],
        [.. plan.Steps.Where(s => s.Nodes.Contains(node.Name)).Select(s => new Row([Cell.Name(s.Id), Cell.Says(s.Title), clock.Begin(s), clock.End(s), Cell.Name(s.Window), Cell.Name(s.Engineer)]))]);

    static Table Lines(PlannedNode node, string phase, IReadOnlyList<MethodLine> lines) => new($"{phase}:{node.Name}",
        [
            new("number", Text.Of("No."), Fit.Number), new("do", Text.Of("Do")), new("command", Text.Of("Command")), new("expect", Text.Of("Expected")),
            new("minutes", Text.Of("Minutes"), Fit.Number), new("source", Text.Of("Source")), new("initials", Text.Of("Initials"), Fit.Blank),
        ],
        [.. lines.Select((l, i) => new Row([Cell.Number(i + 1), Cell.Says(l.Do), Cell.Command(For(l.Command, node)), Cell.Says(l.Expect), Cell.Number(l.Minutes), Cell.Name(l.Source), Cell.Blank]))]);

    static string For(string command, PlannedNode node) => command.Replace("{node}", node.Name, StringComparison.Ordinal);

    static Text Phase(string phase) => phase switch
    {
        "prepare" => Text.Of("Prepare, before the window"),
        "upgrade" => Text.Of("Upgrade"),
        "verify" => Text.Of("Verify"),
        _ => Text.Of(phase),
    };
}
