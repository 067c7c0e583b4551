using Microsoft.Data.Sqlite;

namespace Tandem.History;

/// <summary>An INSERT into one table, prepared once and run for every row.</summary>
sealed class RowWriter : IDisposable
{
    readonly SqliteCommand _insert;

    public RowWriter(SqliteConnection connection, string table, params ReadOnlySpan<string> columns)
    {
        _insert = connection.CreateCommand();
        foreach (string column in columns) _insert.Parameters.Add(new SqliteParameter { ParameterName = $"${column}" });
        _insert.CommandText = $"INSERT INTO {table}({string.Join(", ", columns!)}) VALUES({string.Join(", ", columns.ToArray().Select(column => $"${column}"))})";
        _insert.Prepare();
    }

    /// <param name="values">In the columns' order.</param>
    public void Write(params ReadOnlySpan<object> values)
    {
        for (int index = 0; index < values.Length; index++) _insert.Parameters[index].Value = values[index];
        _insert.ExecuteNonQuery();
    }

    public void Dispose() => _insert.Dispose();
}
