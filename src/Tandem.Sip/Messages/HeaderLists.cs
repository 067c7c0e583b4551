namespace Tandem.Sip;

/// <summary>The values of all lines of one kind.</summary>
public ref struct HeaderValues(SipMessage message, HeaderKind kind)
{
    int _line = -1;

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly HeaderValues GetEnumerator() => this;

    public bool MoveNext()
    {
        while (++_line < message.Lines.Length)
        {
            if (message.Lines[_line].Kind != kind) continue;
            Current = message.At(message.Lines[_line].Value);
            return true;
        }
        return false;
    }
}

public ref struct ViaList(SipMessage message)
{
    HeaderValues _lines = message.Headers(HeaderKind.Via);
    Scanner _scan;

    public ViaView Current { get; private set; }

    public readonly ViaList GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_scan.AtEnd)
        {
            if (!_lines.MoveNext()) return false;
            _scan = new Scanner(_lines.Current);
        }
        bool good = ViaView.TryRead(ref _scan, out ViaView via);
        Current = via;
        if (good && _scan.TakeSpaced((byte)',')) return true;
        _scan = default;
        return good;
    }
}

public ref struct AddressList(SipMessage message, HeaderKind kind)
{
    HeaderValues _lines = message.Headers(kind);
    Scanner _scan;

    public AddressView Current { get; private set; }

    public readonly AddressList GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_scan.AtEnd)
        {
            if (!_lines.MoveNext()) return false;
            _scan = new Scanner(_lines.Current);
        }
        bool good = AddressView.TryRead(ref _scan, out AddressView address);
        Current = address;
        if (good && _scan.TakeSpaced((byte)',')) return true;
        _scan = default;
        return good;
    }
}

public ref struct TokenList(SipMessage message, HeaderKind kind)
{
    HeaderValues _lines = message.Headers(kind);
    ReadOnlySpan<byte> _rest;

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly TokenList GetEnumerator() => this;

    public bool MoveNext()
    {
        while (true)
        {
            if (_rest.IsEmpty)
            {
                if (!_lines.MoveNext()) return false;
                _rest = _lines.Current;
            }
            int comma = _rest.IndexOf((byte)',');
            Current = (comma < 0 ? _rest : _rest[..comma]).Trim(" \t"u8);
            _rest = comma < 0 ? default : _rest[(comma + 1)..];
            if (!Current.IsEmpty) return true;
        }
    }
}
