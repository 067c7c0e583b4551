using System.Buffers.Binary;
using Npgsql;
using Tandem.History.Compare;

namespace Tandem.History.Postgres;

/// <summary>Reads many rows quickly: the bytes of a binary COPY as they are.</summary>
static class PostgresRows
{
    /// <summary>"PGCOPY\n\377\r\n\0", flags, length of an extension: none.</summary>
    const int HeaderBytes = 19;

    public static void Read(NpgsqlConnection connection, HistoryTable table, HistoryRange range, TakeRow take, CancellationToken stop)
    {
        // COPY takes no parameters.
        using NpgsqlRawCopyStream copy = connection.BeginRawBinaryCopy(
            $"COPY (SELECT position, ordinal, {string.Join(", ", table.Columns)} FROM {table.Name} " +
            $"WHERE instance = '{range.Instance.Replace("'", "''", StringComparison.Ordinal)}' AND generation = {range.Generation} AND position BETWEEN {range.From} AND {range.To} " +
            "ORDER BY position, ordinal) TO STDOUT (FORMAT BINARY)");
        using var source = new BufferedStream(copy, 1 << 16);
        Span<byte> head = stackalloc byte[HeaderBytes];
        source.ReadExactly(head);
        byte[] row = new byte[4096];
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            source.ReadExactly(head[..2]);
            if (BinaryPrimitives.ReadInt16BigEndian(head) < 0) break;
            source.ReadExactly(head[..12]);
            long position = BinaryPrimitives.ReadInt64BigEndian(head[4..]);
            source.ReadExactly(head[..12]);
            int ordinal = (int)BinaryPrimitives.ReadInt64BigEndian(head[4..]);
            int length = 0;
            for (int i = 0; i < table.Columns.Length; i++)
            {
                if (row.Length < length + 4) Array.Resize(ref row, row.Length * 2);
                source.ReadExactly(row, length, 4);
                int bytes = BinaryPrimitives.ReadInt32BigEndian(row.AsSpan(length));
                length += 4;
                while (row.Length < length + bytes) Array.Resize(ref row, row.Length * 2);
                source.ReadExactly(row, length, bytes);
                length += bytes;
            }
            take(position, ordinal, row.AsSpan(0, length));
        }
    }
}
