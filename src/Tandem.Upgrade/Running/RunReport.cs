using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>Planned against actual. Minutes are rounded to a tenth.</summary>
public sealed record RunReport
{
    public required string Estate { get; init; }
    public required string Pack { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    /// <summary>in-progress, finished, backed-out.</summary>
    public required string Outcome { get; init; }
    public required DateTimeOffset Begun { get; init; }
    public DateTimeOffset? Ended { get; init; }
    public required IReadOnlyList<StepReport> Steps { get; init; }
    /// <summary>Of the steps that were done and whose end was seen: their sum by the plan, and measured.</summary>
    public required double PlannedMinutes { get; init; }
    public required double ActualMinutes { get; init; }
    public double DifferenceMinutes => Math.Round(ActualMinutes - PlannedMinutes, 1);
    public required IReadOnlyList<ExposureReport> Exposure { get; init; }
    /// <summary>Of the whole estate, when there was one.</summary>
    public BackOutReport? BackOut { get; init; }
    /// <summary>Of single machines or units, after which the run went on.</summary>
    public IReadOnlyList<BackOutReport> TakenBack { get; init; } = [];
    /// <summary>Once the run is over: nodes, with their releases, that are not where the estate is.</summary>
    public IReadOnlyList<string> Exceptions { get; init; } = [];
    public required IReadOnlyList<DecisionReport> Decisions { get; init; }
    public required IReadOnlyList<NoteReport> Notes { get; init; }
    /// <summary>Of the record's last line: with them a shortened record is found.</summary>
    public required int LastLine { get; init; }
    public required string LastHash { get; init; }

    public static RunReport Of(Plan plan, IReadOnlyList<RunEntry> entries)
    {
        var state = new RunState(plan, entries);
        StepReport[] steps = [.. plan.Steps.Select(s => StepReport.Of(s, state[s.Id]))];
        StepReport[] measured = [.. steps.Where(static s => s.IsMeasured)];
        return new RunReport
        {
            Estate = plan.Estate,
            Pack = plan.Pack,
            From = plan.From,
            To = plan.To,
            Outcome = state.IsFinished ? "finished" : state.IsBackedOut ? "backed-out" : "in-progress",
            Begun = state.Begun ?? entries[0].Instant,
            Ended = state.Over,
            Steps = steps,
            PlannedMinutes = Math.Round(measured.Sum(static s => s.PlannedMinutes), 1),
            ActualMinutes = Math.Round(measured.Sum(static s => s.ActualMinutes ?? 0), 1),
            Exposure = ExposureReport.Of(plan, state),
            BackOut = state.BackOut is { } back ? BackOutReport.Of(plan, back) : null,
            TakenBack = [.. state.TakenBack.Select(one => BackOutReport.Of(plan, one))],
            Exceptions = state.IsOver ? NodeReleases.Exceptions(plan, entries) : [],
            Decisions = [.. entries.Where(static e => e.What == RunFact.Confirmed).Select(static e => new DecisionReport(e.Step, e[RunData.Kind], e.Instant, e[RunData.First], e[RunData.Second], e[RunData.Reason]))],
            Notes = [.. entries.Where(static e => e.What == RunFact.Note && e[RunData.Text].Length > 0).Select(static e => new NoteReport(e.Step, e.Instant, e.Who, e[RunData.Text]))],
            LastLine = entries[^1].Number,
            LastHash = entries[^1].Hash,
        };
    }
}

/// <param name="ActualMinutes">From its begin to its end; with several tries from the first one's begin.</param>
/// <param name="IsMeasured">Done in one try, and its end was seen: it may be learned from.</param>
/// <param name="EvidenceCount">Pieces filed for it.</param>
public sealed record StepReport(string Id, string Row, Text Title, IReadOnlyList<string> Nodes, StepProgress Progress, double PlannedMinutes, double? ActualMinutes, double? DifferenceMinutes,
    DateTimeOffset PlannedBegin, DateTimeOffset? Begun, DateTimeOffset? Ended, int Tries, bool IsMeasured, int EvidenceCount, string By, string Reason)
{
    public static StepReport Of(Step step, StepRun run)
    {
        double? actual = run is { Begun: { } begun, Ended: { } ended } ? Math.Round((ended - begun).TotalMinutes, 1) : null;
        return new StepReport(step.Id, step.Row, step.Title, step.Nodes, run.Progress, step.Minutes.Usual, actual, actual is { } minutes ? Math.Round(minutes - step.Minutes.Usual, 1) : null,
            step.Begins, run.Begun, run.Ended, run.Tries, run is { Progress: StepProgress.Done, Tries: 1, WasInterrupted: false }, run.EvidenceCount, run.EndedBy, run.Reason);
    }
}

public sealed record BackOutReport(IReadOnlyList<string> FromSteps, string Reason, DateTimeOffset Begun, DateTimeOffset? Ended, double PlannedMinutes, double? ActualMinutes, int ActionsDone, int Actions)
{
    public static BackOutReport Of(Plan plan, BackOutRun back)
    {
        BackOutRoute route = BackOutRoute.Of(plan, back.Steps, back.IsPart);
        return new BackOutReport(back.Steps, back.Reason, back.Begun, back.Ended, route.Minutes, back.Ended is { } end ? Math.Round((end - back.Begun).TotalMinutes, 1) : null, back.ActionsDone, route.Actions.Count);
    }
}

/// <param name="Kind">go, no-go, two-persons.</param>
public sealed record DecisionReport(string Step, string Kind, DateTimeOffset At, string First, string Second, string Reason);

public sealed record NoteReport(string Step, DateTimeOffset At, string Who, string Text);
