using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tandem.Upgrade.Texts;

/// <summary>
/// A sentence for people: its English form with places <c>{0}</c>, <c>{1}</c>, and what stands there, so that another language
/// can say it too (<see cref="Language"/>).
/// </summary>
/// <param name="Form">In English; the key under which translations are found.</param>
[JsonConverter(typeof(TextConverter))]
public sealed record Text(string Form, IReadOnlyList<string> Values)
{
    public static readonly Text None = new("", []);

    public static Text Of(string form, params object[] values) =>
        new(form, [.. values.Select(static v => v is Text text ? text.ToString() : Convert.ToString(v, CultureInfo.InvariantCulture) ?? "")]);

    public bool IsNothing => Form.Length == 0;

    public override string ToString() => Fill(Form, Values);

    /// <summary>Places beyond the values stay as they are written.</summary>
    internal static string Fill(string form, IReadOnlyList<string> values)
    {
        if (values.Count == 0 || !form.Contains('{')) return form;
        var filled = new StringBuilder(form.Length + 32);
        for (int at = 0; at < form.Length;)
        {
            int open = form.IndexOf('{', at);
            if (open < 0 || open + 2 >= form.Length) return filled.Append(form, at, form.Length - at).ToString();
            filled.Append(form, at, open - at);
            // One digit, as many values as any sentence has.
            bool isPlace = char.IsAsciiDigit(form[open + 1]) && form[open + 2] == '}' && form[open + 1] - '0' < values.Count;
            filled.Append(isPlace ? values[form[open + 1] - '0'] : "{");
            at = open + (isPlace ? 3 : 1);
        }
        return filled.ToString();
    }

    public bool Equals(Text? other) => other is not null && Form == other.Form && Values.SequenceEqual(other.Values);
    public override int GetHashCode() => Form.GetHashCode(StringComparison.Ordinal) + Values.Count;
}

/// <summary>In JSON: what it says, and for translators its form and values.</summary>
sealed class TextConverter : JsonConverter<Text>
{
    public override Text Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return new Text(reader.GetString()!, []);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        JsonElement read = document.RootElement;
        string form = read.TryGetProperty("form", out JsonElement found) ? found.GetString()! : read.GetProperty("text").GetString()!;
        return new Text(form, read.TryGetProperty("values", out JsonElement values) ? [.. values.EnumerateArray().Select(static v => v.GetString()!)] : []);
    }

    public override void Write(Utf8JsonWriter writer, Text value, JsonSerializerOptions options)
    {
        if (value.Values.Count == 0)
        {
            writer.WriteStringValue(value.Form);
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("text", value.ToString());
        writer.WriteString("form", value.Form);
        writer.WriteStartArray("values");
        foreach (string one in value.Values) writer.WriteStringValue(one);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
