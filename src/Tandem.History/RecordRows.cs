using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Tandem.Core.Schema;

namespace Tandem.History;

/// <summary>Takes the values of a row in the order of its table's columns, after those of the key.</summary>
interface IRowSink
{
    void Write(long value);
    void Write(string value);
}

/// <summary>A record's table and values: the one place where records become columns.</summary>
sealed class RecordRows
{
    readonly JsonLists _lists = new();

    /// <summary>Null for a kind of record that this release does not know.</summary>
    public static HistoryTable? TableOf(Record record) => record.KindCase switch
    {
        Record.KindOneofCase.Termination => HistorySchema.Termination,
        Record.KindOneofCase.Route => HistorySchema.Route,
        Record.KindOneofCase.AgentEvent => HistorySchema.AgentEvent,
        _ => null,
    };

    public void Write(Record record, IRowSink row)
    {
        switch (record.KindCase)
        {
            case Record.KindOneofCase.Termination: Write(record.Termination, row); break;
            case Record.KindOneofCase.Route: Write(record.Route, row); break;
            case Record.KindOneofCase.AgentEvent: Write(record.AgentEvent, row); break;
        }
    }

    void Write(TerminationCallDetail part, IRowSink row)
    {
        row.Write(part.Call);
        row.Write(part.Part);
        row.Write(Fit(part.Dialed));
        row.Write(Fit(part.Calling));
        row.Write(Fit(part.CallType));
        row.Write(Fit(part.SkillGroup));
        row.Write(Fit(part.Agent));
        row.Write(Fit(part.Device));
        row.Write(part.Disposition);
        row.Write(part.StartUnixUs);
        row.Write(part.EndUnixUs);
        row.Write(part.QueueUs);
        row.Write(part.RingUs);
        row.Write(part.TalkUs);
        row.Write(part.HoldUs);
        row.Write(part.WorkUs);
        row.Write(part.WaitUs);
        row.Write(_lists.Write(part.Variables));
        row.Write(part.Status);
        row.Write(part.ByDefaultLabel ? 1 : 0);
    }

    void Write(RouteCallDetail route, IRowSink row)
    {
        row.Write(route.Call);
        row.Write(Fit(route.Dialed));
        row.Write(Fit(route.Calling));
        row.Write(Fit(route.CallType));
        row.Write(Fit(route.Label));
        row.Write(route.StartUnixUs);
        row.Write(route.EndUnixUs);
        row.Write(_lists.Write(route.Steps));
        row.Write(route.Error);
    }

    static void Write(AgentEventDetail at, IRowSink row)
    {
        row.Write(Fit(at.Agent));
        row.Write(at.UnixUs);
        row.Write(at.State);
        row.Write(at.Reason);
        row.Write(at.PreviousState);
        row.Write(at.PreviousUs);
        row.Write(at.Call);
        row.Write(Fit(at.Actor));
    }

    /// <summary>
    /// PostgreSQL takes neither U+0000 nor half a surrogate pair in a text; a caller must not be able to stop history by
    /// sending one. Both databases hold the same, so SQLite gets it replaced as well.
    /// </summary>
    static string Fit(string text)
    {
        if (!text.Contains('\0') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
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
