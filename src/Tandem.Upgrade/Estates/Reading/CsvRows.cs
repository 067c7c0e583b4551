using System.Text;
using Tandem.Yaml;

namespace Tandem.Upgrade.Estates.Reading;

/// <param name="Line">Where the cell begins: a quoted one may go over several.</param>
sealed record CsvCell(string Value, int Line);

/// <summary>Comma-separated values as RFC 4180 has them; semicolons or tabs do as well where the first line has no comma.</summary>
sealed class CsvRows(string text, string file, Problems problems)
{
    readonly char _separator = SeparatorOf(text);
    int _at;
    int _line = 1;
    int _lineBegin;

    /// <summary>Rows without any value are left out.</summary>
    public IReadOnlyList<IReadOnlyList<CsvCell>> Read()
    {
        List<IReadOnlyList<CsvCell>> rows = [];
        if (text.StartsWith('\uFEFF')) _at = 1;
        while (_at < text.Length)
        {
            IReadOnlyList<CsvCell> row = Row();
            if (row.Any(static c => c.Value.Length > 0)) rows.Add(row);
        }
        return rows;
    }

    static char SeparatorOf(string text)
    {
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        string first = end < 0 ? text : text[..end];
        return first.Contains(',') ? ',' : first.Contains(';') ? ';' : first.Contains('\t') ? '\t' : ',';
    }

    IReadOnlyList<CsvCell> Row()
    {
        List<CsvCell> cells = [];
        while (true)
        {
            int line = _line;
            cells.Add(new CsvCell(_at < text.Length && text[_at] == '"' ? Quoted() : Plain(), line));
            if (_at < text.Length && text[_at] == _separator) _at++;
            else break;
        }
        EndOfLine();
        return cells;
    }

    string Plain()
    {
        int begin = _at;
        while (_at < text.Length && text[_at] != _separator && text[_at] is not ('\r' or '\n'))
        {
            if (text[_at] == '"') Reject(_at, "a quote stands within a value that is not quoted", "put the whole value in quotes, and double those within");
            _at++;
        }
        return text[begin.._at].Trim();
    }

    string Quoted()
    {
        int begin = _at++, line = _line, lineBegin = _lineBegin;
        var value = new StringBuilder();
        while (_at < text.Length)
        {
            char c = text[_at++];
            if (c == '\n') NextLine();
            if (c != '"') value.Append(c);
            else if (_at < text.Length && text[_at] == '"') value.Append(text[_at++]);
            else return AfterQuote(value);
        }
        problems.Add(new Problem(file, line, $"character {begin - lineBegin + 1}", "the quote that begins here does not end", "close it, and double quotes within"));
        return value.ToString();
    }

    string AfterQuote(StringBuilder value)
    {
        int begin = _at;
        while (_at < text.Length && text[_at] != _separator && text[_at] is not ('\r' or '\n')) _at++;
        if (text[begin.._at].Trim().Length > 0) Reject(begin, "text follows the closing quote", "double the quotes within a quoted value");
        return value.ToString().Trim();
    }

    void EndOfLine()
    {
        if (_at < text.Length && text[_at] == '\r') _at++;
        if (_at < text.Length && text[_at] == '\n') _at++;
        NextLine();
    }

    void NextLine() => (_line, _lineBegin) = (_line + 1, _at);

    void Reject(int at, string wrong, string right) => problems.Add(new Problem(file, _line, $"character {at - _lineBegin + 1}", wrong, right));
}
