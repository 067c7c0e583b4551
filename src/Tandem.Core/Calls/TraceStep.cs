using Tandem.Core.Schema;

namespace Tandem.Core.Calls;

/// <summary>
/// A step of a call's route as the call keeps it: in one array with the others, its words not written yet. Most calls are
/// never asked why; a step becomes a <see cref="RouteStep"/> when somebody does, in snapshots and in history.
/// </summary>
readonly record struct TraceStep(Instant Time, long Position, string Script, long ScriptVersion, string Node, string Kind, string Choice, TraceReason Reason)
{
    public static TraceStep From(RouteStep step) =>
        new(new Instant(step.TimeUs), step.Position, step.Script, step.ScriptVersion, step.Node, step.Kind, step.Choice, new TraceReason(step.Reason));

    public RouteStep ToRouteStep() => new()
    {
        TimeUs = Time.Us,
        Position = Position,
        Script = Script,
        ScriptVersion = ScriptVersion,
        Node = Node,
        Kind = Kind,
        Choice = Choice,
        Reason = Reason.ToString(),
    };
}

/// <summary>Why: words, or the figures of an offer's candidates, which become words when they are read.</summary>
readonly record struct TraceReason(string Words)
{
    public string? Group { get; private init; }
    public string? Next { get; private init; }
    public int Count { get; private init; }
    public long WaitedUs { get; private init; }
    public long NextWaitedUs { get; private init; }

    public static implicit operator TraceReason(string words) => new(words);

    /// <summary>The agent was available for longest of so many in the group; and who would have been next.</summary>
    public static TraceReason LongestAvailable(string group, int of, Span waited, string? next, Span nextWaited) =>
        new("longest available") { Group = group, Count = of, WaitedUs = waited.Us, Next = next, NextWaitedUs = nextWaited.Us };

    /// <summary>The agent became available, and the call's turn had come.</summary>
    public static TraceReason BecameAvailable(string group, int of, Span waited) =>
        new("became available; longest waiting") { Group = group, Count = of, WaitedUs = waited.Us };

    public override string ToString() =>
        Group is null ? Words
        : Next is null ? $"{Words} of {Count} in {Group}, {WaitedUs / 1000} ms"
        : $"{Words} of {Count} in {Group}, {WaitedUs / 1000} ms; next {Next}, {NextWaitedUs / 1000} ms";
}
