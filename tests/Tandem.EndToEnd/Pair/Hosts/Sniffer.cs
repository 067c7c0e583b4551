using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Tandem.EndToEnd.Pair;

/// <param name="Host">By its hardware address: who really sent it, whatever address it says.</param>
/// <param name="From">The service address, without its port.</param>
sealed record Frame(DateTimeOffset At, string Host, string From, Message Message)
{
    public override string ToString() => $"{At:HH:mm:ss.fff} {Host}: {Message.StartLine} ({Message.CallId} {Message.CSeq})";
}

/// <summary>Sees every SIP message that reaches the phones, with the hardware address of its sender.</summary>
sealed class Sniffer : IDisposable
{
    const int FamilyPacket = 17, Raw = 3, Ip = 0x0800, SipPort = 5060;
    readonly List<Frame> _frames = [];
    readonly Socket _socket;
    readonly Thread _thread;
    volatile bool _stopped;

    public Sniffer(Segment segment, string host)
    {
        _socket = segment[host].In(static () =>
        {
            int descriptor = socket(FamilyPacket, Raw, System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((ushort)Ip));
            return descriptor >= 0 ? new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)) : throw new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage());
        });
        // A raw socket that waits does not wake when it is closed.
        _socket.ReceiveTimeout = 200;
        _thread = new Thread(() => Read(segment)) { IsBackground = true, Name = "sniffer" };
        _thread.Start();
    }

    public IReadOnlyList<Frame> Frames
    {
        get { lock (_frames) return [.. _frames]; }
    }

    /// <summary>What was sent from a service address.</summary>
    public IReadOnlyList<Frame> From(string address, DateTimeOffset since) => [.. Frames.Where(f => f.At >= since && f.From == address)];

    void Read(Segment segment)
    {
        byte[] frame = new byte[65_536];
        while (!_stopped)
        {
            int got;
            try
            {
                got = _socket.Receive(frame);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.NetworkDown or SocketError.Interrupted or SocketError.TimedOut or SocketError.WouldBlock)
            {
                continue;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            // Ethernet, IPv4 with UDP, whole: SIP here is smaller than a frame.
            if (got < 42 || frame[12] != 0x08 || frame[13] != 0 || frame[23] != 17) continue;
            int ip = (frame[14] & 15) * 4;
            ReadOnlySpan<byte> udp = frame.AsSpan(14 + ip, got - 14 - ip);
            if ((udp[0] << 8 | udp[1]) != SipPort || udp.Length <= 12) continue;
            string mac = string.Join(':', frame[6..12].Select(static b => b.ToString("x2")));
            var seen = new Frame(DateTimeOffset.UtcNow, segment.HostOf(mac), string.Join('.', frame[26..30]), new Message(Encoding.Latin1.GetString(udp[8..]), DateTimeOffset.UtcNow));
            lock (_frames) _frames.Add(seen);
        }
    }

    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
        _socket.Dispose();
    }

    [DllImport("libc", SetLastError = true)] static extern int socket(int domain, int type, int protocol);
}
