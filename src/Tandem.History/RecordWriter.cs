using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Tandem.Core.Schema;

namespace Tandem.History;

/// <summary>Writes records as rows of their tables.</summary>
sealed class RecordWriter(SqliteConnection connection, string instance, int generation) : IDisposable
{
    readonly RowWriter _termination = new(connection, "termination_call_detail",
        "instance", "generation", "position", "ordinal", "call", "part", "dialed", "calling", "call_type", "skill_group", "agent", "device", "disposition",
        "start_unix_us", "end_unix_us", "queue_us", "ring_us", "talk_us", "hold_us", "work_us", "wait_us", "variables", "status", "by_default_label");

    readonly RowWriter _route = new(connection, "route_call_detail",
        "instance", "generation", "position", "ordinal", "call", "dialed", "calling", "call_type", "label", "start_unix_us", "end_unix_us", "steps", "error");

    readonly RowWriter _agentEvent = new(connection, "agent_event_detail",
        "instance", "generation", "position", "ordinal", "agent", "unix_us", "state", "reason", "previous_state", "previous_us", "call", "actor");

    /// <param name="ordinal">The record's number among those of its position, from 0.</param>
    public void Write(long position, int ordinal, Record record)
    {
        switch (record.KindCase)
        {
            case Record.KindOneofCase.Termination:
                TerminationCallDetail part = record.Termination;
                _termination.Write(instance, generation, position, ordinal,
                    part.Call, part.Part, part.Dialed, part.Calling, part.CallType, part.SkillGroup, part.Agent, part.Device, part.Disposition,
                    part.StartUnixUs, part.EndUnixUs, part.QueueUs, part.RingUs, part.TalkUs, part.HoldUs, part.WorkUs, part.WaitUs,
                    JsonLists.Write(part.Variables), part.Status, part.ByDefaultLabel);
                break;
            case Record.KindOneofCase.Route:
                RouteCallDetail route = record.Route;
                _route.Write(instance, generation, position, ordinal,
                    route.Call, route.Dialed, route.Calling, route.CallType, route.Label, route.StartUnixUs, route.EndUnixUs,
                    JsonLists.Write(route.Steps), route.Error);
                break;
            case Record.KindOneofCase.AgentEvent:
                AgentEventDetail at = record.AgentEvent;
                _agentEvent.Write(instance, generation, position, ordinal,
                    at.Agent, at.UnixUs, at.State, at.Reason, at.PreviousState, at.PreviousUs, at.Call, at.Actor);
                break;
        }
    }

    public void Dispose()
    {
        _termination.Dispose();
        _route.Dispose();
        _agentEvent.Dispose();
    }
}

/// <summary>Lists of messages as JSON (protobuf's mapping: 64-bit numbers are strings there).</summary>
static class JsonLists
{
    static readonly JsonFormatter s_formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));
    static readonly JsonParser s_parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public static string Write<T>(IReadOnlyCollection<T> items) where T : IMessage =>
        items.Count == 0 ? "[]" : $"[{string.Join(",", items.Select(item => s_formatter.Format(item)))}]";

    public static IEnumerable<T> Read<T>(string json) where T : IMessage, new()
    {
        using var list = System.Text.Json.JsonDocument.Parse(json);
        foreach (System.Text.Json.JsonElement item in list.RootElement.EnumerateArray()) yield return s_parser.Parse<T>(item.GetRawText());
    }
}
