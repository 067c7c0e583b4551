using System.Globalization;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <param name="Key">Its name in the JSON.</param>
public sealed record Column(string Key, Text Title, Fit Fit = Fit.Text);

/// <summary>How a column is set.</summary>
public enum Fit
{
    Text,
    /// <summary>On one line.</summary>
    Short,
    /// <summary>On one line, to the right.</summary>
    Number,
    /// <summary>Room to write in.</summary>
    Blank,
}

public sealed record Row(IReadOnlyList<Cell> Cells, Tone Tone = Tone.Plain)
{
    /// <summary>What a program may want besides the cells.</summary>
    public IReadOnlyDictionary<string, object?> More { get; init; } = new Dictionary<string, object?>();
}

/// <summary>One place of a table: lines for people, and the value itself for programs.</summary>
/// <param name="Data">A string, number, truth, date, instant or list of strings; null for what is filled in by hand.</param>
public sealed record Cell(IReadOnlyList<Text> Lines, object? Data, CellKind Kind = CellKind.Said)
{
    public static readonly Cell Blank = new([], null);

    /// <summary>A sentence or a word, to be translated.</summary>
    public static Cell Says(Text text) => text.IsNothing ? Blank : new([text], text.ToString());

    public static Cell Says(string form, params object[] values) => Says(Text.Of(form, values));

    public static Cell Says(Text text, object data) => new([text], data);

    public static Cell Says(IReadOnlyList<Text> lines) => new(lines, lines.Select(static l => l.ToString()).ToArray());

    /// <summary>A name, a version, a source: the same in every language.</summary>
    public static Cell Name(string name) => name.Length == 0 ? Blank : new([new Text("{0}", [name])], name, CellKind.AsIs);

    public static Cell Names(IReadOnlyList<string> names) =>
        names.Count == 0 ? Blank : new([new Text("{0}", [string.Join(", ", names)])], names, CellKind.AsIs);

    public static Cell Command(string command) => command.Length == 0 ? Blank : new([new Text("{0}", [command])], command, CellKind.Command);

    public static Cell Number(double number) => new([new Text("{0}", [Numbers.Of(number)])], number, CellKind.AsIs);

    public static Cell Day(DateOnly? day) =>
        day is { } known ? new([Text.Of("{0} {1}", known.DayOfWeek.ToString()[..3], known.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))], known) : Blank;

    /// <summary>Boxes to tick, one of them.</summary>
    public static Cell Boxes(params string[] choices) => new([.. choices.Select(static c => Text.Of(c))], null, CellKind.Boxes);
}

public enum CellKind { Said, AsIs, Command, Boxes }

static class Numbers
{
    /// <summary>Two places at most, and none that are nought.</summary>
    public static string Of(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
