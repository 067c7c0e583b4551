using Tandem.Core.Calls;
using Tandem.Core.Schema;
using Tandem.Core.Scripts;

namespace Tandem.Core;

/// <summary>What a deadline is for. Part of the order in which timers of one instant fire: never renumber.</summary>
enum TimerKind { Ring = 1, ScriptWait = 2, QueueRecheck = 3, SameAgentAgain = 4, WrapUp = 5, Registration = 6, Refresh = 7 }

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

    /// <summary>How long nobody may have been there: ten years.</summary>
    static readonly Span AbsenceMax = Span.FromSeconds(10 * 366 * 86_400L);
    /// <summary>No deadline that is added to an instant below this wraps around. 73,000 years.</summary>
    const long InstantMax = long.MaxValue / 4;
    /// <summary>The end of the year 9998.</summary>
    const long UnixMax = 253_370_764_800_000_000;
    long _unixUs, _unixRead;
    int _timersMax = 4_096;

    /// <summary>Wall time as the journal knows it, in microseconds since 1970 UTC.</summary>
    public long UnixUs => _unixUs + (Now.Us - _unixRead);
    public long UnixOf(Instant at) => _unixUs + (at.Us - _unixRead);
    /// <summary>The zone data of the node that started last: time nodes decide with it.</summary>
    public string ZoneData { get; private set; } = "";
    /// <summary>When the next timer is due: the proposer sees to an entry by then.</summary>
    public Instant NextTimer => _timers.TryPeek(out _, out var at) ? new Instant(at.Due) : Instant.Never;

    /// <summary>By zone, the minute that was asked for last: a thousand calls a second ask for the same.</summary>
    readonly Dictionary<string, (long UnixMinute, LocalTime Local, string Words)> _localTimes = new(StringComparer.Ordinal);

    /// <summary>The wall clock of a zone, and how a trace tells it.</summary>
    internal LocalTime LocalTimeIn(string zone, out string words)
    {
        long minute = UnixUs / 60_000_000;
        if (!_localTimes.TryGetValue(zone, out (long UnixMinute, LocalTime Local, string Words) known) || known.UnixMinute != minute)
        {
            LocalTime local = LocalTime.At(minute * 60_000_000, zone);
            _localTimes[zone] = known = (minute, local, $"{local} {zone}");
        }
        words = known.Words;
        return known.Local;
    }

    static long AbsenceOf(Entry entry) => entry.InputCase switch
    {
        Entry.InputOneofCase.NodeStarted => entry.NodeStarted.AbsentUs,
        Entry.InputOneofCase.TimePassed => entry.TimePassed.AbsentUs,
        _ => 0,
    };

    Rejection CheckTime(Entry entry)
    {
        long absent = AbsenceOf(entry);
        bool isFit = absent >= 0 && absent <= AbsenceMax.Us && entry.TimeUs <= Now.Us + absent + JumpMax.Us && entry.TimeUs <= InstantMax;
        if (entry.InputCase == Entry.InputOneofCase.NodeStarted && entry.NodeStarted.UnixUs is < 0 or > UnixMax) isFit = false;
        return isFit ? Rejection.None : Rejection.TimeJump;
    }

    void AdvanceTime(Entry entry)
    {
        Instant before = Now;
        if (entry.TimeUs > Now.Us) Now = new Instant(entry.TimeUs);
        // What was declared and did not pass is nobody's.
        long absent = Math.Min(AbsenceOf(entry), Now.Us - before.Us);
        if (absent > 0) ExtendRinging(new Span(absent));
        if (entry.InputCase != Entry.InputOneofCase.NodeStarted) return;
        ZoneData = entry.NodeStarted.ZoneData;
        ReadWallClock(entry.NodeStarted.UnixUs);
    }

    Rejection ReadWallClock(long unixUs)
    {
        if (unixUs is < 0 or > UnixMax) return Rejection.TimeJump;
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
        if (due.IsNever) return;
        if (_timers.Count >= _timersMax) DropPassedTimers();
        _timers.Enqueue((kind, of), (due.Us, (int)kind, id, name));
    }

    /// <summary>Deadlines whose entities have moved on would keep them in memory until they are due.</summary>
    void DropPassedTimers()
    {
        var kept = new List<((TimerKind, object), (long, int, long, string))>(_timers.Count / 2);
        foreach (((TimerKind Kind, object Of) timer, (long Due, int Kind, long Id, string Name) at) in _timers.UnorderedItems)
            if (IsCurrent(timer.Kind, timer.Of, new Instant(at.Due))) kept.Add((timer, at));
        _timers.Clear();
        _timers.EnqueueRange(kept);
        _timersMax = Math.Max(4_096, kept.Count * 2);
    }

    void FireTimers()
    {
        while (_timers.TryPeek(out var timer, out var at) && at.Due <= Now.Us && !IsFull)
        {
            _timers.Dequeue();
            if (IsCurrent(timer.Kind, timer.Of, new Instant(at.Due))) Fire(timer.Kind, timer.Of);
        }
    }

    static bool IsCurrent(TimerKind kind, object of, Instant due) => kind switch
    {
        TimerKind.Ring => of is Leg { Wanted: LegCondition.Ringing } leg && leg.RingUntil == due,
        TimerKind.ScriptWait => ((Call)of).WaitUntil == due,
        TimerKind.QueueRecheck => ((Call)of).Recheck == due,
        TimerKind.SameAgentAgain => ((Call)of).ExcludesUntil(due),
        TimerKind.WrapUp => ((Agents.Agent)of).WrapUpUntil == due,
        TimerKind.Registration => ((Agents.Device)of).Expires == due,
        TimerKind.Refresh => of is Leg { Gone: false } leg && leg.RefreshAt == due,
        _ => false,
    };

    void Fire(TimerKind kind, object of)
    {
        switch (kind)
        {
            case TimerKind.Ring: RingTimeOver((Leg)of); break;
            case TimerKind.ScriptWait: WaitOver((Call)of); break;
            case TimerKind.QueueRecheck: RecheckQueue((Call)of); break;
            case TimerKind.SameAgentAgain: OfferAgain((Call)of); break;
            case TimerKind.WrapUp: EndWrapUp((Agents.Agent)of); break;
            case TimerKind.Registration: Forget((Agents.Device)of); break;
            case TimerKind.Refresh: Refresh((Leg)of); break;
        }
    }
}
