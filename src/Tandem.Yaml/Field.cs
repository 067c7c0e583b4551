using System.Globalization;

namespace Tandem.Yaml;

/// <summary>
/// A value of a configuration file with its place. Reads that fail tell the problem and answer a harmless value, so that
/// reading goes on to the next problem.
/// </summary>
public sealed record Field(string File, string Path, YamlTree Tree, Problems Problems)
{
    /// <summary>Where a reader would look: the line of the key.</summary>
    public int Line { get; init; } = Tree.Line;

    public string Place => $"{File}:{Line}";
    public bool IsNothing => Tree is YamlText { IsNothing: true };

    public void Reject(string wrong, string right) => Problems.Add(new Problem(File, Line, Path, wrong, right));

    public void Warn(string wrong, string right) => Problems.Add(new Problem(File, Line, Path, wrong, right, IsWarning: true));

    public Field Below(YamlText key, YamlTree tree) =>
        new(File, Path.Length == 0 ? key.Value : $"{Path}.{key.Value}", tree, Problems) { Line = key.Line };

    /// <summary>The text as written; null after telling that it is none.</summary>
    public string? Text(string right = "write a text here")
    {
        if (Tree is YamlText { IsNothing: false } text) return text.Value;
        Reject(Tree is YamlText ? "is empty" : $"is {Kind}", right);
        return null;
    }

    public int Integer(int min, int max)
    {
        string right = $"write a whole number from {min} to {max}";
        if (Text(right) is not { } text) return min;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
            return value;
        Reject($"'{text}' is not such a number", right);
        return min;
    }

    public bool Flag()
    {
        const string right = "write true or false";
        switch (Text(right))
        {
            case "true" or "yes": return true;
            case null or "false" or "no": return false;
            case var text: Reject($"'{text}' is neither", right); return false;
        }
    }

    /// <summary>Milliseconds, more than 0.</summary>
    public long Duration(long maxMs)
    {
        long ms = DurationOrNone(maxMs);
        if (Tree is YamlText { Value: "0" or "0s" or "0ms" or "0m" or "0h" }) Reject("is no time at all", "write a time such as 500ms, 20s or 1m30s");
        return ms;
    }

    /// <summary>Milliseconds; 0 for none.</summary>
    public long DurationOrNone(long maxMs)
    {
        string right = $"write a time such as 500ms, 20s or 1m30s, at most {Durations.Format(maxMs)}";
        if (Text(right) is not { } text) return 0;
        if (!Durations.TryParse(text, out long ms)) Reject($"'{text}' is not a time span", right);
        else if (ms > maxMs) Reject($"'{text}' is too long", right);
        else return ms;
        return 0;
    }

    /// <summary>The items of a list; a single value is a list of one.</summary>
    public IReadOnlyList<Field> Items() => Tree switch
    {
        YamlList list => [.. list.Items.Select((item, index) => this with { Path = $"{Path}[{index + 1}]", Tree = item, Line = item.Line })],
        YamlText { IsNothing: true } => [],
        _ => [this],
    };

    /// <summary>The mapping here; null after telling that there is none. Nothing counts as an empty mapping.</summary>
    public Mapping? Map(string right = "write keys with values here")
    {
        if (IsNothing) return new Mapping(this, []);
        if (Tree is YamlMap map) return new Mapping(this, map.Pairs);
        Reject($"is {Kind}", right);
        return null;
    }

    string Kind => Tree switch
    {
        YamlList => "a list",
        YamlMap => "a mapping of keys",
        _ => $"the text '{((YamlText)Tree).Value}'",
    };
}
