using System.Text;

namespace Tandem.Upgrade.Rendering;

/// <summary>Writes elements that are well-formed XML and that HTML reads alike. What is written as text is escaped, always.</summary>
sealed class Markup
{
    readonly StringBuilder _out = new();
    readonly Stack<string> _open = [];

    public Markup Raw(string markup)
    {
        _out.Append(markup);
        return this;
    }

    public Markup Open(string name, params (string Name, string Value)[] attributes)
    {
        Start(name, attributes);
        _out.Append('>');
        _open.Push(name);
        return this;
    }

    public Markup Close()
    {
        _out.Append("</").Append(_open.Pop()).Append('>');
        return this;
    }

    public Markup CloseLine()
    {
        Close();
        _out.Append('\n');
        return this;
    }

    /// <summary>An element that has no content in HTML (br) or in SVG (rect).</summary>
    public Markup Void(string name, params (string Name, string Value)[] attributes)
    {
        Start(name, attributes);
        _out.Append(" />");
        return this;
    }

    public Markup Text(string text)
    {
        _out.Append(Escape(text));
        return this;
    }

    /// <summary>Line breaks become br.</summary>
    public Markup Lines(string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (i > 0) Void("br");
            Text(lines[i]);
        }
        return this;
    }

    public Markup Element(string name, string text, params (string Name, string Value)[] attributes) => Open(name, attributes).Text(text).Close();

    void Start(string name, (string Name, string Value)[] attributes)
    {
        _out.Append('<').Append(name);
        foreach ((string key, string value) in attributes)
            if (value.Length > 0) _out.Append(' ').Append(key).Append("=\"").Append(Escape(value)).Append('"');
    }

    /// <summary>Characters that XML forbids are left out.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': escaped.Append("&amp;"); break;
                case '<': escaped.Append("&lt;"); break;
                case '>': escaped.Append("&gt;"); break;
                case '"': escaped.Append("&quot;"); break;
                case '\'': escaped.Append("&#39;"); break;
                case < 0x20 and not ('\t' or '\n' or '\r') or 0xFFFE or 0xFFFF: break;
                default: escaped.Append(rune.ToString()); break;
            }
        }
        return escaped.ToString();
    }

    public override string ToString() => _out.ToString();
}
