using System.Net.Sockets;
using System.Threading.Channels;

namespace Tandem.Sip;

/// <summary>One stream: reads and frames, and writes what was queued.</summary>
sealed class TcpConnection(TcpTransport owner, Socket socket, Flow flow)
{
    const int FirstBufferBytes = 8 * 1024;

    readonly Channel<byte[]> _outgoing = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    long _pendingBytes;
    int _closed;

    public Flow Flow { get; } = flow;

    public void Start(bool isConnected)
    {
        _ = RunAsync(isConnected);
    }

    public bool Send(ReadOnlySpan<byte> message)
    {
        if (Volatile.Read(ref _closed) != 0) return false;
        if (Interlocked.Add(ref _pendingBytes, message.Length) > owner.Limits.PendingSendBytesMax)
        {
            Close(CloseReason.SendQueueFull);
            return false;
        }
        return _outgoing.Writer.TryWrite(message.ToArray());
    }

    public void Close(CloseReason reason)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        // Whatever failed first: it failed because the transport ends.
        if (owner.Stop.IsCancellationRequested) reason = CloseReason.Disposed;
        _outgoing.Writer.TryComplete();
        owner.Remove(this);
        socket.Dispose();
        owner.Sink.Closed(Flow, reason);
    }

    async Task RunAsync(bool isConnected)
    {
        if (!isConnected && !await ConnectAsync().ConfigureAwait(false))
        {
            Close(CloseReason.ConnectFailed);
            return;
        }
        Task sending = SendAllAsync();
        Close(await ReceiveAllAsync().ConfigureAwait(false));
        await sending.ConfigureAwait(false);
    }

    async Task<bool> ConnectAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(owner.Stop);
        limit.CancelAfter(owner.Limits.ConnectMax);
        try
        {
            await socket.ConnectAsync(Flow.Remote.ToIPEndPoint(), limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    async Task SendAllAsync()
    {
        try
        {
            await foreach (byte[] message in _outgoing.Reader.ReadAllAsync(owner.Stop).ConfigureAwait(false))
            {
                for (int sent = 0; sent < message.Length;)
                    sent += await socket.SendAsync(message.AsMemory(sent), owner.Stop).ConfigureAwait(false);
                Interlocked.Add(ref _pendingBytes, -message.Length);
            }
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Close(CloseReason.Error);
        }
    }

    async Task<CloseReason> ReceiveAllAsync()
    {
        byte[] buffer = new byte[FirstBufferBytes];
        int filled = 0;
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(owner.Stop);
        try
        {
            while (true)
            {
                if (filled == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, SipLimits.MessageBytesMax + 4));
                idle.CancelAfter(owner.Limits.IdleMax);
                int length = await socket.ReceiveAsync(buffer.AsMemory(filled), idle.Token).ConfigureAwait(false);
                if (length == 0) return CloseReason.ByPeer;
                filled += length;
                if (!TryDeliver(buffer, ref filled)) return CloseReason.Malformed;
            }
        }
        catch (OperationCanceledException)
        {
            return owner.Stop.IsCancellationRequested ? CloseReason.Disposed : CloseReason.Idle;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            return CloseReason.Error;
        }
    }

    bool TryDeliver(byte[] buffer, ref int filled)
    {
        int at = 0;
        ReceivedBatch? batch = null;
        FrameVerdict verdict;
        while (true)
        {
            verdict = StreamFramer.Next(buffer.AsSpan(at, filled - at), out int length, out _);
            if (verdict is FrameVerdict.Malformed or FrameVerdict.NeedMore)
            {
                at += verdict == FrameVerdict.NeedMore ? length : 0;
                break;
            }
            if (verdict == FrameVerdict.Ping) Send("\r\n"u8);
            else if (batch is not null || owner.Pool.TryTake(out batch))
            {
                buffer.AsSpan(at, length).CopyTo(batch.Free);
                batch.Take(length, Flow);
                if (!batch.HasRoom)
                {
                    owner.Sink.Received(batch);
                    batch = null;
                }
            }
            else owner.CountDropped();
            at += length;
        }
        if (batch is not null) owner.Sink.Received(batch);
        buffer.AsSpan(at, filled - at).CopyTo(buffer);
        filled -= at;
        return verdict != FrameVerdict.Malformed;
    }
}
