using System.Globalization;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Running;

/// <summary>BackedOut: its machines went back by themselves, and it may be begun again.</summary>
public enum StepProgress { NotBegun, InProgress, Done, Failed, BackedOut }

/// <summary>What the record says of a step.</summary>
public sealed record StepRun
{
    public StepProgress Progress { get; init; }
    /// <summary>The first time that it was begun; a step that failed and was tried again keeps it.</summary>
    public DateTimeOffset? Begun { get; init; }
    public DateTimeOffset? Ended { get; init; }
    public string BegunBy { get; init; } = "";
    public int Tries { get; init; }
    /// <summary>The tool stopped while it was in progress: when it ended was not seen, only when that was told.</summary>
    public bool WasInterrupted { get; init; }
    /// <summary>When its command was last begun; null when it never was.</summary>
    public DateTimeOffset? CommandBegun { get; init; }
    /// <summary>What its command said until now, in the plan's folder.</summary>
    public string CommandOutput { get; init; } = "";
    /// <summary>Of the last run of its command; null while it runs, and when the tool stopped meanwhile.</summary>
    public int? ExitCode { get; init; }
    public int EvidenceCount { get; init; }
    public string Reason { get; init; } = "";
    public string EndedBy { get; init; } = "";
    /// <summary>Backed out, and nobody has said yet whether it is tried again or left.</summary>
    public bool IsUndecided { get; init; }
}

/// <summary>How far a back-out has come.</summary>
/// <param name="ActionsDone">How many of the actions, from the first.</param>
/// <param name="IsPart">The run goes on after it.</param>
public sealed record BackOutRun(IReadOnlyList<string> Steps, DateTimeOffset Begun, string Reason, int ActionsDone, bool IsPart)
{
    public DateTimeOffset? Ended { get; init; }
}

/// <summary>Where a run stands: nothing but what its record says, line by line, so that a crash loses nothing.</summary>
public sealed class RunState
{
    readonly Dictionary<string, StepRun> _steps;
    readonly List<BackOutRun> _takenBack = [];

    public RunState(Plan plan, IEnumerable<RunEntry> entries)
    {
        Plan = plan;
        _steps = plan.Steps.ToDictionary(static s => s.Id, static _ => new StepRun(), StringComparer.Ordinal);
        foreach (RunEntry entry in entries) Apply(entry);
    }

    public Plan Plan { get; }
    public DateTimeOffset? Begun { get; private set; }
    public DateTimeOffset? Over { get; private set; }
    public bool IsFinished { get; private set; }
    public bool IsBackedOut { get; private set; }
    public bool IsOver => IsFinished || IsBackedOut;
    /// <summary>Somebody said go for what cannot be undone cheaply.</summary>
    public bool SaidGo { get; private set; }
    /// <summary>The one that goes on, or that ended the run.</summary>
    public BackOutRun? BackOut { get; private set; }
    /// <summary>Those after which the run went on.</summary>
    public IReadOnlyList<BackOutRun> TakenBack => _takenBack;

    public StepRun this[string step] => _steps.TryGetValue(step, out StepRun? run) ? run : throw new UpgradeException($"the record names step {step}, which is no step of the plan");

    public int DoneCount => Plan.Steps.Count(s => this[s.Id].Progress == StepProgress.Done);
    public bool AllDone => DoneCount == Plan.Steps.Count;
    public bool AnyBegun => Plan.Steps.Any(s => this[s.Id].Progress != StepProgress.NotBegun);
    public bool AnyFailed => Plan.Steps.Any(s => this[s.Id].Progress == StepProgress.Failed);

    /// <summary>Begun and not ended, or failed and to be tried again, or next by the plan; in the plan's order.</summary>
    public IReadOnlyList<Step> Open => [.. Plan.Steps.Where(s => this[s.Id].Progress != StepProgress.Done && MayBegin(s))];

    /// <summary>Backed out, and to be asked about.</summary>
    public Step? Undecided => Plan.Steps.FirstOrDefault(s => this[s.Id].IsUndecided);

