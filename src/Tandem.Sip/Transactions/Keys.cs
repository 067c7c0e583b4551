namespace Tandem.Sip;

/// <summary>Keys of the tables are bytes taken from messages; look-ups need no key object.</summary>
sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly BytesComparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);
    public int GetHashCode(byte[] key) => GetHashCode(key.AsSpan());
    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);
    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = new HashCode();
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }
}

/// <summary>What identifies transactions and dialogs. Written into one reused buffer; the result lives until the next key.</summary>
sealed class KeyWriter
{
    const byte Separator = (byte)'\n';       // in no token and no value

    readonly MessageWriter _text = new();

    /// <summary>RFC 3261 §17.2.3. An ACK and, when <paramref name="ofInvite"/>, a CANCEL find the INVITE.</summary>
    public ReadOnlySpan<byte> Server(SipMessage request, bool ofInvite = false)
    {
        ViaView via = request.TopVia;
        SipMethod method = ofInvite || request.Method == SipMethod.Ack ? SipMethod.Invite : request.Method;
        _text.Clear();
        _text.Append((byte)method);
        if (method == SipMethod.Other) _text.Append(request.MethodName);
        if (via.IsBranchUnique)
        {
            _text.Append(via.Branch);
            _text.Append(Separator);
            _text.Append(via.SentBy);
            return _text.Written;
        }
        // RFC 2543 peers: Request-URI, From tag, Call-ID, CSeq number, top Via; To tags differ between INVITE and ACK.
        _text.Append(Separator);
        _text.Append(request.RequestUri);
        _text.Append(Separator);
        _text.Append(request.FromTag);
        _text.Append(Separator);
        _text.Append(request.CallId);
        _text.Append(Separator);
        _text.Append((long)request.CSeq);
        _text.Append(Separator);
        _text.Append(via.Text);
        return _text.Written;
    }

    /// <summary>RFC 3261 §17.1.3.</summary>
    public ReadOnlySpan<byte> Client(SipMethod method, ReadOnlySpan<byte> methodName, ReadOnlySpan<byte> branch)
    {
        _text.Clear();
        _text.Append((byte)method);
        if (method == SipMethod.Other) _text.Append(methodName);
        _text.Append(branch);
        return _text.Written;
    }

    /// <summary>RFC 3261 §12.</summary>
    public ReadOnlySpan<byte> Dialog(ReadOnlySpan<byte> callId, ReadOnlySpan<byte> localTag, ReadOnlySpan<byte> remoteTag)
    {
        _text.Clear();
        _text.Append(callId);
        _text.Append(Separator);
        _text.Append(localTag);
        _text.Append(Separator);
        _text.Append(remoteTag);
        return _text.Written;
    }
}
