using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>From where the estate stands to the release and what comes after it, stage by stage.</summary>
static class PathMap
{
    public static IReadOnlyList<Block> Blocks(Plan plan, Pack pack) =>
    [
        new Paragraph(Text.Of("The stages are separate upgrades, in this order. After a stage the system is tested for the days that are given before the next one begins.")),
        new Table("stages",
            [
                new("number", Text.Of("No."), Fit.Number), new("stage", Text.Of("Stage")), new("from", Text.Of("From")), new("to", Text.Of("To")),
                new("needed", Text.Of("Needed"), Fit.Short), new("earliest", Text.Of("Not before"), Fit.Short), new("days", Text.Of("Days of test after it"), Fit.Number), new("source", Text.Of("Source")),
            ],
            [.. plan.Path.Select((stage, i) => new Row(
                [
                    Cell.Number(i + 1), Cell.Says(stage.Title), Cell.Name(stage.From), Cell.Name(stage.To),
                    Cell.Says(stage.Needed ? Text.Of("yes") : Text.Of("no, it is there"), stage.Needed), Cell.Day(stage.Earliest), Cell.Number(stage.Days), Cell.Name(stage.Source),
                ], stage.Needed ? Tone.Plain : Tone.Quiet) { More = new Dictionary<string, object?> { ["id"] = stage.Id } })]),
        new Heading(Text.Of("Ways that are allowed to {0}", plan.To)),
        new Table("ways",
            [new("from", Text.Of("From")), new("way", Text.Of("Way")), new("source", Text.Of("Source"))],
            [.. pack.Paths.Select(path => new Row(
                [
                    Cell.Names(path.From), path.Through.Count == 0 ? Cell.Says("directly") : Cell.Says(Text.Of("first to {0}", string.Join(", ", path.Through)), path.Through), Cell.Name(path.Source),
                ], path.From.Exists(from => Releases.IsOf(plan.From, from)) ? Tone.Good : Tone.Plain))]),
        new Heading(Text.Of("Releases in order")),
        new Paragraph(Text.Of("A difference of versions is counted in steps of this ladder.")),
        new Table("ladder",
            [new("step", Text.Of("Step"), Fit.Number), new("release", Text.Of("Release"), Fit.Short), new("here", Text.Of("In this upgrade"))],
            [.. pack.Ladder.Select((release, i) => new Row([Cell.Number(i + 1), Cell.Name(release), Here(plan, pack, i)]))]),
    ];

    static Cell Here(Plan plan, Pack pack, int rung) =>
        rung == Releases.Rung(pack.Ladder, plan.To) ? Cell.Says("the aim, {0}", plan.To)
        : rung == Releases.Rung(pack.Ladder, plan.From) ? Cell.Says("today, {0}", plan.From) : Cell.Blank;
}
