using System.Buffers;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tandem.History.Compare;

namespace Tandem.History.Sqlite;

/// <summary>Reads many rows quickly: without an object for each value.</summary>
static class SqliteRows
{
    public static void Read(SqliteConnection connection, HistoryTable table, HistoryRange range, TakeRow take, CancellationToken stop)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT position, ordinal, {string.Join(", ", table.Columns)} FROM {table.Name} " +
            "WHERE instance = $instance AND generation = $generation AND position BETWEEN $from AND $to ORDER BY position, ordinal";
        command.Parameters.AddWithValue("$instance", range.Instance);
        command.Parameters.AddWithValue("$generation", range.Generation);
        command.Parameters.AddWithValue("$from", range.From);
        command.Parameters.AddWithValue("$to", range.To);
        using SqliteDataReader reader = command.ExecuteReader();
        sqlite3_stmt row = reader.Handle!;
        var encoded = new ArrayBufferWriter<byte>();
        while (reader.Read())
        {
            stop.ThrowIfCancellationRequested();
            encoded.ResetWrittenCount();
            for (int i = 0; i < table.Columns.Length; i++)
            {
                if (table.IsText(i)) RowEncoding.Text(encoded, raw.sqlite3_column_blob(row, i + 2));
                else RowEncoding.Integer(encoded, raw.sqlite3_column_int64(row, i + 2));
            }
            take(raw.sqlite3_column_int64(row, 0), raw.sqlite3_column_int(row, 1), encoded.WrittenSpan);
        }
    }
}
