using System.Text;

namespace Tandem.Sip;

/// <summary>What a well-formed request asks that this user agent does not do. RFC 3261 §8.2.1 to §8.2.3, in that order.</summary>
sealed class Verdicts(SipStackOptions options)
{
    readonly byte[][] _allowed = [.. options.Allow.Split(',', StringSplitOptions.TrimEntries).Select(Encoding.ASCII.GetBytes)];
    readonly byte[][] _supported = [.. options.Supported.Select(Encoding.ASCII.GetBytes)];
    readonly byte[][] _bodies = [.. options.InviteBodies.Select(Encoding.ASCII.GetBytes)];
    readonly byte[] _allowLine = Encoding.ASCII.GetBytes($"Allow: {options.Allow}\r\n");
    readonly byte[] _acceptLine = Encoding.ASCII.GetBytes($"Accept: {string.Join(", ", options.InviteBodies)}\r\n");

    /// <summary>0: nothing to refuse.</summary>
    public int Judge(SipMessage request, MessageWriter headers)
    {
        headers.Clear();
        if (!Knows(_allowed, request.MethodName))
        {
            headers.Append(_allowLine);
            return request.Method == SipMethod.Other ? 501 : 405;
        }
        UriView uri = request.Uri;
        if (uri.Scheme == UriScheme.Other) return 416;
        if (request.Method == SipMethod.Cancel) return 0;               // §8.2.2.3: Require is ignored in CANCEL
        if (!RequiresOnlyKnown(request, headers)) return 420;
        if (request.Method != SipMethod.Invite) return 0;
        if (!request.Body.IsEmpty && (!KnowsType(request.ContentType) || IsEncoded(request)))
        {
            headers.Append(_acceptLine);
            if (IsEncoded(request)) headers.Append("Accept-Encoding: identity\r\n"u8);
            return 415;
        }
        return request.Has(HeaderKind.Accept) && !AcceptsSdp(request) ? 406 : 0;
    }

    bool RequiresOnlyKnown(SipMessage request, MessageWriter headers)
    {
        bool known = true;
        foreach (ReadOnlySpan<byte> tag in request.Tokens(HeaderKind.Require))
        {
            if (KnowsIgnoringCase(_supported, tag)) continue;
            headers.Append(known ? "Unsupported: "u8 : ", "u8);
            headers.Append(tag);
            known = false;
        }
        if (!known) headers.Append("\r\n"u8);
        return known;
    }

    bool KnowsType(ReadOnlySpan<byte> type) => KnowsIgnoringCase(_bodies, type);

    static bool IsEncoded(SipMessage request)
    {
        ReadOnlySpan<byte> encoding = request.Header(HeaderKind.ContentEncoding);
        return !encoding.IsEmpty && !Ascii.EqualsIgnoreCase(encoding, "identity"u8);
    }

    static bool AcceptsSdp(SipMessage request)
    {
        foreach (ReadOnlySpan<byte> token in request.Tokens(HeaderKind.Accept))
        {
            int end = token.IndexOf((byte)';');
            ReadOnlySpan<byte> range = (end < 0 ? token : token[..end]).TrimEnd(" \t"u8);
            if (Ascii.EqualsIgnoreCase(range, "application/sdp"u8) || Ascii.EqualsIgnoreCase(range, "application/*"u8) || range.SequenceEqual("*/*"u8)) return true;
        }
        return false;
    }

    static bool Knows(byte[][] known, ReadOnlySpan<byte> wanted)
    {
        foreach (byte[] each in known)
            if (wanted.SequenceEqual(each)) return true;
        return false;
    }

    static bool KnowsIgnoringCase(byte[][] known, ReadOnlySpan<byte> wanted)
    {
        foreach (byte[] each in known)
            if (Ascii.EqualsIgnoreCase(wanted, each)) return true;
        return false;
    }
}