    /// <summary>Nothing is left but what was backed out, and what waits for it.</summary>
    public bool OnlyBackedOutIsLeft => Open is { Count: > 0 } open && open.All(s => this[s.Id].Progress == StepProgress.BackedOut);

    public bool MayBegin(Step step) => step.After.All(before => this[before].Progress == StepProgress.Done);

    public void Apply(RunEntry entry)
    {
        switch (entry.What)
        {
            case RunFact.Begun: Begun = entry.Instant; break;
            case RunFact.StepBegun: BeginStep(entry); break;
            case RunFact.StepDone: EndStep(entry, StepProgress.Done); break;
            case RunFact.StepFailed: EndStep(entry, StepProgress.Failed); break;
            case RunFact.Confirmed: Confirm(entry); break;
            case RunFact.Evidence: FileEvidence(entry); break;
            case RunFact.Note: Note(entry); break;
            case RunFact.BackOutBegun: BackOut = new BackOutRun(entry[RunData.Steps].Split('\n'), entry.Instant, entry[RunData.Reason], 0, entry[RunData.Scope] == RunData.Part); break;
            case RunFact.BackOutActionDone: BackOut = BackOut! with { ActionsDone = BackOut.ActionsDone + 1 }; break;
            case RunFact.Resumed: Interrupt(); break;
            case RunFact.Finished: (IsFinished, Over) = (true, entry.Instant); break;
            case RunFact.BackedOut: EndBackOut(entry); break;
            case RunFact.Paused: break;
            default: throw new UpgradeException($"line {entry.Number} of the record says {entry.What}, which this version does not know");
        }
    }

    void BeginStep(RunEntry entry)
    {
        StepRun run = this[entry.Step];
        _steps[entry.Step] = run with
        {
            Progress = StepProgress.InProgress,
            Begun = run.Begun ?? entry.Instant,
            Ended = null,
            BegunBy = entry.Who,
            Tries = run.Tries + 1,
            CommandBegun = null,
            ExitCode = null,
            IsUndecided = false,
        };
    }

    void EndStep(RunEntry entry, StepProgress how) =>
        _steps[entry.Step] = this[entry.Step] with { Progress = how, Ended = entry.Instant, EndedBy = entry.Who, Reason = entry[RunData.Reason] };

    void Confirm(RunEntry entry)
    {
        SaidGo |= entry[RunData.Kind] == RunData.Go;
        if (entry[RunData.Kind] is RunData.Again or RunData.Later) _steps[entry.Step] = this[entry.Step] with { IsUndecided = false };
    }

    void EndBackOut(RunEntry entry)
    {
        BackOut = BackOut! with { Ended = entry.Instant };
        if (!BackOut.IsPart)
        {
            (IsBackedOut, Over) = (true, entry.Instant);
            return;
        }
        foreach (string step in BackOut.Steps) _steps[step] = this[step] with { Progress = StepProgress.BackedOut, Reason = BackOut.Reason, IsUndecided = true };
        _takenBack.Add(BackOut);
        BackOut = null;
    }

    void FileEvidence(RunEntry entry)
    {
        if (entry.Step.Length == 0) return;
        StepRun run = this[entry.Step];
        run = run with { EvidenceCount = run.EvidenceCount + 1 };
        if (entry[RunData.Kind] == RunData.CommandEnded) run = run with { ExitCode = int.Parse(entry[RunData.ExitCode], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) };
        _steps[entry.Step] = run;
    }

    void Note(RunEntry entry)
    {
        if (entry.Step.Length > 0 && entry[RunData.Kind] == RunData.CommandBegun) _steps[entry.Step] = this[entry.Step] with { CommandBegun = entry.Instant, CommandOutput = entry[RunData.File], ExitCode = null };
    }

    void Interrupt()
    {
        foreach (Step step in Plan.Steps)
            if (this[step.Id] is { Progress: StepProgress.InProgress } run) _steps[step.Id] = run with { WasInterrupted = true };
    }
}
