using Google.Protobuf;
using Tandem.Core.Agents;
using Tandem.Core.Queues;
using Tandem.Core.Schema;

namespace Tandem.Core.Calls;

public enum CallPhase
{
    /// <summary>In its script: treated, or waiting in skill groups.</summary>
    Routing = 0,
    /// <summary>Offered to an agent.</summary>
    Offering = 1,
    /// <summary>A label's phone or external number is being called.</summary>
    Reaching = 2,
    Talking = 3,
    /// <summary>Over; its legs are being cleared.</summary>
    Releasing = 4,
}

/// <summary>How a call or a part of it ended, by Cisco's numbers.</summary>
public enum Disposition
{
    None = 0,
    AbandonedInQueue = 2,
    AbandonedRinging = 3,
    /// <summary>Abandoned in its script, before it waited for anyone.</summary>
    AbandonedDelay = 4,
    AbandonedHeld = 6,
    /// <summary>Refused by the script: busy or release.</summary>
    ForcedBusy = 9,
    NoAnswer = 10,
    Busy = 11,
    /// <summary>Failed: the target could not be reached.</summary>
    Reorder = 12,
    Handled = 13,
    /// <summary>Connected to an extension or an external number.</summary>
    Redirected = 15,
    RedirectionOnNoAnswer = 19,
    /// <summary>Ended by an administrator.</summary>
    Cleared = 26,
    /// <summary>An offer that was lost with the node and the address from which it was made.</summary>
    FailedSoftware = 27,
}

/// <summary>Why a call was routed by nothing but its default label. Kept in history: never renumber.</summary>
public enum RouteError
{
    None = 0,
    /// <summary>The journal was away: the edge that had the call gave it up.</summary>
    JournalAway = 1,
}

/// <summary>A call, from its arrival until its last leg is gone.</summary>
public sealed class Call : Entity
{
    /// <summary>Steps of the route that are kept; later ones are only counted.</summary>
    public const int RouteMax = 400;
    /// <summary>Devices that one call is offered to; then its default label applies, whatever its script says.</summary>
    public const int PartsMax = 1_000;

    internal Call(CallId id) => Id = id;

    public CallId Id { get; }
    public string Dialed { get; internal set; } = "";
    public string Calling { get; internal set; } = "";
    public string CallingName { get; internal set; } = "";
    /// <summary>The trunk or phone it came from: "trunk:carrier", "phone:201".</summary>
    public string Source { get; internal set; } = "";
    /// <summary>What its caller's request has again when it is sent again; empty: nothing tells.</summary>
    internal ByteString Arrival { get; init; } = ByteString.Empty;
    public string CallType { get; internal set; } = "";
    public CallPhase Phase { get; internal set; }
    public Instant Arrived { get; internal set; }
    public Instant AnsweredAt { get; internal set; } = Instant.Never;

    /// <summary>The script it is in, in the version it began with; null for a call to an extension.</summary>
    public Scripts.CompiledScript? Script { get; internal set; }
    /// <summary>The node at which it waits, or which it reached last.</summary>
    public string Node { get; internal set; } = "";
    internal int ScriptsEntered;
    public CallVariables Variables { get; } = new();

    /// <summary>Its places, kept while it is offered to an agent.</summary>
    public List<Waiting> Places { get; } = new(2);
    /// <summary>Since when it has waited for an agent.</summary>
    public Instant WaitingSince { get; internal set; } = Instant.Never;
    public Span QueuedTotal { get; internal set; }
    /// <summary>When the script's wait node lets it go on.</summary>
    internal Instant WaitUntil = Instant.Never;
    /// <summary>When the queue node's limits are looked at again.</summary>
    internal Instant Recheck = Instant.Never;
    /// <summary>The queue node whose limits hold.</summary>
    internal string QueueNode = "";
    /// <summary>Since when that node's limits hold: its longest wait counts from here.</summary>
    internal Instant QueueNodeSince = Instant.Never;
    /// <summary>Agents who missed it, by name, and until when they are not to have it again.</summary>
    internal List<(string Agent, Instant Until)> Exclusions => _exclusions ??= [];
    List<(string Agent, Instant Until)>? _exclusions;
    static readonly List<(string Agent, Instant Until)> _none = [];
    /// <summary>The node to go on at when the label that is being reached cannot be.</summary>
    internal string LabelFailed = "";
    internal bool ByDefaultLabel;
    /// <summary>Where the script goes on when the offer that the queue node made at once is missed; "" when it waits there.</summary>
    internal string ResumeNode = "";

