using System.Buffers;

namespace Tandem.Sip;

/// <summary>Reads one header value from left to right. RFC 3261 §25.1; line folds were already turned into spaces.</summary>
ref struct Scanner(ReadOnlySpan<byte> text)
{
    internal static readonly SearchValues<byte> TokenBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~"u8);
    static readonly SearchValues<byte> s_hostBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"u8);
    static readonly SearchValues<byte> s_addressBytes = SearchValues.Create("abcdefABCDEF0123456789:."u8);
    static readonly SearchValues<byte> s_valueEnds = SearchValues.Create(";, \t\"<>?"u8);

    readonly ReadOnlySpan<byte> _text = text;
    int _at;

    public readonly bool AtEnd => _at >= _text.Length;
    public readonly byte Next => _at < _text.Length ? _text[_at] : (byte)0;
    public readonly ReadOnlySpan<byte> Rest => _text[_at..];
    public readonly int Position => _at;

    public readonly ReadOnlySpan<byte> Since(int start) => _text[start.._at];

    public void Skip(int count) => _at += count;

    public void SkipSpace()
    {
        while (_at < _text.Length && (_text[_at] == ' ' || _text[_at] == '\t')) _at++;
    }

    public bool Take(byte wanted)
    {
        if (_at >= _text.Length || _text[_at] != wanted) return false;
        _at++;
        return true;
    }

    /// <summary>The mark with optional white space on both sides (SLASH, SEMI, EQUAL, COMMA of the grammar).</summary>
    public bool TakeSpaced(byte wanted)
    {
        int before = _at;
        SkipSpace();
        if (!Take(wanted))
        {
            _at = before;
            return false;
        }
        SkipSpace();
        return true;
    }

    /// <summary>Empty when there is none.</summary>
    public ReadOnlySpan<byte> Token() => Run(TokenBytes);

    /// <summary>Host name, IPv4 address, or IPv6 reference with its brackets; empty when there is none.</summary>
    public ReadOnlySpan<byte> Host()
    {
        if (Next != '[') return Run(s_hostBytes);
        ReadOnlySpan<byte> rest = Rest;
        int length = rest[1..].IndexOfAnyExcept(s_addressBytes);
        if (length < 2 || rest[length + 1] != ']' || !rest.Slice(1, length).Contains((byte)':')) return default;
        _at += length + 2;
        return rest[..(length + 2)];
    }

    /// <summary>After a host: absent is 0. False: a colon without a port.</summary>
    public bool TryPort(out int port)
    {
        port = 0;
        if (!TakeSpaced((byte)':')) return true;
        return TryNumber(65_535, out long number) && (port = (int)number) >= 0;
    }

    public bool TryNumber(long max, out long number)
    {
        number = 0;
        int start = _at;
        while (_at < _text.Length && (uint)(_text[_at] - '0') <= 9)
        {
            number = number * 10 + (_text[_at++] - '0');
            if (number > max) return false;
        }
        return _at > start;
    }

    /// <summary>With its quotes; a backslash takes the next byte with it.</summary>
    public bool TryQuoted(out ReadOnlySpan<byte> quoted)
    {
        quoted = default;
        int start = _at;
        if (!Take((byte)'"')) return false;
        while (_at < _text.Length)
        {
            int next = _text[_at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0) return false;
            _at += next;
            if (_text[_at] == '"')
            {
                _at++;
                quoted = _text[start.._at];
                return true;
            }
            _at += 2;
        }
        return false;
    }

    /// <summary>Reads <c>;name=value</c>. False without <paramref name="bad"/>: there are no more.</summary>
    public bool TryParameter(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out bool bad)
    {
        name = value = default;
        bad = false;
        if (!TakeSpaced((byte)';')) return false;
        name = Token();
        if (name.IsEmpty) return !(bad = true);
        if (!TakeSpaced((byte)'=')) return true;
        if (Next == '"') return TryQuoted(out value) || !(bad = true);
        ReadOnlySpan<byte> rest = Rest;
        int length = rest.IndexOfAny(s_valueEnds);
        if (length < 0) length = rest.Length;
        if (length == 0) return !(bad = true);
        value = rest[..length];
        _at += length;
        return true;
    }

    ReadOnlySpan<byte> Run(SearchValues<byte> allowed)
    {
        ReadOnlySpan<byte> rest = Rest;
        int length = rest.IndexOfAnyExcept(allowed);
        if (length < 0) length = rest.Length;
        _at += length;
        return rest[..length];
    }
}
