using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>Every rule that was judged, the worst first.</summary>
static class ReadinessReport
{
    static readonly Verdict[] s_worstFirst = [Verdict.Refused, Verdict.NotReady, Verdict.Warn, Verdict.Pass];

    public static IReadOnlyList<Block> Blocks(Plan plan)
    {
        List<Block> blocks =
        [
            Box(plan),
            new Table("counts", [new("verdict", Text.Of("Verdict"), Fit.Short), new("count", Text.Of("Count"), Fit.Number), new("meaning", Text.Of("What it means"))],
                [.. s_worstFirst.Select(v => new Row([Cell.Says(v.Name()), Cell.Number(Count(plan, v)), Cell.Says(Meaning(v))], Count(plan, v) > 0 ? v.Tone() : Tone.Quiet))]),
        ];
        foreach (Verdict verdict in s_worstFirst)
        {
            blocks.Add(new Heading(Title(verdict)));
            blocks.Add(Findings(verdict, [.. plan.Findings.Where(f => f.Verdict == verdict)]));
        }
        return blocks;
    }

    static int Count(Plan plan, Verdict verdict) => plan.Findings.Count(f => f.Verdict == verdict);

    /// <summary>The verdict over the whole estate, at the top of this report and of the plan.</summary>
    public static NoticeBox Box(Plan plan) => plan.Findings.Select(static f => f.Verdict).DefaultIfEmpty(Verdict.Pass).Max() switch
    {
        Verdict.Refused => new(Tone.Bad, Text.Of("Refused"), [Text.Of("At least one rule forbids this upgrade. What is refused below must be changed, and the plan made again.")]),
        Verdict.NotReady => new(Tone.Bad, Text.Of("Planned, but not ready"), [Text.Of("The plan holds, but the run does not begin before what is not ready below is done.")]),
        Verdict.Warn => new(Tone.Warn, Text.Of("Ready, with warnings"), [Text.Of("Nothing keeps the run from beginning. Somebody should have read each warning and accepted it.")]),
        _ => new(Tone.Good, Text.Of("Ready"), [Text.Of("Every rule that was judged is met.")]),
    };

    static Text Title(Verdict verdict) => verdict switch
    {
        Verdict.Pass => Text.Of("Passed"),
        Verdict.Warn => Text.Of("Warnings"),
        Verdict.NotReady => Text.Of("Not ready"),
        _ => Text.Of("Refused"),
    };

    static Text Meaning(Verdict verdict) => verdict switch
    {
        Verdict.Pass => Text.Of("Nothing is to be done."),
        Verdict.Warn => Text.Of("Somebody should look at it before the first window."),
        Verdict.NotReady => Text.Of("The run does not begin until it is done."),
        _ => Text.Of("This way leads nowhere; the estate or the way must change."),
    };

    static Table Findings(Verdict verdict, IReadOnlyList<Finding> findings)
    {
        bool isWrong = verdict != Verdict.Pass;
        List<Column> columns = [new("title", Text.Of("Rule")), new("subject", Text.Of("About"), Fit.Short), new("evidence", Text.Of("What was found"))];
        if (isWrong) columns.Add(new("remedy", Text.Of("What to do")));
        columns.Add(new("source", Text.Of("Source")));
        return new Table(verdict.ToString().ToLowerInvariant(), columns, [.. findings.Select(f => Line(f, isWrong))]);
    }

    static Row Line(Finding finding, bool isWrong)
    {
        Cell evidence = finding.Line > 0
            ? new([finding.Evidence, Text.Of("(line {0} of the estate)", finding.Line)], finding.Evidence.ToString())
            : Cell.Says(finding.Evidence);
        List<Cell> cells = [Cell.Says(finding.Title), Cell.Name(finding.Subject), evidence];
        if (isWrong) cells.Add(Cell.Says(finding.Remedy));
        cells.Add(Cell.Name(finding.Source));
        return new Row(cells, finding.Verdict.Tone())
        {
            More = new Dictionary<string, object?> { ["check"] = finding.Check, ["verdict"] = finding.Verdict.Name().ToString(), ["line"] = finding.Line },
        };
    }
}
