using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>What the estate has against what it needs, and by when to order the difference.</summary>
static class MaterialsList
{
    public static IReadOnlyList<Block> Blocks(Plan plan)
    {
        List<Block> blocks = [];
        MaterialLine[] late = [.. plan.Materials.Where(m => m.OrderBy < plan.Today && m.Buy.Length > 0)];
        MaterialLine? next = plan.Materials.Where(m => m.OrderBy >= plan.Today && m.Buy.Length > 0).MinBy(static m => m.OrderBy);
        if (late.Length > 0)
            blocks.Add(new NoticeBox(Tone.Bad, Text.Of("Too late to order"), [.. late.Select(static m => Text.Of("{0}: the last day was {1} {2}", m.Item, Weekday(m.OrderBy!.Value), Iso(m.OrderBy.Value)))]));
        if (next is not null)
            blocks.Add(new NoticeBox(Tone.Warn, Text.Of("The next order"), [Text.Of("{0}: order by {1} {2}", next.Item, Weekday(next.OrderBy!.Value), Iso(next.OrderBy.Value))]));
        blocks.Add(new Table("materials",
            [
                new("item", Text.Of("Item")), new("for", Text.Of("For")), new("have", Text.Of("Have")), new("need", Text.Of("Need")), new("buy", Text.Of("Buy")),
                new("order-from", Text.Of("Order not before"), Fit.Short), new("order-by", Text.Of("Order by"), Fit.Short), new("source", Text.Of("Source")),
            ],
            [.. plan.Materials.OrderBy(static m => m.OrderBy ?? DateOnly.MaxValue).Select(m => new Row(
                [
                    Word(m.Item), Word(m.For), Word(m.Have), Word(m.Need), Word(m.Buy), Cell.Day(m.OrderFrom), Cell.Day(m.OrderBy), Cell.Name(m.Source),
                ], m.Buy.Length == 0 ? Tone.Quiet : m.OrderBy < plan.Today ? Tone.Bad : Tone.Plain))]));
        return blocks;
    }

    /// <summary>Words of the plan that a language may know as values; most are names and figures.</summary>
    static Cell Word(string word) => word.Length == 0 ? Cell.Blank : Cell.Says("{0}", word);

    static string Weekday(DateOnly day) => day.DayOfWeek.ToString()[..3];

    static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
