using Microsoft.Data.Sqlite;
using Tandem.Core;
using Tandem.Core.Schema;

namespace Tandem.History;

/// <summary>
/// The writing end of history: what happened, as rows, together with the position of the journal that they reach, in
/// one transaction. Rows at or below the position are there already: writing again what was written changes nothing.
/// </summary>
/// <remarks>Used by one thread at a time. Readers open <see cref="HistoryQueries"/> beside it.</remarks>
public sealed class HistoryDatabase : IDisposable
{
    readonly SqliteConnection _connection;
    readonly RecordWriter _records;
    readonly SqliteCommand _readPosition, _reach;

    HistoryDatabase(SqliteConnection connection, string path, string instance, int generation, long generationFrom)
    {
        Path = path;
        _connection = connection;
        _records = new RecordWriter(connection, instance, generation);

        _readPosition = connection.CreateCommand();
        _readPosition.CommandText = "SELECT position FROM position WHERE instance = $instance AND generation = $generation";
        _readPosition.Parameters.AddWithValue("$instance", instance);
        _readPosition.Parameters.AddWithValue("$generation", generation);

        _reach = connection.CreateCommand();
        _reach.CommandText = """
            INSERT INTO position(instance, generation, position) VALUES($instance, $generation, $position)
            ON CONFLICT DO UPDATE SET position = excluded.position
            """;
        _reach.Parameters.AddWithValue("$instance", instance);
        _reach.Parameters.AddWithValue("$generation", generation);
        _reach.Parameters.AddWithValue("$position", 0L);

        Position = Begin(instance, generation, generationFrom);
    }

    /// <summary>Makes the file where there is none.</summary>
    /// <param name="generation">Of ids and positions: a restored backup opens a new one.</param>
    /// <param name="generationFrom">The last position of the backup that this generation goes on from: up to there history may have the rows already.</param>
    /// <exception cref="HistoryIsNewerException">A newer release has written here.</exception>
    /// <exception cref="SqliteException">The file cannot be opened, or is no database.</exception>
    public static HistoryDatabase Open(string path, string instance, int generation, long generationFrom = 0)
    {
        SystemSqlite.Use();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            // Seconds to wait for another writer's lock; then the logger tells, and tries again.
            DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            HistorySchema.Prepare(connection, path);
            // FULL: a position that is told survives a power cut, so that the journal may be trimmed up to it.
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            return new HistoryDatabase(connection, path, instance, generation, generationFrom);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>All records of the journal up to this position are in the database, for good; 0 before the first.</summary>
    public long Position { get; private set; }

    /// <summary>Reached just before a commit: where a test copies the files, as a kill would leave them.</summary>
    internal Action? Committing { get; set; }

    /// <summary>The most pages the file may have: how a test fills the disk.</summary>
    internal int? PagesMax { get; set; }

    /// <summary>Writes the records and the position reached in one transaction; all or nothing.</summary>
    /// <param name="records">By rising position; the records of a position in their order and all of them together.</param>
    /// <param name="reachedPosition">Not below the records' positions.</param>
    /// <returns>How many rows were new.</returns>
    /// <exception cref="SqliteException">Nothing was written.</exception>
    public int Write(IReadOnlyList<(long Position, Record Record)> records, long reachedPosition)
    {
        if (PagesMax is { } pages) _connection.Execute($"PRAGMA max_page_count = {pages}");
        // Not the driver's transaction: after a COMMIT that a full disk refused it believes for ever that one is open.
        _connection.Execute("BEGIN IMMEDIATE");
        int written;
        long reached;
        try
        {
            (written, reached) = WriteRows(records, reachedPosition);
            Committing?.Invoke();
            _connection.Execute("COMMIT");
        }
        catch
        {
            RollBack();
            throw;
        }
        Position = reached;
        return written;
    }

    (int Written, long Reached) WriteRows(IReadOnlyList<(long Position, Record Record)> records, long reachedPosition)
    {
        long reached = ReadPosition();
        int written = 0;
        int ordinal = 0;
        long last = 0;
        foreach ((long position, Record record) in records)
        {
            Invariant.That(position >= last && position <= reachedPosition);
            ordinal = position == last ? ordinal + 1 : 0;
            last = position;
            if (position <= reached) continue;
            _records.Write(position, ordinal, record);
            written++;
        }
        reached = Math.Max(reached, reachedPosition);
        _reach.Parameters["$position"].Value = reached;
        _reach.ExecuteNonQuery();
        return (written, reached);
    }

    void RollBack()
    {
        try
        {
            _connection.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself: so it does on a full disk and a failed write.
        }
    }

    public void Dispose()
    {
        _records.Dispose();
        _readPosition.Dispose();
        _reach.Dispose();
        _connection.Dispose();
    }

    /// <summary>A generation that has just opened begins where the one before it had come to, but not after its own beginning.</summary>
    long Begin(string instance, int generation, long generationFrom)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = """
            INSERT OR IGNORE INTO position(instance, generation, position)
            SELECT $instance, $generation, min($from, coalesce(
              (SELECT position FROM position WHERE instance = $instance AND generation < $generation ORDER BY generation DESC LIMIT 1), 0))
            """;
        command.Parameters.AddWithValue("$instance", instance);
        command.Parameters.AddWithValue("$generation", generation);
        command.Parameters.AddWithValue("$from", generationFrom);
        command.ExecuteNonQuery();
        return ReadPosition();
    }

    long ReadPosition() => (long)(_readPosition.ExecuteScalar() ?? 0L);
}
