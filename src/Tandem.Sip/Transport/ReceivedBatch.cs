using System.Collections.Concurrent;

namespace Tandem.Sip;

/// <summary>Messages that arrived together, in one pooled buffer. The owner reads them on its thread and gives the batch back by <see cref="Release"/>.</summary>
public sealed class ReceivedBatch
{
    /// <summary>A few dozen ordinary messages; always room for the largest.</summary>
    internal const int BytesMax = 4 * 65_536;

    readonly BatchPool _pool;
    readonly List<(int Start, int Length, Flow Flow)> _messages = new(64);

    internal ReceivedBatch(BatchPool pool) => _pool = pool;

    internal byte[] Buffer { get; } = new byte[BytesMax];
    internal int Used { get; private set; }
    internal bool HasRoom => BytesMax - Used > SipLimits.MessageBytesMax;
    internal Span<byte> Free => Buffer.AsSpan(Used);

    public int Count => _messages.Count;

    public ReadOnlySpan<byte> this[int index] => Buffer.AsSpan(_messages[index].Start, _messages[index].Length);

    public Flow FlowOf(int index) => _messages[index].Flow;

    internal void Take(int length, in Flow flow)
    {
        _messages.Add((Used, length, flow));
        Used += length;
    }

    public void Release()
    {
        _messages.Clear();
        Used = 0;
        _pool.Give(this);
    }
}

/// <summary>The batches of one transport. Bounded: when the owner is this far behind, what arrives is dropped and counted.</summary>
sealed class BatchPool(int batchesMax)
{
    readonly ConcurrentQueue<ReceivedBatch> _free = new();
    int _made;

    public bool TryTake(out ReceivedBatch batch)
    {
        if (_free.TryDequeue(out batch!)) return true;
        if (Interlocked.Increment(ref _made) <= batchesMax)
        {
            batch = new ReceivedBatch(this);
            return true;
        }
        Interlocked.Decrement(ref _made);
        return false;
    }

    public void Give(ReceivedBatch batch) => _free.Enqueue(batch);
}

public enum CloseReason : byte
{
    ByPeer,
    Error,
    Idle,

    /// <summary>What came is no SIP, or a message without Content-Length (RFC 3261 §18.3).</summary>
    Malformed,

    /// <summary>The peer does not read what we send.</summary>
    SendQueueFull,
    ConnectFailed,
    Disposed,
}

/// <summary>The owner's queue. Called on transport threads: it must only enqueue.</summary>
public interface ITransportSink
{
    void Received(ReceivedBatch batch);

    /// <summary>A stream connection is gone; the owner tells <see cref="SipStack.FlowClosed"/>.</summary>
    void Closed(in Flow flow, CloseReason reason);
}

/// <summary>Somebody else listens on the address.</summary>
public sealed class PortInUseException(System.Net.IPEndPoint endPoint, Exception inner)
    : IOException($"{endPoint} is in use by another process. Choose another port or stop that process.", inner)
{
    public System.Net.IPEndPoint EndPoint { get; } = endPoint;
}
