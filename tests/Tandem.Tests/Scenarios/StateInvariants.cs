using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Queues;

namespace Tandem.Tests.Scenarios;

/// <summary>What holds after every entry, whatever came before. Throws with words that name who broke it.</summary>
static class StateInvariants
{
    public static void Check(ContactCentre centre)
    {
        foreach (Call call in centre.Calls) CheckCall(centre, call);
        foreach (Agent agent in centre.Agents) CheckAgent(centre, agent);
        foreach (SkillGroup group in centre.SkillGroups) CheckGroup(centre, group);
        CheckDevices(centre);
        CheckNodes(centre);
        CheckNobodyWaitsInVain(centre);
        That(centre.LegCount == centre.Calls.Sum(static c => c.Legs.Count(static l => !l.Gone)), "the index of legs has others than the calls");
        That(centre.Hash == centre.RecomputeHash(), "the incremental hash is not the one from scratch");
    }

    static void CheckCall(ContactCentre centre, Call call)
    {
        string who = $"call {call.Id} ({call.Phase})";
        That(!call.Gone && call.Legs.Count > 0 && call.Caller.Kind == LegKind.Caller, $"{who} has no caller");
        That(call.Legs.Exists(static l => !l.Gone), $"{who} has no leg left and is still there");
        foreach (Leg leg in call.Legs)
        {
            if (leg.Gone) That(leg.Kind == LegKind.Caller && call.Phase == CallPhase.Releasing, $"{who} keeps a leg that is gone");
            else That(ReferenceEquals(centre.FindLeg(leg.Id), leg), $"{who}: its leg {leg.Id} is not found");
            CheckAddress(centre, leg.Address, $"{who}: leg {leg.Id}");
            That(leg.Exchange != Exchange.Refreshing || leg.Progress == LegProgress.Answered, $"{who}: leg {leg.Id} tells a far end that did not answer");
            That(leg.Wanted != LegCondition.Ringing || !leg.RingUntil.IsNever, $"{who}: leg {leg.Id} rings for ever");
            That(leg.Kind == LegKind.Caller || leg.Wanted is LegCondition.Ringing or LegCondition.Connected or LegCondition.Released, $"{who}: leg {leg.Id} is {leg.Wanted}");
        }
        List<Leg> targets = call.Legs.FindAll(static l => l.Kind != LegKind.Caller && l.Wanted != LegCondition.Released);
        switch (call.Phase)
        {
            case CallPhase.Routing:
                That(targets.Count == 0, $"{who} has a target");
                That(call.Script is not null, $"{who} is in no script");
                That(call.Places.Count > 0 == call.QueueNode.Length > 0, $"{who} has {call.Places.Count} places and the queue node '{call.QueueNode}'");
                That(call.Places.Count > 0 || !call.WaitUntil.IsNever, $"{who} waits for nothing");
                break;
            case CallPhase.Offering:
                That(targets is [{ Wanted: LegCondition.Ringing, Kind: LegKind.Agent }], $"{who} does not ring exactly one agent");
                That(ReferenceEquals(targets[0].Agent!.Leg, targets[0]) && targets[0].Agent!.Activity == AgentActivity.Reserved, $"{who} rings an agent who is not reserved for it");
                break;
            case CallPhase.Reaching:
                That(targets is [{ Wanted: LegCondition.Ringing, Kind: LegKind.Extension or LegKind.External }], $"{who} does not ring exactly one target");
                That(call.Places.Count == 0, $"{who} keeps places");
                break;
            case CallPhase.Talking:
                That(targets is [{ Wanted: LegCondition.Connected }] && call.Caller.Wanted == LegCondition.Connected, $"{who} is not connected to one target");
                That(call.Places.Count == 0, $"{who} keeps places");
                break;
            default:
                That(targets.Count == 0 && call.Places.Count == 0 && call.Script is null, $"{who} keeps something");
                That(call.Caller.Wanted == LegCondition.Released, $"{who} keeps its caller");
                break;
        }
        That(call.Places.Count == 0 || !call.WaitingSince.IsNever, $"{who} waits since never");
        That(call.Phase is CallPhase.Routing or CallPhase.Offering || call.WaitingSince.IsNever, $"{who} still counts as waiting");
        foreach (Waiting place in call.Places)
        {
            That(ReferenceEquals(centre.FindGroup(place.Group.Name), place.Group), $"{who} waits in {place.Group.Name}, which is not there");
            That(place.Group.Line.Contains(place) == (call.Phase == CallPhase.Routing), $"{who}: its place in {place.Group.Name} is wrong");
        }
        That(call.Places.DistinctBy(static p => p.Group.Name).Count() == call.Places.Count, $"{who} waits twice in a group");
    }

