using System.Text;

namespace Tandem.Sip;

/// <summary>The header fields the stack or its users read by kind; all others are <see cref="Other"/> and read by name.</summary>
public enum HeaderKind : byte
{
    Other,
    Via,
    From,
    To,
    CallId,
    CSeq,
    Contact,
    MaxForwards,
    ContentLength,
    ContentType,
    ContentEncoding,
    Route,
    RecordRoute,
    Expires,
    MinExpires,
    Require,
    ProxyRequire,
    Supported,
    Unsupported,
    Allow,
    AllowEvents,
    Accept,
    Authorization,
    ProxyAuthorization,
    WwwAuthenticate,
    ProxyAuthenticate,
    SessionExpires,
    MinSe,
    PAssertedIdentity,
    PPreferredIdentity,
    RemotePartyId,
    Privacy,
    Diversion,
    HistoryInfo,
    Reason,
    RetryAfter,
    UserAgent,
    Server,
    Date,
    Event,
    SubscriptionState,
    ReferTo,
    ReferredBy,
    Replaces,
    RSeq,
    RAck,
    Subject,
    Warning,
    Identity,
    Path,
    ServiceRoute,
}

/// <summary>Header names, compact forms (RFC 3261 §7.3.3, §20, and the registry's later letters), case-insensitive.</summary>
public static class HeaderNames
{
    public static HeaderKind Parse(ReadOnlySpan<byte> name)
    {
        if (name.Length == 1) return Compact((byte)(name[0] | 0x20));
        if (name.IsEmpty) return HeaderKind.Other;
        ulong folded = 0;
        for (int i = 0; i < name.Length && i < 2; i++) folded = (folded << 8) | (byte)(name[i] | 0x20);
        (ReadOnlySpan<byte> full, HeaderKind kind) = Candidate(name.Length, (char)(folded >> 8), (char)(folded & 0xff), (char)(name[^1] | 0x20));
        return kind != HeaderKind.Other && Ascii.EqualsIgnoreCase(name, full) ? kind : HeaderKind.Other;
    }

    static HeaderKind Compact(byte letter) => letter switch
    {
        (byte)'v' => HeaderKind.Via,
        (byte)'f' => HeaderKind.From,
        (byte)'t' => HeaderKind.To,
        (byte)'i' => HeaderKind.CallId,
        (byte)'m' => HeaderKind.Contact,
        (byte)'l' => HeaderKind.ContentLength,
        (byte)'c' => HeaderKind.ContentType,
        (byte)'e' => HeaderKind.ContentEncoding,
        (byte)'k' => HeaderKind.Supported,
        (byte)'s' => HeaderKind.Subject,
        (byte)'o' => HeaderKind.Event,
        (byte)'u' => HeaderKind.AllowEvents,
        (byte)'r' => HeaderKind.ReferTo,
        (byte)'b' => HeaderKind.ReferredBy,
        (byte)'x' => HeaderKind.SessionExpires,
        (byte)'y' => HeaderKind.Identity,
        _ => HeaderKind.Other,
    };

