using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Node.Loop;

/// <summary>
/// Gives entries their time and number, and hands them to the journal. Time is what was last read plus what has passed on
/// the monotonic clock since; when nobody was there for longer than the core takes in one step, an entry says so first.
/// </summary>
sealed class Proposer(IJournal journal, MonotonicClock clock)
{
    /// <summary>Silence after which a tick is proposed though no timer is due.</summary>
    public static readonly Span Silence = Span.FromMs(500);
    /// <summary>How long the second of two nodes leaves a tick to the first.</summary>
    public static readonly Span SecondsDelay = Span.FromMs(25);
    /// <summary>A gap from which on it counts that nobody was there; the core refuses one of a second.</summary>
    static readonly Span s_stall = Span.FromMs(900);

    ulong _incarnation, _sequence;
    long _offsetUs;
    Instant _last;

    /// <summary>Journal time as this node's edges see it now.</summary>
    public Instant Now => new(Math.Max(clock.NowUs + _offsetUs, _last.Us));
    public ulong Incarnation => _incarnation;

    /// <summary>Begins an incarnation after the state's last entry; `absent` is how long nobody was there.</summary>
    public void Begin(ContactCentre centre, ulong incarnation, Span absent)
    {
        _incarnation = incarnation;
        _last = centre.Now + absent;
        _offsetUs = _last.Us - clock.NowUs;
    }

    /// <summary>Another proposer's time may be ahead: ours follows, and never falls.</summary>
    public void HasRead(Instant now)
    {
        if (now.Us > clock.NowUs + _offsetUs) _offsetUs = now.Us - clock.NowUs;
        if (now > _last) _last = now;
    }

    /// <summary>Proposes at once. The entry's sequence is its name until its position is known.</summary>
    public Refusal TryPropose(Entry entry, Priority priority)
    {
        Instant now = Now;
        if ((now - _last) > s_stall && entry.InputCase is not (Entry.InputOneofCase.NodeStarted or Entry.InputOneofCase.TimePassed))
        {
            var passed = new Entry { TimePassed = new TimePassed { AbsentUs = (now - _last).Us } };
            Refusal refused = Hand(passed, now, Priority.InProgress);
            if (refused != Refusal.None) return refused;
        }
        return Hand(entry, now, priority);
    }

    Refusal Hand(Entry entry, Instant now, Priority priority)
    {
        entry.TimeUs = now.Us;
        entry.Incarnation = _incarnation;
        entry.Sequence = _sequence + 1;
        Refusal refusal = journal.TryPropose([entry], priority);
        if (refusal != Refusal.None) return refusal;
        _sequence++;
        _last = now;
        return Refusal.None;
    }

    /// <summary>A tick when a timer is due or silence has lasted: sees to it that time passes for the core.</summary>
    /// <param name="delay">How long another node has to do it first.</param>
    public void KeepTime(ContactCentre centre, Span delay)
    {
        Instant now = Now;
        bool due = centre.NextTimer + delay <= now && _last < centre.NextTimer + delay;
        if (due || now - _last >= Silence + delay) TryPropose(new Entry { Tick = new Tick() }, Priority.InProgress);
    }

    /// <summary>When <see cref="KeepTime"/> has something to do, on the monotonic clock.</summary>
    public long NextUs(ContactCentre centre, Span delay)
    {
        Instant silence = _last + Silence + delay;
        Instant timer = centre.NextTimer.IsNever ? Instant.Never : centre.NextTimer + delay;
        Instant due = timer > _last && timer < silence ? timer : silence;
        return due.Us - _offsetUs;
    }
}

/// <summary>Microseconds on a clock that only ever goes on.</summary>
public sealed class MonotonicClock(TimeProvider time)
{
    readonly long _start = time.GetTimestamp();

    public long NowUs => time.GetElapsedTime(_start).Ticks / TimeSpan.TicksPerMicrosecond;
    public long UnixUs => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
