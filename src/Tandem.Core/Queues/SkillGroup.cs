using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Schema;

namespace Tandem.Core.Queues;

/// <summary>An agent's seat in a skill group, and its link in the group's line of available agents.</summary>
sealed class Membership(Agent agent, SkillGroup group)
{
    public readonly Agent Agent = agent;
    public readonly SkillGroup Group = group;
    public Membership? Before, After;
    public bool InLine;
}

/// <summary>
/// A skill group: the calls that wait in it and the agents that are available in it. Derived from calls and agents;
/// nothing of it is in a snapshot.
/// </summary>
public sealed class SkillGroup
{
    internal SkillGroup(SkillGroupDefinition definition) => Definition = definition;

    public SkillGroupDefinition Definition { get; internal set; }
    public string Name => Definition.Name;

    /// <summary>Waiting calls: priority (highest first), then age, then id.</summary>
    internal readonly SortedSet<Waiting> Line = new(Waiting.ByTurn);
    Membership? _first, _last;

    public int Queued => Line.Count;
    public int Available { get; private set; }
    public int LoggedOn { get; internal set; }
    public int Talking { get; internal set; }
    public int Members { get; internal set; }

    public IEnumerable<Waiting> WaitingCalls => Line;

    internal Membership? LongestAvailable => _first;

    /// <summary>Agents join at the end: turns are given in order. Only a changed configuration puts one in between.</summary>
    internal void JoinLine(Membership seat)
    {
        Invariant.That(!seat.InLine);
        Membership? before = _last;
        while (before is not null && before.Agent.Availability > seat.Agent.Availability) before = before.Before;
        seat.Before = before;
        seat.After = before is null ? _first : before.After;
        if (seat.Before is null) _first = seat; else seat.Before.After = seat;
        if (seat.After is null) _last = seat; else seat.After.Before = seat;
        seat.InLine = true;
        Available++;
    }

    internal void LeaveLine(Membership seat)
    {
        if (!seat.InLine) return;
        if (seat.Before is null) _first = seat.After; else seat.Before.After = seat.After;
        if (seat.After is null) _last = seat.Before; else seat.After.Before = seat.Before;
        seat.Before = seat.After = null;
        seat.InLine = false;
        Available--;
    }
}

/// <summary>A call's place in a skill group.</summary>
public sealed record Waiting(Call Call, SkillGroup Group, int Priority, Instant Since)
{
    public static readonly IComparer<Waiting> ByTurn = new Turns();

    sealed class Turns : IComparer<Waiting>
    {
        public int Compare(Waiting? a, Waiting? b)
        {
            if (a!.Priority != b!.Priority) return a.Priority > b.Priority ? -1 : 1;
            if (a.Since.Us != b.Since.Us) return a.Since.Us < b.Since.Us ? -1 : 1;
            return a.Call.Id.Value.CompareTo(b.Call.Id.Value);
        }
    }

    public bool Equals(Waiting? other) => ReferenceEquals(this, other);
    public override int GetHashCode() => Priority;
}
