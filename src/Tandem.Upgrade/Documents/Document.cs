using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>A document of the plan as a tree: neither of a format nor of a language.</summary>
/// <param name="Id">Its name among the plan's documents and in the names of its files: <c>chronology</c>.</param>
public sealed record Document(string Id, Text Title, IReadOnlyList<Block> Blocks)
{
    /// <summary>Which upgrade it is about; under the title.</summary>
    public Text Subtitle { get; init; } = Text.None;
    /// <summary>Of what it was made and when; at the end.</summary>
    public Text Imprint { get; init; } = Text.None;
    /// <summary>Its tables want the page across.</summary>
    public bool Wide { get; init; }
}

public abstract record Block;

/// <param name="Level">2 for a part of the document, 3 below it.</param>
/// <param name="NewPage">In print it begins a page, because it is handed to somebody else.</param>
public sealed record Heading(Text Text, int Level = 2, bool NewPage = false) : Block;

/// <summary>Line breaks in the text are kept.</summary>
public sealed record Paragraph(Text Text) : Block;

public sealed record Bullets(IReadOnlyList<Text> Items) : Block;

/// <summary>Without rows it is printed as the word "none".</summary>
/// <param name="Id">Unique in the document; for those who read the JSON.</param>
public sealed record Table(string Id, IReadOnlyList<Column> Columns, IReadOnlyList<Row> Rows) : Block;

/// <summary>To be ticked off.</summary>
public sealed record Checklist(string Id, IReadOnlyList<CheckItem> Items) : Block;

/// <param name="Detail">A command or a source; as it is.</param>
public sealed record CheckItem(string Id, Text Text, string Command = "", string Detail = "");

/// <param name="Id">Unique in the plan, and the name of its SVG file.</param>
/// <param name="Says">The same in words, for those who do not see it.</param>
public sealed record Figure(string Id, Text Title, Text Says, Picture Picture) : Block;

/// <summary>Lines to be filled in by hand.</summary>
public sealed record Form(string Id, IReadOnlyList<FormField> Fields) : Block;

public sealed record FormField(string Key, Text Label);

/// <summary>What must not be overlooked.</summary>
public sealed record NoticeBox(Tone Tone, Text Title, IReadOnlyList<Text> Lines) : Block;

/// <summary>How good or bad it is. Said by words too: a printer may know no colours.</summary>
public enum Tone { Plain, Good, Warn, Bad, Quiet }
