namespace Tandem.Journal;

public sealed record FileJournalOptions
{
    /// <summary>The instance whose journal this is; null takes the one in the folder.</summary>
    public string? Instance { get; init; }
    /// <summary>At 1 MB/s one a minute; replay and trimming go by whole segments.</summary>
    public long SegmentBytes { get; init; } = 64 << 20;
    /// <summary>8 MB are the ends of some 4,000 calls.</summary>
    public long ReserveBytes { get; init; } = 8 << 20;
    /// <summary>The most one flush covers, but for an entry that is larger by itself. etcd's requests end at 1.5 MB.</summary>
    public int FrameBytesMax { get; init; } = 1 << 20;
    /// <summary>The largest entry: a configuration of some 300,000 agents.</summary>
    public int EntryBytesMax { get; init; } = 32 << 20;
    /// <summary>Proposals waiting for the disk: at 20,000 entries a second, 1.6 s.</summary>
    public int QueueEntriesMax { get; init; } = 32 * 1024;
    public long QueueBytesMax { get; init; } = 64 << 20;
    /// <summary>Where trimmed segments go; null drops them.</summary>
    public Archive? Archive { get; init; }
    /// <summary>How often a full disk is asked for room.</summary>
    public TimeSpan RoomRetry { get; init; } = TimeSpan.FromSeconds(1);
}
