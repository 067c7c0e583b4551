using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Queues;
using Tandem.Core.Schema;
using Tandem.Core.Scripts;

namespace Tandem.Core;

/// <summary>Bringing waiting calls and available agents together. Costs a logarithm of what waits, whatever its number.</summary>
public sealed partial class ContactCentre
{
    /// <summary>How often a queue node's condition is looked at again for a waiting call.</summary>
    static readonly Span _recheckEvery = Span.FromSeconds(1);
    static readonly QueueNode _withoutLimits = new();

    readonly Named<SkillGroup> _groups = new();

    public IReadOnlyCollection<SkillGroup> SkillGroups => _groups;
    public SkillGroup? FindGroup(string name) => _groups.Find(name);

    internal long? GroupFigure(string function, string name)
    {
        if (FindGroup(name) is not { } group) return null;
        return function switch
        {
            "queued" => group.Queued,
            "ready" => group.Available,
            "logged_on" => group.LoggedOn,
            "talking" => group.Talking,
            _ => null,
        };
    }

    /// <summary>The longest-available agent of all these groups whom the call has not just missed; a pure reading.</summary>
    internal Offer? DecideOffer(Call call, List<RoutingChoice.PlannedPlace> places)
    {
        Membership? best = null;
        foreach (RoutingChoice.PlannedPlace place in places)
        {
            Membership? first = place.Group.LongestAvailable;
            while (first is not null && call.Excludes(first.Agent, Now)) first = first.After;
            if (first is not null && (best is null || first.Agent.Availability < best.Agent.Availability)) best = first;
        }
        return best is null ? null : new Offer(best.Agent, best.Group, "");
    }

    /// <summary>The call that an agent who became available is to have: highest priority, then longest waiting, over all of the agent's groups.</summary>
    Waiting? DecideCall(Agent agent)
    {
        Waiting? best = null;
        foreach (Membership seat in agent.Memberships)
        {
            if (seat.Group.Line.Count == 0) continue;
            Waiting? first = seat.Group.Line.Min;
            if (first is not null && first.Call.Excludes(agent, Now))
            {
                first = null;
                foreach (Waiting waiting in seat.Group.Line)
                    if (!waiting.Call.Excludes(agent, Now)) { first = waiting; break; }
            }
            if (first is not null && (best is null || Waiting.ByTurn.Compare(first, best) < 0)) best = first;
        }
        return best;
    }

    /// <summary>The candidates of an offer, in words: who, since when, and who would have been next.</summary>
    internal TraceReason ExplainOffer(Offer offer)
    {
        if (offer.Group is not { } group) return "named by the label";
        Membership? next = group.LongestAvailable;
        while (next is not null && ReferenceEquals(next.Agent, offer.Agent)) next = next.After;
        return TraceReason.LongestAvailable(group.Name, group.Available, Now - offer.Agent.Since, next?.Agent.Name, next is null ? Span.Zero : Now - next.Agent.Since);
    }

    // ---- carrying out ----

    /// <summary>Gives the call these places: kept ones keep their age, new ones have that of the call's waiting.</summary>
    void MovePlaces(Call call, List<RoutingChoice.PlannedPlace> planned)
    {
        if (planned.Count == 0 && call.Places.Count == 0 && call.WaitingSince.IsNever) return;
        Touch(call);
        bool inLine = call.Phase == CallPhase.Routing;
        if (planned.Count > 0 && call.WaitingSince.IsNever) call.WaitingSince = Now;
        if (planned.Count == 0) StopWaiting(call);
        for (int i = call.Places.Count - 1; i >= 0; i--)
        {
            Waiting place = call.Places[i];
            int at = RoutingChoice.IndexOf(planned, place.Group);
            if (at >= 0 && planned[at].Priority == place.Priority) continue;
            place.Group.Line.Remove(place);
            call.Places.RemoveAt(i);
        }
        foreach (RoutingChoice.PlannedPlace plan in planned)
        {
            if (call.HasPlaceIn(plan.Group)) continue;
            var place = new Waiting(call, plan.Group, plan.Priority, call.WaitingSince);
            call.Places.Add(place);
            if (inLine) plan.Group.Line.Add(place);
        }
    }

    void StopWaiting(Call call)
    {
        if (call.WaitingSince.IsNever) return;
        call.QueuedTotal += Now - call.WaitingSince;
        call.WaitingSince = Instant.Never;
    }

    void LeaveLines(Call call)
    {
        foreach (Waiting place in call.Places) place.Group.Line.Remove(place);
    }

    void ReturnToLines(Call call)
    {
        foreach (Waiting place in call.Places) place.Group.Line.Add(place);
    }