    public List<Leg> Legs { get; } = new(2);
    public Leg Caller => Legs[0];
    internal readonly List<TraceStep> Steps = new(6);
    /// <summary>The path through its scripts so far, with reasons.</summary>
    public IEnumerable<RouteStep> Route => Steps.Select(static step => step.ToRouteStep());
    public int RouteOmitted { get; internal set; }
    internal ulong RouteHash;
    internal int Parts;
    /// <summary>Of what it arrived with, which never changes.</summary>
    ulong _arrivalHash;
    public Disposition Disposition { get; internal set; }
    /// <summary>The group whose agent has it.</summary>
    public string Group { get; internal set; } = "";
    public bool IsWaiting => Phase == CallPhase.Routing && Places.Count > 0;

    /// <summary>The leg that the caller is connected to, or that is being called for it.</summary>
    public Leg? Target
    {
        get
        {
            for (int i = Legs.Count - 1; i > 0; i--)
                if (Legs[i].Wanted != LegCondition.Released) return Legs[i];
            return null;
        }
    }

    internal bool HasPlaceIn(SkillGroup group)
    {
        foreach (Waiting place in Places)
            if (ReferenceEquals(place.Group, group)) return true;
        return false;
    }

    internal bool Excludes(Agent agent, Instant now)
    {
        foreach ((string excluded, Instant until) in _exclusions ?? _none)
            if (excluded == agent.Name && now < until) return true;
        return false;
    }

    internal void ForgetExclusions() => _exclusions?.Clear();

    internal bool ExcludesUntil(Instant due)
    {
        if (Gone) return false;
        foreach ((_, Instant until) in _exclusions ?? _none)
            if (until == due) return true;
        return false;
    }

    internal override ulong ComputeHash()
    {
        if (_arrivalHash == 0)
            _arrivalHash = (StateHash.Of(Dialed) * 31) + (StateHash.Of(Calling) * 37) + (StateHash.Of(CallingName) * 41) + StateHash.Of(Source) + (StateHash.Of(Arrival.Span) * 43) + 1;
        var h = new StateHash(1);
        h.Add(Id.Value);
        h.Add((long)_arrivalHash);
        h.Add((int)Phase);
        h.Add(CallType);
        h.Add(Arrived);
        h.Add(AnsweredAt);
        h.Add(Script?.Version ?? 0);
        h.Add(Node);
        h.Add(WaitingSince);
        h.Add(QueuedTotal.Us);
        h.Add(WaitUntil);
        h.Add(Recheck);
        h.Add(QueueNode);
        h.Add(QueueNodeSince);
        h.Add(LabelFailed);
        h.Add(ResumeNode);
        h.Add(ByDefaultLabel);
        h.Add(ScriptsEntered);
        h.Add(Group);
        h.Add(RouteOmitted);
        h.Add((long)RouteHash);
        h.Add(Parts);
        h.Add((int)Disposition);
        h.Add(Variables.Count);
        if (Variables.Count > 0) foreach ((string name, string value) in Variables)
        {
            h.Add(name);
            h.Add(value);
        }
        foreach (Waiting place in Places)
        {
            h.Add(place.Group.Name);
            h.Add(place.Priority);
        }
        foreach ((string agent, Instant until) in _exclusions ?? _none)
        {
            h.Add(agent);
            h.Add(until);
        }
        foreach (Leg leg in Legs) leg.AddTo(ref h);
        return h.Value;
    }

    internal override SnapshotItem ToSnapshot()
    {
        var state = new CallState
        {
            Id = Id.Value,
            Dialed = Dialed,
            Calling = Calling,
            CallingName = CallingName,
            Source = Source,
            Arrival = Arrival,
            CallType = CallType,
            Phase = (int)Phase,
            ArrivedUs = Arrived.Us,
            AnsweredUs = AnsweredAt.Us,
            Script = Script?.Name ?? "",
            ScriptVersion = Script?.Version ?? 0,
            Node = Node,
            ScriptsEntered = ScriptsEntered,
            WaitingSinceUs = WaitingSince.Us,
            QueuedTotalUs = QueuedTotal.Us,
            WaitUntilUs = WaitUntil.Us,
            RecheckUs = Recheck.Us,
            QueueNode = QueueNode,
            QueueNodeSinceUs = QueueNodeSince.Us,
            LabelFailed = LabelFailed,
            ByDefaultLabel = ByDefaultLabel,
            RouteOmitted = RouteOmitted,
            ResumeNode = ResumeNode,
            RouteHash = RouteHash,
            Parts = Parts,
            Disposition = (int)Disposition,
            Group = Group,
        };
        foreach ((string name, string value) in Variables) state.Variables.Add(new Variable { Name = name, Value = value });
        foreach (Waiting place in Places)
            state.Places.Add(new QueuePlace { SkillGroup = place.Group.Name, Priority = place.Priority, SinceUs = place.Since.Us });
        foreach ((string agent, Instant until) in _exclusions ?? _none)
            state.Exclusions.Add(new Exclusion { Agent = agent, UntilUs = until.Us });
        foreach (Leg leg in Legs) state.Legs.Add(leg.ToSnapshot());
        state.Route.Add(Route);
        return new SnapshotItem { Call = state };
    }
}
