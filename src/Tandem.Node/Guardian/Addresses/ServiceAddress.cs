using System.Net;

namespace Tandem.Node.Guarding.Addresses;

/// <summary>Where callers and phones reach a side: an address and a port, as the journal names it.</summary>
/// <param name="Name">E.g. <c>127.0.0.2:5060</c>.</param>
readonly record struct ServiceAddress(string Name, IPEndPoint EndPoint)
{
    public IPAddress Ip => EndPoint.Address;

    public static bool TryParse(string text, out ServiceAddress address)
    {
        bool right = IPEndPoint.TryParse(text, out IPEndPoint? end) && end.Port != 0 && text.Contains(':', StringComparison.Ordinal);
        address = right ? new(text, end!) : default;
        return right;
    }

    public override string ToString() => Name;
}
