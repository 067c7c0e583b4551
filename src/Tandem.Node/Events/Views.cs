using System.Collections.Concurrent;
using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Queues;
using Tandem.Core.Schema;

namespace Tandem.Node.Events;

/// <summary>Agents, calls, skill groups and phones as the API shows them: values, not the state. Times are ISO 8601 in UTC.</summary>
public sealed record AgentView(string Instance, string Agent, string Name, string State, DateTimeOffset Since, int Reason, string? ReasonName,
    string? Phone, string? Call, string? Next, bool Available, int Misses, DateTimeOffset? WrapUpUntil, IReadOnlyList<string> SkillGroups);

public sealed record LegView(string Leg, string Kind, string Device, string? Agent, string State, DateTimeOffset Since, bool Held);

public sealed record CallView(string Instance, string Call, string State, string Dialed, string Calling, string CallingName, string CallType,
    DateTimeOffset Arrived, DateTimeOffset? Answered, string? Script, string? Node, IReadOnlyList<string> SkillGroups, int Priority,
    DateTimeOffset? WaitingSince, string? Agent, IReadOnlyList<LegView> Legs, IReadOnlyDictionary<string, string> Variables);

public sealed record SkillGroupView(string Instance, string SkillGroup, int Queued, double LongestWaitSeconds, int LoggedOn, int Available, int Talking, int Members);

public sealed record PhoneView(string Instance, string Phone, bool Reachable, string? Contact, DateTimeOffset? Expires, string? Agent, int Legs);

public sealed record StepView(DateTimeOffset Time, long Position, string Script, string Node, string Kind, string Choice, string Reason);

public static class Views
{
    public static AgentView Of(Agent agent, ContactCentre centre) => new(
        centre.Instance, agent.Name, agent.Definition.DisplayName, Words(agent.Activity), Time(centre, agent.Since), agent.Reason, ReasonName(centre, agent.Reason),
        agent.Device?.Name, agent.Leg?.Call.Id.ToString(), agent.Next is { } next ? Words(next) : null, agent.IsAvailable, agent.Misses,
        agent.WrapUpUntil.IsNever ? null : Time(centre, agent.WrapUpUntil), [.. agent.Definition.SkillGroups]);

    public static CallView Of(Call call, ContactCentre centre) => new(
        centre.Instance, call.Id.ToString(), State(call), call.Dialed, call.Calling, call.CallingName, call.CallType,
        Time(centre, call.Arrived), call.AnsweredAt.IsNever ? null : Time(centre, call.AnsweredAt), call.Script?.Name, call.Node.Length > 0 ? call.Node : null,
        [.. call.Places.Select(static p => p.Group.Name)], call.Places.Count == 0 ? 0 : call.Places.Max(static p => p.Priority),
        call.WaitingSince.IsNever ? null : Time(centre, call.WaitingSince), call.Target?.Agent?.Name,
        [.. call.Legs.Select(l => Of(l, centre))], new Dictionary<string, string>(call.Variables));

    public static SkillGroupView Of(SkillGroup group, ContactCentre centre)
    {
        Instant oldest = centre.Now;
        foreach (Waiting waiting in group.WaitingCalls)
            if (waiting.Since < oldest) oldest = waiting.Since;
        return new(centre.Instance, group.Name, group.Queued, Math.Round((centre.Now - oldest).Us / 1e6, 1), group.LoggedOn, group.Available, group.Talking, group.Members);
    }

    public static PhoneView Of(Device device, ContactCentre centre) => new(
        centre.Instance, device.Name, device.IsReachable, device.Contact.Length > 0 ? device.Contact : device.Definition.Address is { Length: > 0 } fixedTo ? fixedTo : null,
        device.Expires.IsNever ? null : Time(centre, device.Expires), device.Agent?.Name, device.LegCount);

    public static StepView Of(RouteStep step, ContactCentre centre) =>
        new(Time(centre, new Instant(step.TimeUs)), step.Position, step.Script, step.Node, step.Kind, step.Choice, step.Reason);

    static LegView Of(Leg leg, ContactCentre centre) => new(
        leg.Id.ToString(), Words(leg.Kind.ToString()), leg.Device?.Name ?? (leg.Number.Length > 0 ? leg.Number : leg.Trunk), leg.Agent?.Name,
        leg.Gone ? "gone" : Words(leg.Wanted.ToString()), Time(centre, leg.Started), leg.Held);

    static string State(Call call) => call.Phase switch
    {
        CallPhase.Routing => call.Places.Count > 0 ? "queued" : "routing",
        CallPhase.Offering or CallPhase.Reaching => "ringing",
        CallPhase.Talking => "talking",
        _ => "ending",
    };

    public static string Words(AgentActivity activity) => Words(activity.ToString());

    // Names of enumerations: few, and asked for in every view of every change.
    static readonly ConcurrentDictionary<string, string> s_words = new(StringComparer.Ordinal);

    /// <summary>"NotReady" as "not-ready".</summary>
    public static string Words(string name) => s_words.GetOrAdd(name, static name =>
    {
        var text = new System.Text.StringBuilder();
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0) text.Append('-');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    });

    static string? ReasonName(ContactCentre centre, int code) => code switch
    {
        0 => null,
        SystemReason.RedirectionOnNoAnswer => "redirection on no answer",
        SystemReason.DeviceOutOfService => "phone out of service",
        SystemReason.Removed => "removed from the configuration",
        _ => centre.ReasonName(code),
    };

    public static DateTimeOffset Time(ContactCentre centre, Instant at) => DateTimeOffset.UnixEpoch.AddTicks(centre.UnixOf(at) * TimeSpan.TicksPerMicrosecond);
}
