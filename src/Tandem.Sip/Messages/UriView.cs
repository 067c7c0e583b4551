using System.Buffers;
using System.Text;

namespace Tandem.Sip;

public enum UriScheme : byte
{
    Other,
    Sip,
    Sips,
    Tel,
}

/// <summary>A URI's parts as they stand in the message; nothing is unescaped. RFC 3261 §19.1, RFC 3966.</summary>
public readonly ref struct UriView
{
    static readonly SearchValues<byte> s_neverInUri = SearchValues.Create([.. Enumerable.Range(0, 33).Select(b => (byte)b), (byte)'<', (byte)'>', (byte)'"', 127]);

    public UriScheme Scheme { get; private init; }

    /// <summary>The user part with its parameters, or a tel: URI's number. Empty when there is none.</summary>
    public ReadOnlySpan<byte> User { get; private init; }

    /// <summary>IPv6 references keep their brackets.</summary>
    public ReadOnlySpan<byte> Host { get; private init; }

    /// <summary>0 when the URI names none.</summary>
    public int Port { get; private init; }

    /// <summary>From the first <c>;</c> on, that mark included.</summary>
    public ReadOnlySpan<byte> Parameters { get; private init; }

    /// <summary>After the <c>?</c>.</summary>
    public ReadOnlySpan<byte> Headers { get; private init; }

    /// <summary>The whole URI.</summary>
    public ReadOnlySpan<byte> Text { get; private init; }

    /// <summary>False: not a URI. Schemes other than sip, sips, tel are checked for their scheme only.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out UriView uri)
    {
        uri = default;
        int colon = text.IndexOf((byte)':');
        if (colon < 1 || colon == text.Length - 1 || text.ContainsAny(s_neverInUri)) return false;
        ReadOnlySpan<byte> scheme = text[..colon];
        ReadOnlySpan<byte> rest = text[(colon + 1)..];
        if (Ascii.EqualsIgnoreCase(scheme, "sip"u8)) return TryParseSip(text, rest, UriScheme.Sip, out uri);
        if (Ascii.EqualsIgnoreCase(scheme, "sips"u8)) return TryParseSip(text, rest, UriScheme.Sips, out uri);
        if (Ascii.EqualsIgnoreCase(scheme, "tel"u8)) return TryParseTel(text, rest, out uri);
        if (scheme.ContainsAnyExcept(Scanner.TokenBytes)) return false;
        uri = new UriView { Text = text };
        return true;
    }

    /// <summary>The value of a URI parameter; true with an empty value for a flag such as <c>lr</c>.</summary>
    public bool TryParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> rest = Parameters;
        while (!rest.IsEmpty)
        {
            rest = rest[1..];
            int end = rest.IndexOf((byte)';');
            ReadOnlySpan<byte> one = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[end..];
            int equal = one.IndexOf((byte)'=');
            if (!Ascii.EqualsIgnoreCase(equal < 0 ? one : one[..equal], name)) continue;
            value = equal < 0 ? default : one[(equal + 1)..];
            return true;
        }
        value = default;
        return false;
    }

    /// <summary>The user part without its parameters (<c>+15551234;phone-context=x</c>) and password.</summary>
    public ReadOnlySpan<byte> UserName
    {
        get
        {
            int end = User.IndexOfAny((byte)';', (byte)':');
            return end < 0 ? User : User[..end];
        }
    }

    static bool TryParseSip(ReadOnlySpan<byte> text, ReadOnlySpan<byte> rest, UriScheme scheme, out UriView uri)
    {
        uri = default;
        ReadOnlySpan<byte> user = default;
        int at = rest.IndexOf((byte)'@');
        if (at == 0) return false;
        if (at > 0)
        {
            user = rest[..at];
            rest = rest[(at + 1)..];
            if (!EscapesAreWhole(user)) return false;
        }
        var scan = new Scanner(rest);
        ReadOnlySpan<byte> host = scan.Host();
        if (host.IsEmpty || !scan.TryPort(out int port)) return false;
        ReadOnlySpan<byte> tail = scan.Rest;
        if (!tail.IsEmpty && tail[0] != ';' && tail[0] != '?') return false;
        int question = tail.IndexOf((byte)'?');
        ReadOnlySpan<byte> parameters = question < 0 ? tail : tail[..question];
        if (parameters.IndexOf(";;"u8) >= 0 || parameters.Contains((byte)',') || parameters is [.., (byte)';']) return false;
        uri = new UriView
        {
            Scheme = scheme,
            User = user,
            Host = host,
            Port = port,
            Parameters = parameters,
            Headers = question < 0 ? default : tail[(question + 1)..],
            Text = text,
        };
        return true;
    }

    static bool TryParseTel(ReadOnlySpan<byte> text, ReadOnlySpan<byte> rest, out UriView uri)
    {
        int semicolon = rest.IndexOf((byte)';');
        ReadOnlySpan<byte> number = semicolon < 0 ? rest : rest[..semicolon];
        uri = new UriView { Scheme = UriScheme.Tel, User = number, Parameters = semicolon < 0 ? default : rest[semicolon..], Text = text };
        return !number.IsEmpty && !number.ContainsAny("@/?"u8);
    }

    static bool EscapesAreWhole(ReadOnlySpan<byte> text)
    {
        for (int i = text.IndexOf((byte)'%'); i >= 0;)
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[i + 1]) || !char.IsAsciiHexDigit((char)text[i + 2])) return false;
            text = text[(i + 3)..];
            i = text.IndexOf((byte)'%');
        }
        return true;
    }
}
