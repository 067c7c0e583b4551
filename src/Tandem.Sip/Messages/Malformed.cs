namespace Tandem.Sip;

/// <summary>Why a message was refused by the parser. <see cref="No"/>: it is well formed.</summary>
public enum Malformed : byte
{
    No,
    Empty,
    TooLong,
    BadStartLine,
    BadVersion,
    BadMethod,
    BadRequestUri,
    BadStatusCode,
    BareLineBreak,
    BadHeaderName,
    TooManyHeaders,
    MissingEmptyLine,
    MissingVia,
    MissingFrom,
    MissingTo,
    MissingCallId,
    MissingCSeq,
    MissingContact,
    Doubled,
    BadVia,
    BadFrom,
    BadTo,
    BadCallId,
    BadCSeq,
    CSeqMethodDiffers,
    BadContact,
    BadRoute,
    BadMaxForwards,
    BadContentLength,
    BodyShorterThanContentLength,
    MissingContentLength,
}

public static class MalformedVerdicts
{
    /// <summary>The status that answers a request with this fault. Responses and ACKs with a fault meet silence.</summary>
    public static (int Status, string Reason) Answer(this Malformed fault) => fault switch
    {
        Malformed.BadVersion => (505, "Version Not Supported"),                 // RFC 3261 §21.5.6
        Malformed.TooLong or Malformed.TooManyHeaders => (513, "Message Too Large"),
        Malformed.BadRequestUri => (400, "Bad Request-URI"),
        Malformed.Doubled => (400, "Header Field Repeated"),
        Malformed.MissingVia => (400, "Missing Via"),
        Malformed.MissingFrom => (400, "Missing From"),
        Malformed.MissingTo => (400, "Missing To"),
        Malformed.MissingCallId => (400, "Missing Call-ID"),
        Malformed.MissingCSeq => (400, "Missing CSeq"),
        Malformed.MissingContact => (400, "Missing Contact"),
        Malformed.BadVia => (400, "Bad Via"),
        Malformed.BadFrom => (400, "Bad From"),
        Malformed.BadTo => (400, "Bad To"),
        Malformed.BadCallId => (400, "Bad Call-ID"),
        Malformed.BadCSeq or Malformed.CSeqMethodDiffers => (400, "Bad CSeq"),
        Malformed.BadContact => (400, "Bad Contact"),
        Malformed.BadContentLength or Malformed.BodyShorterThanContentLength => (400, "Bad Content-Length"),
        _ => (400, "Bad Request"),
    };
}
