using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Tandem.Node.Guarding.Addresses;

/// <summary>
/// Announces IPv4 addresses on a segment and hears who else does (RFC 826; announcements: RFC 5227 §2.3). A raw socket,
/// which needs CAP_NET_RAW.
/// </summary>
sealed class Arp : IDisposable
{
    const int FamilyPacket = 17, Raw = 3, NonBlocking = 0x800, CloseOnExec = 0x80000;
    const ushort EtherTypeArp = 0x0806;
    const int FrameBytes = 42;
    readonly int _socket;
    readonly byte[] _mac, _frame = new byte[FrameBytes], _received = new byte[256];

    /// <exception cref="AddressException">Not allowed, or an interface without a hardware address.</exception>
    public Arp(string name, int index)
    {
        ushort arp = BinaryPrimitives.ReverseEndianness(EtherTypeArp);
        _socket = socket(FamilyPacket, Raw | NonBlocking | CloseOnExec, arp);
        if (_socket < 0) throw new AddressException($"{Posix.Failed("a socket for ARP").Message}: the guardian needs CAP_NET_RAW and CAP_NET_ADMIN");
        _mac = MacOf(name);
        if (_mac.Length == 0)
        {
            Posix.Close(_socket);
            throw new AddressException($"{name} has no Ethernet address: there is no ARP on it");
        }
        // sockaddr_ll: family, protocol, interface, ...
        byte[] link = new byte[20];
        BinaryPrimitives.WriteUInt16LittleEndian(link, FamilyPacket);
        BinaryPrimitives.WriteUInt16BigEndian(link.AsSpan(2), EtherTypeArp);
        BinaryPrimitives.WriteInt32LittleEndian(link.AsSpan(4), index);
        if (bind(_socket, link, (uint)link.Length) < 0)
        {
            Exception failed = Posix.Failed($"a socket for ARP on {name}");
            Posix.Close(_socket);
            throw new AddressException(failed.Message, failed);
        }
    }

    /// <summary>Empty: no Ethernet (netdevice(7), SIOCGIFHWADDR).</summary>
    byte[] MacOf(string name)
    {
        const nuint hardwareAddress = 0x8927;
        const ushort ethernet = 1;
        byte[] request = new byte[40];
        System.Text.Encoding.ASCII.GetBytes(name, request.AsSpan(0, 15));
        return ioctl(_socket, hardwareAddress, request) == 0 && BinaryPrimitives.ReadUInt16LittleEndian(request.AsSpan(16)) == ethernet ? request[18..24] : [];
    }

    public int Descriptor => _socket;

    /// <summary>
    /// "This address is at our MAC", once as a request and once as a reply: some listen to the one only, some to the other
    /// (RFC 5227 §3 on why both are lawful).
    /// </summary>
    public void Announce(IPAddress address)
    {
        Write(address, operation: 1);
        Posix.TryWrite(_socket, _frame);
        Write(address, operation: 2);
        // A link that is down takes nothing; it is said again in a second.
        Posix.TryWrite(_socket, _frame);
    }

    void Write(IPAddress address, byte operation)
    {
        Span<byte> f = _frame;
        f[..6].Fill(0xff);
        _mac.CopyTo(f[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(f[12..], EtherTypeArp);
        // Ethernet, IPv4, their lengths, the operation; sender's MAC and IP, target's.
        ((ReadOnlySpan<byte>)[0, 1, 8, 0, 6, 4, 0, operation]).CopyTo(f[14..]);
        _mac.CopyTo(f[22..]);
        address.TryWriteBytes(f[28..], out _);
        f[32..38].Fill(operation == 1 ? (byte)0 : (byte)0xff);
        address.TryWriteBytes(f[38..], out _);
    }

    /// <summary>The next address that another MAC says is its own, in network order; false when nothing more is there.</summary>
    public bool TryHear(out uint address)
    {
        address = 0;
        while (Posix.Read(_socket, _received) is > 0 and var got)
        {
            ReadOnlySpan<byte> f = _received.AsSpan(0, got);
            if (got < FrameBytes || BinaryPrimitives.ReadUInt16BigEndian(f[12..]) != EtherTypeArp) continue;
            if (BinaryPrimitives.ReadUInt32BigEndian(f[14..]) != 0x00010800 || f[18] != 6 || f[19] != 4) continue;
            if (f.Slice(22, 6).SequenceEqual(_mac)) continue;
            address = BinaryPrimitives.ReadUInt32BigEndian(f[28..]);
            // 0.0.0.0 asks whether somebody has an address, and claims none (a probe).
            if (address != 0) return true;
        }
        return false;
    }

    public void Dispose() => Posix.Close(_socket);

    [DllImport("libc", SetLastError = true)] static extern int socket(int domain, int type, int protocol);
    [DllImport("libc", SetLastError = true)] static extern int ioctl(int descriptor, nuint request, [In, Out] byte[] argument);
    [DllImport("libc", SetLastError = true)] static extern int bind(int socket, byte[] address, uint length);
}
