using Npgsql;
using NpgsqlTypes;

namespace Tandem.History.Postgres;

/// <summary>History in a PostgreSQL database. Rows go in by COPY, a table after the other, in the transaction of their position.</summary>
sealed class PostgresHistory(HistoryAddress address, string instance, int generation, long generationFrom)
    : HistoryDatabase(address, instance, generation, generationFrom)
{
    /// <summary>Whoever makes or brings up the tables holds this lock ("tandem" in ASCII).</summary>
    const long SchemaLock = 0x74616e64656d;

    readonly RecordRows _records = new();
    NpgsqlConnection? _connection;
    NpgsqlTransaction? _transaction;

    private protected override bool IsConnected => _connection is not null;

    private protected override void Open()
    {
        _connection = new NpgsqlConnection(Address.ConnectionString());
        _connection.Open();
        if (Scalar("SHOW server_encoding") is not "UTF8") throw new HistoryException($"{Address} has the encoding {Scalar("SHOW server_encoding")}: make the database with ENCODING 'UTF8'");
        // A position that is told must survive a crash of the server, whatever its configuration prefers.
        Scalar("SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'");
        Prepare();
    }

    void Prepare()
    {
        if (KnownVersion() is not null) return;
        // The session's, not the transaction's: what is looked up within a transaction may be what was true at its beginning.
        Scalar($"SELECT pg_advisory_lock({SchemaLock})");
        if (KnownVersion() is null)
        {
            using NpgsqlTransaction transaction = _connection!.BeginTransaction();
            Scalar($"{HistorySchema.ForPostgres} CREATE TABLE history_schema(version BIGINT NOT NULL); INSERT INTO history_schema VALUES({HistorySchema.Version});");
            transaction.Commit();
        }
        Scalar($"SELECT pg_advisory_unlock({SchemaLock})");
    }

    /// <summary>Null: there are no tables yet.</summary>
    long? KnownVersion()
    {
        if (Scalar("SELECT to_regclass('history_schema')::text") is not string) return null;
        long? version = (long?)Scalar("SELECT max(version) FROM history_schema");
        return version > HistorySchema.Version ? throw new HistoryIsNewerException(Address, version.Value) : version;
    }

    private protected override void Disconnect()
    {
        NpgsqlConnection? connection = _connection;
        (_connection, _transaction) = (null, null);
        try
        {
            connection?.Dispose();
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException)
        {
            // It was broken; it is given up all the same.
        }
    }

    private protected override void BeginTransaction() => _transaction = _connection!.BeginTransaction();

    private protected override void Commit()
    {
        _transaction!.Commit();
        _transaction.Dispose();
        _transaction = null;
    }

    private protected override long? ReadPosition(bool forWriting) =>
        (long?)Scalar($"SELECT position FROM position WHERE instance = $1 AND generation = $2{(forWriting ? " FOR UPDATE" : "")}", Instance, (long)Generation);

    private protected override long PositionBefore(int generation) =>
        (long?)Scalar("SELECT position FROM position WHERE instance = $1 AND generation < $2 ORDER BY generation DESC LIMIT 1", Instance, (long)generation) ?? 0;

    private protected override long Begin(long position)
    {
        Scalar("INSERT INTO position(instance, generation, position, kept_from) VALUES($1, $2, $3, $3 + 1) ON CONFLICT DO NOTHING", Instance, (long)Generation, position);
        return ReadPosition(forWriting: false)!.Value;
    }

    private protected override void Reach(long position) =>
        Scalar("UPDATE position SET position = $3 WHERE instance = $1 AND generation = $2", Instance, (long)Generation, position);

    private protected override void RemoveAfter(HistoryTable table, long position) =>
        Scalar($"DELETE FROM {table.Name} WHERE instance = $1 AND generation = $2 AND position > $3", Instance, (long)Generation, position);

    private protected override void Insert(List<HistoryRow> rows)
    {
        foreach (HistoryTable table in HistorySchema.Tables)
        {
            Copy? copy = null;
            try
            {
                foreach (HistoryRow row in rows)
                {
                    if (RecordRows.TableOf(row.Record) != table) continue;
                    copy ??= new Copy(_connection!, table);
                    copy.Begin(Instance, Generation, row);
                    _records.Write(row.Record, copy);
                }
                copy?.Complete();
            }
            finally
            {
                copy?.Dispose();
            }
        }
    }

    object? Scalar(string sql, params ReadOnlySpan<object> parameters)
    {
        using var command = new NpgsqlCommand(sql, _connection);
        foreach (object parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command.ExecuteScalar() is var value and not DBNull ? value : null;
    }

    /// <summary>The rows of one table on their way.</summary>
    sealed class Copy(NpgsqlConnection connection, HistoryTable table) : IRowSink, IDisposable
    {
        readonly NpgsqlBinaryImporter _importer = connection.BeginBinaryImport($"COPY {table.Name}({table.AllColumns}) FROM STDIN (FORMAT BINARY)");

        public void Begin(string instance, int generation, in HistoryRow row)
        {
            _importer.StartRow();
            Write(instance);
            Write(generation);
            Write(row.Position);
            Write(row.Ordinal);
        }

        public void Write(long value) => _importer.Write(value, NpgsqlDbType.Bigint);
        public void Write(string value) => _importer.Write(value, NpgsqlDbType.Text);
        public void Complete() => _importer.Complete();
        public void Dispose() => _importer.Dispose();
    }
}
