using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Queues;
using Tandem.Core.Schema;

namespace Tandem.Tests.Scenarios;

/// <summary>Effects in words. Of calls and agents only what changed is told.</summary>
sealed class EffectWriter
{
    readonly Dictionary<object, string> _told = [];
    readonly List<Call> _calls = [];

    public Call CallNumber(int number) => _calls[number - 1];
    public Call Last => _calls[^1];
    public int NumberOf(Call call) => _calls.IndexOf(call) + 1;

    public void Admitted(EffectList effects)
    {
        foreach (Effect effect in effects)
            if (effect is CallAdmitted admitted) _calls.Add(admitted.Call);
    }

    public IEnumerable<string> Lines(EffectList effects)
    {
        foreach (Effect effect in effects)
        {
            string? line = effect switch
            {
                LegWanted wanted => Wanted(wanted.Leg),
                CallRepeated repeated => $"call {NumberOf(repeated.Call)} repeated",
                CallRefused refused => $"refused {refused.Status}",
                Recorded { Record.Termination: { } detail } => Detail(detail),
                Recorded { Record.Route: { Error: not 0 } route } => $"record {(RouteError)route.Error} {route.Dialed} to {route.Label} type={route.CallType}",
                IncarnationLost lost => $"{Text(lost.Who)} lost",
                AddressMoved { Address.Name.Length: > 0 } moved => $"address {moved.Address.Name} {(moved.From == 0 ? "" : $"from {moved.From} ")}to {moved.To} {moved.Reason}",
                CommandDone done => $"done {done.RequestId} {done.Rejection}",
                Rejected rejected => $"rejected {rejected.Reason}",
                Changed { Entity: Call call } => Once(call, Text(call)),
                Changed { Entity: Agent agent } => Once(agent, Text(agent)),
                Changed { Entity: Device device } => Once(device, $"phone {device.Name} {(device.Gone ? "gone" : device.IsReachable ? "reachable" : "unreachable")}"),
                _ => null,
            };
            if (line is not null) yield return line;
        }
    }

    static string Text(Incarnation who) => $"{who.Node}/{who.Number}";

    string? Once(object of, string text)
    {
        // That a new phone is there and a new agent is not is no news.
        if (!_told.TryGetValue(of, out string? told) && of is Device { Gone: false } or Agent { Activity: AgentActivity.LoggedOut, Gone: false } && told is null) told = text;
        if (told == text)
        {
            _told[of] = text;
            return null;
        }
        _told[of] = text;
        return text;
    }

    string Text(Call call)
    {
        string text = $"call {NumberOf(call)} {(call.Gone ? "gone" : call.Phase.ToString().ToLowerInvariant())}";
        if (call.Phase == CallPhase.Releasing) return call.Gone ? text : $"{text} {call.Disposition}";
        if (call.Phase == CallPhase.Routing) text += $" node={call.Node}";
        if (call.Places.Count > 0) text += $" {string.Join(' ', call.Places.Select(Place))}";
        if (call.CallType != "sales" && call.CallType.Length > 0) text += $" type={call.CallType}";
        return text;
    }

    static string Place(Waiting place)
    {
        int rank = 0;
        foreach (Waiting waiting in place.Group.WaitingCalls)
        {
            rank++;
            if (ReferenceEquals(waiting, place)) return $"{place.Group.Name}#{rank}";
        }
        return $"{place.Group.Name}#kept";
    }

    string Text(Agent agent)
    {
        if (agent.Gone) return $"{agent.Name} gone";
        string text = $"{agent.Name} {agent.Activity}";
        if (agent.Reason != 0) text += $" reason={agent.Reason}";
        if (agent.Leg is { } leg) text += $" call={NumberOf(leg.Call)}";
        if (agent.Misses > 0) text += $" misses={agent.Misses}";
        if (agent.Next is { } next) text += $" next={next}{(agent.NextReason == 0 ? "" : $"/{agent.NextReason}")}";
        if (!agent.WrapUpUntil.IsNever) text += $" until={agent.WrapUpUntil}";
        if (agent.Activity == AgentActivity.Ready && !agent.IsAvailable) text += " not-available";
        return text;
    }

    string Wanted(Leg leg)
    {
        string who = leg.Kind switch
        {
            LegKind.Caller => $"caller {NumberOf(leg.Call)}",
            LegKind.Agent => $"{leg.Agent!.Name}@{leg.Device!.Name} call={NumberOf(leg.Call)}",
            LegKind.Extension => $"extension {leg.Device!.Name} call={NumberOf(leg.Call)}",
            _ => $"{leg.Trunk}:{leg.Number} call={NumberOf(leg.Call)}",
        };
        string text = $"{who} {leg.Wanted.ToString().ToLowerInvariant()}";
        if (leg.Wanted == LegCondition.Ringing) text += $" until={leg.RingUntil}";
        if (leg.ReleaseStatus != 0 && leg.Progress != LegProgress.Answered) text += $" status={leg.ReleaseStatus}";
        if (leg.Wanted is LegCondition.Connected or LegCondition.Progressing or LegCondition.Ringing) text += $" tell={(leg.LocalSdp.Length > 0 ? leg.LocalSdp : "none")}";
        if (leg.AcknowledgeSdp.Length > 0) text += $" ack={leg.AcknowledgeSdp}";
        if (leg.Exchange == Exchange.Passing) text += $" offer={(leg.ExchangeSdp.Length > 0 ? leg.ExchangeSdp : "none")} request={leg.ExchangeCSeq}";
        if (leg.Exchange == Exchange.Refreshing) text += $" refresh={leg.ExchangeSdp} request={leg.ExchangeCSeq}";
        if (leg.Exchange == Exchange.Answering) text += $" answer={leg.ExchangeStatus} {leg.ExchangeSdp} cseq={leg.ExchangeCSeq}";
        if (leg.Address.Name.Length > 0) text += $" at={leg.Address.Name}";
        if (leg.KnownAt.Length > 0) text += $" known-at={leg.KnownAt}";
        return text;
    }

    static string Detail(TerminationCallDetail d)
    {
        string text = $"record part={d.Part} {(Disposition)d.Disposition} {d.Device}";
        if (d.Agent.Length > 0) text += $" agent={d.Agent}";
        if (d.SkillGroup.Length > 0) text += $" group={d.SkillGroup}";
        foreach ((string name, long us) in new[] { ("queue", d.QueueUs), ("ring", d.RingUs), ("wait", d.WaitUs), ("talk", d.TalkUs), ("hold", d.HoldUs), ("work", d.WorkUs) })
            if (us != 0) text += $" {name}={new Core.Instant(us)}";
        foreach (Variable v in d.Variables) text += $" {v.Name}={v.Value}";
        return d.ByDefaultLabel ? text + " by-default-label" : text;
    }
}
