using System.Text;
using Tandem.Sip;

namespace Tandem.Node.ServiceNode;

/// <summary>Numbers and names as opaque, normalised strings: unescaped, and without the marks that tel: URIs may carry.</summary>
static class Numbers
{
    public static string Of(in UriView uri)
    {
        string user = Uri.UnescapeDataString(Encoding.UTF8.GetString(uri.UserName));
        if (uri.Scheme != UriScheme.Tel) return user;
        // RFC 3966 §5.1.1: visual separators have no meaning.
        return string.Concat(user.Where(static c => c is not ('-' or '.' or '(' or ')')));
    }

    /// <summary>As the user part of a SIP URI (RFC 3261 §25.1).</summary>
    public static string Escaped(string number)
    {
        bool plain = true;
        foreach (char c in number) plain &= char.IsAsciiLetterOrDigit(c) || "-_.!~*'()&=+$,;?/".Contains(c);
        if (plain) return number;
        var text = new StringBuilder(number.Length + 8);
        foreach (byte b in Encoding.UTF8.GetBytes(number))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || (b < 128 && "-_.!~*'()&=+$,".Contains((char)b))) text.Append((char)b);
            else text.Append('%').Append(b.ToString("X2"));
        }
        return text.ToString();
    }
}
