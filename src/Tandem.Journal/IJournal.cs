using Tandem.Core.Schema;

namespace Tandem.Journal;

/// <summary>
/// The ordered, durable journal. Positions are dense, from 1. An entry is in the journal once it was committed; until
/// then it may still be lost with its proposer.
/// </summary>
public interface IJournal : IAsyncDisposable
{
    string Instance { get; }
    /// <summary>From 1; a restored backup opens the next.</summary>
    int Generation { get; }
    /// <summary>The oldest entry that can still be read; <c>LastPosition + 1</c> when there is none.</summary>
    long FirstPosition { get; }
    /// <summary>The newest committed entry; 0 before the first.</summary>
    long LastPosition { get; }
    JournalHealth Health { get; }
    /// <summary>What was refused since the start, by reason.</summary>
    RefusalCounts Refusals { get; }

    /// <summary>Raised on the journal's own thread, in order.</summary>
    event Action<JournalHealth>? HealthChanged;

    /// <summary>
    /// A number that no other start of any node has had or will have, and none below <paramref name="atLeast"/>: what is
    /// proposed from now on carries it as its incarnation. Once, before the first proposal; may wait for the journal.
    /// </summary>
    /// <exception cref="JournalException">The journal does not answer.</exception>
    ulong TakeIncarnation(ulong atLeast);

    /// <summary>Begins to deliver committed entries from position <paramref name="from"/> on. Once, and before anything else is delivered.</summary>
    void Start(long from, IJournalSubscriber subscriber);

    /// <summary>
    /// Hands entries over to be committed in this order; takes all or none of them, and returns at once. The proposer has set
    /// their incarnation and sequence, and does not touch them again. Any thread.
    /// </summary>
    /// <returns><see cref="Refusal.None"/>: they will be delivered as committed or refused, unless the journal fails or
    /// the process ends first; then nobody knows, and the journal tells at the next start.</returns>
    Refusal TryPropose(ReadOnlySpan<Entry> entries, Priority priority);

    /// <summary>Committed entries from a position up to the newest. Any thread, also while others propose.</summary>
    IEnumerable<JournaledEntry> Read(long from);

    /// <summary>Entries before this position are no longer needed. As many as is convenient are dropped.</summary>
    void Trim(long before);
}

/// <summary>Called on the journal's own thread, one call at a time: post and return.</summary>
public interface IJournalSubscriber
{
    /// <summary>Entries that are durable, in order and without a gap. The list is the subscriber's to keep.</summary>
    void Committed(long firstPosition, IReadOnlyList<Entry> entries);

    /// <summary>An own proposal that was taken over, but will never be in the journal.</summary>
    void Refused(Entry entry, Refusal reason);
}

public readonly record struct JournaledEntry(long Position, Entry Entry);

/// <summary>Who goes first when there is not room for all.</summary>
public enum Priority
{
    /// <summary>A new call, a login, a configuration: refused while the disk is full.</summary>
    NewWork,
    /// <summary>What calls in progress need to end properly, and the node to live.</summary>
    InProgress,
}

public enum Refusal
{
    None,
    /// <summary>More proposed than the disk takes: the bounded queue is full.</summary>
    QueueFull,
    /// <summary>The disk is full.</summary>
    NoRoom,
    /// <summary>The entry is larger than the journal's limit.</summary>
    TooLarge,
    /// <summary>The journal has failed or is closed.</summary>
    Away,
}

public static class JournalExtensions
{
    public static Refusal TryPropose(this IJournal journal, Entry entry, Priority priority) => journal.TryPropose([entry], priority);
}
