using Microsoft.Data.Sqlite;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.History;
using Record = Tandem.Core.Schema.Record;

namespace Tandem.Tests.History;

/// <summary>A history database in a folder of its own, and records to write there.</summary>
public sealed class HistoryDesk : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public HistoryDesk() => Path = _folder["history.db"];

    public string Path { get; }

    public HistoryDatabase Open() => HistoryDatabase.Open(Path, "main", generation: 1);

    public HistoryQueries Queries => new(Path, "main");

    /// <summary>Positions first..last, two records each: an agent's event and a finished call.</summary>
    public static (long Position, Record Record)[] Records(long first, long last) =>
        [.. Enumerable.Range((int)first, (int)(last - first + 1)).SelectMany(position => At(position).Select(record => ((long)position, record)))];

    public static Record[] At(long position) =>
    [
        new Record { AgentEvent = new AgentEventDetail { Agent = "ana", State = 3, UnixUs = position * 1000 } },
        new Record { Termination = new TerminationCallDetail { Call = EntityId.Pack(1, position, 0), Dialed = "1000", Disposition = 13 } },
    ];

    /// <summary>The files as a process killed now would leave them, opened again.</summary>
    public HistoryDesk AfterKill()
    {
        var after = new HistoryDesk();
        foreach (string end in (string[])["", "-wal"]) File.Copy(Path + end, after.Path + end);
        return after;
    }

    /// <summary>"position.ordinal" of all rows of a table, in order.</summary>
    public string[] Rows(string table)
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT position, ordinal FROM {table} ORDER BY generation, position, ordinal";
        using SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add($"{reader.GetInt64(0)}.{reader.GetInt64(1)}");
        return [.. rows];
    }

    public void Execute(string sql)
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>A second connection, as another program would have it.</summary>
    public SqliteConnection Connect()
    {
        SystemSqlite.Use();
        var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        return connection;
    }

    public void Dispose() => _folder.Dispose();
}
