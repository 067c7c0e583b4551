using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Tandem.Core.Schema;

namespace Tandem.History;

/// <summary>Writes records as rows of their tables.</summary>
sealed class RecordWriter(SqliteConnection connection, string instance, int generation) : IDisposable
{
    readonly JsonLists _lists = new();
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
                    _lists.Write(part.Variables), part.Status, part.ByDefaultLabel);
                break;
            case Record.KindOneofCase.Route:
                RouteCallDetail route = record.Route;
                _route.Write(instance, generation, position, ordinal,
                    route.Call, route.Dialed, route.Calling, route.CallType, route.Label, route.StartUnixUs, route.EndUnixUs,
                    _lists.Write(route.Steps), route.Error);
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

/// <summary>Lists of messages as JSON, in protobuf's mapping: 64-bit numbers are strings there, defaults are left out.</summary>
/// <remarks>Written by hand: protobuf's own formatter reflects over each field, and was most of the logger's time.</remarks>
sealed class JsonLists
{
    static readonly JsonParser s_parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
    readonly ArrayBufferWriter<byte> _bytes = new();
    readonly Utf8JsonWriter _json;

    public JsonLists() => _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public string Write(IReadOnlyList<RouteStep> steps)
    {
        Begin();
        for (int i = 0; i < steps.Count; i++)
        {
            RouteStep step = steps[i];
            _json.WriteStartObject();
            Number("time_us"u8, step.TimeUs);
            Number("position"u8, step.Position);
            Text("script"u8, step.Script);
            Number("script_version"u8, step.ScriptVersion);
            Text("node"u8, step.Node);
            Text("kind"u8, step.Kind);
            Text("choice"u8, step.Choice);
            Text("reason"u8, step.Reason);
            _json.WriteEndObject();
        }
        return End();
    }

    public string Write(IReadOnlyList<Variable> variables)
    {
        if (variables.Count == 0) return "[]";
        Begin();
        for (int i = 0; i < variables.Count; i++)
        {
            _json.WriteStartObject();
            Text("name"u8, variables[i].Name);
            Text("value"u8, variables[i].Value);
            _json.WriteEndObject();
        }
        return End();
    }

    void Begin()
    {
        _bytes.Clear();
        _json.Reset();
        _json.WriteStartArray();
    }

    string End()
    {
        _json.WriteEndArray();
        _json.Flush();
        return Encoding.UTF8.GetString(_bytes.WrittenSpan);
    }

    void Text(ReadOnlySpan<byte> name, string value)
    {
        if (value.Length > 0) _json.WriteString(name, value);
    }

    void Number(ReadOnlySpan<byte> name, long value)
    {
        if (value == 0) return;
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out int length);
        _json.WriteString(name, digits[..length]);
    }

    public static IEnumerable<T> Read<T>(string json) where T : IMessage, new()
    {
        using var list = JsonDocument.Parse(json);
        foreach (JsonElement item in list.RootElement.EnumerateArray()) yield return s_parser.Parse<T>(item.GetRawText());
    }
}
