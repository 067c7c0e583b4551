using System.Globalization;

namespace Tandem.Journal.Snapshots;

/// <summary>
/// A snapshot's name and frame: 32 bytes of head (magic, format, generation, position), the items, each behind its length
/// (4 bytes), and 32 bytes of foot (magic, count of items, hash, checksum of all before it).
/// </summary>
sealed record SnapshotFile(int Generation, long Position)
{
    public const int Format = 1;
    public const int HeadBytes = 32, FootBytes = 32;
    public static ReadOnlySpan<byte> HeadMagic => "TANDEMS\n"u8;
    public static ReadOnlySpan<byte> FootMagic => "TSNPEND\n"u8;

    public string Name => $"snapshot-{Generation}-{Position:D12}.snap";

    public static SnapshotFile? Parse(string name)
    {
        if (!name.StartsWith("snapshot-", StringComparison.Ordinal) || !name.EndsWith(".snap", StringComparison.Ordinal)) return null;
        string[] parts = name[..^5].Split('-');
        return parts.Length == 3
            && int.TryParse(parts[1], NumberStyles.None, null, out int generation)
            && long.TryParse(parts[2], NumberStyles.None, null, out long position) ? new SnapshotFile(generation, position) : null;
    }
}
