namespace Tandem.Journal;

public sealed record ArchiveOptions
{
    /// <summary>A folder of its own; made when it is missing.</summary>
    public required string Folder { get; init; }
    /// <summary>The release that lived these entries: the one that archives them.</summary>
    public required string Release { get; init; }
    /// <summary>The decision level in force, as far as it is known when a segment is archived; 0 before there are levels.</summary>
    public Func<int> DecisionLevel { get; init; } = static () => 0;
    /// <summary>The oldest segments go when it grows beyond this. Compressed entries take about a sixth of their size.</summary>
    public long BytesMax { get; init; } = 20L << 30;
}
