using System.Text;

namespace Tandem.Sip;

/// <summary>Client side: answers 401 and 407. RFC 7616 §3.4, RFC 3261 §22.2.</summary>
public static class DigestClient
{
    /// <summary>
    /// The Authorization (or Proxy-Authorization) line for the request sent again with a new CSeq and branch.
    /// The first challenge whose algorithm is known is answered. Null: none is, or this was tried before and is not stale.
    /// </summary>
    /// <param name="nonceCount">1 for the first use of a nonce.</param>
    public static byte[]? Answer(
        SipMessage challenge, ReadOnlySpan<byte> method, ReadOnlySpan<byte> requestUri, string user, string password,
        ReadOnlySpan<byte> cnonce, uint nonceCount = 1, bool wasAnswered = false)
    {
        bool isProxy = challenge.Status == 407;
        foreach (ReadOnlySpan<byte> value in challenge.Headers(isProxy ? HeaderKind.ProxyAuthenticate : HeaderKind.WwwAuthenticate))
        {
            if (!DigestFields.TryParse(value, out DigestFields fields) || !DigestAlgorithms.TryParse(fields.Algorithm, out DigestAlgorithm algorithm)) continue;
            if (wasAnswered && !Ascii.EqualsIgnoreCase(fields.Stale, "true"u8)) return null;
            if (!fields.Qop.IsEmpty && !OffersAuth(fields.Qop)) continue;
            return Line(fields, algorithm, method, requestUri, user, password, cnonce, nonceCount, isProxy);
        }
        return null;
    }

    static bool OffersAuth(ReadOnlySpan<byte> qop)
    {
        foreach (Range each in qop.Split((byte)','))
            if (Ascii.EqualsIgnoreCase(qop[each].Trim(" \t"u8), "auth"u8)) return true;
        return false;
    }

    static byte[] Line(
        in DigestFields fields, DigestAlgorithm algorithm, ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri, string user, string password,
        ReadOnlySpan<byte> cnonce, uint nonceCount, bool isProxy)
    {
        ReadOnlySpan<byte> qop = fields.Qop.IsEmpty ? default : "auth"u8;
        byte[] nc = Encoding.ASCII.GetBytes(nonceCount.ToString("x8"));
        byte[] ha1 = Encoding.ASCII.GetBytes(algorithm.Ha1(user, Encoding.UTF8.GetString(fields.Realm), password));
        byte[] response = algorithm.Response(ha1, fields.Nonce, nc, cnonce, qop, method, uri);
        var line = new MessageWriter();
        line.Append(isProxy ? "Proxy-Authorization: Digest username=\""u8 : "Authorization: Digest username=\""u8);
        line.Append(user.Replace("\\", "\\\\").Replace("\"", "\\\""));
        Quoted(line, "\", realm=\""u8, fields.Realm);
        Quoted(line, "\", nonce=\""u8, fields.Nonce);
        Quoted(line, "\", uri=\""u8, uri);
        Quoted(line, "\", response=\""u8, response);
        Quoted(line, "\", algorithm="u8, Encoding.ASCII.GetBytes(algorithm.Name()));
        if (!qop.IsEmpty)
        {
            Quoted(line, ", qop=auth, nc="u8, nc);
            Quoted(line, ", cnonce=\""u8, cnonce);
            line.Append((byte)'"');
        }
        if (!fields.Opaque.IsEmpty)
        {
            Quoted(line, ", opaque=\""u8, fields.Opaque);
            line.Append((byte)'"');
        }
        line.EndHeaders();
        return line.ToArray();
    }

    static void Quoted(MessageWriter line, ReadOnlySpan<byte> label, ReadOnlySpan<byte> value)
    {
        line.Append(label);
        line.Append(value);
    }
}
