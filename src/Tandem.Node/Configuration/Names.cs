using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles;

/// <summary>The kinds of named things, each with a name space of its own.</summary>
enum Named { DialedNumber, CallType, SkillGroup, Agent, Phone, Trunk, Script, ReasonCode, HolidayCalendar, Node }

/// <summary>What is defined where, and who refers to it. References are checked at the end: order in the files is free.</summary>
sealed class Names
{
    /// <summary>Finding the nearest of many names costs; after so many unknown ones a person reads no more suggestions.</summary>
    const int SuggestionsMax = 100;

    readonly Dictionary<(Named Kind, string Name), Field> _defined = [];
    readonly List<(Named Kind, string Name, Field Where)> _references = [];

    /// <summary>Tells a name that is taken or unfit. The caller reads on: what else is wrong with the thing is told as well.</summary>
    public void Define(Named kind, string name, Field where)
    {
        if (name.Length is 0 or > 128 || !name.All(IsNameLetter))
        {
            where.Reject($"'{name}' is no fit name for a {InWords(kind)}", "use 1 to 128 letters, digits and . _ - + * # @");
        }
        else if (!_defined.TryAdd((kind, name), where))
            where.Reject($"{InWords(kind)} '{name}' is defined twice, first at {_defined[(kind, name)].Place}", "keep one of the two or rename it");
    }

    public bool IsDefined(Named kind, string name) => _defined.ContainsKey((kind, name));

    public Field? DefinedAt(Named kind, string name) => _defined.GetValueOrDefault((kind, name));

    public void Refer(Named kind, string name, Field where) => _references.Add((kind, name, where));

    /// <summary>The name written in a field, remembered as a reference; empty when there is no field or no text.</summary>
    public string Refer(Named kind, Field? field)
    {
        if (field?.Text($"write the name of a {InWords(kind)}") is not { } name) return "";
        Refer(kind, name, field);
        return name;
    }

    public void TellUnknownReferences()
    {
        int suggestions = 0;
        foreach ((Named kind, string name, Field where) in _references)
        {
            if (_defined.ContainsKey((kind, name))) continue;
            string? near = suggestions++ < SuggestionsMax ? NearestName.Of(name, NamesOf(kind)) : null;
            where.Reject($"there is no {InWords(kind)} '{name}'", near is null ? $"define it or name one that exists{SomeOf(kind)}" : $"did you mean '{near}'?");
        }
    }

    static bool IsNameLetter(char c) => char.IsLetterOrDigit(c) || ".-_+*#@".Contains(c);

    IEnumerable<string> NamesOf(Named kind) => _defined.Keys.Where(key => key.Kind == kind).Select(key => key.Name);

    string SomeOf(Named kind)
    {
        string[] some = [.. NamesOf(kind).Take(6)];
        return some.Length is 0 or 6 ? "" : $" ({string.Join(", ", some)})";
    }

    static string InWords(Named kind) => kind switch
    {
        Named.DialedNumber => "dialed number",
        Named.CallType => "call type",
        Named.SkillGroup => "skill group",
        Named.ReasonCode => "reason code",
        Named.HolidayCalendar => "holiday calendar",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