    void SetQueueLimits(Call call, string node)
    {
        if (call.QueueNode == node) return;
        Touch(call);
        call.QueueNode = node;
        call.QueueNodeSince = node.Length == 0 ? Instant.Never : Now;
        call.Recheck = Instant.Never;
        if (node.Length == 0 || call.Script?.Find(node)?.Queue is not { } queue) return;
        if (queue.OverflowWhen.Length > 0) SetRecheck(call, Now + _recheckEvery);
        else if (queue.WaitMaxMs > 0) SetRecheck(call, call.QueueNodeSince + Span.FromMs(queue.WaitMaxMs));
    }

    void SetRecheck(Call call, Instant at)
    {
        Touch(call);
        call.Recheck = at;
        SetTimer(TimerKind.QueueRecheck, call, at, call.Id.Value);
    }

    void RecheckQueue(Call call)
    {
        Touch(call);
        call.Recheck = Instant.Never;
        QueueNode queue = call.Script?.Find(call.QueueNode)?.Queue ?? _withoutLimits;
        if (call.Phase == CallPhase.Routing && call.Places.Count == 0 && call.QueueNode.Length > 0)
        {
            Overflow(call, queue.Overflow, "its skill groups were removed");
            return;
        }
        Instant limit = queue.WaitMaxMs > 0 ? call.QueueNodeSince + Span.FromMs(queue.WaitMaxMs) : Instant.Never;
        bool tooLong = Now >= limit;
        bool condition = queue.OverflowWhen.Length > 0
            && call.Script?.Find(queue.OverflowWhen, out _)?.Holds(new ScriptWalk.Scope(this, call, null)) == true;
        // While an agent's phone rings for it the call is not taken away; the limit holds again if the offer is missed.
        if (call.Phase != CallPhase.Routing || (!tooLong && !condition))
        {
            Instant next = Now + _recheckEvery;
            if (limit > Now && (limit < next || queue.OverflowWhen.Length == 0)) next = limit;
            if (!next.IsNever && !ReferenceEquals(queue, _withoutLimits)) SetRecheck(call, next);
            if (call.Phase == CallPhase.Routing) TryOffer(call);
            return;
        }
        string why = tooLong ? $"waited {queue.WaitMaxMs} ms" : queue.OverflowWhen;
        call.Node = call.QueueNode;
        call.WaitUntil = Instant.Never;
        Trace(call, "overflow", queue.Overflow, why);
        Overflow(call, queue.Overflow, why);
    }

    /// <summary>Out of all lines, to where its queue node says.</summary>
    void Overflow(Call call, string node, string why)
    {
        if (node.Length > 0) Continue(call, node, leaveLines: true);
        else GoToDefaultLabel(call, why);
    }

    void Reserve(Call call, Agent agent, SkillGroup? group)
    {
        Invariant.That(agent.IsAvailable && agent.Device is { LegCount: 0 } && call.Phase == CallPhase.Routing);
        Touch(call);
        LeaveLines(call);
        call.Phase = CallPhase.Offering;
        Leg leg = NewLeg(call, LegKind.Agent, AddressFor(agent.Device, call));
        leg.Agent = agent;
        Touch(agent);
        agent.KeptTurn = agent.Availability;
        leg.AgentName = agent.Name;
        leg.Device = agent.Device;
        leg.Group = group?.Name ?? "";
        Occupy(agent.Device, leg);
        agent.Leg = leg;
        Enter(agent, AgentActivity.Reserved);
        long ringMs = group?.Definition.RingTimeMs is > 0 and var own ? own : Settings.RingTimeMs;
        StartRinging(leg, Span.FromMs(ringMs));
    }

    /// <summary>An agent became available: the call whose turn it is rings there.</summary>
    void OfferNextCall(Agent agent)
    {
        if (!agent.IsAvailable || DecideCall(agent) is not { } waiting || MustWait(waiting.Call)) return;
        Trace(waiting.Call, "offer", agent.Name, TraceReason.BecameAvailable(waiting.Group.Name, waiting.Group.Queued, Now - waiting.Since));
        waiting.Call.ResumeNode = "";
        Reserve(waiting.Call, agent, waiting.Group);
    }

    /// <summary>An agent who missed a call may have it again.</summary>
    void OfferAgain(Call call)
    {
        Touch(call);
        call.Exclusions.RemoveAll(e => e.Until <= Now);
        if (call.Phase != CallPhase.Routing || call.Places.Count == 0) return;
        TryOffer(call);
    }

    /// <summary>An offer that this entry has no room for is made with the next.</summary>
    bool MustWait(Call call)
    {
        if (!IsFull) return false;
        SetRecheck(call, Now);
        return true;
    }

    bool TryOffer(Call call)
    {
        var places = new List<RoutingChoice.PlannedPlace>(call.Places.Count);
        foreach (Waiting place in call.Places) places.Add(new RoutingChoice.PlannedPlace(place.Group, place.Priority));
        if (DecideOffer(call, places) is not { } offer || MustWait(call)) return false;
        Trace(call, "offer", offer.Agent.Name, ExplainOffer(offer));
        call.ResumeNode = "";
        Reserve(call, offer.Agent, offer.Group);
        return true;
    }
}
