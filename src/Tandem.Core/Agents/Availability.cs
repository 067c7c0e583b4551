using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Queues;
using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>Agent states: reservation, talking, wrap-up, missed calls (RONA), and who is available.</summary>
public sealed partial class ContactCentre
{
    readonly Named<Agent> _agents = new();
    long _availabilityNext;

    public IReadOnlyCollection<Agent> Agents => _agents;
    public Agent? FindAgent(string name) => _agents.Find(name);

    /// <summary>Enters a state, writes the one that was left to history, and joins or leaves the lines of available agents.</summary>
    void Enter(Agent agent, AgentActivity activity, int reason = 0)
    {
        if (agent.Activity == activity && agent.Reason == reason)
        {
            Review(agent);
            return;
        }
        Touch(agent);
        _effects.Add(new Recorded(new Record
        {
            AgentEvent = new AgentEventDetail
            {
                Agent = agent.Name,
                UnixUs = UnixUs,
                State = (int)activity,
                Reason = reason,
                PreviousState = (int)agent.Activity,
                PreviousUs = (Now - agent.Since).Us,
                Call = agent.Leg?.Call.Id.Value ?? 0,
                Actor = _entry.Actor,
            },
        }));
        Count(agent, -1);
        agent.Activity = activity;
        agent.Reason = reason;
        agent.Since = Now;
        Count(agent, +1);
        Review(agent);
    }

    /// <summary>Available: ready, at a phone that can be reached and is in no call at all.</summary>
    void Review(Agent agent)
    {
        bool available = agent is { Activity: AgentActivity.Ready, Removed: false, Device: { IsReachable: true, LegCount: 0 } };
        if (available == agent.IsAvailable) return;
        Touch(agent);
        agent.Availability = available ? ++_availabilityNext : 0;
        foreach (Membership seat in agent.Memberships)
            if (available) seat.Group.JoinLine(seat); else seat.Group.LeaveLine(seat);
        if (available) OfferNextCall(agent);
    }

    static void Count(Agent agent, int by)
    {
        if (agent.Activity == AgentActivity.LoggedOut) return;
        foreach (Membership seat in agent.Memberships)
        {
            seat.Group.LoggedOn += by;
            if (agent.IsInCall) seat.Group.Talking += by;
        }
    }

    void BeginTalking(Agent agent)
    {
        Touch(agent);
        agent.Misses = 0;
        Enter(agent, AgentActivity.Talking);
    }

    /// <summary>The answered call of this agent is over: wrap-up, or what was asked for meanwhile.</summary>
    void FinishTalking(Agent agent, TerminationCallDetail detail)
    {
        Touch(agent);
        Leg leg = agent.Leg!;
        SkillGroup? group = FindGroup(leg.Group);
        long wrapUpMs = group?.Definition.WrapUpMs is >= 0 and var own ? own : Settings.WrapUpMs;
        agent.Leg = null;
        if (wrapUpMs <= 0 || agent.Next == AgentActivity.LoggedOut || agent.Removed)
        {
            Write(detail);
            EnterNext(agent);
            return;
        }
        agent.WrapUpDetail = detail;
        agent.WrapUpUntil = Now + Span.FromMs(wrapUpMs);
        SetTimer(TimerKind.WrapUp, agent, agent.WrapUpUntil, 0, agent.Name);
        Enter(agent, agent.Next == AgentActivity.NotReady ? AgentActivity.WorkNotReady : AgentActivity.WorkReady);
    }

    void EndWrapUp(Agent agent)
    {
        Touch(agent);
        agent.WrapUpUntil = Instant.Never;
        if (agent.WrapUpDetail is { } detail)
        {
            detail.WorkUs = (Now - agent.Since).Us;
            agent.WrapUpDetail = null;
            Write(detail);
        }
        EnterNext(agent);
    }

    /// <summary>What the agent asked for during the call; ready when nothing was asked.</summary>
    void EnterNext(Agent agent)
    {
        Touch(agent);
        AgentActivity next = agent.Next ?? AgentActivity.Ready;
        int reason = agent.NextReason;
        agent.Next = null;
        agent.NextReason = 0;
        if (agent.Removed) next = AgentActivity.LoggedOut;
        if (next == AgentActivity.LoggedOut) Depart(agent, agent.Removed ? SystemReason.Removed : reason);
        else Settle(agent, next, reason);
    }

