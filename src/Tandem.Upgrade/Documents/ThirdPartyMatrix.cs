using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>Component by node, a table for each role; roles of many nodes get more than one.</summary>
static class ThirdPartyMatrix
{
    /// <summary>More columns than these are not read on a page across.</summary>
    const int NodesMax = 6;

    public static IReadOnlyList<Block> Blocks(Plan plan)
    {
        List<Block> blocks = [new Paragraph(Text.Of("What each node has of every component that its role needs, and whether the release accepts it."))];
        if (plan.Software.Count == 0) blocks.Add(new Table("software", [new("component", Text.Of("Component"))], []));
        Dictionary<string, string> roles = [];
        foreach (PlannedNode node in plan.Nodes) roles[node.Role] = node.RoleName;
        foreach (IGrouping<string, SoftwareLine> role in plan.Software.GroupBy(static s => s.Role, StringComparer.Ordinal))
        {
            blocks.Add(new Heading(Text.Of(roles.GetValueOrDefault(role.Key, role.Key))));
            string[][] groups = [.. role.Select(static s => s.Node).Distinct(StringComparer.Ordinal).Chunk(NodesMax)];
            for (int i = 0; i < groups.Length; i++) blocks.Add(Matrix(groups.Length == 1 ? role.Key : $"{role.Key}-{i + 1}", [.. role], groups[i]));
        }
        return blocks;
    }

    static Table Matrix(string id, SoftwareLine[] lines, string[] nodes)
    {
        List<Row> rows = [];
        foreach (IGrouping<string, SoftwareLine> component in lines.Where(l => nodes.Contains(l.Node)).GroupBy(static l => l.Component + "\n" + l.Name, StringComparer.Ordinal))
        {
            SoftwareLine first = component.First();
            List<Cell> cells = [Cell.Says("{0}", first.Name), Accepted(first)];
            foreach (string node in nodes) cells.Add(At(component.FirstOrDefault(l => l.Node == node)));
            cells.Add(Cell.Name(first.Source));
            Verdict worst = component.Max(static l => l.Verdict);
            rows.Add(new Row(cells, worst == Verdict.Pass ? Tone.Plain : worst.Tone())
            {
                More = new Dictionary<string, object?> { ["component-id"] = first.Component, ["worst"] = worst.Name().ToString() },
            });
        }
        return new Table(id,
            [
                new("component", Text.Of("Component")), new("accepted", Text.Of("Accepted")),
                .. nodes.Select(static n => new Column("node:" + n, new Text("{0}", [n]))), new("source", Text.Of("Source")),
            ], rows);
    }

    static Cell Accepted(SoftwareLine line) =>
        new([.. line.Accepts.Select(a => line.OrLater ? Text.Of("{0} or later", a) : new Text("{0}", [a]))], line.Accepts);

    static Cell At(SoftwareLine? line) => line is null ? Cell.Says("not needed")
        : line.Have.Length == 0 ? Cell.Says(Text.Of("missing: {0}", line.Verdict.Name()), "")
        : Cell.Says(Text.Of("{0}: {1}", line.Have, line.Verdict.Name()), line.Have);
}
