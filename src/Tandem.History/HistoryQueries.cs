using System.Data.Common;
using Tandem.Core.Schema;

namespace Tandem.History;

/// <summary>A finished call: part 0 is as its caller lived it, the others are the devices it was offered to.</summary>
public sealed record FinishedCall(long Call, IReadOnlyList<TerminationCallDetail> Parts);

/// <summary>All that is kept of one call.</summary>
public sealed record CallHistory(long Call, IReadOnlyList<TerminationCallDetail> Parts, IReadOnlyList<RouteCallDetail> Routes);

/// <summary>The reading end of history, for any thread, while another writes.</summary>
public sealed class HistoryQueries
{
    readonly HistoryAddress _address;
    readonly string _instance;

    /// <param name="address">A database that <see cref="HistoryDatabase.Open"/> has made: a path or a connection.</param>
    public HistoryQueries(string address, string instance)
        : this(HistoryAddress.Parse(address), instance)
    {
    }

    public HistoryQueries(HistoryAddress address, string instance) => (_address, _instance) = (address, instance);

    /// <summary>The calls that ended last, the latest first.</summary>
    public IReadOnlyList<FinishedCall> LastCalls(int count)
    {
        using DbConnection connection = Open();
        List<TerminationCallDetail> calls = Rows(connection,
            $"SELECT {Termination} FROM termination_call_detail WHERE instance = @instance AND part = 0 ORDER BY generation DESC, position DESC, ordinal DESC LIMIT @count",
            ReadTermination, ("@count", count));
        return [.. calls.Select(call => new FinishedCall(call.Call, PartsOf(connection, call.Call)))];
    }

    /// <summary>Null for a call that history does not know (yet: a call's records come at its end).</summary>
    public CallHistory? Call(long call)
    {
        using DbConnection connection = Open();
        List<TerminationCallDetail> parts = PartsOf(connection, call);
        List<RouteCallDetail> routes = Rows(connection,
            $"SELECT {Route} FROM route_call_detail WHERE instance = @instance AND call = @call ORDER BY generation, position, ordinal",
            ReadRoute, ("@call", call));
        return parts.Count + routes.Count == 0 ? null : new CallHistory(call, parts, routes);
    }

    /// <summary>The latest first; of one agent, or of all when <paramref name="agent"/> is null.</summary>
    public IReadOnlyList<AgentEventDetail> AgentEvents(string? agent, int count)
    {
        using DbConnection connection = Open();
        return agent is null
            ? Rows(connection,
                $"SELECT {AgentEvent} FROM agent_event_detail WHERE instance = @instance ORDER BY generation DESC, position DESC, ordinal DESC LIMIT @count",
                ReadAgentEvent, ("@count", count))
            : Rows(connection,
                $"SELECT {AgentEvent} FROM agent_event_detail WHERE instance = @instance AND agent = @agent ORDER BY unix_us DESC, generation DESC, position DESC, ordinal DESC LIMIT @count",
                ReadAgentEvent, ("@agent", agent), ("@count", count));
    }

    List<TerminationCallDetail> PartsOf(DbConnection connection, long call) => Rows(connection,
        $"SELECT {Termination} FROM termination_call_detail WHERE instance = @instance AND call = @call ORDER BY part, generation, position, ordinal",
        ReadTermination, ("@call", call));

    DbConnection Open() => HistoryReading.Open(_address);

    List<T> Rows<T>(DbConnection connection, string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using DbCommand command = connection.Command(sql, [("@instance", _instance), .. parameters]);
        using DbDataReader reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    const string Termination =
        "call, part, dialed, calling, call_type, skill_group, agent, device, disposition, start_unix_us, end_unix_us, " +
        "queue_us, ring_us, talk_us, hold_us, work_us, wait_us, variables, status, by_default_label";

    static TerminationCallDetail ReadTermination(DbDataReader row) => new()
    {
        Call = row.GetInt64(0),
        Part = (int)row.GetInt64(1),
        Dialed = row.GetString(2),
        Calling = row.GetString(3),
        CallType = row.GetString(4),
        SkillGroup = row.GetString(5),
        Agent = row.GetString(6),
        Device = row.GetString(7),
        Disposition = (int)row.GetInt64(8),
        StartUnixUs = row.GetInt64(9),
        EndUnixUs = row.GetInt64(10),
        QueueUs = row.GetInt64(11),
        RingUs = row.GetInt64(12),
        TalkUs = row.GetInt64(13),
        HoldUs = row.GetInt64(14),
        WorkUs = row.GetInt64(15),
        WaitUs = row.GetInt64(16),
        Variables = { JsonLists.Read<Variable>(row.GetString(17)) },
        Status = (int)row.GetInt64(18),
        ByDefaultLabel = row.GetInt64(19) != 0,
    };

    const string Route = "call, dialed, calling, call_type, label, start_unix_us, end_unix_us, steps, error";

    static RouteCallDetail ReadRoute(DbDataReader row) => new()
    {
        Call = row.GetInt64(0),
        Dialed = row.GetString(1),
        Calling = row.GetString(2),
        CallType = row.GetString(3),
        Label = row.GetString(4),
        StartUnixUs = row.GetInt64(5),
        EndUnixUs = row.GetInt64(6),
        Steps = { JsonLists.Read<RouteStep>(row.GetString(7)) },
        Error = (int)row.GetInt64(8),
    };

    const string AgentEvent = "agent, unix_us, state, reason, previous_state, previous_us, call, actor";

    static AgentEventDetail ReadAgentEvent(DbDataReader row) => new()
    {
        Agent = row.GetString(0),
        UnixUs = row.GetInt64(1),
        State = (int)row.GetInt64(2),
        Reason = (int)row.GetInt64(3),
        PreviousState = (int)row.GetInt64(4),
        PreviousUs = row.GetInt64(5),
        Call = row.GetInt64(6),
        Actor = row.GetString(7),
    };
}