    /// <summary>Ready or not ready, unless the phone says otherwise.</summary>
    void Settle(Agent agent, AgentActivity next, int reason)
    {
        Invariant.That(agent.Device is not null);
        if (InOtherCall(agent))
        {
            agent.Next = next;
            agent.NextReason = reason;
            Enter(agent, AgentActivity.BusyOther);
        }
        else if (next == AgentActivity.Ready && !agent.Device.IsReachable) Enter(agent, AgentActivity.NotReady, SystemReason.DeviceOutOfService);
        else Enter(agent, next, reason);
    }

    /// <summary>The reserved agent's call ended before it was answered.</summary>
    void FreeReserved(Agent agent)
    {
        Touch(agent);
        agent.Leg = null;
        EnterNext(agent);
    }

    static MissCause CauseOf(int status) => status switch
    {
        486 or 600 => MissCause.Busy,
        404 or 408 or 410 or 500 or 502 or 503 or 504 => MissCause.Unreachable,
        _ => MissCause.Rejected,
    };

    /// <summary>
    /// The agent missed the call: not ready after as many misses as its cause allows. The caller keeps its places, and is
    /// not offered to this agent again at once.
    /// </summary>
    void Miss(Call call, Leg leg, Agent agent, MissCause cause, int status)
    {
        Touch(call);
        Touch(agent);
        WritePart(leg, cause switch
        {
            MissCause.NoAnswer => Disposition.RedirectionOnNoAnswer,
            MissCause.Busy => Disposition.Busy,
            MissCause.Rejected => Disposition.RedirectionOnNoAnswer,
            _ => Disposition.Reorder,
        }, status);
        Instant until = Now + Span.FromMs(Settings.SameAgentAgainAfterMs);
        call.Exclusions.RemoveAll(e => e.Until <= Now || e.Agent == agent.Name);
        call.Exclusions.Add((agent.Name, until));
        SetTimer(TimerKind.SameAgentAgain, call, until, call.Id.Value);
        Trace(call, "missed", agent.Name, $"{cause}, {status}");

        agent.Misses++;
        agent.Leg = null;
        RedirectionOnNoAnswer limits = Settings.Rona;
        int limit = cause switch
        {
            MissCause.NoAnswer => limits.NoAnswer,
            MissCause.Busy => limits.Busy,
            MissCause.Rejected => limits.Rejected,
            _ => limits.Unreachable,
        };
        // The call first: its place is older than any that the agent could bring about.
        call.Phase = CallPhase.Routing;
        if (limit > 0 && agent.Misses >= limit && agent.Next != AgentActivity.LoggedOut)
        {
            agent.Misses = 0;
            agent.Next = AgentActivity.NotReady;
            agent.NextReason = SystemReason.RedirectionOnNoAnswer;
        }
        if (call.Parts < Call.PartsMax) GoOnAfterMiss(call); else GoToDefaultLabel(call, $"{Call.PartsMax} devices were tried");
        EnterNext(agent);
    }

    void GoOnAfterMiss(Call call)
    {
        string resume = call.ResumeNode;
        call.ResumeNode = "";
        if (call.Places.Count == 0)
        {
            // A label named this agent, or the call's skill groups were removed meanwhile.
            if (call.QueueNode.Length > 0) RecheckQueue(call);
            else if (resume.Length > 0) Continue(call, resume);
            else GoToDefaultLabel(call, "the agent did not answer");
            return;
        }
        ReturnToLines(call);
        if (TryOffer(call))
        {
            call.ResumeNode = resume;
            return;
        }
        if (resume.Length > 0) Continue(call, resume);
        else if (call.WaitUntil <= Now) WaitOver(call);
    }

    // ---- phones ----

    void Occupy(Device device, Leg leg)
    {
        device.Legs.Add(leg);
        if (device.Agent is not { } agent) return;
        Touch(agent);
        if (leg.Kind != LegKind.Agent && agent.Activity is AgentActivity.Ready or AgentActivity.NotReady)
        {
            agent.Next = agent.Activity;
            agent.NextReason = agent.Reason;
            Enter(agent, AgentActivity.BusyOther);
        }
        Review(agent);
    }

    void Vacate(Device device, Leg leg)
    {
        device.Legs.Remove(leg);
        if (device.Removed) DropIfUnused(device);
        if (device.Agent is not { } agent) return;
        if (agent.Activity == AgentActivity.BusyOther && !InOtherCall(agent)) EnterNext(agent);
        else Review(agent);
    }

    /// <summary>The phone is in a call that no script brought to this agent.</summary>
    static bool InOtherCall(Agent agent)
    {
        foreach (Leg leg in agent.Device!.Legs)
            if (leg.Kind != LegKind.Agent) return true;
        return false;
    }
}
