using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Tandem.Sip;

namespace Tandem.Node.Trial;

/// <summary>Sends a G.711 tone for every call of the built-in phones, and counts what comes from the other end: one thread, a packet per 20 ms and call.</summary>
sealed class TonePlayer : IDisposable
{
    const int SamplesPerPacket = 160;
    static readonly TimeSpan s_packet = TimeSpan.FromMilliseconds(20);

    readonly Lock _lock = new();
    readonly List<ToneStream> _streams = [];
    readonly Thread _thread;
    volatile bool _stopping;

    public TonePlayer(IPAddress address)
    {
        Address = address;
        _thread = new Thread(Run) { Name = "tones", IsBackground = true };
        _thread.Start();
    }

    public IPAddress Address { get; }

    public ToneStream Open()
    {
        var stream = new ToneStream(this, Address);
        lock (_lock) _streams.Add(stream);
        return stream;
    }

    internal void Closed(ToneStream stream)
    {
        lock (_lock) _streams.Remove(stream);
    }

    void Run()
    {
        byte[] packet = new byte[12 + SamplesPerPacket];
        packet[0] = 0x80;                                   // RFC 3550 §5.1: version 2; payload type 0, PCMU
        // 400 Hz has eight whole waves in 20 ms: every packet is the same.
        for (int i = 0; i < SamplesPerPacket; i++) packet[12 + i] = MuLaw((int)(8000 * Math.Sin(2 * Math.PI * 400 * i / 8000)));
        byte[] received = new byte[2048];
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (long n = 1; !_stopping; n++)
        {
            TimeSpan wait = n * s_packet - clock.Elapsed;
            if (wait > TimeSpan.Zero) Thread.Sleep(wait);
            ToneStream[] now;
            lock (_lock) now = [.. _streams];
            foreach (ToneStream stream in now) stream.Step(packet, received);
        }
    }

    // ITU-T G.711, table 2a.
    static byte MuLaw(int sample)
    {
        int sign = sample < 0 ? 0x80 : 0;
        int magnitude = Math.Min(Math.Abs(sample), 32_635) + 132;
        int exponent = Math.Max(0, 31 - System.Numerics.BitOperations.LeadingZeroCount((uint)magnitude) - 7);
        int mantissa = (magnitude >> (exponent + 3)) & 0x0F;
        return (byte)~(sign | exponent << 4 | mantissa);
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        lock (_lock)
        {
            foreach (ToneStream stream in _streams) stream.CloseSocket();
            _streams.Clear();
        }
    }
}

/// <summary>The media of one end of a call.</summary>
sealed class ToneStream
{
    readonly TonePlayer _player;
    readonly Socket _socket;
    readonly Lock _lock = new();
    readonly uint _source = (uint)Random.Shared.Next();
    readonly EndPoint _any;
    IPEndPoint? _peer;
    ushort _sequence;
    uint _timestamp;
    bool _closed;

    public ToneStream(TonePlayer player, IPAddress address)
    {
        _player = player;
        _any = new IPEndPoint(address, 0);
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        _socket.Bind(new IPEndPoint(address, 0));
        Local = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint Local { get; }
    public long Sent { get; private set; }
    public long Received { get; private set; }

    /// <summary>Null: be silent.</summary>
    public void SendTo(SipEndPoint? peer)
    {
        lock (_lock) _peer = peer?.ToIPEndPoint();
    }

    internal void Step(byte[] packet, byte[] buffer)
    {
        lock (_lock)
        {
            if (_closed) return;
            Receive(buffer);
            if (_peer is null) return;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), _sequence++);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), _timestamp += 160);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), _source);
            try
            {
                _socket.SendTo(packet, _peer);
                Sent++;
            }
            catch (SocketException)
            {
                // the other end has hung up, or the buffer is full: a packet less
            }
        }
    }

    void Receive(byte[] buffer)
    {
        try
        {
            while (_socket.Available > 0)
            {
                EndPoint from = _any;
                int length = _socket.ReceiveFrom(buffer, ref from);
                if (length >= 12 && buffer[0] >> 6 == 2 && from.Equals(_peer)) Received++;
            }
        }
        catch (SocketException)
        {
            // an ICMP error of an earlier packet
        }
    }

    public void Close()
    {
        CloseSocket();
        _player.Closed(this);
    }

    internal void CloseSocket()
    {
        lock (_lock)
        {
            if (_closed) return;
            Receive(new byte[2048]);
            _closed = true;
            _socket.Dispose();
        }
    }
}
