using Microsoft.Data.Sqlite;

namespace Tandem.History.Sqlite;

/// <summary>History in a SQLite file.</summary>
sealed class SqliteHistory(HistoryAddress address, string instance, int generation, long generationFrom)
    : HistoryDatabase(address, instance, generation, generationFrom)
{
    readonly RecordRows _records = new();
    readonly Dictionary<HistoryTable, RowInsert> _inserts = [];
    SqliteConnection? _connection;
    SqliteCommand? _readPosition, _reach;
    FileIdentity? _identity;

    /// <summary>The most pages the file may have: how a test fills the disk.</summary>
    internal int? PagesMax { get; set; }

    private protected override bool IsConnected => _connection is not null;

    /// <summary>A file that was removed or replaced is written on by whoever has it open, and nobody will ever read it.</summary>
    private protected override bool IsReplaced() => _identity != FileIdentity.Of(Address.File!);

    private protected override void Open()
    {
        SystemSqlite.Use();
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Address.File,
            Pooling = false,
            // Seconds to wait for another writer's lock; then the logger tells, and tries again.
            DefaultTimeout = 1,
        }.ToString());
        _connection.Open();
        Prepare(_connection);
        // FULL: a position that is told survives a power cut, so that the journal may be trimmed up to it.
        Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        _identity = FileIdentity.Of(Address.File!);

        foreach (HistoryTable table in HistorySchema.Tables) _inserts[table] = new RowInsert(_connection, table, Instance, Generation);
        _readPosition = Command("SELECT position FROM position WHERE instance = $instance AND generation = $generation", Generation);
        _reach = Command("UPDATE position SET position = $position WHERE instance = $instance AND generation = $generation", Generation);
        _reach.Parameters.AddWithValue("$position", 0L);
    }

    void Prepare(SqliteConnection connection)
    {
        using SqliteCommand ask = connection.CreateCommand();
        ask.CommandText = "PRAGMA user_version";
        long version = (long)ask.ExecuteScalar()!;
        if (version > HistorySchema.Version) throw new HistoryIsNewerException(Address, version);
        if (version == HistorySchema.Version) return;
        Execute($"BEGIN IMMEDIATE; {HistorySchema.ForSqlite(version)} PRAGMA user_version = {HistorySchema.Version}; COMMIT;");
    }

    private protected override void Disconnect()
    {
        foreach (RowInsert insert in _inserts.Values) insert.Dispose();
        _inserts.Clear();
        _readPosition?.Dispose();
        _reach?.Dispose();
        _connection?.Dispose();
        (_connection, _readPosition, _reach) = (null, null, null);
    }

    private protected override void BeginTransaction()
    {
        if (PagesMax is { } pages) Execute($"PRAGMA max_page_count = {pages}");
        // Not the driver's transaction: after a COMMIT that a full disk refused it believes for ever that one is open.
        Execute("BEGIN IMMEDIATE");
    }

    private protected override void Commit() => Execute("COMMIT");

    private protected override long? ReadPosition(bool forWriting) => (long?)_readPosition!.ExecuteScalar();

    private protected override long PositionBefore(int generation)
    {
        using SqliteCommand command = Command("SELECT position FROM position WHERE instance = $instance AND generation < $generation ORDER BY generation DESC LIMIT 1", generation);
        return (long?)command.ExecuteScalar() ?? 0;
    }

    private protected override long Begin(long position)
    {
        using SqliteCommand command = Command("INSERT OR IGNORE INTO position(instance, generation, position, kept_from) VALUES($instance, $generation, $position, $position + 1)", Generation);
        command.Parameters.AddWithValue("$position", position);
        command.ExecuteNonQuery();
        return (long)_readPosition!.ExecuteScalar()!;
    }

    private protected override void Insert(List<HistoryRow> rows)
    {
        foreach (HistoryRow row in rows)
        {
            if (RecordRows.TableOf(row.Record) is not { } table) continue;
            RowInsert insert = _inserts[table];
            insert.Begin(row.Position, row.Ordinal);
            _records.Write(row.Record, insert);
            insert.End();
        }
    }

    private protected override void Reach(long position)
    {
        _reach!.Parameters["$position"].Value = position;
        _reach.ExecuteNonQuery();
    }

    private protected override void RemoveAfter(HistoryTable table, long position)
    {
        using SqliteCommand command = Command($"DELETE FROM {table.Name} WHERE instance = $instance AND generation = $generation AND position > $after", Generation);
        command.Parameters.AddWithValue("$after", position);
        command.ExecuteNonQuery();
    }

    SqliteCommand Command(string sql, int generation)
    {
        SqliteCommand command = _connection!.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$instance", Instance);
        command.Parameters.AddWithValue("$generation", generation);
        return command;
    }

    void Execute(string sql)
    {
        using SqliteCommand command = _connection!.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>An INSERT into one table, prepared once and run for every row.</summary>
    sealed class RowInsert : IRowSink, IDisposable
    {
        readonly SqliteCommand _insert;
        int _next;

        public RowInsert(SqliteConnection connection, HistoryTable table, string instance, int generation)
        {
            _insert = connection.CreateCommand();
            foreach (string column in HistoryTable.Key.Concat(table.Columns)) _insert.Parameters.Add(new SqliteParameter { ParameterName = $"${column}" });
            _insert.CommandText = $"INSERT INTO {table.Name}({table.AllColumns}) VALUES(${table.AllColumns.Replace(", ", ", $", StringComparison.Ordinal)})";
            _insert.Prepare();
            _insert.Parameters[0].Value = instance;
            _insert.Parameters[1].Value = (long)generation;
        }

        public void Begin(long position, int ordinal)
        {
            _next = 2;
            Write(position);
            Write(ordinal);
        }

        public void Write(long value) => _insert.Parameters[_next++].Value = value;
        public void Write(string value) => _insert.Parameters[_next++].Value = value;
        public void End() => _insert.ExecuteNonQuery();
        public void Dispose() => _insert.Dispose();
    }
}
