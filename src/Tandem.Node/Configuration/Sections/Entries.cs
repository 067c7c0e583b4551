using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles.Sections;

/// <summary>One named thing of a section: <c>NAME: {…}</c>, or an item <c>- name: NAME</c> or <c>- range: NAMES</c> of a list.</summary>
sealed record Entry(string Name, Field Body, bool InList)
{
    /// <summary>Its keys; null after telling that there are none.</summary>
    public Mapping? Map()
    {
        if (Body.Map() is not { } map) return null;
        if (!InList) return map;
        _ = map.Optional("name");
        _ = map.Optional("range");
        return map;
    }

    /// <summary>The name or names; null after telling that the range is none.</summary>
    public NameRange? Names()
    {
        NameRange? range = NameRange.Parse(Name);
        if (range is null) Body.Reject($"'{Name}' is no range of names", $"write e.g. agent{{0001..5000}}, at most {NameRange.CountMax} names");
        return range;
    }
}

static class Entries
{
    public static IEnumerable<Entry> Of(Field? section)
    {
        if (section is null || section.IsNothing) yield break;
        if (section.Tree is not YamlList)
        {
            if (section.Map("write NAME: {…}, or a list of items with a name") is not { } named) yield break;
            foreach (string name in named.Keys) yield return new Entry(name, named[name], InList: false);
            yield break;
        }
        foreach (Field item in section.Items())
        {
            if (item.Tree is not YamlMap || item.Map() is not { } map)
            {
                item.Reject("is no item with a name", "write '- name: NAME' or '- range: NAMES' and the other keys below it");
                continue;
            }
            Field? name = map.Optional("name") ?? map.Optional("range");
            if (name is null) item.Reject("'name' or 'range' is missing", "begin with '- name: NAME' or '- range: NAMES'");
            else if (name.Text() is { } text) yield return new Entry(text, item, InList: true);
        }
    }

    /// <summary>A text that goes with the names of a range: one for all, or a range of as many.</summary>
    public static Func<int, string>? Along(Field? field, NameRange names)
    {
        if (field?.Text() is not { } text) return null;
        NameRange? range = NameRange.Parse(text);
        if (range is null || range.IsRange && range.Count != Math.Max(1, names.Count))
        {
            field.Reject($"'{text}' does not go with the {Math.Max(1, names.Count)} names", "write one value for all, or a range of as many");
            return null;
        }
        return index => range[index];
    }
}
