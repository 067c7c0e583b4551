using System.Text;

namespace Tandem.Sip;

/// <summary>
/// A request or response: one buffer, a table of where its headers lie, and the few fields every transaction needs already found.
/// Immutable. Line folds of the received bytes stand as spaces (RFC 3261 §7.3.1: equal in meaning and length).
/// </summary>
public sealed class SipMessage
{
    internal byte[] Bytes = [];
    internal HeaderLine[] Lines = [];
    internal Slice MethodSlice, UriSlice, ReasonSlice, BranchSlice, SentBySlice, FromTagSlice, ToTagSlice, CallIdSlice, ContactSlice;
    internal int BodyStart, BodyLength;

    internal SipMessage() { }

    public bool IsRequest { get; internal set; }

    /// <summary>A request's method, a response's CSeq method.</summary>
    public SipMethod Method { get; internal set; }

    /// <summary>The method's token, also when it is <see cref="SipMethod.Other"/>.</summary>
    public ReadOnlySpan<byte> MethodName => At(MethodSlice);

    /// <summary>0 for a request.</summary>
    public int Status { get; internal set; }
    public ReadOnlySpan<byte> Reason => At(ReasonSlice);

    /// <summary>Empty for a response.</summary>
    public ReadOnlySpan<byte> RequestUri => At(UriSlice);

    public uint CSeq { get; internal set; }
    public ReadOnlySpan<byte> CallId => At(CallIdSlice);

    /// <summary>Empty: RFC 2543 peers may send none.</summary>
    public ReadOnlySpan<byte> FromTag => At(FromTagSlice);
    public ReadOnlySpan<byte> ToTag => At(ToTagSlice);

    /// <summary>Of the top Via.</summary>
    public ReadOnlySpan<byte> Branch => At(BranchSlice);
    public ReadOnlySpan<byte> SentBy => At(SentBySlice);

    /// <summary>The URI of the first Contact; empty when there is none or it is <c>*</c>.</summary>
    public ReadOnlySpan<byte> ContactUri => At(ContactSlice);

    /// <summary>−1 when absent.</summary>
    public int MaxForwards { get; internal set; } = -1;

    /// <summary>−1 when absent.</summary>
    public int ContentLength { get; internal set; } = -1;

    /// <summary>What is wrong with it; such a message only serves to be answered.</summary>
    public Malformed Fault { get; internal set; }

    public ReadOnlySpan<byte> Body => Bytes.AsSpan(BodyStart, BodyLength);

    /// <summary>Start line to body. What followed the body in the datagram is gone (RFC 3261 §18.3).</summary>
    public ReadOnlySpan<byte> Raw => Bytes.AsSpan(0, BodyStart + BodyLength);

    public bool Is2xx => Status is >= 200 and < 300;
    public bool IsProvisional => Status is >= 100 and < 200;

    public int HeaderCount => Lines.Length;

    /// <summary>Kind, name and value of a header line, in message order.</summary>
    public HeaderKind HeaderAt(int index, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        HeaderLine line = Lines[index];
        name = At(line.Name);
        value = At(line.Value);
        return line.Kind;
    }

    /// <summary>The first line of that kind; empty when absent or empty.</summary>
    public ReadOnlySpan<byte> Header(HeaderKind kind)
    {
        foreach (ref readonly HeaderLine line in Lines.AsSpan())
            if (line.Kind == kind) return At(line.Value);
        return default;
    }

    /// <summary>The first line of that name, for headers without a kind. Case-insensitive.</summary>
    public ReadOnlySpan<byte> Header(ReadOnlySpan<byte> name)
    {
        foreach (ref readonly HeaderLine line in Lines.AsSpan())
            if (Ascii.EqualsIgnoreCase(At(line.Name), name)) return At(line.Value);
        return default;
    }

    public bool Has(HeaderKind kind)
    {
        foreach (ref readonly HeaderLine line in Lines.AsSpan())
            if (line.Kind == kind) return true;
        return false;
    }

