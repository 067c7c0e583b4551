using System.Buffers;
using System.Text;

namespace Tandem.Sip;

/// <summary>A name-addr or addr-spec with its header parameters: From, To, Contact, Route, P-Asserted-Identity, … RFC 3261 §20.10, §25.1.</summary>
public readonly ref struct AddressView
{
    static readonly SearchValues<byte> s_bareUriEnds = SearchValues.Create(";, \t"u8);

    /// <summary>As written, a quoted one with its quotes.</summary>
    public ReadOnlySpan<byte> Display { get; private init; }

    public UriView Uri { get; private init; }

    /// <summary>From the first header parameter's <c>;</c> on.</summary>
    public ReadOnlySpan<byte> Parameters { get; private init; }

    public ReadOnlySpan<byte> Tag { get; private init; }

    /// <summary>This value alone, without its neighbours in a comma list.</summary>
    public ReadOnlySpan<byte> Text { get; private init; }

    /// <summary>A Contact of <c>*</c> (RFC 3261 §10.2.2).</summary>
    public bool IsStar => Text.SequenceEqual("*"u8);

    /// <summary>The value of a header parameter; quoted values keep their quotes.</summary>
    public bool TryParameter(ReadOnlySpan<byte> wanted, out ReadOnlySpan<byte> value)
    {
        var scan = new Scanner(Parameters);
        while (scan.TryParameter(out ReadOnlySpan<byte> name, out value, out _))
            if (Ascii.EqualsIgnoreCase(name, wanted)) return true;
        value = default;
        return false;
    }

    /// <summary>Parses a value that holds exactly one address.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out AddressView address)
    {
        var scan = new Scanner(text);
        scan.SkipSpace();
        return TryRead(ref scan, out address) && scan.AtEnd;
    }

    /// <summary>Reads one value and stops at a comma or the end.</summary>
    internal static bool TryRead(scoped ref Scanner scan, out AddressView address)
    {
        address = default;
        int start = scan.Position;
        ReadOnlySpan<byte> display = default, uriText;
        if (scan.Next == '"')
        {
            if (!scan.TryQuoted(out display)) return false;
            scan.SkipSpace();
            if (scan.Next != '<') return false;
        }
        else if (scan.Next != '<' && !TrySkipDisplay(ref scan, ref display)) return false;

        if (scan.Take((byte)'<'))
        {
            int length = scan.Rest.IndexOf((byte)'>');
            if (length < 0) return false;
            uriText = scan.Rest[..length];
            scan.Skip(length + 1);
        }
        else
        {
            if (scan.Next == '*' && IsStarAlone(scan.Rest))
            {
                scan.Skip(1);
                address = new AddressView { Text = scan.Since(start) };
                scan.SkipSpace();
                return true;
            }
            int length = scan.Rest.IndexOfAny(s_bareUriEnds);
            if (length < 0) length = scan.Rest.Length;
            uriText = scan.Rest[..length];
            if (uriText.Contains((byte)'?')) return false;     // §20: such a URI must stand in angle brackets
            scan.Skip(length);
        }
        if (!UriView.TryParse(uriText, out UriView uri)) return false;

        int parameters = scan.Position;
        ReadOnlySpan<byte> tag = default;
        bool bad;
        while (scan.TryParameter(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out bad))
        {
            if (name.Length != 3 || !Ascii.EqualsIgnoreCase(name, "tag"u8)) continue;
            if (value.IsEmpty) return false;
            tag = value;
        }
        if (bad) return false;
        ReadOnlySpan<byte> parameterText = scan.Since(parameters);
        ReadOnlySpan<byte> text = scan.Since(start);
        scan.SkipSpace();
        if (!scan.AtEnd && scan.Next != ',') return false;
        address = new AddressView { Display = display, Uri = uri, Parameters = parameterText, Tag = tag, Text = text };
        return true;
    }

    static bool IsStarAlone(ReadOnlySpan<byte> rest) => rest[1..].TrimStart(" \t"u8).IsEmpty;

    // An unquoted display name: tokens and spaces (bytes above 127 are tolerated) up to '<'. Without '<' this is a bare URI.
    static bool TrySkipDisplay(scoped ref Scanner scan, scoped ref ReadOnlySpan<byte> display)
    {
        ReadOnlySpan<byte> rest = scan.Rest;
        int angle = rest.IndexOf((byte)'<');
        if (angle < 0) return true;
        ReadOnlySpan<byte> words = rest[..angle];
        foreach (byte b in words)
            if (b < 128 && b != ' ' && b != '\t' && !Scanner.TokenBytes.Contains(b))
                return b is (byte)':' or (byte)';' or (byte)'@' or (byte)'[' or (byte)',' && LooksLikeUri(words);
        display = words.TrimEnd(" \t"u8);
        scan.Skip(angle);
        return true;
    }

    // "sip:a@b, <sip:c@d>": the angle bracket belongs to a later value of the list.
    static bool LooksLikeUri(ReadOnlySpan<byte> words)
    {
        int end = words.IndexOf((byte)',');
        return end > 0 && UriView.TryParse(BeforeParameters(words[..end].Trim(" \t"u8)), out _);
    }

    static ReadOnlySpan<byte> BeforeParameters(ReadOnlySpan<byte> value)
    {
        int end = value.IndexOf((byte)';');
        return end < 0 ? value : value[..end];
    }
}
