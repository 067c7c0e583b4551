using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tandem.Sip;

/// <summary>An IP address and a port, without an object behind it: a dictionary key that costs no allocation per packet.</summary>
public readonly record struct SipEndPoint(UInt128 Address, ushort Port, bool IsV6)
{
    public static SipEndPoint V4(byte a, byte b, byte c, byte d, ushort port) => new((uint)(a << 24 | b << 16 | c << 8 | d), port, IsV6: false);

    /// <summary>IPv4-mapped IPv6 addresses become IPv4, as a dual-stack socket reports them.</summary>
    public static SipEndPoint From(IPEndPoint point)
    {
        IPAddress address = point.Address.IsIPv4MappedToIPv6 ? point.Address.MapToIPv4() : point.Address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return length == 4
            ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)point.Port, IsV6: false)
            : new(BinaryPrimitives.ReadUInt128BigEndian(bytes), (ushort)point.Port, IsV6: true);
    }

    /// <summary>Text such as <c>192.0.2.1</c>, <c>[2001:db8::1]</c> or the latter without brackets. False: not an IP address.</summary>
    public static bool TryParse(ReadOnlySpan<byte> host, int port, out SipEndPoint point)
    {
        point = default;
        if (host is [(byte)'[', .., (byte)']']) host = host[1..^1];
        if (host.Length is 0 or > 45 || !Ascii.IsValid(host)) return false;
        if (!char.IsAsciiHexDigit((char)host[0]) && host[0] != ':') return false;
        Span<char> text = stackalloc char[host.Length];
        Encoding.ASCII.GetChars(host, text);
        if (!IPAddress.TryParse(text, out IPAddress? address)) return false;
        if (address.AddressFamily == AddressFamily.InterNetwork && host.Count((byte)'.') != 3) return false;
        point = From(new IPEndPoint(address, port));
        return true;
    }

    public IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
        return IsV6 ? new IPAddress(bytes) : new IPAddress(bytes[12..]);
    }

    public IPEndPoint ToIPEndPoint() => new(ToAddress(), Port);

    public bool HasSameAddress(SipEndPoint other) => Address == other.Address && IsV6 == other.IsV6;

    /// <summary>Writes the address as a SIP host; IPv6 in brackets when <paramref name="bracketed"/>.</summary>
    public void WriteHost(MessageWriter writer, bool bracketed = true)
    {
        if (IsV6)
        {
            if (bracketed) writer.Append((byte)'[');
            writer.Append(ToAddress().ToString());
            if (bracketed) writer.Append((byte)']');
            return;
        }
        uint address = (uint)Address;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            writer.Append((long)(byte)(address >> shift));
            if (shift > 0) writer.Append((byte)'.');
        }
    }

    public override string ToString() => ToIPEndPoint().ToString();
}