    static void CheckAgent(ContactCentre centre, Agent agent)
    {
        string who = $"agent {agent.Name} ({agent.Activity})";
        That(!agent.Gone, $"{who} is gone and still there");
        bool isBound = agent.Activity is AgentActivity.Reserved or AgentActivity.Talking or AgentActivity.Hold;
        That(isBound == agent.Leg is not null, $"{who} {(isBound ? "has no leg" : "has a leg")}");
        if (agent.Leg is { } leg)
        {
            That(ReferenceEquals(centre.FindCall(leg.Call.Id), leg.Call) && leg.Call.Legs.Contains(leg) && !leg.Gone, $"{who} is in a call that is over");
            That(ReferenceEquals(leg.Agent, agent) && ReferenceEquals(leg.Device, agent.Device), $"{who}: its leg is another's");
            CallPhase phase = agent.Activity == AgentActivity.Reserved ? CallPhase.Offering : CallPhase.Talking;
            That(leg.Call.Phase == phase && ReferenceEquals(leg.Call.Target, leg), $"{who}: its call is {leg.Call.Phase}");
            That(agent.Activity != AgentActivity.Hold || leg.Held, $"{who} holds nobody");
        }
        That(agent.Activity == AgentActivity.LoggedOut == agent.Device is null, $"{who}: phone {agent.Device?.Name ?? "none"}");
        That(agent.Device is null || ReferenceEquals(agent.Device.Agent, agent), $"{who}: another is at the phone");
        That(agent.IsInWrapUp == !agent.WrapUpUntil.IsNever && agent.IsInWrapUp == agent.WrapUpDetail is not null, $"{who}: wrap-up until {agent.WrapUpUntil}");
        That(agent.Next is null || agent.Activity is not (AgentActivity.Ready or AgentActivity.NotReady or AgentActivity.LoggedOut), $"{who} still has a next state");
        That(agent.Activity != AgentActivity.BusyOther || agent.Device!.Legs.Exists(static l => l.Kind != LegKind.Agent), $"{who} is in no other call");
        That(agent.Activity is not (AgentActivity.Ready or AgentActivity.NotReady) || !agent.Device!.Legs.Exists(static l => l.Kind != LegKind.Agent), $"{who} is in another call");
        bool available = agent is { Activity: AgentActivity.Ready, Removed: false, Device: { IsReachable: true, LegCount: 0 } };
        That(agent.IsAvailable == available, $"{who} is {(agent.IsAvailable ? "" : "not ")}available");
        That(agent.Activity != AgentActivity.Ready || agent.Device!.IsReachable, $"{who} is ready at a phone that cannot be reached");
        foreach (Membership seat in agent.Memberships) That(seat.InLine == available, $"{who}: its seat in {seat.Group.Name} is wrong");
        That(agent.Removed == (centre.Configuration?.Agents.Any(a => a.Name == agent.Name) != true), $"{who}: removed is {agent.Removed}");
    }

