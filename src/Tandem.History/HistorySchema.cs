namespace Tandem.History;

/// <summary>One of the tables of records: the key that all have, and its own columns.</summary>
/// <param name="Texts">Which of the columns are text; all others are 64-bit integers.</param>
sealed record HistoryTable(string Name, string[] Columns, string[] Texts)
{
    public static readonly string[] Key = ["instance", "generation", "position", "ordinal"];

    readonly bool[] _isText = [.. Columns.Select(column => Texts.Contains(column))];

    public bool IsText(int column) => _isText[column];

    public string AllColumns { get; } = string.Join(", ", Key.Concat(Columns));
}

/// <summary>
/// The tables, for both kinds of databases (docs/history.md tells what each column means). Wall-clock times are Unix
/// microseconds, others durations in microseconds.
/// </summary>
static class HistorySchema
{
    /// <summary>A release reads the versions before it and brings them up. SQLite: <c>PRAGMA user_version</c>; PostgreSQL: table history_schema.</summary>
    public const int Version = 2;

    public static readonly HistoryTable Termination = new("termination_call_detail",
        ["call", "part", "dialed", "calling", "call_type", "skill_group", "agent", "device", "disposition", "start_unix_us", "end_unix_us",
         "queue_us", "ring_us", "talk_us", "hold_us", "work_us", "wait_us", "variables", "status", "by_default_label"],
        ["dialed", "calling", "call_type", "skill_group", "agent", "device", "variables"]);

    public static readonly HistoryTable Route = new("route_call_detail",
        ["call", "dialed", "calling", "call_type", "label", "start_unix_us", "end_unix_us", "steps", "error"],
        ["dialed", "calling", "call_type", "label", "steps"]);

    public static readonly HistoryTable AgentEvent = new("agent_event_detail",
        ["agent", "unix_us", "state", "reason", "previous_state", "previous_us", "call", "actor"],
        ["agent", "actor"]);

    /// <summary>Their order is part of what verify's digests mean: new ones come at the end.</summary>
    public static readonly HistoryTable[] Tables = [Termination, Route, AgentEvent];

    const string Create = """
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

    /// <summary>Version 2: the first position whose rows are kept, so that rows removed on purpose can be told from rows that are missing.</summary>
    const string KeptFrom = "ALTER TABLE position ADD COLUMN kept_from INTEGER NOT NULL DEFAULT 1;";

    /// <summary>Statements that bring a database of a version, 0 for an empty one, to this release's.</summary>
    public static string ForSqlite(long version) => version == 0 ? $"{Create}{KeptFrom}" : KeptFrom;

    /// <summary>There INTEGER has 32 bits, and every table has its rows in a heap. The first version there was 2.</summary>
    public static string ForPostgres { get; } =
        $"{Create}{KeptFrom}".Replace("INTEGER", "BIGINT", StringComparison.Ordinal).Replace(" WITHOUT ROWID", "", StringComparison.Ordinal);
}
