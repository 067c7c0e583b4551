using System.Text.Json;
using Tandem.Upgrade.Estates;
using Tandem.Yaml;

namespace Tandem.Upgrade.Tests.Estates;

/// <summary>
/// The schema for editors and the reader know the same keys. The reader is asked: a key that is like no other is answered with
/// all that are known at its place.
/// </summary>
public sealed class EstateSchemaTests
{
    const string Stranger = "zzzzzzzzzzzzzzzzzzzzzzzz";
    const string Known = "known here: ";

    static readonly JsonElement s_schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "packs", "estate.schema.json"))).RootElement;

    public static TheoryData<string> Places =>
    [
        "", "sites[]", "nodes[]", "nodes[].hardware", "peripherals[]", "clusters[]", "clusters[].nodes[]", "networks[]", "customisations[]", "windows[]",
        "engineers[]", "contacts[]", "default-route-plan", "media", "lab", "freeze", "other-upgrades[]", "test-minutes", "order[]",
    ];

    [Theory]
    [MemberData(nameof(Places))]
    public void The_schema_has_the_keys_that_are_read_and_no_others(string place)
    {
        JsonElement thing = Find(place);
        string[] described = [.. thing.GetProperty("properties").EnumerateObject().Select(static p => p.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(KeysReadAt(place), described);
        Assert.False(thing.GetProperty("additionalProperties").GetBoolean());
    }

    [Fact]
    public void Every_thing_with_keys_of_its_own_is_among_the_places() =>
        Assert.Equal(Places.Select(static p => p.Data).Order(StringComparer.Ordinal), ThingsBelow(s_schema, "").Order(StringComparer.Ordinal));

    [Fact]
    public void Every_key_is_described()
    {
        foreach (TheoryDataRow<string> place in Places)
            foreach (JsonProperty key in Find(place.Data).GetProperty("properties").EnumerateObject())
                Assert.True(key.Value.TryGetProperty("description", out JsonElement said) && said.GetString()!.Length > 10, $"{place.Data} {key.Name} has no description");
    }

    static string[] KeysReadAt(string place)
    {
        string text = $"{{{Stranger}: x}}";
        foreach (string part in place.Split('.', StringSplitOptions.RemoveEmptyEntries).Reverse())
            text = part.EndsWith("[]", StringComparison.Ordinal) ? $"{{{part[..^2]}: [{text}]}}" : $"{{{part}: {text}}}";
        Problem told = EstateFile.Parse(text, "e.yaml").Problems.Single(static p => p.Wrong == $"unknown key '{Stranger}'");
        Assert.StartsWith(Known, told.Right, StringComparison.Ordinal);
        return [.. told.Right[Known.Length..].Split(", ").Order(StringComparer.Ordinal)];
    }

    static JsonElement Find(string place)
    {
        JsonElement at = s_schema;
        foreach (string part in place.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            at = at.GetProperty("properties").GetProperty(part.Replace("[]", "", StringComparison.Ordinal));
            if (part.EndsWith("[]", StringComparison.Ordinal)) at = at.GetProperty("items");
        }
        return at;
    }

    static IEnumerable<string> ThingsBelow(JsonElement thing, string place)
    {
        yield return place;
        foreach (JsonProperty key in thing.GetProperty("properties").EnumerateObject())
        {
            string here = place.Length == 0 ? key.Name : $"{place}.{key.Name}";
            JsonElement value = key.Value;
            if (value.TryGetProperty("items", out JsonElement items)) (value, here) = (items, here + "[]");
            if (!value.TryGetProperty("properties", out _)) continue;
            foreach (string below in ThingsBelow(value, here)) yield return below;
        }
    }
}
