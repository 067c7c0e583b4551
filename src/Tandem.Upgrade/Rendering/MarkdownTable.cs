using System.Globalization;
using System.Text;
using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rendering;

/// <summary>Columns stand below each other as far as that keeps lines short; a longer cell pushes its own line only.</summary>
static class MarkdownTable
{
    const int PaddedMax = 32;

    public static void Write(Table table, Language language, StringBuilder text)
    {
        string[] titles = [.. table.Columns.Select(c => Markdown.Inline(language.Say(c.Title)))];
        string[][] rows = [.. table.Rows.Select(r => r.Cells.Select(c => Said(c, language)).ToArray())];
        int[] widths = new int[titles.Length];
        for (int i = 0; i < titles.Length; i++)
            widths[i] = Math.Max(3, Math.Max(Width(titles[i]), rows.Select(r => Width(r[i])).Where(static w => w <= PaddedMax).DefaultIfEmpty(0).Max()));

        Line(text, titles, widths, table.Columns);
        for (int i = 0; i < widths.Length; i++)
            text.Append("| ").Append('-', widths[i] - 1).Append(table.Columns[i].Fit == Fit.Number ? ':' : '-').Append(' ');
        text.Append("|\n");
        foreach (string[] row in rows) Line(text, row, widths, table.Columns);
        text.Append('\n');
    }

    static void Line(StringBuilder text, string[] cells, int[] widths, IReadOnlyList<Column> columns)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            int pad = Math.Max(0, widths[i] - Width(cells[i]));
            bool toTheRight = columns[i].Fit == Fit.Number;
            text.Append("| ").Append(' ', toTheRight ? pad : 0).Append(cells[i]).Append(' ', toTheRight ? 0 : pad).Append(' ');
        }
        text.Append("|\n");
    }

    static string Said(Cell cell, Language language) => string.Join(cell.Kind == CellKind.Boxes ? " " : "<br>", cell.Lines(language).Select(line => cell.Kind switch
    {
        // A table's bar ends a cell even in code.
        CellKind.Command => Markdown.Code(line).Replace("|", "\\|", StringComparison.Ordinal),
        CellKind.Boxes => "☐ " + Markdown.Inline(line),
        _ => Markdown.Inline(line),
    }));

    /// <summary>In the letters of a terminal: Chinese ones are two wide.</summary>
    internal static int Width(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
            width += Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? 0
                : rune.Value is >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE4F or >= 0xFF00 and <= 0xFF60 or >= 0x20000 and <= 0x3FFFD ? 2 : 1;
        return width;
    }
}
