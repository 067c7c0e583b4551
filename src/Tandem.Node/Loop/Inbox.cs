using System.Diagnostics;
using Tandem.Core.Schema;
using Tandem.Journal;
using Tandem.Sip;

namespace Tandem.Node.Loop;

/// <summary>What waits for the node's one thread: datagrams, committed entries, and what other threads ask.</summary>
sealed class Inbox : ITransportSink, IJournalSubscriber
{
    readonly object _lock = new();
    List<Item> _filling = [], _emptying = [];
    bool _sleeping;
    long _firstAt;

    /// <summary>How long the oldest of what was taken last had waited.</summary>
    public long OldestUs { get; private set; }

    /// <summary>Takes all that is there; waits for something, or until the time is over. The list is good until the next call.</summary>
    public List<Item> Take(long waitUs)
    {
        lock (_lock)
        {
            if (_filling.Count == 0 && waitUs > 0)
            {
                _sleeping = true;
                Monitor.Wait(_lock, (int)Math.Clamp((waitUs + 999) / 1000, 1, 1000));
                _sleeping = false;
            }
            OldestUs = _filling.Count == 0 ? 0 : (long)Stopwatch.GetElapsedTime(_firstAt).TotalMicroseconds;
            _emptying.Clear();
            (_filling, _emptying) = (_emptying, _filling);
            return _emptying;
        }
    }

    public void Post(Action action) => Add(new Item(action, default));

    void ITransportSink.Received(ReceivedBatch batch) => Add(new Item(batch, default));
    void ITransportSink.Closed(in Flow flow, CloseReason reason)
    {
        // What this node closes itself, with a service address that goes to another, says nothing of the peer.
        if (reason != CloseReason.Disposed) Add(new Item(null, flow));
    }
    void IJournalSubscriber.Committed(long firstPosition, IReadOnlyList<Entry> entries) => Add(new Item(new Committed(firstPosition, entries), default));
    void IJournalSubscriber.Refused(Entry entry, Refusal reason) => Add(new Item(new Unwritten(entry, reason), default));

    void Add(Item item)
    {
        lock (_lock)
        {
            if (_filling.Count == 0) _firstAt = Stopwatch.GetTimestamp();
            _filling.Add(item);
            if (_sleeping) Monitor.Pulse(_lock);
        }
    }

    /// <summary>One of an action, a batch of datagrams, committed or refused entries; nothing: a flow that closed.</summary>
    internal readonly record struct Item(object? What, Flow Flow);
    internal sealed record Committed(long FirstPosition, IReadOnlyList<Entry> Entries);
    internal sealed record Unwritten(Entry Entry, Refusal Reason);
}
