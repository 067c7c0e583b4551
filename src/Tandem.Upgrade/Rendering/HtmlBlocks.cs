using System.Globalization;
using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rendering;

/// <param name="shift">By how many levels headings are deeper, because the document is part of another.</param>
sealed class HtmlBlocks(Markup page, Document document, Language language, int shift)
{
    int _headings;

    /// <param name="index">Among the document's headings, of any level.</param>
    public static string HeadingId(Document document, int index) => string.Create(CultureInfo.InvariantCulture, $"{document.Id}-{index + 1}");

    public void Write()
    {
        foreach (Block block in document.Blocks) Write(block);
    }

    void Write(Block block)
    {
        switch (block)
        {
            case Heading heading:
                page.Element($"h{heading.Level + shift}", language.Say(heading.Text), ("id", HeadingId(document, _headings++)), ("class", heading.NewPage ? "new-page" : "")).Raw("\n");
                break;
            case Paragraph paragraph:
                page.Open("p").Lines(language.Say(paragraph.Text)).CloseLine();
                break;
            case Bullets { Items.Count: 0 } or Checklist { Items.Count: 0 } or Table { Rows.Count: 0 }:
                page.Element("p", Said.None(language), ("class", "none")).Raw("\n");
                break;
            case Bullets bullets:
                page.Open("ul");
                foreach (Text item in bullets.Items) page.Open("li").Lines(language.Say(item)).Close();
                page.CloseLine();
                break;
            case Checklist list:
                Write(list);
                break;
            case Table table:
                Write(table);
                break;
            case Figure figure:
                page.Open("figure").Raw(PictureSvg.Of(figure, language, $"{document.Id}-{figure.Id}")).Element("figcaption", language.Say(figure.Title)).CloseLine();
                break;
            case Form form:
                page.Open("dl", ("class", "form"));
                foreach (FormField field in form.Fields) page.Open("div").Element("dt", language.Say(field.Label)).Element("dd", "").Close();
                page.CloseLine();
                break;
            case NoticeBox box:
                page.Open("aside", ("class", "box-" + Word(box.Tone))).Element("p", language.Say(box.Title), ("class", "box-title"));
                foreach (Text line in box.Lines) page.Open("p").Lines(language.Say(line)).Close();
                page.CloseLine();
                break;
        }
    }

    void Write(Checklist list)
    {
        page.Open("ul", ("class", "checklist"));
        foreach (CheckItem item in list.Items)
        {
            page.Open("li");
            Box();
            page.Open("span").Text(language.Say(item.Text)).Close();
            if (item.Command.Length > 0) page.Text(" ").Element("code", item.Command);
            if (item.Detail.Length > 0) page.Text(" ").Element("span", item.Detail, ("class", "source"));
            page.Close();
        }
        page.CloseLine();
    }

    void Write(Table table)
    {
        page.Open("div", ("class", "table")).Open("table").Open("thead").Open("tr");
        foreach (Column column in table.Columns) page.Element("th", language.Say(column.Title), ("scope", "col"), ("class", ClassOf(column)));
        page.Close().CloseLine().Open("tbody").Raw("\n");
        foreach (Row row in table.Rows)
        {
            page.Open("tr", ("class", row.Tone == Tone.Plain ? "" : Word(row.Tone)));
            for (int i = 0; i < row.Cells.Count; i++)
            {
                // The first column names the row.
                page.Open(i == 0 ? "th" : "td", ("scope", i == 0 ? "row" : ""), ("class", ClassOf(table.Columns[i])));
                Write(row.Cells[i]);
                page.Close();
            }
            page.CloseLine();
        }
        page.Close().Close().CloseLine();
    }

    void Write(Cell cell)
    {
        IReadOnlyList<string> lines = cell.Lines(language);
        for (int i = 0; i < lines.Count; i++)
        {
            switch (cell.Kind)
            {
                case CellKind.Boxes:
                    page.Open("span", ("class", "choice"));
                    Box();
                    page.Text(lines[i]).Close();
                    break;
                case CellKind.Command:
                    page.Element("code", lines[i]);
                    break;
                default:
                    if (i > 0) page.Void("br");
                    page.Lines(lines[i]);
                    break;
            }
        }
    }

    void Box() => page.Element("span", "", ("class", "box"));

    static string ClassOf(Column column) => column.Key == "source" ? "source" : column.Fit switch
    {
        Fit.Short => "short",
        Fit.Number => "number",
        Fit.Blank => "blank",
        _ => "",
    };

    static string Word(Tone tone) => tone.ToString().ToLowerInvariant();
}
