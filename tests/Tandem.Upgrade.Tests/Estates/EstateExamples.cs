using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;
using Tandem.Upgrade.Estates;

namespace Tandem.Upgrade.Tests.Estates;

/// <summary>The estates of <c>examples/estates</c>, and how two estates are compared.</summary>
static class EstateExamples
{
    static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "examples", "estates");

    static readonly JsonSerializerOptions s_options = new() { Converters = { new DayConverter(), new TimeConverter() } };

    public static TheoryData<string> Names => [.. Directory.GetFiles(s_folder, "*.yaml").Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static string PathOf(string name) => Path.Combine(s_folder, name);

    /// <summary>All that is in it but where it stood in its file.</summary>
    public static string Content(Estate estate)
    {
        JsonNode content = JsonSerializer.SerializeToNode(estate, s_options)!;
        Strip(content);
        return content.ToJsonString();
    }

    static void Strip(JsonNode? node)
    {
        if (node is JsonArray array)
            foreach (JsonNode? item in array) Strip(item);
        if (node is not JsonObject thing) return;
        thing.Remove("Line");
        thing.Remove("File");
        foreach ((_, JsonNode? value) in thing) Strip(value);
    }

    sealed class DayConverter : JsonConverter<LocalDate>
    {
        public override LocalDate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();
        public override void Write(Utf8JsonWriter writer, LocalDate value, JsonSerializerOptions options) => writer.WriteStringValue(LocalDatePattern.Iso.Format(value));
    }

    sealed class TimeConverter : JsonConverter<LocalDateTime>
    {
        public override LocalDateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();
        public override void Write(Utf8JsonWriter writer, LocalDateTime value, JsonSerializerOptions options) => writer.WriteStringValue(LocalDateTimePattern.ExtendedIso.Format(value));
    }
}
