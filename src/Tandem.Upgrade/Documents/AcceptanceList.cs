using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>What must be seen before the customer signs.</summary>
static class AcceptanceList
{
    public static IReadOnlyList<Block> Blocks(Plan plan, Pack pack)
    {
        List<FormField> fields = [new("remarks", Text.Of("Open points, by whom and until when")), new("time", Text.Of("Date and time"))];
        foreach (PersonInPlan person in plan.People.Where(static p => p.Role is "customer" or "management")) fields.Add(new("signature:" + person.Name, Text.Of("{0} ({1})", person.Name, person.Role)));
        fields.AddRange([new("customer", Text.Of("Signature for the customer")), new("engineer", Text.Of("Signature for the engineers"))]);
        return
        [
            new Heading(Text.Of("To be seen")),
            Items("items", pack.Acceptance),
            new Heading(Text.Of("To be brought back by hand")),
            new Paragraph(Text.Of("The upgrade does not bring these along. They were saved before, and are brought back after the last test.")),
            Items("overwritten", pack.Overwritten),
            new Heading(Text.Of("Every node at its release")),
            Nodes(plan),
            new Heading(Text.Of("Accepted")),
            new Form("accepted", fields),
        ];
    }

    static Table Items(string id, IReadOnlyList<Item> items) => new(id,
        [new("item", Text.Of("Item")), new("seen", Text.Of("Seen"), Fit.Short), new("evidence", Text.Of("Evidence"), Fit.Blank), new("initials", Text.Of("Initials"), Fit.Blank), new("source", Text.Of("Source"))],
        [.. items.Select(static i => new Row([Cell.Says(Text.Of(i.Title)), Cell.Boxes("yes", "no"), Cell.Blank, Cell.Blank, Cell.Name(i.Source)]) { More = new Dictionary<string, object?> { ["id"] = i.Id } })]);

    static Table Nodes(Plan plan) => new("nodes",
        [
            new("node", Text.Of("Node")), new("role", Text.Of("Role")), new("from", Text.Of("Release today"), Fit.Short), new("to", Text.Of("Release at the end"), Fit.Short),
            new("seen", Text.Of("Seen"), Fit.Short), new("initials", Text.Of("Initials"), Fit.Blank),
        ],
        [.. plan.Nodes.Select(n => new Row([Cell.Name(n.Name), Cell.Says(Text.Of(n.RoleName)), Cell.Name(n.Release), Cell.Name(plan.ReleaseAtTheEnd(n)), Cell.Boxes("yes", "no"), Cell.Blank]))]);
}
