using static Tandem.Core.Scripts.Expression;

namespace Tandem.Core.Scripts;

/// <summary>Precedence climbing over a text; errors tell the column.</summary>
ref struct ExpressionParser(string text)
{
    static readonly string[] _functions = ["queued", "ready", "logged_on", "talking"];
    static readonly string[][] _levels =
    [
        ["||"], ["&&"], ["==", "!=", "<=", ">=", "<", ">", "starts"], ["+", "-"], ["*", "/", "%"],
    ];

    int _at;
    string? _error;

    public Node? Parse(out string error)
    {
        Node? root = Level(0, 0);
        if (root is not null && _error is null)
        {
            Blank();
            if (_at < text.Length) Fail($"'{text[_at]}' was not expected");
        }
        error = _error ?? "";
        return _error is null ? root : null;
    }

    Node? Level(int level, int depth)
    {
        if (level == _levels.Length) return Unary(depth);
        Node? left = Level(level + 1, depth);
        while (left is not null && Operator(_levels[level]) is { } op)
        {
            Node? right = Level(level + 1, depth);
            left = right is null ? null : new Binary(op, left, right);
        }
        return left;
    }

    Node? Unary(int depth)
    {
        Blank();
        if (_at < text.Length && (text[_at] == '!' || text[_at] == '-'))
        {
            string op = text[_at++].ToString();
            if (depth == DepthMax) return Fail($"nested more than {DepthMax} deep");
            return Unary(depth + 1) is { } of ? new Unary(op, of) : null;
        }
        return Primary(depth);
    }

    Node? Primary(int depth)
    {
        Blank();
        if (_at >= text.Length) return Fail("something is missing at the end");
        char c = text[_at];
        if (c == '(')
        {
            if (depth == DepthMax) return Fail($"nested more than {DepthMax} deep");
            _at++;
            Node? inner = Level(0, depth + 1);
            return inner is null ? null : Take(')') ? inner : Fail("')' is missing");
        }
        if (c is '"' or '\'')
        {
            int end = text.IndexOf(c, _at + 1);
            if (end < 0) return Fail("the quote does not end");
            var literal = new Literal(text[(_at + 1)..end]);
            _at = end + 1;
            return literal;
        }
        if (char.IsAsciiDigit(c)) return new Literal(While(static c => char.IsAsciiDigit(c)));
        if (!char.IsAsciiLetter(c) && c != '_') return Fail($"'{c}' was not expected");

        string name = While(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');
        if (name is "true" or "false") return new Literal(name == "true" ? "1" : "0");
        if (!Take('(')) return new Name(name);
        if (name == "waited") return Take(')') ? new Waited() : Fail("waited() takes nothing");
        if (!_functions.Contains(name)) return Fail($"there is no function '{name}'; there are {string.Join(", ", _functions)} and waited");
        Blank();
        string group = _at < text.Length && text[_at] is '"' or '\''
            ? (Primary(depth) as Literal)?.Text ?? ""
            : While(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
        if (group.Length == 0) return Fail($"{name}(...) takes the name of a skill group");
        return Take(')') ? new Figure(name, group) : Fail("')' is missing");
    }

    string? Operator(string[] of)
    {
        Blank();
        foreach (string op in of)
        {
            if (string.CompareOrdinal(text, _at, op, 0, op.Length) != 0) continue;
            if (op == "starts" && _at + 6 < text.Length && char.IsAsciiLetterOrDigit(text[_at + 6])) continue;
            _at += op.Length;
            return op;
        }
        return null;
    }

    string While(Func<char, bool> of)
    {
        int start = _at;
        while (_at < text.Length && of(text[_at])) _at++;
        return text[start.._at];
    }

    bool Take(char c)
    {
        Blank();
        if (_at >= text.Length || text[_at] != c) return false;
        _at++;
        return true;
    }

    void Blank()
    {
        while (_at < text.Length && (text[_at] is ' ' or '\t' or '\r' or '\n')) _at++;
    }

    Node? Fail(string why)
    {
        _error ??= $"column {_at + 1}: {why}";
        return null;
    }
}
