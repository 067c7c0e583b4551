using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Queues;
using Tandem.Core.Schema;

namespace Tandem.Simulation;

/// <summary>After each entry: no timer is passed, no agent has two calls, the line is served in order and nobody loses a place.</summary>
sealed class StateChecks(World world)
{
    /// <summary>Timers fire in the entry that passes them; a full entry leaves some to the next.</summary>
    readonly Dictionary<string, (Instant Until, bool WasIn)> _wrapUps = new(StringComparer.Ordinal);
    readonly Dictionary<(CallId Call, string Group), (int Priority, Instant Since)> _places = [];
    readonly Dictionary<CallId, LegId> _offered = [];
    Instant _before;

    public void Before(ContactCentre centre) => _before = centre.Now;

    public void After(ContactCentre centre, Entry entry, EffectList effects)
    {
        if (centre.Now < _before) world.Violate("time", $"journal time fell from {_before} to {centre.Now}");
        foreach (Agent agent in centre.Agents) CheckAgent(centre, agent, entry);
        foreach (Effect effect in effects)
        {
            if (effect is LegWanted { Leg: { Kind: LegKind.Agent, Wanted: LegCondition.Ringing } leg }) CheckOffer(centre, leg);
            if (effect is Changed { Entity: Call call }) CheckPlaces(call);
        }
    }

    void CheckAgent(ContactCentre centre, Agent agent, Entry entry)
    {
        if (agent.Device is { LegCount: > 1 } device) world.Violate("two calls", $"agent {agent.Name} has {device.LegCount} legs at phone {device.Name}");
        if (agent.Leg is { Wanted: LegCondition.Ringing } leg && leg.RingUntil <= centre.Now) world.Violate("timers", $"agent {agent.Name} rings until {leg.RingUntil}, and it is {centre.Now}");
        (Instant until, bool wasIn) = _wrapUps.GetValueOrDefault(agent.Name);
        if (agent.IsInWrapUp && (agent.WrapUpUntil.IsNever || agent.WrapUpUntil <= centre.Now))
            world.Violate("timers", $"agent {agent.Name} is in wrap-up until {(agent.WrapUpUntil.IsNever ? "never" : agent.WrapUpUntil)}, and it is {centre.Now}");
        // Out of it before its time: only when the agent said so.
        if (wasIn && !agent.IsInWrapUp && centre.Now < until && entry.Actor != $"agent:{agent.Name}" && entry.InputCase is not (Entry.InputOneofCase.PhoneUnregistered or Entry.InputOneofCase.ConfigurationApplied))
            world.Violate("timers", $"agent {agent.Name} left wrap-up at {centre.Now}, before {until}, by {entry.InputCase}");
        _wrapUps[agent.Name] = (agent.WrapUpUntil, agent.IsInWrapUp);
    }

    /// <summary>Nobody of the same group and priority has waited longer for this agent.</summary>
    void CheckOffer(ContactCentre centre, Leg leg)
    {
        Call call = leg.Call;
        if (_offered.TryGetValue(call.Id, out LegId known) && known == leg.Id) return;
        _offered[call.Id] = leg.Id;
        Waiting? place = call.Places.Find(p => p.Group.Name == leg.Group);
        if (place is null) return;
        foreach (Call other in centre.Calls)
        {
            if (!other.IsWaiting || ReferenceEquals(other, call) || other.Excludes(leg.Agent!, centre.Now)) continue;
            foreach (Waiting theirs in other.Places)
            {
                if (theirs.Group.Name == leg.Group && theirs.Priority == place.Priority && FirstOf(other, theirs) < FirstOf(call, place))
                    world.Violate("queue order", $"agent {leg.AgentName} got call {call.Id}, waiting in {leg.Group} since {place.Since}, before {other.Id}, waiting since {theirs.Since}");
            }
        }
    }

    Instant FirstOf(Call call, Waiting place) => _places.TryGetValue((call.Id, place.Group.Name), out var kept) ? kept.Since : place.Since;

    void CheckPlaces(Call call)
    {
        foreach (Waiting place in call.Places)
        {
            if (!_places.TryGetValue((call.Id, place.Group.Name), out (int Priority, Instant Since) kept)) _places[(call.Id, place.Group.Name)] = (place.Priority, place.Since);
            else if (kept.Since != place.Since || kept.Priority != place.Priority)
                world.Violate("queue order", $"call {call.Id} waited in {place.Group.Name} since {kept.Since}, and now since {place.Since}");
        }
        if (!call.Gone) return;
        _offered.Remove(call.Id);
        foreach (Waiting place in call.Places) _places.Remove((call.Id, place.Group.Name));
    }
}
