using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>The way back from every step, with what it costs.</summary>
static class BackOutDocument
{
    public static IReadOnlyList<Block> Blocks(Plan plan)
    {
        List<Block> blocks = [new Paragraph(Text.Of("For each step: when to turn back, how, and what it costs. Minutes until service count until calls are routed by the old release again; minutes in full until all is as before, redundancy included.")), Overview(plan)];
        foreach (Step step in plan.Steps)
        {
            if (step.BackOut.PointOfNoReturn)
                blocks.Add(new NoticeBox(Tone.Bad, Text.Of("Point of no cheap return: step {0}", step.Id),
                    [Text.Of("From here on the old release is not intact any more. The decision to go on is written down in the go/no-go form before this step begins.")]));
            blocks.Add(new Heading(Text.Of("Step {0}", step.Id)));
            blocks.Add(new Paragraph(step.Title));
            blocks.Add(Way(step));
            blocks.Add(Actions(step));
        }
        return blocks;
    }

    static Table Overview(Plan plan)
    {
        DateTimeOffset point = plan.PointOfNoReturn()?.Begins ?? DateTimeOffset.MaxValue;
        return new Table("overview",
        [
            new("step", Text.Of("Step"), Fit.Short), new("title", Text.Of("What is done")), new("service", Text.Of("Minutes until service"), Fit.Number),
            new("full", Text.Of("Minutes in full"), Fit.Number), new("return", Text.Of("Way back")), new("lost", Text.Of("Data lost")),
        ],
        [.. plan.Steps.Select(s => new Row(
            [
                Cell.Name(s.Id), Cell.Says(s.Title), Cell.Number(s.BackOut.ServiceMinutes), Cell.Number(s.BackOut.Minutes), WayBack(s, point), Lost(s),
            ], s.BackOut.PointOfNoReturn ? Tone.Bad : s.Begins > point ? Tone.Warn : Tone.Plain))]);
    }

    /// <param name="point">When the point of no return is reached.</param>
    static Cell WayBack(Step step, DateTimeOffset point) =>
        Cell.Says(step.BackOut.PointOfNoReturn ? Text.Of("point of no cheap return") : step.Begins > point ? Text.Of("past the point of no cheap return") : Text.Of("open"));

    static Cell Lost(Step step) => step.BackOut.Lost.IsNothing ? Cell.Says(Text.Of("nothing"), "") : Cell.Says(step.BackOut.Lost);

    static Table Way(Step step) => new("way:" + step.Id,
        [new("title", Text.Of("Back-out")), new("value", Text.Of("Of this step"))],
        [
            new Row([Cell.Says("Turn back when"), Cell.Says(step.BackOut.Trigger)]) { More = Id("trigger") },
            new Row([Cell.Says("Minutes until service"), Cell.Number(step.BackOut.ServiceMinutes)]) { More = Id("service-minutes") },
            new Row([Cell.Says("Minutes in full"), Cell.Number(step.BackOut.Minutes)]) { More = Id("minutes") },
            new Row([Cell.Says("Data lost"), Lost(step)]) { More = Id("lost") },
        ]);

    static Dictionary<string, object?> Id(string id) => new() { ["id"] = id };

    static Table Actions(Step step) => new("actions:" + step.Id,
        [
            new("number", Text.Of("No."), Fit.Number), new("do", Text.Of("Do")), new("nodes", Text.Of("Nodes")), new("minutes", Text.Of("Minutes"), Fit.Number), new("done", Text.Of("Done"), Fit.Short), new("initials", Text.Of("Initials"), Fit.Blank),
        ],
        [.. step.BackOut.Actions.Select(static (a, i) => new Row([Cell.Number(i + 1), Cell.Says(a.Do), Cell.Names(a.Nodes), Cell.Number(a.Minutes), Cell.Boxes("done"), Cell.Blank]))]);
}
