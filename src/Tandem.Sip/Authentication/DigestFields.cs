using System.Text;

namespace Tandem.Sip;

/// <summary>The parameters of an Authorization or WWW-Authenticate value, unquoted. RFC 7616 §3.3, §3.4.</summary>
readonly ref struct DigestFields
{
    public ReadOnlySpan<byte> UserName { get; private init; }
    public ReadOnlySpan<byte> Realm { get; private init; }
    public ReadOnlySpan<byte> Nonce { get; private init; }
    public ReadOnlySpan<byte> Uri { get; private init; }
    public ReadOnlySpan<byte> Response { get; private init; }
    public ReadOnlySpan<byte> Algorithm { get; private init; }
    public ReadOnlySpan<byte> CNonce { get; private init; }
    public ReadOnlySpan<byte> Opaque { get; private init; }
    public ReadOnlySpan<byte> Qop { get; private init; }
    public ReadOnlySpan<byte> Nc { get; private init; }
    public ReadOnlySpan<byte> Stale { get; private init; }

    /// <summary>False: another scheme, or not readable.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out DigestFields fields)
    {
        fields = default;
        var scan = new Scanner(value);
        if (!Ascii.EqualsIgnoreCase(scan.Token(), "Digest"u8)) return false;
        ReadOnlySpan<byte> user = default, realm = default, nonce = default, uri = default, response = default, algorithm = default;
        ReadOnlySpan<byte> cnonce = default, opaque = default, qop = default, nc = default, stale = default;
        scan.SkipSpace();
        while (!scan.AtEnd)
        {
            ReadOnlySpan<byte> name = scan.Token();
            if (name.IsEmpty || !scan.TakeSpaced((byte)'=')) return false;
            ReadOnlySpan<byte> text;
            if (scan.Next == '"')
            {
                if (!scan.TryQuoted(out text)) return false;
                text = text[1..^1];
            }
            else text = scan.Token();
            if (Is(name, "username"u8)) user = text;
            else if (Is(name, "realm"u8)) realm = text;
            else if (Is(name, "nonce"u8)) nonce = text;
            else if (Is(name, "uri"u8)) uri = text;
            else if (Is(name, "response"u8)) response = text;
            else if (Is(name, "algorithm"u8)) algorithm = text;
            else if (Is(name, "cnonce"u8)) cnonce = text;
            else if (Is(name, "opaque"u8)) opaque = text;
            else if (Is(name, "qop"u8)) qop = text;
            else if (Is(name, "nc"u8)) nc = text;
            else if (Is(name, "stale"u8)) stale = text;
            if (!scan.TakeSpaced((byte)',')) break;
        }
        scan.SkipSpace();
        if (!scan.AtEnd) return false;
        fields = new DigestFields
        {
            UserName = user, Realm = realm, Nonce = nonce, Uri = uri, Response = response, Algorithm = algorithm,
            CNonce = cnonce, Opaque = opaque, Qop = qop, Nc = nc, Stale = stale,
        };
        return true;
    }

    static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted) => Ascii.EqualsIgnoreCase(name, wanted);
}
