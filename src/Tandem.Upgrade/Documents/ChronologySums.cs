using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>The end of the chronology: sums with their explanation, the policies taken, and why it cannot be shorter.</summary>
static class ChronologySums
{
    public static IReadOnlyList<Block> Blocks(Plan plan) =>
    [
        new Heading(Text.Of("Sums")),
        Sums(plan.Totals),
        new Bullets(plan.Totals.Explanation),
        .. Figures(plan.Totals.Figures),
        new Heading(Text.Of("Windows")),
        Windows(plan),
        new Heading(Text.Of("Policies taken")),
        new Paragraph(Text.Of("Where the sources contradict each other, one choice was taken; the estate can name another.")),
        Policies(plan.Policies),
        new Heading(Text.Of("Why it cannot be shorter")),
        new Paragraph(Text.Of("Each of these steps waits for the one before it. Only what shortens one of them, or lets it begin earlier, moves the end.")),
        CriticalPath(plan),
    ];

    static Table Sums(Totals totals)
    {
        List<Row> rows = [];
        void Add(string id, Text title, double minutes) =>
            rows.Add(new Row([Cell.Says(title), Cell.Number(minutes)]) { More = new Dictionary<string, object?> { ["id"] = id } });
        if (totals.FixedMinutes > 0) Add("fixed", Text.Of("Rows 1 to 8 of the guide's chronology, tests left out"), totals.FixedMinutes);
        Add("work", Text.Of("All steps, tests left out"), totals.WorkMinutes);
        Add("test", Text.Of("Tests"), totals.TestMinutes);
        Add("elapsed", Text.Of("From the first begin to the last end, pauses between windows left out"), totals.ElapsedMinutes);
        Add("simplex", Text.Of("Without redundancy of the central system, tests left out"), totals.SimplexMinutes);
        Add("simplex-test", Text.Of("Tests in that time"), totals.SimplexTestMinutes);
        Add("default-routed-min", Text.Of("Routed by the network's default plan, at least"), totals.DefaultRoutedMinutesMin);
        Add("default-routed-max", Text.Of("Routed by the network's default plan, at most"), totals.DefaultRoutedMinutesMax);
        Add("nobody", Text.Of("Nobody routes"), totals.NobodyRoutesMinutes);
        return new Table("sums", [new("title", Text.Of("Sum")), new("minutes", Text.Of("Minutes"), Fit.Number)], rows);
    }

    static IReadOnlyList<Block> Figures(IReadOnlyList<NamedFigure> figures) => figures.Count == 0 ? [] :
    [
        new Heading(Text.Of("Other figures"), 3),
        new Table("figures",
            [
                new("title", Text.Of("Figure")), new("value", Text.Of("Value"), Fit.Number), new("unit", Text.Of("Unit"), Fit.Short), new("derived", Text.Of("Said or derived"), Fit.Short),
                new("how", Text.Of("How")), new("source", Text.Of("Source")),
            ],
            [.. figures.Select(static f => new Row(
                [
                    Cell.Says(f.Title), Cell.Number(f.Value), Cell.Says("{0}", f.Unit), Cell.Says(f.Derived ? Text.Of("derived") : Text.Of("said by the source"), f.Derived), Cell.Says(f.How), Cell.Name(f.Source),
                ]) { More = new Dictionary<string, object?> { ["id"] = f.Id } })]),
    ];

    static Table Windows(Plan plan)
    {
        var clock = new PlanClock(plan.Zone);
        return new Table("windows",
            [
                new("window", Text.Of("Window")), new("begins", Text.Of("Begins"), Fit.Short), new("ends", Text.Of("Ends"), Fit.Short),
                new("used", Text.Of("Minutes used"), Fit.Number), new("spare", Text.Of("Minutes to spare"), Fit.Number),
            ],
            [.. plan.Windows.Select(w => new Row([Cell.Name(w.Name), clock.At(w.Begins), clock.At(w.Ends), Cell.Number(w.UsedMinutes), Cell.Number(w.SpareMinutes)], w.SpareMinutes < 0 ? Tone.Bad : Tone.Plain))]);
    }

    static Table Policies(IReadOnlyList<PolicyTaken> policies) => new("policies",
        [
            new("question", Text.Of("Question")), new("taken", Text.Of("Taken")), new("by", Text.Of("Chosen by"), Fit.Short),
            new("others", Text.Of("The alternatives")), new("source", Text.Of("Source")),
        ],
        [.. policies.Select(static p => new Row(
            [
                Cell.Says(p.Question), Cell.Says(p.Title, p.Choice), Cell.Says(p.IsDefault ? Text.Of("the pack") : Text.Of("the estate")),
                new Cell([.. p.Others.Select(static o => o.Title)], p.Others.Select(static o => o.Choice).ToArray()), new Cell(Sources(p), p.Source, CellKind.AsIs),
            ]) { More = new Dictionary<string, object?> { ["id"] = p.Id, ["value"] = p.Value, ["value-max"] = p.ValueMax } })]);

    static IReadOnlyList<Text> Sources(PolicyTaken policy) =>
        [.. policy.Others.Select(static o => o.Source).Prepend(policy.Source).Distinct(StringComparer.Ordinal).Select(static s => new Text("{0}", [s]))];

    static Table CriticalPath(Plan plan)
    {
        Dictionary<string, Text> titles = plan.Steps.ToDictionary(static s => s.Id, static s => s.Title, StringComparer.Ordinal);
        double sum = 0;
        return new Table("critical-path",
            [
                new("step", Text.Of("Step"), Fit.Short), new("title", Text.Of("What is done")), new("minutes", Text.Of("Minutes"), Fit.Number),
                new("sum", Text.Of("Sum"), Fit.Number), new("why", Text.Of("Why it begins no earlier")),
            ],
            [.. plan.CriticalPath.Select(c => new Row([Cell.Name(c.Step), Cell.Says(titles.GetValueOrDefault(c.Step, Text.None)), Cell.Number(c.Minutes), Cell.Number(sum += c.Minutes), Cell.Says(c.Why)]))]);
    }
}
