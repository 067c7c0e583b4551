using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Tandem.Sip;

/// <summary>
/// One UDP socket with one blocking receive thread: the cheapest way .NET offers (facts/sip.md §6), without allocation per datagram.
/// The socket is exclusive: SO_REUSEADDR on UDP would let a second process steal flows silently.
/// </summary>
public sealed class UdpTransport : ISipOutput, IDisposable
{
    /// <summary>64 MB behind: about half a minute of a thousand calls a second.</summary>
    const int BatchesMax = 256;
    const int MessagesPerBatchMax = 64;

    /// <summary>Survives a pause of some hundred milliseconds at full rate.</summary>
    const int SocketBufferBytes = 8 * 1024 * 1024;

    /// <summary>RFC 863: from where no request comes.</summary>
    const int DiscardPort = 9;

    [ThreadStatic] static SocketAddress? s_target4;
    [ThreadStatic] static SocketAddress? s_target6;

    readonly Socket _socket;
    readonly ITransportSink _sink;
    readonly BatchPool _pool = new(BatchesMax);
    readonly Thread _thread;
    readonly byte[] _discard = new byte[1];
    readonly bool _mayLeave;
    volatile bool _closed;
    long _dropped;
    long _sendFailures;

    UdpTransport(Socket socket, ITransportSink sink, bool mayLeave)
    {
        _socket = socket;
        _sink = sink;
        _mayLeave = mayLeave;
        Local = SipEndPoint.From((IPEndPoint)socket.LocalEndPoint!);
        _thread = new Thread(ReceiveAll) { IsBackground = true, Name = $"sip-udp {Local}" };
    }

    public SipEndPoint Local { get; }

    /// <summary>Datagrams dropped because the owner did not give batches back.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);
    public long SendFailures => Interlocked.Read(ref _sendFailures);

    /// <param name="overlaps">Another process of the same user may have the port open at the same time: how an address goes from one to the other without a gap.</param>
    /// <exception cref="PortInUseException"/>
    public static UdpTransport Open(IPEndPoint local, ITransportSink sink, bool overlaps = false)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (overlaps) socket.Overlap();
            socket.ReceiveBufferSize = SocketBufferBytes;
            socket.SendBufferSize = SocketBufferBytes;
            socket.Bind(local);
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new PortInUseException(local, failure);
        }
        var transport = new UdpTransport(socket, sink, mayLeave: overlaps && !IPAddress.IsLoopback(local.Address));
        transport._thread.Start();
        return transport;
    }

    /// <summary>The flow to a peer we have not heard of yet.</summary>
    public Flow FlowTo(SipEndPoint remote) => new(TransportKind.Udp, 0, remote, Local);

    /// <summary>From any thread.</summary>
    public bool Send(in Flow flow, ReadOnlySpan<byte> message)
    {
        if (flow.Remote.IsV6 != Local.IsV6 || _closed) return false;
        try
        {
            _socket.SendTo(message, SocketFlags.None, Target(flow.Remote));
            return true;
        }
        catch (SocketException failure)
        {
            Interlocked.Increment(ref _sendFailures);
            // A service address that has just left this host: a datagram that is lost, as any may be. Who has it now says it again.
            return _mayLeave && flow.Remote.Port != 0 && failure.SocketErrorCode is SocketError.InvalidArgument or SocketError.AddressNotAvailable;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>
    /// From here on datagrams go to whoever else has the port open; what came before can still be read. A socket with a peer
    /// is no choice of the kernel's among those that share a port: closed at once it would take with it what nobody has read.
    /// </summary>
    public void Retire()
    {
        try
        {
            _socket.Connect(((IPEndPoint)_socket.LocalEndPoint!).Address, DiscardPort);
        }
        catch (SocketException)
        {
            // The address is not on this host any more: nothing comes.
        }
    }

    public void Dispose()
    {
        _closed = true;
        _socket.Dispose();
        if (Thread.CurrentThread != _thread) _thread.Join();
    }

    void ReceiveAll()
    {
        var from = new SocketAddress(_socket.AddressFamily);
        while (!_closed)
        {
            bool hasBatch = _pool.TryTake(out ReceivedBatch batch);
            try
            {
                if (!hasBatch) Discard(from);
                else Fill(batch, from);
            }
            catch (SocketException)
            {
                // an ICMP error or a closing socket; the loop's condition tells which
            }
            catch (ObjectDisposedException)
            {
            }
            if (!hasBatch) continue;
            if (batch.Count > 0) _sink.Received(batch);
            else batch.Release();
        }
    }

    // Blocks for the first, then takes what is there already.
    void Fill(ReceivedBatch batch, SocketAddress from)
    {
        do
        {
            int length = _socket.ReceiveFrom(batch.Free[..SipLimits.MessageBytesMax], SocketFlags.None, from);
            if (length > 0) batch.Take(length, new Flow(TransportKind.Udp, 0, Read(from), Local));
        }
        while (batch.HasRoom && batch.Count < MessagesPerBatchMax && _socket.Available > 0);
    }

    void Discard(SocketAddress from)
    {
        try
        {
            _socket.ReceiveFrom(_discard, SocketFlags.None, from);
        }
        finally
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    static SipEndPoint Read(SocketAddress from)
    {
        ReadOnlySpan<byte> bytes = from.Buffer.Span;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return from.Family == AddressFamily.InterNetworkV6
            ? new SipEndPoint(BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]), port, IsV6: true)
            : new SipEndPoint(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), port, IsV6: false);
    }

    static SocketAddress Target(SipEndPoint remote)
    {
        SocketAddress target = remote.IsV6
            ? s_target6 ??= new SocketAddress(AddressFamily.InterNetworkV6)
            : s_target4 ??= new SocketAddress(AddressFamily.InterNetwork);
        Span<byte> bytes = target.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], remote.Port);
        if (remote.IsV6) BinaryPrimitives.WriteUInt128BigEndian(bytes[8..], remote.Address);
        else BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)remote.Address);
        return target;
    }
}
