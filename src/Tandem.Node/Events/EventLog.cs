using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Calls;

namespace Tandem.Node.Events;

/// <summary>The number of a change: the journal's position, and its place among that entry's changes, from 1.</summary>
/// <remarks>A snapshot has the number of the last change that is in it; ordinal 0 when that entry changed nothing.</remarks>
public readonly record struct EventNumber(long Position, int Ordinal) : IComparable<EventNumber>
{
    public int CompareTo(EventNumber other) => (Position, Ordinal).CompareTo((other.Position, other.Ordinal));
    public override string ToString() => $"{Position}.{Ordinal}";

    public static bool TryParse(string? text, out EventNumber number)
    {
        number = default;
        if (text?.Split('.') is not [{ } position, { } ordinal]) return false;
        if (!long.TryParse(position, System.Globalization.NumberStyles.None, null, out long p)) return false;
        if (!int.TryParse(ordinal, System.Globalization.NumberStyles.None, null, out int o)) return false;
        number = new EventNumber(p, o);
        return true;
    }
}

/// <summary>One change of the state that clients see. The same number on every node and after a restart.</summary>
/// <param name="Kind">"agent", "agent-removed", "call", "call-ended", "phone", "configuration".</param>
/// <param name="Value">A view: the whole of what changed, so that the last one counts. Null for a configuration.</param>
public sealed record StateEvent(EventNumber Number, string Kind, string Key, object? Value);

/// <summary>
/// The newest changes, for clients that follow: a reader who knows a number gets exactly what came after it, as long as it
/// is still here; else it begins again with a snapshot. Readers pull; nothing is kept for a slow one.
/// </summary>
public sealed class EventLog
{
    /// <summary>Some seconds at a thousand calls a second, hours in a quiet house; about 25 MB.</summary>
    public const int EventsMax = 32_768;

    readonly object _lock = new();
    readonly StateEvent[] _ring = new StateEvent[EventsMax];
    TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    /// <summary>Events ever taken; the event with index i is in the ring at i modulo its length.</summary>
    long _taken;
    /// <summary>Of entries after this position all events are here.</summary>
    long _from;
    EventNumber _last;

    /// <summary>The newest change, or the newest entry when that changed nothing.</summary>
    public EventNumber Last { get { lock (_lock) return _last; } }

    /// <summary>The first position that this log will see is the one after it.</summary>
    public void BeginAfter(long position)
    {
        lock (_lock)
        {
            _from = position;
            _last = new EventNumber(position, 0);
        }
    }

    /// <summary>On the node's thread, after each entry.</summary>
    public void Take(long position, ContactCentre centre, EffectList effects)
    {
        int ordinal = 0;
        lock (_lock)
        {
            foreach (Effect effect in effects)
            {
                (string Kind, string Key, object? Value)? change = effect switch
                {
                    Changed { Entity: Call call } => (centre.FindCall(call.Id) is null ? "call-ended" : "call", call.Id.ToString(), Views.Of(call, centre)),
                    Changed { Entity: Agent agent } => (centre.FindAgent(agent.Name) is null ? "agent-removed" : "agent", agent.Name, Views.Of(agent, centre)),
                    Changed { Entity: Device device } => (centre.FindDevice(device.Name) is null ? "phone-removed" : "phone", device.Name, Views.Of(device, centre)),
                    ConfigurationChanged => ("configuration", "", null),
                    _ => null,
                };
                if (change is not { } c) continue;
                ref StateEvent slot = ref _ring[_taken % EventsMax];
                if (_taken >= EventsMax) _from = slot.Number.Position;
                slot = new StateEvent(new EventNumber(position, ++ordinal), c.Kind, c.Key, c.Value);
                _taken++;
            }
            _last = new EventNumber(position, ordinal);
            if (ordinal == 0) return;
            TaskCompletionSource waiting = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.SetResult();
        }
    }

    /// <summary>What came after a number. False: some of it is no longer here, or the number is none of ours; begin again with a snapshot.</summary>
    /// <param name="more">Done when there is something newer than all that was read.</param>
    public bool TryRead(EventNumber after, int most, out List<StateEvent> events, out Task more)
    {
        events = [];
        lock (_lock)
        {
            more = _more.Task;
            // At the border itself nobody knows whether the reader has all of that entry.
            if (after.Position <= _from || after.CompareTo(_last) > 0) return false;
            for (long i = FirstAfter(after); i < _taken && events.Count < most; i++) events.Add(_ring[i % EventsMax]);
        }
        return true;
    }

    /// <summary>The index of the first event after a number; numbers rise with the index.</summary>
    long FirstAfter(EventNumber number)
    {
        long low = Math.Max(0, _taken - EventsMax), high = _taken;
        while (low < high)
        {
            long middle = low + (high - low) / 2;
            if (_ring[middle % EventsMax].Number.CompareTo(number) <= 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
