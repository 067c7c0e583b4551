using Tandem.Core.Calls;
using Tandem.Core.Queues;
using Tandem.Core.Schema;

namespace Tandem.Core.Agents;

/// <summary>The states of an agent for voice, with the numbers that the field's reports know them by.</summary>
public enum AgentActivity
{
    LoggedOut = 0,
    NotReady = 2,
    Ready = 3,
    Talking = 4,
    /// <summary>Wrap-up after which the agent is not ready.</summary>
    WorkNotReady = 5,
    /// <summary>Wrap-up after which the agent is ready.</summary>
    WorkReady = 6,
    /// <summary>The phone is in a call that no script brought.</summary>
    BusyOther = 7,
    /// <summary>Chosen for a call that has not been answered yet.</summary>
    Reserved = 8,
    Hold = 10,
}

/// <summary>Reason codes that the platform gives itself. Administrators' own are below 20,000.</summary>
public static class SystemReason
{
    public const int RedirectionOnNoAnswer = 32767;
    public const int DeviceOutOfService = 50003;
    public const int Removed = 50020;
}

/// <summary>An agent, logged in or not. Lives as long as the configuration names it, and until its call ends.</summary>
public sealed class Agent : Entity
{
    internal Agent(AgentDefinition definition) => Definition = definition;

    public AgentDefinition Definition { get; internal set; }
    public string Name => Definition.Name;
    public AgentActivity Activity { get; internal set; }
    public Instant Since { get; internal set; }
    /// <summary>The reason code of not ready and logged out; 0: none.</summary>
    public int Reason { get; internal set; }
    /// <summary>Where the agent is logged in; null when logged out.</summary>
    public Device? Device { get; internal set; }
    /// <summary>The leg of the call that the agent is reserved for or talks in.</summary>
    public Leg? Leg { get; internal set; }
    /// <summary>What the agent asked to be after this call: null, Ready, NotReady or LoggedOut.</summary>
    public AgentActivity? Next { get; internal set; }
    public int NextReason { get; internal set; }
    /// <summary>Offers missed in a row.</summary>
    public int Misses { get; internal set; }
    public Instant WrapUpUntil { get; internal set; } = Instant.Never;
    /// <summary>The agent's turn among the available: lowest first. 0 while not available.</summary>
    public long Availability { get; internal set; }
    /// <summary>The turn that a reserved agent had: kept when the caller gives up, lost when the agent misses the call. 0: none.</summary>
    internal long KeptTurn;
    public Instant LoggedInAt { get; internal set; }
    /// <summary>No longer in the configuration: leaves when its call has ended.</summary>
    public bool Removed { get; internal set; }
    /// <summary>The record of the call just handled, until wrap-up has ended.</summary>
    internal TerminationCallDetail? WrapUpDetail;
    internal Membership[] Memberships = [];

    public bool IsAvailable => Availability != 0;
    public bool IsInWrapUp => Activity is AgentActivity.WorkReady or AgentActivity.WorkNotReady;
    public bool IsInCall => Activity is AgentActivity.Talking or AgentActivity.Hold;

    internal override ulong ComputeHash()
    {
        var h = new StateHash(2);
        h.Add(Name);
        h.Add((int)Activity);
        h.Add(Since);
        h.Add(Reason);
        h.Add(Device?.Name);
        h.Add(Leg?.Id.Value ?? 0);
        h.Add(Next is { } next ? (int)next + 1 : 0);
        h.Add(NextReason);
        h.Add(Misses);
        h.Add(WrapUpUntil);
        h.Add(Availability);
        h.Add(KeptTurn);
        h.Add(LoggedInAt);
        h.Add(Removed);
        h.Add(WrapUpDetail?.Call ?? 0);
        return h.Value;
    }

    internal override SnapshotItem ToSnapshot()
    {
        var state = new AgentState
        {
            Name = Name,
            State = (int)Activity,
            SinceUs = Since.Us,
            Reason = Reason,
            Phone = Device?.Name ?? "",
            Call = Leg?.Call.Id.Value ?? 0,
            Leg = Leg?.Id.Value ?? 0,
            Next = Next is { } next ? (int)next + 1 : 0,
            NextReason = NextReason,
            Misses = Misses,
            WrapUpUntilUs = WrapUpUntil.Us,
            Availability = Availability,
            KeptTurn = KeptTurn,
            LoginUs = LoggedInAt.Us,
            Removed = Removed,
            WrapUpDetail = WrapUpDetail?.Clone(),
        };
        return new SnapshotItem { Agent = state };
    }
}
