using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Tandem.History.Compare;

/// <summary>
/// A row's columns in the form that both kinds of databases are compared in: for each column four bytes of length and the
/// value, an integer as eight bytes, a text as UTF-8; numbers with the highest byte first. It is how PostgreSQL's binary
/// COPY writes them, so there nothing is to be converted.
/// </summary>
static class RowEncoding
{
    public static void Integer(ArrayBufferWriter<byte> row, long value)
    {
        Span<byte> to = row.GetSpan(12);
        BinaryPrimitives.WriteInt32BigEndian(to, 8);
        BinaryPrimitives.WriteInt64BigEndian(to[4..], value);
        row.Advance(12);
    }

    public static void Text(ArrayBufferWriter<byte> row, ReadOnlySpan<byte> utf8)
    {
        Span<byte> to = row.GetSpan(4 + utf8.Length);
        BinaryPrimitives.WriteInt32BigEndian(to, utf8.Length);
        utf8.CopyTo(to[4..]);
        row.Advance(4 + utf8.Length);
    }

    public static string[] Values(HistoryTable table, ReadOnlySpan<byte> row)
    {
        var values = new string[table.Columns.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(row);
            ReadOnlySpan<byte> value = row.Slice(4, length);
            values[i] = table.IsText(i) ? Encoding.UTF8.GetString(value) : BinaryPrimitives.ReadInt64BigEndian(value).ToString(CultureInfo.InvariantCulture);
            row = row[(4 + length)..];
        }
        return values;
    }
}

/// <param name="columns">As <see cref="RowEncoding"/> writes them; valid during the call.</param>
delegate void TakeRow(long position, int ordinal, ReadOnlySpan<byte> columns);
