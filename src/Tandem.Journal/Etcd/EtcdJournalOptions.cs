namespace Tandem.Journal;

public sealed record EtcdJournalOptions
{
    /// <summary>The name under which this node tells what its mirror has: A or B.</summary>
    public required string Side { get; init; }
    /// <summary>The most that one request carries of entries. etcd's requests end at 1.5 MB.</summary>
    public int BatchBytesMax { get; init; } = 1 << 20;
    /// <summary>The largest entry: a configuration of some 300,000 agents.</summary>
    public int EntryBytesMax { get; init; } = 32 << 20;
    /// <summary>Proposals that are not committed yet: at 20,000 entries a second, 1.6 s.</summary>
    public int QueueEntriesMax { get; init; } = 32 * 1024;
    public long QueueBytesMax { get; init; } = 64 << 20;
    /// <summary>Batches begin at least so long after one another: under load fewer, larger ones, for half the CPU of all members. The first after a pause does not wait.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(2);
    /// <summary>A batch that is not in after this time makes the journal <see cref="JournalState.Stalled"/>.</summary>
    public TimeSpan StalledAfter { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>A member that says nothing to a watcher for so long is left for the next.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromMilliseconds(300);
    /// <summary>How long <see cref="EtcdJournal.OpenAsync"/> and <see cref="IJournal.TakeIncarnation"/> wait for the cluster.</summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(30);
    public long MirrorSegmentBytes { get; init; } = 16 << 20;
    /// <summary>Where what the mirror no longer needs goes; null drops it.</summary>
    public Archive? Archive { get; init; }
    /// <summary>How often the mirror is made durable, what it has is told, and the cluster is looked at.</summary>
    public TimeSpan KeepEvery { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>How often the cluster is compacted up to what all live sides have.</summary>
    public TimeSpan CompactEvery { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>A side that has not told its mark for so long is not waited for: it will fetch what it lacks from the other.</summary>
    public TimeSpan AbsentAfter { get; init; } = TimeSpan.FromMinutes(10);
    /// <summary>The cluster's <c>--quota-backend-bytes</c>; etcd 3.4 does not tell it.</summary>
    public long QuotaBytes { get; init; } = 2L << 30;
}
