namespace Tandem.History.Compare;

/// <summary>Which positions of a generation a history covers: all of their records are there, and no others.</summary>
/// <param name="KeptFrom">Rows before it were removed on purpose, or belong to the generation before.</param>
/// <param name="Reached">The last position.</param>
public sealed record HistoryExtent(string Instance, int Generation, long KeptFrom, long Reached);

/// <summary>The positions <paramref name="From"/> to <paramref name="To"/>, both included, in stretches of <paramref name="Length"/>.</summary>
public sealed record HistoryRange(string Instance, int Generation, long From, long To, long Length);

/// <summary>What a table has in a stretch that begins at <paramref name="From"/>. Stretches without rows have none.</summary>
/// <param name="Digest">SHA-256 of the rows in their order, each as key and columns, in hexadecimal.</param>
public sealed record StretchDigest(long From, string Table, long Rows, string Digest);

/// <summary>A row as text, in the order of its table's columns.</summary>
public sealed record ComparedRow(string Table, long Position, int Ordinal, IReadOnlyList<string> Values);

/// <summary>One of two histories that are compared: a database, or a node that is asked.</summary>
public interface IHistoryReader
{
    /// <summary>For people: where it is.</summary>
    string Name { get; }

    Task<IReadOnlyList<HistoryExtent>> ExtentsAsync(CancellationToken stop);

    /// <summary>By rising stretch, in each by table.</summary>
    Task<IReadOnlyList<StretchDigest>> DigestsAsync(HistoryRange range, CancellationToken stop);

    /// <summary>All rows of a short range, by table, position and ordinal.</summary>
    Task<IReadOnlyList<ComparedRow>> RowsAsync(HistoryRange range, CancellationToken stop);
}
