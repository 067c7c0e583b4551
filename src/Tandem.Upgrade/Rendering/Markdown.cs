using System.Text;
using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rendering;

/// <summary>A document as Markdown with the tables of GitHub, padded so that they can be read as they are.</summary>
public static class Markdown
{
    public static string Of(Document document, Language language)
    {
        var text = new StringBuilder();
        text.Append("# ").Append(Inline(language.Say(document.Title))).Append("\n\n");
        if (!document.Subtitle.IsNothing) text.Append(Line(language.Say(document.Subtitle))).Append("\n\n");
        foreach (Block block in document.Blocks) Write(block, language, text);
        if (!document.Imprint.IsNothing) text.Append("---\n\n").Append(Line(language.Say(document.Imprint))).Append('\n');
        return text.ToString();
    }

    static void Write(Block block, Language language, StringBuilder text)
    {
        switch (block)
        {
            case Heading heading:
                text.Append('#', heading.Level).Append(' ').Append(Inline(language.Say(heading.Text))).Append("\n\n");
                break;
            case Paragraph paragraph:
                text.Append(Paragraph(language.Say(paragraph.Text))).Append("\n\n");
                break;
            case Bullets { Items.Count: 0 } or Checklist { Items.Count: 0 } or Table { Rows.Count: 0 }:
                text.Append('*').Append(Inline(Said.None(language))).Append("*\n\n");
                break;
            case Bullets bullets:
                foreach (Text item in bullets.Items) text.Append("- ").Append(Inline(language.Say(item))).Append('\n');
                text.Append('\n');
                break;
            case Checklist list:
                foreach (CheckItem item in list.Items)
                {
                    text.Append("- [ ] ").Append(Inline(language.Say(item.Text)));
                    if (item.Command.Length > 0) text.Append(": ").Append(Code(item.Command));
                    if (item.Detail.Length > 0) text.Append(" (").Append(Inline(item.Detail)).Append(')');
                    text.Append('\n');
                }
                text.Append('\n');
                break;
            case Table table:
                MarkdownTable.Write(table, language, text);
                break;
            case Figure figure:
                text.Append("![").Append(Inline(language.Say(figure.Title))).Append("](").Append(figure.Id).Append(".svg)\n\n").Append(Line(language.Say(figure.Says))).Append("\n\n");
                break;
            case Form form:
                foreach (FormField field in form.Fields) text.Append("- ").Append(Inline(language.Say(field.Label))).Append(": ______________________________\n");
                text.Append('\n');
                break;
            case NoticeBox box:
                text.Append("> **").Append(Inline(language.Say(box.Title))).Append("**\n");
                foreach (Text line in box.Lines) text.Append(">\n> ").Append(Line(language.Say(line))).Append('\n');
                text.Append('\n');
                break;
        }
    }

    static string Paragraph(string said) => string.Join("  \n", said.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(Line));

    /// <summary>At the beginning of a line some signs would make it a list or a heading.</summary>
    static string Line(string said)
    {
        string inline = Inline(said);
        if (inline.Length > 0 && inline[0] is '#' or '-' or '+' or '=') return "\\" + inline;
        int digits = 0;
        while (digits < inline.Length && char.IsAsciiDigit(inline[digits])) digits++;
        return digits is > 0 and < 10 && digits < inline.Length && inline[digits] is '.' or ')' ? inline.Insert(digits, "\\") : inline;
    }

    /// <summary>Nothing of a text is taken for Markdown or HTML, wherever it stands.</summary>
    internal static string Inline(string said)
    {
        var escaped = new StringBuilder(said.Length + 8);
        foreach (char c in said.ReplaceLineEndings(" "))
        {
            switch (c)
            {
                case '<': escaped.Append("&lt;"); break;
                case '>': escaped.Append("&gt;"); break;
                case '&': escaped.Append("&amp;"); break;
                case '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '~': escaped.Append('\\').Append(c); break;
                case < ' ' and not '\t': break;
                default: escaped.Append(c); break;
            }
        }
        return escaped.ToString();
    }

    /// <summary>Between more backticks than it has itself.</summary>
    internal static string Code(string command)
    {
        int run = 0, longest = 0;
        foreach (char c in command) longest = Math.Max(longest, run = c == '`' ? run + 1 : 0);
        string fence = new('`', longest + 1), pad = command.StartsWith('`') || command.EndsWith('`') ? " " : "";
        return fence + pad + command.ReplaceLineEndings(" ") + pad + fence;
    }
}
