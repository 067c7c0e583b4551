using Microsoft.Data.Sqlite;

namespace Tandem.History;

/// <summary>The tables (docs/history.md tells what each column means). Wall-clock times are Unix microseconds, others durations in microseconds.</summary>
static class HistorySchema
{
    /// <summary>In <c>PRAGMA user_version</c>. A release reads the versions before it and brings them up.</summary>
    public const int Version = 1;

    const string Tables = """
        CREATE TABLE position(
          instance TEXT NOT NULL, generation INTEGER NOT NULL, position INTEGER NOT NULL,
          PRIMARY KEY(instance, generation)) WITHOUT ROWID;

        CREATE TABLE termination_call_detail(
          instance TEXT NOT NULL, generation INTEGER NOT NULL, position INTEGER NOT NULL, ordinal INTEGER NOT NULL,
          call INTEGER NOT NULL, part INTEGER NOT NULL, dialed TEXT NOT NULL, calling TEXT NOT NULL, call_type TEXT NOT NULL,
          skill_group TEXT NOT NULL, agent TEXT NOT NULL, device TEXT NOT NULL, disposition INTEGER NOT NULL,
          start_unix_us INTEGER NOT NULL, end_unix_us INTEGER NOT NULL, queue_us INTEGER NOT NULL, ring_us INTEGER NOT NULL,
          talk_us INTEGER NOT NULL, hold_us INTEGER NOT NULL, work_us INTEGER NOT NULL, wait_us INTEGER NOT NULL,
          variables TEXT NOT NULL, status INTEGER NOT NULL, by_default_label INTEGER NOT NULL,
          PRIMARY KEY(instance, generation, position, ordinal)) WITHOUT ROWID;
        CREATE INDEX termination_by_call ON termination_call_detail(instance, call, part);
        CREATE INDEX termination_of_calls ON termination_call_detail(instance, generation, position, ordinal) WHERE part = 0;

        CREATE TABLE route_call_detail(
          instance TEXT NOT NULL, generation INTEGER NOT NULL, position INTEGER NOT NULL, ordinal INTEGER NOT NULL,
          call INTEGER NOT NULL, dialed TEXT NOT NULL, calling TEXT NOT NULL, call_type TEXT NOT NULL, label TEXT NOT NULL,
          start_unix_us INTEGER NOT NULL, end_unix_us INTEGER NOT NULL, steps TEXT NOT NULL, error INTEGER NOT NULL,
          PRIMARY KEY(instance, generation, position, ordinal)) WITHOUT ROWID;
        CREATE INDEX route_by_call ON route_call_detail(instance, call);

        CREATE TABLE agent_event_detail(
          instance TEXT NOT NULL, generation INTEGER NOT NULL, position INTEGER NOT NULL, ordinal INTEGER NOT NULL,
          agent TEXT NOT NULL, unix_us INTEGER NOT NULL, state INTEGER NOT NULL, reason INTEGER NOT NULL,
          previous_state INTEGER NOT NULL, previous_us INTEGER NOT NULL, call INTEGER NOT NULL, actor TEXT NOT NULL,
          PRIMARY KEY(instance, generation, position, ordinal)) WITHOUT ROWID;
        CREATE INDEX agent_event_by_agent ON agent_event_detail(instance, agent, unix_us);
        """;

    /// <summary>Makes the tables where there are none.</summary>
    /// <exception cref="HistoryIsNewerException">A newer release has written here.</exception>
    public static void Prepare(SqliteConnection connection, string path)
    {
        long version = (long)connection.Scalar("PRAGMA user_version")!;
        if (version > Version) throw new HistoryIsNewerException(path, version);
        if (version == Version) return;
        using SqliteTransaction transaction = connection.BeginTransaction();
        connection.Execute($"{Tables}; PRAGMA user_version = {Version};", transaction);
        transaction.Commit();
    }

    public static void Execute(this SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    public static object? Scalar(this SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}

/// <summary>The database was written by a newer release: this one must not touch it.</summary>
public sealed class HistoryIsNewerException(string path, long version)
    : Exception($"{path} has schema version {version}, and this release knows up to {HistorySchema.Version}: start the newer release, or restore the history of this one");
