namespace Tandem.Journal;

public enum JournalState
{
    Accepting,
    /// <summary>Nothing is committed for the time being; it is tried again by itself. New work is taken as long as the bounded queue has room.</summary>
    Stalled,
    /// <summary>The disk is full: entries of calls in progress go to the reserve, new work is refused. Ends by itself when room returns.</summary>
    Reserve,
    /// <summary>The reserve is used up too, or etcd's quota. Ends by itself when room returns; etcd's when its alarm is disarmed, too.</summary>
    Full,
    /// <summary>Nothing is committed any more, and nothing is retried: the process must be started again.</summary>
    Failed,
}

/// <param name="Reason">For people; empty while accepting.</param>
public sealed record JournalHealth(JournalState State, string Reason)
{
    public static readonly JournalHealth Accepting = new(JournalState.Accepting, "");
}

/// <summary>Entries refused since the start.</summary>
public sealed class RefusalCounts
{
    readonly long[] _counts = new long[Enum.GetValues<Refusal>().Length];

    public long this[Refusal reason] => Interlocked.Read(ref _counts[(int)reason]);
    internal Refusal Count(Refusal reason, int entries = 1)
    {
        Interlocked.Add(ref _counts[(int)reason], entries);
        return reason;
    }
}
