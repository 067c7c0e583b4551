using Tandem.Core.Agents;
using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>What agents ask for, and what is known of phones.</summary>
public sealed partial class ContactCentre
{
    Rejection LogIn(AgentLoggedIn command)
    {
        if (FindAgent(command.Agent) is not { Removed: false } agent) return Rejection.UnknownAgent;
        if (agent.Activity != AgentActivity.LoggedOut) return Rejection.AlreadyLoggedIn;
        if (FindDevice(command.Phone.Length > 0 ? command.Phone : agent.Definition.Phone) is not { Removed: false } device) return Rejection.UnknownPhone;
        if (device.Agent is not null) return Rejection.PhoneInUse;
        Touch(agent);
        Touch(device);
        agent.Device = device;
        device.Agent = agent;
        agent.LoggedInAt = Now;
        agent.Misses = 0;
        Settle(agent, AgentActivity.NotReady, 0);
        return Rejection.None;
    }

    Rejection LogOut(AgentLoggedOut command)
    {
        if (FindAgent(command.Agent) is not { } agent) return Rejection.UnknownAgent;
        if (agent.Activity == AgentActivity.LoggedOut) return Rejection.NotLoggedIn;
        if (!KnowsReason(command.Reason)) return Rejection.UnknownReason;
        if (agent.Leg is not null) AskNext(agent, AgentActivity.LoggedOut, command.Reason);
        else
        {
            AskNext(agent, AgentActivity.LoggedOut, command.Reason);
            if (agent.IsInWrapUp) EndWrapUp(agent); else EnterNext(agent);
        }
        return Rejection.None;
    }

    void Depart(Agent agent, int reason)
    {
        Touch(agent);
        Enter(agent, AgentActivity.LoggedOut, reason);
        if (agent.Device is { } device)
        {
            Touch(device);
            device.Agent = null;
            agent.Device = null;
            if (device.Removed) DropIfUnused(device);
        }
        if (agent.Removed) RemoveAgent(agent);
    }

    Rejection MakeReady(AgentMadeReady command)
    {
        if (FindAgent(command.Agent) is not { } agent) return Rejection.UnknownAgent;
        switch (agent.Activity)
        {
            case AgentActivity.LoggedOut: return Rejection.NotLoggedIn;
            case AgentActivity.WorkReady or AgentActivity.WorkNotReady:
                AskNext(agent, AgentActivity.Ready, 0);
                EndWrapUp(agent);
                return Rejection.None;
            case AgentActivity.NotReady when agent.Device is not { IsReachable: true }: return Rejection.PhoneOutOfService;
            case AgentActivity.Ready: return Rejection.None;
            case AgentActivity.NotReady:
                Touch(agent);
                agent.Misses = 0;
                Enter(agent, AgentActivity.Ready);
                return Rejection.None;
            default:
                AskNext(agent, AgentActivity.Ready, 0);
                return Rejection.None;
        }
    }

    Rejection MakeNotReady(AgentMadeNotReady command)
    {
        if (FindAgent(command.Agent) is not { } agent) return Rejection.UnknownAgent;
        if (!KnowsReason(command.Reason)) return Rejection.UnknownReason;
        switch (agent.Activity)
        {
            case AgentActivity.LoggedOut: return Rejection.NotLoggedIn;
            case AgentActivity.WorkReady or AgentActivity.WorkNotReady:
                AskNext(agent, AgentActivity.NotReady, command.Reason);
                EndWrapUp(agent);
                return Rejection.None;
            case AgentActivity.Ready or AgentActivity.NotReady:
                Enter(agent, AgentActivity.NotReady, command.Reason);
                return Rejection.None;
            default:
                AskNext(agent, AgentActivity.NotReady, command.Reason);
                return Rejection.None;
        }
    }

    /// <summary>To be entered when the call is over.</summary>
    void AskNext(Agent agent, AgentActivity next, int reason)
    {
        Touch(agent);
        agent.Next = next;
        agent.NextReason = reason;
    }

    Rejection ExtendWrapUp(WrapUpExtended command)
    {
        if (FindAgent(command.Agent) is not { } agent) return Rejection.UnknownAgent;
        if (!agent.IsInWrapUp) return Rejection.NotInWrapUp;
        if (command.ByMs is <= 0 or > 3_600_000) return Rejection.TooLong;
        Touch(agent);
        agent.WrapUpUntil += Span.FromMs(command.ByMs);
        SetTimer(TimerKind.WrapUp, agent, agent.WrapUpUntil, 0, agent.Name);
        return Rejection.None;
    }

    // ---- registrations ----

    Rejection Register(PhoneRegistered registered)
    {
        if (FindDevice(registered.Phone) is not { Removed: false } device) return Rejection.UnknownPhone;
        if (registered.Contact.Length is 0 or > 2048 || registered.Flow.Length > 512) return Rejection.TooLong;
        Touch(device);
        device.Contact = registered.Contact;
        device.Flow = registered.Flow;
        device.Address = AddressOf(registered.Address);
        device.Expires = new Instant(registered.ExpiresUs);
        SetTimer(TimerKind.Registration, device, device.Expires, 0, device.Name);
        if (device.Agent is { } agent) Review(agent);
        return Rejection.None;
    }

    Rejection Unregister(PhoneUnregistered unregistered)
    {
        if (FindDevice(unregistered.Phone) is not { } device) return Rejection.UnknownPhone;
        if (device.IsRegistered) Forget(device);
        return Rejection.None;
    }

    /// <summary>A phone that is gone takes its agent out of the lines: an offer there would ring nowhere.</summary>
    void Forget(Device device)
    {
        Touch(device);
        device.Contact = "";
        device.Flow = "";
        device.Address = null;
        device.Expires = Instant.Never;
        SendAwayUnreachable(device);
    }

    /// <summary>An agent who is reserved, talking or in wrap-up is judged when that is over: the phone may be back by then.</summary>
    void SendAwayUnreachable(Device device)
    {
        if (device is { IsReachable: false, Agent: { Activity: AgentActivity.Ready } agent })
            Enter(agent, AgentActivity.NotReady, SystemReason.DeviceOutOfService);
    }
}
