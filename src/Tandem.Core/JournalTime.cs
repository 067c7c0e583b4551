using Tandem.Core.Calls;
using Tandem.Core.Schema;
using Tandem.Core.Scripts;

namespace Tandem.Core;

/// <summary>What a deadline is for. Part of the order in which timers of one instant fire: never renumber.</summary>
enum TimerKind { Ring = 1, ScriptWait = 2, QueueRecheck = 3, SameAgentAgain = 4, WrapUp = 5, Registration = 6 }

/// <summary>Journal time, wall time, and timers.</summary>
public sealed partial class ContactCentre
{
    /// <summary>
    /// Deadlines in order of due time, kind, id and name. Derived: the entities hold their deadlines, and an entry in here
    /// whose entity has moved on is passed over.
    /// </summary>
    readonly PriorityQueue<(TimerKind Kind, object Of), (long Due, int Kind, long Id, string Name)> _timers = new(
        Comparer<(long Due, int Kind, long Id, string Name)>.Create(static (a, b) =>
        {
            int order = a.Due.CompareTo(b.Due);
            if (order == 0) order = a.Kind.CompareTo(b.Kind);
            if (order == 0) order = a.Id.CompareTo(b.Id);
            return order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
        }));

    long _unixUs, _unixRead;

    /// <summary>Wall time as the journal knows it, in microseconds since 1970 UTC.</summary>
    public long UnixUs => _unixUs + (Now.Us - _unixRead);
    public long UnixOf(Instant at) => _unixUs + (at.Us - _unixRead);
    /// <summary>The zone data of the node that started last: time nodes decide with it.</summary>
    public string ZoneData { get; private set; } = "";
    /// <summary>When the next timer is due: the proposer sees to an entry by then.</summary>
    public Instant NextTimer => _timers.TryPeek(out _, out var at) ? new Instant(at.Due) : Instant.Never;

    internal LocalTime LocalTimeIn(string zone) => LocalTime.At(UnixUs, zone);

    Rejection AdvanceTime(Entry entry)
    {
        long absent = entry.InputCase switch
        {
            Entry.InputOneofCase.NodeStarted => entry.NodeStarted.AbsentUs,
            Entry.InputOneofCase.TimePassed => entry.TimePassed.AbsentUs,
            _ => 0,
        };
        if (absent < 0 || absent > long.MaxValue / 4 || entry.TimeUs > Now.Us + absent + JumpMax.Us) return Rejection.TimeJump;
        if (entry.TimeUs > Now.Us) Now = new Instant(entry.TimeUs);
        if (absent > 0) ExtendRinging(new Span(absent));
        if (entry.InputCase == Entry.InputOneofCase.NodeStarted)
        {
            ZoneData = entry.NodeStarted.ZoneData;
            ReadWallClock(entry.NodeStarted.UnixUs);
        }
        return Rejection.None;
    }

    Rejection ReadWallClock(long unixUs)
    {
        if (unixUs is < 0 or > 253_402_300_799_000_000) return Rejection.TimeJump;
        _unixUs = unixUs;
        _unixRead = Now.Us;
        return Rejection.None;
    }

    /// <summary>Nobody could answer while nobody was there: phones get the time of absence on top.</summary>
    void ExtendRinging(Span by)
    {
        foreach (Call call in CallsInOrder())
        {
            foreach (Leg leg in call.Legs)
            {
                if (leg.RingUntil.IsNever) continue;
                Touch(call);
                leg.RingUntil += by;
                SetTimer(TimerKind.Ring, leg, leg.RingUntil, leg.Id.Value);
            }
        }
    }

    void SetTimer(TimerKind kind, object of, Instant due, long id, string name = "")
    {
        if (!due.IsNever) _timers.Enqueue((kind, of), (due.Us, (int)kind, id, name));
    }

    void FireTimers()
    {
        while (_timers.TryPeek(out var timer, out var at) && at.Due <= Now.Us)
        {
            _timers.Dequeue();
            Fire(timer.Kind, timer.Of, new Instant(at.Due));
        }
    }

    void Fire(TimerKind kind, object of, Instant due)
    {
        switch (kind)
        {
            case TimerKind.Ring:
                var leg = (Leg)of;
                if (leg.RingUntil == due && leg.Wanted == LegCondition.Ringing) RingTimeOver(leg);
                break;
            case TimerKind.ScriptWait:
                var waiting = (Call)of;
                if (waiting.WaitUntil == due) WaitOver(waiting);
                break;
            case TimerKind.QueueRecheck:
                var queued = (Call)of;
                if (queued.Recheck == due) RecheckQueue(queued);
                break;
            case TimerKind.SameAgentAgain:
                OfferAgain((Call)of);
                break;
            case TimerKind.WrapUp:
                var agent = (Agents.Agent)of;
                if (agent.WrapUpUntil == due) EndWrapUp(agent);
                break;
            case TimerKind.Registration:
                var device = (Agents.Device)of;
                if (device.Expires == due) Forget(device);
                break;
        }
    }
}