    // The one name that has this length, first two letters and last letter.
    static Name Candidate(int length, char first, char second, char last) => (length, first, second, last) switch
    {
        (2, 't', 'o', _) => new("To"u8, HeaderKind.To),
        (3, 'v', 'i', _) => new("Via"u8, HeaderKind.Via),
        (4, 'f', 'r', _) => new("From"u8, HeaderKind.From),
        (4, 'c', 's', _) => new("CSeq"u8, HeaderKind.CSeq),
        (4, 'd', 'a', _) => new("Date"u8, HeaderKind.Date),
        (4, 'p', 'a', _) => new("Path"u8, HeaderKind.Path),
        (4, 'r', 's', _) => new("RSeq"u8, HeaderKind.RSeq),
        (4, 'r', 'a', _) => new("RAck"u8, HeaderKind.RAck),
        (5, 'r', 'o', _) => new("Route"u8, HeaderKind.Route),
        (5, 'a', 'l', _) => new("Allow"u8, HeaderKind.Allow),
        (5, 'e', 'v', _) => new("Event"u8, HeaderKind.Event),
        (6, 'a', 'c', _) => new("Accept"u8, HeaderKind.Accept),
        (6, 'r', 'e', _) => new("Reason"u8, HeaderKind.Reason),
        (6, 's', 'e', _) => new("Server"u8, HeaderKind.Server),
        (6, 'm', 'i', _) => new("Min-SE"u8, HeaderKind.MinSe),
        (7, 'c', 'a', _) => new("Call-ID"u8, HeaderKind.CallId),
        (7, 'c', 'o', _) => new("Contact"u8, HeaderKind.Contact),
        (7, 'e', 'x', _) => new("Expires"u8, HeaderKind.Expires),
        (7, 'r', 'e', _) => new("Require"u8, HeaderKind.Require),
        (7, 's', 'u', _) => new("Subject"u8, HeaderKind.Subject),
        (7, 'w', 'a', _) => new("Warning"u8, HeaderKind.Warning),
        (7, 'p', 'r', _) => new("Privacy"u8, HeaderKind.Privacy),
        (8, 'i', 'd', _) => new("Identity"u8, HeaderKind.Identity),
        (8, 'r', 'e', 'o') => new("Refer-To"u8, HeaderKind.ReferTo),
        (8, 'r', 'e', 's') => new("Replaces"u8, HeaderKind.Replaces),
        (9, 's', 'u', _) => new("Supported"u8, HeaderKind.Supported),
        (9, 'd', 'i', _) => new("Diversion"u8, HeaderKind.Diversion),
        (10, 'u', 's', _) => new("User-Agent"u8, HeaderKind.UserAgent),
        (11, 'r', 'e', 'r') => new("Retry-After"u8, HeaderKind.RetryAfter),
        (11, 'r', 'e', 'y') => new("Referred-By"u8, HeaderKind.ReferredBy),
        (11, 'm', 'i', _) => new("Min-Expires"u8, HeaderKind.MinExpires),
        (11, 'u', 'n', _) => new("Unsupported"u8, HeaderKind.Unsupported),
        (12, 'm', 'a', _) => new("Max-Forwards"u8, HeaderKind.MaxForwards),
        (12, 'c', 'o', _) => new("Content-Type"u8, HeaderKind.ContentType),
        (12, 'r', 'e', _) => new("Record-Route"u8, HeaderKind.RecordRoute),
        (12, 'a', 'l', _) => new("Allow-Events"u8, HeaderKind.AllowEvents),
        (12, 'h', 'i', _) => new("History-Info"u8, HeaderKind.HistoryInfo),
        (13, 'p', 'r', _) => new("Proxy-Require"u8, HeaderKind.ProxyRequire),
        (13, 'a', 'u', _) => new("Authorization"u8, HeaderKind.Authorization),
        (13, 's', 'e', _) => new("Service-Route"u8, HeaderKind.ServiceRoute),
        (14, 'c', 'o', _) => new("Content-Length"u8, HeaderKind.ContentLength),
        (15, 's', 'e', _) => new("Session-Expires"u8, HeaderKind.SessionExpires),
        (15, 'r', 'e', _) => new("Remote-Party-ID"u8, HeaderKind.RemotePartyId),
        (16, 'c', 'o', _) => new("Content-Encoding"u8, HeaderKind.ContentEncoding),
        (16, 'w', 'w', _) => new("WWW-Authenticate"u8, HeaderKind.WwwAuthenticate),
        (18, 'p', 'r', _) => new("Proxy-Authenticate"u8, HeaderKind.ProxyAuthenticate),
        (18, 's', 'u', _) => new("Subscription-State"u8, HeaderKind.SubscriptionState),
        (19, 'p', 'r', _) => new("Proxy-Authorization"u8, HeaderKind.ProxyAuthorization),
        (19, 'p', '\x2d', _) => new("P-Asserted-Identity"u8, HeaderKind.PAssertedIdentity),
        (20, 'p', '\x2d', _) => new("P-Preferred-Identity"u8, HeaderKind.PPreferredIdentity),
        _ => default,
    };

    readonly ref struct Name(ReadOnlySpan<byte> full, HeaderKind kind)
    {
        readonly ReadOnlySpan<byte> _full = full;

        public void Deconstruct(out ReadOnlySpan<byte> text, out HeaderKind named)
        {
            text = _full;
            named = kind;
        }
    }
}