    /// <summary>All lines of that kind, top to bottom, not split at commas.</summary>
    public HeaderValues Headers(HeaderKind kind) => new(this, kind);

    /// <summary>All Via values, top first, comma lists split.</summary>
    public ViaList Vias => new(this);

    /// <summary>All addresses of Contact, Route, Record-Route, P-Asserted-Identity, Diversion, …, comma lists split.</summary>
    public AddressList Addresses(HeaderKind kind) => new(this, kind);

    /// <summary>All tokens of Require, Supported, Allow, …, comma lists split.</summary>
    public TokenList Tokens(HeaderKind kind) => new(this, kind);

    public bool HasToken(HeaderKind kind, ReadOnlySpan<byte> token)
    {
        foreach (ReadOnlySpan<byte> each in Tokens(kind))
            if (Ascii.EqualsIgnoreCase(each, token)) return true;
        return false;
    }

    public ViaView TopVia
    {
        get
        {
            var scan = new Scanner(Header(HeaderKind.Via));
            _ = ViaView.TryRead(ref scan, out ViaView via);
            return via;
        }
    }

    public AddressView From => Address(HeaderKind.From);
    public AddressView To => Address(HeaderKind.To);
    public AddressView Contact => Address(HeaderKind.Contact);

    /// <summary>The Request-URI's parts. Its scheme is <see cref="UriScheme.Other"/> when it is not for us.</summary>
    public UriView Uri
    {
        get
        {
            return UriView.TryParse(RequestUri, out UriView uri) ? uri : default;
        }
    }

    /// <summary>Delta seconds of Expires, Min-Expires, Retry-After, Min-SE, RSeq; a number beyond 32 bits reads as 2^32−1. −1: absent or no number.</summary>
    public long Number(HeaderKind kind)
    {
        ReadOnlySpan<byte> value = Header(kind);
        if (value.IsEmpty || (uint)(value[0] - '0') > 9) return -1;
        var scan = new Scanner(value);
        return scan.TryNumber(uint.MaxValue, out long number) ? number : uint.MaxValue;
    }

    /// <summary>The media type of the body, without parameters: <c>application/sdp</c>. Empty when absent.</summary>
    public ReadOnlySpan<byte> ContentType
    {
        get
        {
            ReadOnlySpan<byte> value = Header(HeaderKind.ContentType);
            int end = value.IndexOf((byte)';');
            return (end < 0 ? value : value[..end]).TrimEnd(" \t"u8);
        }
    }

    /// <summary>Writes the message from its parts; equal to <see cref="Raw"/> but for spaces round header colons.</summary>
    public void WriteTo(MessageWriter writer)
    {
        if (IsRequest) writer.StartRequest(MethodName, RequestUri);
        else writer.StartResponse(Status, Reason);
        foreach (ref readonly HeaderLine line in Lines.AsSpan()) writer.Header(At(line.Name), At(line.Value));
        writer.EndHeaders();
        writer.Append(Body);
    }

    public override string ToString() => Encoding.UTF8.GetString(Raw);

    internal ReadOnlySpan<byte> At(Slice slice) => Bytes.AsSpan(slice.Start, slice.Length);

    internal Slice Locate(ReadOnlySpan<byte> part) =>
        !part.IsEmpty && Bytes.AsSpan().Overlaps(part, out int offset) ? new Slice((ushort)offset, (ushort)part.Length) : default;

    AddressView Address(HeaderKind kind)
    {
        var scan = new Scanner(Header(kind));
        _ = AddressView.TryRead(ref scan, out AddressView address);
        return address;
    }
}

/// <summary>Where a piece of the message lies in its buffer, in bytes.</summary>
readonly record struct Slice(ushort Start, ushort Length);

readonly record struct HeaderLine(HeaderKind Kind, Slice Name, Slice Value);
