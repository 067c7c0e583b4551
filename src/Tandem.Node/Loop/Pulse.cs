using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Node.Loop;

/// <summary>
/// The node's heartbeat through the journal. One at a time: the next is proposed when the last was read back, so that a
/// journal that stands still accuses nobody when it goes on. A node alone needs none.
/// </summary>
sealed class Pulse(Proposer proposer, MonotonicClock clock, PulseTimes? times)
{
    readonly Queue<(ulong Sequence, long ProposedUs)> _unread = [];
    long _read = long.MinValue, _next;

    /// <summary>
    /// Nobody can have declared this node lost: the last of its heartbeats that it read back is younger than the time that
    /// others must wait. Counted from when it was proposed, which is before anybody could count from it.
    /// </summary>
    public bool IsFresh => times is null || (_read != long.MinValue && clock.NowUs - _read <= times.FenceUs);

    /// <summary>The node's start counts as its first.</summary>
    public void Proposed(ulong sequence)
    {
        if (times is null) return;
        _unread.Enqueue((sequence, clock.NowUs));
        _next = clock.NowUs + times.BeatUs;
    }

    /// <summary>An own entry was applied, or will never be.</summary>
    public void Read(ulong sequence, bool isWritten = true)
    {
        while (_unread.TryPeek(out (ulong Sequence, long ProposedUs) oldest) && oldest.Sequence <= sequence)
        {
            if (isWritten) _read = oldest.ProposedUs;
            _unread.Dequeue();
        }
    }

    /// <summary>
    /// Until its start was read back a node sends some ahead: it may still be behind in reading, and is missed meanwhile. Fewer
    /// than it takes to accuse anybody.
    /// </summary>
    const int AheadAtStart = 3;

    bool MustWait => _unread.Count > (_read == long.MinValue ? AheadAtStart : 0);

    /// <summary>Proposes the next when it is due.</summary>
    public void Beat(long position, ulong hash)
    {
        if (times is null || MustWait || clock.NowUs < _next) return;
        long now = clock.NowUs;
        var entry = new Entry { Heartbeat = new Heartbeat { HashPosition = position, Hash = hash, HashVersion = ContactCentre.HashVersion } };
        if (proposer.TryPropose(entry, Priority.InProgress) != Refusal.None) return;
        _unread.Enqueue((entry.Sequence, now));
        _next = now + times.BeatUs;
    }

    /// <summary>When <see cref="Beat"/> has something to do, on the monotonic clock.</summary>
    public long NextUs => times is null || MustWait ? long.MaxValue : _next;
}

/// <param name="BeatUs">Between two heartbeats; five of another node's without one of ours, and we are lost.</param>
/// <param name="FenceUs">A node whose last heartbeat is older stops acting; shorter than four beats.</param>
public sealed record PulseTimes(long BeatUs, long FenceUs)
{
    /// <summary>Lost after 400 to 500 ms; fenced after 350.</summary>
    public static readonly PulseTimes Default = new(100_000, 350_000);
}
