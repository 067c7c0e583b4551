using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Tandem.Upgrade.Running;

/// <summary>
/// A line of the record as bytes: JSON whose last member is its hash. The hash is of the bytes and not of what they mean, so
/// that a change which leaves the meaning alone is found as well.
/// </summary>
static class RecordLine
{
    const int HexLength = SHA256.HashSizeInBytes * 2;
    static ReadOnlySpan<byte> BeforeHash => ",\"hash\":\""u8;
    static ReadOnlySpan<byte> AfterHash => "\"}"u8;

    static readonly JavaScriptEncoder s_legible = JavaScriptEncoder.Create(UnicodeRanges.All);
    static readonly JsonStringEnumConverter s_facts = new(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
    static readonly JsonSerializerOptions s_reading = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { s_facts },
    };

    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>The line without its line feed, and the entry with its hash.</summary>
    public static (RunEntry Entry, byte[] Line) Write(RunEntry unhashed)
    {
        byte[] body = Body(unhashed);
        string hash = HashOf(body);
        return (unhashed with { Hash = hash }, [.. body.AsSpan(0, body.Length - 1), .. BeforeHash, .. Encoding.ASCII.GetBytes(hash), .. AfterHash]);
    }

    static byte[] Body(RunEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = s_legible }))
        {
            json.WriteStartObject();
            json.WriteNumber("number", entry.Number);
            json.WriteString("instant", entry.Instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("who", entry.Who);
            json.WritePropertyName("what");
            JsonSerializer.Serialize(json, entry.What, s_reading);
            json.WriteString("step", entry.Step);
            json.WriteStartObject("data");
            foreach ((string name, string value) in entry.Data) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteString("previous", entry.Previous);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Null when it is no line of a record, or not the one that was hashed.</summary>
    public static RunEntry? Read(ReadOnlySpan<byte> line)
    {
        int tail = BeforeHash.Length + HexLength + AfterHash.Length;
        if (line.Length <= tail || !line[^tail..].StartsWith(BeforeHash) || !line.EndsWith(AfterHash)) return null;
        byte[] body = [.. line[..^tail], (byte)'}'];
        string hash = Encoding.ASCII.GetString(line.Slice(line.Length - AfterHash.Length - HexLength, HexLength));
        if (HashOf(body) != hash) return null;
        try
        {
            return JsonSerializer.Deserialize<RunEntry>(line, s_reading);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