    static void CheckGroup(ContactCentre centre, SkillGroup group)
    {
        Waiting? before = null;
        foreach (Waiting waiting in group.WaitingCalls)
        {
            That(waiting.Call.Places.Contains(waiting) && !waiting.Call.Gone, $"group {group.Name} has a place that no call has");
            That(before is null || Waiting.ByTurn.Compare(before, waiting) < 0, $"group {group.Name} is not in order");
            before = waiting;
        }
        int available = 0;
        long turn = 0;
        for (Membership? seat = group.LongestAvailable; seat is not null; seat = seat.After, available++)
        {
            That(seat.Agent.Availability > turn && ReferenceEquals(seat.Group, group), $"group {group.Name}: its agents are not in order");
            turn = seat.Agent.Availability;
        }
        List<Agent> members = [.. centre.Agents.Where(a => !a.Removed && a.Definition.SkillGroups.Contains(group.Name))];
        That(group.Members == members.Count, $"group {group.Name} counts {group.Members} members of {members.Count}");
        That(available == group.Available && available == members.Count(static a => a.IsAvailable), $"group {group.Name} counts {group.Available} available");
        That(group.LoggedOn == members.Count(static a => a.Activity != AgentActivity.LoggedOut), $"group {group.Name} counts {group.LoggedOn} logged on");
        That(group.Talking == members.Count(static a => a.IsInCall), $"group {group.Name} counts {group.Talking} talking");
        That(group.Queued == centre.Calls.Count(c => c.Phase == CallPhase.Routing && c.Places.Exists(p => ReferenceEquals(p.Group, group))), $"group {group.Name} counts {group.Queued} queued");
    }

    static void CheckNodes(ContactCentre centre)
    {
        List<Incarnation> live = [.. centre.Incarnations.Where(static i => !i.Lost)];
        That(live.SequenceEqual(centre.LiveIncarnations), "the live incarnations are not those that are not lost");
        That(live.DistinctBy(static i => i.Node).Count() == live.Count, "a node lives twice");
        foreach (Incarnation incarnation in live)
        {
            That(ReferenceEquals(centre.FindAddress(incarnation.Address), incarnation.Own), $"{incarnation.Node}: its address is not there");
            That(incarnation.Missed.All(static m => m.Count < ContactCentre.MissesMax), $"{incarnation.Node} missed too many heartbeats and is not lost");
        }
        foreach (ServiceAddress address in centre.Addresses)
            That(!address.Gone && (live.Count == 0 || live.Exists(i => i.Number == address.Owner)), $"address {address.Name}: its owner {address.Owner} does not live");
    }

    /// <summary>What lives on an address is in the hands of one who can open it.</summary>
    static void CheckAddress(ContactCentre centre, ServiceAddress address, string who)
    {
        That(ReferenceEquals(centre.FindAddress(address.Name), address), $"{who} lives on {address.Name}, which is not there");
        That(address.Movable || centre.FindIncarnation(address.Owner) is not { Lost: false } owner || owner.Node == address.Home, $"{who} lives on {address.Name}, which {address.Owner} cannot open");
    }

    static void CheckDevices(ContactCentre centre)
    {
        foreach (Device device in centre.Devices)
        {
            That(device.IsRegistered == device.Address is not null, $"phone {device.Name}: its address is {device.Address?.Name ?? "none"}");
            if (device.Address is { } at) CheckAddress(centre, at, $"phone {device.Name}");
            That(device.Agent is null || ReferenceEquals(device.Agent.Device, device), $"phone {device.Name}: its agent is elsewhere");
            foreach (Leg leg in device.Legs) That(!leg.Gone && ReferenceEquals(centre.FindLeg(leg.Id), leg) && ReferenceEquals(leg.Device, device), $"phone {device.Name} has a leg that is gone");
            That(!device.Removed || device.Agent is not null || device.LegCount > 0, $"phone {device.Name} is removed and unused, and still there");
            That(device.Legs.Count == centre.Calls.Sum(c => c.Legs.Count(l => !l.Gone && ReferenceEquals(l.Device, device))), $"phone {device.Name} counts its legs wrong");
        }
    }

    /// <summary>No call waits in a group that has an available agent whom it has not just missed.</summary>
    static void CheckNobodyWaitsInVain(ContactCentre centre)
    {
        foreach (SkillGroup group in centre.SkillGroups)
        {
            if (group.Available == 0) continue;
            foreach (Waiting waiting in group.WaitingCalls)
                for (Membership? seat = group.LongestAvailable; seat is not null; seat = seat.After)
                    That(waiting.Call.Excludes(seat.Agent, centre.Now), $"call {waiting.Call.Id} waits in {group.Name} although {seat.Agent.Name} is available");
        }
    }

    static void That(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException(what);
    }
}
