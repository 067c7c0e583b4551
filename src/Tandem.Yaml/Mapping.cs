namespace Tandem.Yaml;

/// <summary>The keys of a mapping. Those that nobody asked for when <see cref="Done"/> is called are unknown.</summary>
public sealed class Mapping
{
    readonly Field _whole;
    readonly Dictionary<string, Field> _fields = new(StringComparer.Ordinal);
    readonly List<string> _known = [];

    public Mapping(Field whole, IReadOnlyList<(YamlText Key, YamlTree Value)> pairs)
    {
        _whole = whole;
        foreach ((YamlText key, YamlTree value) in pairs)
        {
            Field field = whole.Below(key, value);
            if (_fields.TryGetValue(key.Value, out Field? first))
                field.Reject($"'{key.Value}' comes twice, first at {first.Place}", "keep one of the two");
            else
                _fields.Add(key.Value, field);
        }
    }

    /// <summary>The value of a key; null when it is absent or nothing stands there.</summary>
    public Field? Optional(string key)
    {
        _known.Add(key);
        return _fields.TryGetValue(key, out Field? field) && !field.IsNothing ? field : null;
    }

    /// <summary>The value of a key; null after telling that it is missing.</summary>
    public Field? Required(string key, string right)
    {
        Field? field = Optional(key);
        if (field is null) _whole.Reject($"'{key}' is missing", right);
        return field;
    }

    /// <summary>Whether the key is there, even with nothing behind it.</summary>
    public bool Has(string key)
    {
        _known.Add(key);
        return _fields.ContainsKey(key);
    }

    public IReadOnlyCollection<Field> All => _fields.Values;
    public IReadOnlyCollection<string> Keys => _fields.Keys;
    public Field this[string key] => _fields[key];
    public Field Whole => _whole;

    public void Done()
    {
        foreach ((string key, Field field) in _fields)
        {
            if (_known.Contains(key)) continue;
            string right = NearestName.Of(key, _known) is { } near
                ? $"did you mean '{near}'?"
                : $"known here: {string.Join(", ", _known.Distinct())}";
            field.Reject($"unknown key '{key}'", right);
        }
    }
}
