namespace Tandem.Sip;

/// <summary>A request outside of a dialog. Every identifier is the user's: given again, the same bytes leave, and the peer sees a retransmission.</summary>
public ref struct OutgoingRequest
{
    public OutgoingRequest() { }

    public required SipMethod Method { get; init; }
    public required ReadOnlySpan<byte> RequestUri { get; init; }

    /// <summary>The header value, with its tag.</summary>
    public required ReadOnlySpan<byte> From { get; init; }
    public required ReadOnlySpan<byte> To { get; init; }
    public required ReadOnlySpan<byte> CallId { get; init; }
    public required uint CSeq { get; init; }

    /// <summary>Starts with <see cref="ViaView.MagicCookie"/>.</summary>
    public required ReadOnlySpan<byte> Branch { get; init; }

    /// <summary>The header value; required for INVITE.</summary>
    public ReadOnlySpan<byte> Contact { get; init; }

    /// <summary>Route header value, comma-separated; empty for none.</summary>
    public ReadOnlySpan<byte> Route { get; init; }
    public int MaxForwards { get; init; } = 70;

    /// <summary>Further header lines, each with its line end.</summary>
    public ReadOnlySpan<byte> Headers { get; init; }
    public ReadOnlySpan<byte> ContentType { get; init; }
    public ReadOnlySpan<byte> Body { get; init; }
}

/// <summary>A request in a dialog: URI, route, tags and Call-ID are the dialog's.</summary>
public ref struct DialogRequest
{
    public DialogRequest() { }

    public required SipMethod Method { get; init; }

    /// <summary>Above every CSeq sent in this dialog before; the user reserves them.</summary>
    public required uint CSeq { get; init; }
    public required ReadOnlySpan<byte> Branch { get; init; }
    public ReadOnlySpan<byte> Headers { get; init; }
    public ReadOnlySpan<byte> ContentType { get; init; }
    public ReadOnlySpan<byte> Body { get; init; }
}

public ref struct OutgoingResponse
{
    public OutgoingResponse() { }

    public required int Status { get; init; }

    /// <summary>Empty: the usual phrase.</summary>
    public ReadOnlySpan<byte> Reason { get; init; }

    /// <summary>For a request without To tag. On INVITE, 101 to 299 with a tag open a dialog; later answers need not repeat it.</summary>
    public ReadOnlySpan<byte> ToTag { get; init; }

    /// <summary>The Contact value; once given on an INVITE, the dialog remembers it.</summary>
    public ReadOnlySpan<byte> Contact { get; init; }

    /// <summary>Further header lines, each with its line end.</summary>
    public ReadOnlySpan<byte> Headers { get; init; }
    public ReadOnlySpan<byte> ContentType { get; init; }
    public ReadOnlySpan<byte> Body { get; init; }
}
