using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles;

/// <summary>Where SIP is sent to or comes from, as text.</summary>
static class Addresses
{
    const string TargetRight = "write HOST:PORT, if need be with ;transport=tcp, e.g. 192.0.2.7:5060 or [2001:db8::7]:5060";
    const string SourceRight = "write an IP address or IP:PORT, e.g. 192.0.2.7 or [2001:db8::7]:5060";

    /// <summary><c>HOST:PORT[;transport=tcp]</c>; a missing port is SIP's 5060. Null after telling what is wrong.</summary>
    public static string? ReadTarget(string text, Field where)
    {
        string[] parts = text.Split(';', 2);
        string transport = "";
        if (parts.Length == 2)
        {
            if (parts[1] is not ("transport=tcp" or "transport=udp"))
            {
                where.Reject($"'{parts[1]}' is no transport", TargetRight);
                return null;
            }
            if (parts[1] == "transport=tcp") transport = ";transport=tcp";
        }
        if (TrySplit(parts[0], out string host, out int port) && (IPAddress.TryParse(host, out _) || Uri.CheckHostName(host) == UriHostNameType.Dns && !LooksNumeric(host)))
            return $"{Bracketed(host)}:{(port == 0 ? 5060 : port)}{transport}";
        where.Reject($"'{text}' is no address", TargetRight);
        return null;
    }

    /// <summary>An IP address, or one with a port. Null after telling what is wrong.</summary>
    public static string? ReadSource(string text, Field where)
    {
        if (TrySplit(text, out string host, out int port) && IPAddress.TryParse(host, out _) && (host.Contains(':') || host.Count(c => c == '.') == 3))
            return port == 0 ? host : $"{Bracketed(host)}:{port}";
        where.Reject($"'{text}' is no address of a peer", SourceRight);
        return null;
    }

    /// <summary>Whether a target names an IP address and not a host name.</summary>
    public static bool IsIp(string target) =>
        TrySplit(target.Split(';')[0], out string host, out _) && IPAddress.TryParse(host, out _);

    static bool LooksNumeric(string host) => host.All(c => char.IsAsciiDigit(c) || c == '.');

    static string Bracketed(string host) =>
        IPAddress.TryParse(host, out IPAddress? ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : host;

    static bool TrySplit(string text, out string host, out int port)
    {
        port = 0;
        host = text;
        if (IPAddress.TryParse(text, out IPAddress? bare) && bare.AddressFamily == AddressFamily.InterNetworkV6 && !text.StartsWith('[')) return true;
        int colon = text.LastIndexOf(':');
        if (text.StartsWith('['))
        {
            int end = text.IndexOf(']');
            if (end < 0 || end + 1 < text.Length && colon != end + 1) return false;
            host = text[1..end];
            if (end + 1 == text.Length) return true;
        }
        else if (colon < 0) return host.Length > 0;
        else host = text[..colon];
        return host.Length > 0
            && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;
    }
}
