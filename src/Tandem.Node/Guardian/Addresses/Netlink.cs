using System.Buffers.Binary;
using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tandem.Node.Guarding.Addresses;

/// <summary>
/// Adds and removes an interface's IPv4 address (rtnetlink(7)): in well under a millisecond, where a start of `ip` takes ten.
/// What is added bears a label, and only what bears it is removed: a host's own address is never touched.
/// </summary>
sealed class Netlink : IDisposable
{
    const int FamilyNetlink = 16, Raw = 3, Route = 0, CloseOnExec = 0x80000, Inet = 2;
    const ushort NewAddress = 20, DeleteAddress = 21, ErrorMessage = 2;
    const ushort Request = 1, Acknowledge = 4, Exclusive = 0x200, Create = 0x400;
    const ushort AttributeAddress = 1, AttributeLocal = 2, AttributeLabel = 3;
    const int Exists = 17, NoAddress = 99;
    readonly int _socket, _interface;
    readonly string _name;
    readonly byte _prefix;
    readonly byte[] _message = new byte[128], _answer = new byte[4096];
    uint _sequence;

    /// <exception cref="AddressException">There is no such interface.</exception>
    public Netlink(string name, int prefix)
    {
        (_name, _prefix) = (name, (byte)prefix);
        _interface = (int)if_nametoindex(name);
        if (_interface == 0) throw new AddressException($"there is no interface '{name}' (`ip link` lists those there are)");
        _socket = socket(FamilyNetlink, Raw | CloseOnExec, Route);
        if (_socket < 0) throw new AddressException(Posix.Failed("netlink").Message);
    }

    public int Interface => _interface;

    /// <exception cref="AddressException"/>
    public void Add(IPAddress address)
    {
        int error = Ask(NewAddress, Request | Acknowledge | Create | Exclusive, address);
        if (error == 0) return;
        // A leftover of ours is as good as a new one; the same address without our label is the host's own.
        if (error == Exists && Ask(DeleteAddress, Request | Acknowledge, address) == 0 && Ask(NewAddress, Request | Acknowledge | Create | Exclusive, address) == 0) return;
        throw new AddressException(error == Exists
            ? $"is already an address of {_name} that somebody else has set: a service address must be set by nobody but the guardian"
            : $"cannot be added to {_name}: {new Win32Exception(error).Message}");
    }

    /// <summary>False when it was not there, or not by us.</summary>
    public bool Remove(IPAddress address) => Ask(DeleteAddress, Request | Acknowledge, address) switch
    {
        0 => true,
        NoAddress => false,
        var error => throw new AddressException($"cannot be removed from {_name}: {new Win32Exception(error).Message}"),
    };

    /// <summary>0, or the error's number.</summary>
    int Ask(ushort type, int flags, IPAddress address)
    {
        Span<byte> m = _message;
        m.Clear();
        // nlmsghdr: length, type, flags, sequence, port. Then ifaddrmsg: family, prefix, flags, scope, index.
        BinaryPrimitives.WriteUInt16LittleEndian(m[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(m[6..], (ushort)flags);
        BinaryPrimitives.WriteUInt32LittleEndian(m[8..], ++_sequence);
        m[16] = Inet;
        m[17] = _prefix;
        BinaryPrimitives.WriteInt32LittleEndian(m[20..], _interface);
        int length = 24;
        Span<byte> ip = stackalloc byte[4];
        address.TryWriteBytes(ip, out _);
        length += Attribute(m[length..], AttributeLocal, ip);
        length += Attribute(m[length..], AttributeAddress, ip);
        length += Attribute(m[length..], AttributeLabel, "tandem\0"u8);
        BinaryPrimitives.WriteInt32LittleEndian(m, length);
        if (send(_socket, _message, (nuint)length, 0) != length) throw new AddressException(Posix.Failed("netlink").Message);
        while (true)
        {
            int got = Posix.Read(_socket, _answer);
            if (got < 20) throw new AddressException("netlink does not answer");
            ReadOnlySpan<byte> a = _answer.AsSpan(0, got);
            if (BinaryPrimitives.ReadUInt16LittleEndian(a[4..]) == ErrorMessage && BinaryPrimitives.ReadUInt32LittleEndian(a[8..]) == _sequence)
                return -BinaryPrimitives.ReadInt32LittleEndian(a[16..]);
        }
    }

    static int Attribute(Span<byte> at, ushort type, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], type);
        value.CopyTo(at[4..]);
        return (4 + value.Length + 3) & ~3;
    }

    public void Dispose() => Posix.Close(_socket);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    static extern uint if_nametoindex(string name);
    [DllImport("libc", SetLastError = true)] static extern int socket(int domain, int type, int protocol);
    [DllImport("libc", SetLastError = true)] static extern nint send(int socket, byte[] bytes, nuint length, int flags);
}
