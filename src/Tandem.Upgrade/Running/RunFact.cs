namespace Tandem.Upgrade.Running;

/// <summary>What a line of the record says happened.</summary>
public enum RunFact
{
    Begun,
    StepBegun,
    StepDone,
    StepFailed,
    /// <summary>Two persons agreed that a step begins, or somebody said go or no-go.</summary>
    Confirmed,
    BackOutBegun,
    BackOutActionDone,
    Evidence,
    Note,
    Paused,
    Resumed,
    Finished,
    BackedOut,
}

/// <summary>One line of the record.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Instant">UTC, to the millisecond.</param>
/// <param name="Step">The step's id; empty when it is about the run.</param>
/// <param name="Previous">SHA-256 of the whole line before, without its line feed; of plan.json for the first line.</param>
/// <param name="Hash">SHA-256 of this line as it would be without its hash.</param>
public sealed record RunEntry(int Number, DateTimeOffset Instant, string Who, RunFact What, string Step, IReadOnlyDictionary<string, string> Data, string Previous, string Hash)
{
    /// <summary>A value of <see cref="Data"/>; empty when it is not there.</summary>
    public string this[string name] => Data.TryGetValue(name, out string? value) ? value : "";
}

/// <summary>Names of values in <see cref="RunEntry.Data"/>.</summary>
static class RunData
{
    public const string Kind = "kind", Text = "text", Reason = "reason", Command = "command", ExitCode = "exitCode", Seconds = "seconds",
        File = "file", Sha256 = "sha256", Bytes = "bytes", Original = "original", First = "first", Second = "second",
        Steps = "steps", Action = "action", Of = "of", Do = "do", Window = "window", Minutes = "minutes", Scope = "scope";

    /// <summary>Values of <see cref="Kind"/>.</summary>
    public const string TwoPersons = "two-persons", Go = "go", NoGo = "no-go", Again = "again", Later = "later", CommandBegun = "command-begun", CommandEnded = "command",
        FileKept = "file", Typed = "typed", Torn = "torn-line";

    /// <summary>The value of <see cref="Scope"/> for a back-out after which the run goes on.</summary>
    public const string Part = "part";
}
