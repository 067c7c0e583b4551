using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Queues;
using Tandem.Core.Schema;

namespace Tandem.Core.Scripts;

/// <summary>What a routing script decided for a call, with its reasons: data, which carrying out takes as it is.</summary>
sealed class RoutingChoice
{
    public required CompiledScript Script;
    public required string Node;
    public string CallType = "";
    public int ScriptsEntered;
    public readonly List<(string Name, string Value)> Sets = [];
    /// <summary>The places that the call is to have now; null: as before.</summary>
    public List<PlannedPlace>? Places;
    /// <summary>The queue node whose limits hold from now; null: as before.</summary>
    public string? QueueNode;
    public readonly List<(string Script, string Node, int[] Credits)> Percents = [];
    public readonly List<TraceStep> Steps = [];
    public Outcome Outcome = new Wait();

    internal readonly record struct PlannedPlace(SkillGroup Group, int Priority);

    /// <summary>-1 when the group is not among them.</summary>
    public static int IndexOf(List<PlannedPlace> places, SkillGroup group)
    {
        for (int i = 0; i < places.Count; i++)
            if (ReferenceEquals(places[i].Group, group)) return i;
        return -1;
    }
}

/// <summary>Where a walk through a script ended.</summary>
abstract record Outcome;

/// <summary>The call waits in its skill groups until an agent is available.</summary>
sealed record Wait : Outcome;

/// <summary>The script goes on at the node's `next` when the time has passed.</summary>
sealed record WaitFor(Span Time) : Outcome;

/// <summary>An agent is available. `Resume`: where the script goes on should the agent miss the call.</summary>
sealed record Offer(Agent Agent, SkillGroup? Group, string Resume) : Outcome;

/// <summary>A phone or an external number is to be called.</summary>
sealed record Reach(Label Label, string Failed, Span Ring) : Outcome;

/// <summary>The call is refused or ended with this SIP status.</summary>
sealed record Refuse(int Status) : Outcome;

/// <summary>Nothing else applied: the default label does. The words say why.</summary>
sealed record DefaultLabel(string Why) : Outcome;
