using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Calls;

namespace Tandem.Node.Events;

/// <summary>One change of the state that clients see: numbered by the journal's position and its place in that entry.</summary>
/// <param name="Number">"POSITION.ORDINAL": the same on every node and after a restart.</param>
/// <param name="Kind">"agent", "call", "call-ended", "phone", "agent-removed", "configuration".</param>
public sealed record StateEvent(long Position, int Ordinal, string Kind, string Key, object? Value)
{
    public string Number => $"{Position}.{Ordinal}";
}

/// <summary>
/// The newest changes, for clients that follow: a reader who knows a number gets exactly what came after it, as long as it
/// is still here; else it begins again with a snapshot.
/// </summary>
public sealed class EventLog
{
    /// <summary>Some seconds at a thousand calls a second, hours in a quiet house; about 25 MB.</summary>
    public const int EventsMax = 32_768;

    readonly object _lock = new();
    readonly Queue<StateEvent> _events = new();
    TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _from, _last;

    /// <summary>Events after this position are all here.</summary>
    public long CompleteAfter { get { lock (_lock) return _from; } }
    public long LastPosition { get { lock (_lock) return _last; } }

    /// <summary>The first position that this log will see is the one after it.</summary>
    public void BeginAfter(long position)
    {
        lock (_lock) _from = _last = position;
    }

    /// <summary>On the node's thread, after each entry.</summary>
    public void Take(long position, ContactCentre centre, EffectList effects)
    {
        int ordinal = 0;
        lock (_lock)
        {
            _last = position;
            foreach (Effect effect in effects)
            {
                StateEvent? e = effect switch
                {
                    Changed { Entity: Call call } => new StateEvent(position, ordinal, centre.FindCall(call.Id) is null ? "call-ended" : "call", call.Id.ToString(), Views.Of(call, centre)),
                    Changed { Entity: Agent agent } => new StateEvent(position, ordinal, centre.FindAgent(agent.Name) is null ? "agent-removed" : "agent", agent.Name, Views.Of(agent, centre)),
                    Changed { Entity: Device device } => new StateEvent(position, ordinal, "phone", device.Name, Views.Of(device, centre)),
                    ConfigurationChanged => new StateEvent(position, ordinal, "configuration", "", null),
                    _ => null,
                };
                if (e is null) continue;
                ordinal++;
                if (_events.Count == EventsMax) _from = _events.Dequeue().Position;
                _events.Enqueue(e);
            }
            if (ordinal == 0) return;
            TaskCompletionSource waiting = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.SetResult();
        }
    }

    /// <summary>What came after a number. False: some of it is no longer here; begin again with a snapshot.</summary>
    public bool TryRead(long position, int ordinal, int most, out List<StateEvent> events, out Task more)
    {
        events = [];
        lock (_lock)
        {
            more = _more.Task;
            if (position < _from || position > _last) return false;
            foreach (StateEvent e in _events)
            {
                if (e.Position < position || (e.Position == position && e.Ordinal <= ordinal)) continue;
                events.Add(e);
                if (events.Count == most) break;
            }
        }
        return true;
    }
}
