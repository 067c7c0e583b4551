using Tandem.Yaml;

namespace Tandem.Upgrade.Estates.Reading;

/// <summary>The names of one kind of thing: each is given once, and others may refer to it. Letter case does not tell two apart.</summary>
/// <param name="kind">For messages: site, node, window.</param>
sealed class Names(string kind)
{
    const int LengthMax = 64;

    readonly Dictionary<string, (string Name, Field? At)> _names = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> All => _names.Values.Select(static n => n.Name);

    public bool Any => _names.Count > 0;

    /// <summary>A name from elsewhere than the file; a second time is nothing new.</summary>
    public void Add(string name) => _names.TryAdd(name, (name, null));

    /// <summary>The name that a mapping gives itself under <c>name</c>; empty after telling that it is none.</summary>
    public string Define(Mapping keys)
    {
        string right = $"name the {kind}";
        return keys.Required("name", right) is { } field && Fit(field, right) is { Length: > 0 } name ? Once(name, field) : "";
    }

    string Once(string name, Field field)
    {
        if (_names.TryGetValue(name, out (string, Field? At) first))
            field.Reject($"there is a {kind} '{name}' already{(first.At is { } at ? $", at {at.Place}" : "")}", "give each a name of its own");
        else
            _names.Add(name, (name, field));
        return name;
    }

    /// <summary>The thing's name as it was given; empty after telling that there is none.</summary>
    public string Refer(Field? field)
    {
        if (field?.Text($"name a {kind}") is not { } text) return "";
        if (_names.TryGetValue(text, out (string Name, Field?) known)) return known.Name;
        field.Reject($"there is no {kind} '{text}'", Right(text));
        return "";
    }

    public IReadOnlyList<string> ReferToAll(Field? field)
    {
        List<string> names = [];
        foreach (Field item in field?.Items() ?? [])
        {
            if (Refer(item) is not { Length: > 0 } name) continue;
            if (names.Contains(name)) item.Reject($"'{name}' comes twice", "name it once");
            else names.Add(name);
        }
        return names;
    }

    string Right(string wrong)
    {
        if (NearestName.Of(wrong, All) is { } near) return $"did you mean '{near}'?";
        return Any ? $"known: {string.Join(", ", All.Take(20))}{(_names.Count > 20 ? ", …" : "")}" : $"the estate has none: add the {kind}, or leave this out";
    }

    /// <summary>Fit for a name of a file, too: documents are written per node.</summary>
    public static string? Fit(Field field, string right)
    {
        if (field.Text(right) is not { } name) return null;
        if (name.Length <= LengthMax && char.IsLetterOrDigit(name[0]) && name.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.')) return name;
        field.Reject($"'{name}' is no fit name", $"use at most {LengthMax} letters, digits and - _ . and begin with a letter or digit");
        return null;
    }
}
