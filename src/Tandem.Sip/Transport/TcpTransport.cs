using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Tandem.Sip;

public sealed record TcpLimits
{
    /// <summary>Twice the phones of a large site; about 10 kB each.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>Phones that keep a flow ping every two minutes (RFC 5626 §4.4.1); ten missed pings are enough.</summary>
    public TimeSpan IdleMax { get; init; } = TimeSpan.FromMinutes(20);

    public TimeSpan ConnectMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What a peer that does not read may make us hold: some hundred messages.</summary>
    public int PendingSendBytesMax { get; init; } = 512 * 1024;
}

/// <summary>A TCP listener and its connections, incoming and outgoing, each a <see cref="Flow"/>. Sends never block the caller.</summary>
public sealed class TcpTransport : ISipOutput, IDisposable
{
    const int BatchesMax = 256;
    const int Backlog = 512;

    readonly Socket _listener;
    readonly ITransportSink _sink;
    readonly ConcurrentDictionary<long, TcpConnection> _connections = new();
    readonly ConcurrentDictionary<SipEndPoint, long> _byRemote = new();
    readonly CancellationTokenSource _stop = new();
    long _lastConnection;
    long _refused;
    long _dropped;

    TcpTransport(Socket listener, ITransportSink sink, TcpLimits limits)
    {
        _listener = listener;
        _sink = sink;
        Limits = limits;
        Local = SipEndPoint.From((IPEndPoint)listener.LocalEndPoint!);
        _ = AcceptAsync();
    }

    public SipEndPoint Local { get; }
    public TcpLimits Limits { get; }
    public int Connections => _connections.Count;

    /// <summary>Connections refused at the limit.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Messages dropped because the owner did not give batches back.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    internal void CountDropped() => Interlocked.Increment(ref _dropped);

    internal BatchPool Pool { get; } = new(BatchesMax);
    internal ITransportSink Sink => _sink;
    internal CancellationToken Stop => _stop.Token;

    /// <exception cref="PortInUseException"/>
    public static TcpTransport Open(IPEndPoint local, ITransportSink sink, TcpLimits? limits = null, bool overlaps = false)
    {
        var listener = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (overlaps) listener.Overlap();
            listener.Bind(local);        // .NET lets it pass TIME_WAIT by itself; ReuseAddress would also share the port
            listener.Listen(Backlog);
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            listener.Dispose();
            throw new PortInUseException(local, failure);
        }
        return new TcpTransport(listener, sink, limits ?? new TcpLimits());
    }

    /// <summary>The flow to a peer: the connection that is there, or a new one that connects while its first messages wait. Null: at the limit.</summary>
    public Flow? FlowTo(SipEndPoint remote)
    {
        if (_byRemote.TryGetValue(remote, out long known) && _connections.TryGetValue(known, out TcpConnection? connection)) return connection.Flow;
        if (_connections.Count >= Limits.ConnectionsMax)
        {
            Interlocked.Increment(ref _refused);
            return null;
        }
        var socket = new Socket(remote.IsV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        return Add(socket, remote, Local, isConnected: false).Flow;
    }

    /// <summary>From any thread. False: the connection is gone, or its queue is full.</summary>
    public bool Send(in Flow flow, ReadOnlySpan<byte> message) => _connections.TryGetValue(flow.Connection, out TcpConnection? connection) && connection.Send(message);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        foreach (TcpConnection connection in _connections.Values) connection.Close(CloseReason.Disposed);
    }

    async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (_connections.Count >= Limits.ConnectionsMax)
                {
                    Interlocked.Increment(ref _refused);
                    socket.Dispose();
                    continue;
                }
                socket.NoDelay = true;
                Add(socket, SipEndPoint.From((IPEndPoint)socket.RemoteEndPoint!), SipEndPoint.From((IPEndPoint)socket.LocalEndPoint!), isConnected: true);
            }
            catch (SocketException)
            {
                // the peer went away between SYN and accept
            }
            catch (Exception ending) when (ending is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    TcpConnection Add(Socket socket, SipEndPoint remote, SipEndPoint local, bool isConnected)
    {
        long id = Interlocked.Increment(ref _lastConnection);
        var connection = new TcpConnection(this, socket, new Flow(TransportKind.Tcp, id, remote, local));
        _connections[id] = connection;
        _byRemote[remote] = id;
        connection.Start(isConnected);
        return connection;
    }

    internal void Remove(TcpConnection connection)
    {
        _connections.TryRemove(connection.Flow.Connection, out _);
        _byRemote.TryRemove(new(connection.Flow.Remote, connection.Flow.Connection));
    }
}
