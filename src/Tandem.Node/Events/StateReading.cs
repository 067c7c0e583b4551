using System.Text.Json.Serialization;
using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Queues;

namespace Tandem.Node.Events;

/// <summary>The state at a number: events after it continue it without a gap.</summary>
public sealed record StateSnapshot([property: JsonIgnore] EventNumber At, string Instance, DateTimeOffset Time, IReadOnlyList<AgentView> Agents,
    IReadOnlyList<CallView> Calls, IReadOnlyList<SkillGroupView> SkillGroups, IReadOnlyList<PhoneView> Phones)
{
    public string Number => At.ToString();
}

/// <summary>
/// Reads much of the state without holding up the node's thread: piece by piece, a millisecond or two each. What changed
/// between two pieces is laid over them from the events, so that the whole is of one moment.
/// </summary>
public sealed class StateReading(Node node)
{
    public const int PieceMax = 1_000;
    /// <summary>A reading that takes longer than the event log reaches back begins again, so often.</summary>
    const int AttemptsMax = 3;

    /// <exception cref="NodeException">The state changes faster than it can be read.</exception>
    public async Task<StateSnapshot> SnapshotAsync()
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
            if (await TrySnapshotAsync() is { } snapshot) return snapshot;
        throw new NodeException("The state changes faster than it can be read: try again.");
    }

    async Task<StateSnapshot?> TrySnapshotAsync()
    {
        EventNumber began = await node.AskAsync(_ => node.Events.Last);
        Dictionary<string, AgentView> agents = ByKey(await AllAsync(static c => c.Agents, Views.Of), static a => a.Agent);
        Dictionary<string, PhoneView> phones = ByKey(await AllAsync(static c => c.Devices, Views.Of), static p => p.Phone);
        Dictionary<string, CallView> calls = ByKey(await AllAsync(static c => c.Calls, Views.Of), static c => c.Call);
        (EventNumber Number, DateTimeOffset Time, List<SkillGroupView> Groups, List<StateEvent>? Meanwhile) end = await node.AskAsync(c =>
        {
            bool known = node.Events.TryRead(began, int.MaxValue, out List<StateEvent> meanwhile, out _);
            return (node.Events.Last, Views.Time(c, c.Now), SkillGroupsOf(c), known || node.Events.Last == began ? meanwhile : null);
        });
        if (end.Meanwhile is null) return null;
        foreach (StateEvent e in end.Meanwhile)
        {
            switch (e.Kind)
            {
                case "agent": agents[e.Key] = (AgentView)e.Value!; break;
                case "agent-removed": agents.Remove(e.Key); break;
                case "phone": phones[e.Key] = (PhoneView)e.Value!; break;
                case "phone-removed": phones.Remove(e.Key); break;
                case "call": calls[e.Key] = (CallView)e.Value!; break;
                case "call-ended": calls.Remove(e.Key); break;
            }
        }
        return new StateSnapshot(end.Number, node.Instance, end.Time,
            [.. agents.Values.OrderBy(static a => a.Agent, StringComparer.Ordinal)], [.. calls.Values.OrderBy(static c => c.Arrived).ThenBy(static c => c.Call, StringComparer.Ordinal)],
            end.Groups, [.. phones.Values.OrderBy(static p => p.Phone, StringComparer.Ordinal)]);
    }

    static Dictionary<string, T> ByKey<T>(List<T> items, Func<T, string> key)
    {
        var byKey = new Dictionary<string, T>(items.Count, StringComparer.Ordinal);
        foreach (T item in items) byKey[key(item)] = item;
        return byKey;
    }

    public async Task<IReadOnlyList<CallView>> CallsAsync() =>
        [.. (await AllAsync(static c => c.Calls, Views.Of)).OrderBy(static c => c.Arrived)];

    public Task<List<PhoneView>> PhonesAsync() => AllAsync(static c => c.Devices, Views.Of);

    /// <summary>Agents by name after one, at most <see cref="PieceMax"/>; and whether there are more.</summary>
    public Task<(List<AgentView> Agents, bool More)> AgentsAsync(string after, int limit) => node.AskAsync(centre =>
    {
        var page = new List<AgentView>(Math.Min(limit, PieceMax));
        foreach (Agent agent in centre.Agents)
        {
            if (string.CompareOrdinal(agent.Name, after) <= 0) continue;
            if (page.Count == limit) return (page, true);
            page.Add(Views.Of(agent, centre));
        }
        return (page, false);
    });

    public Task<List<SkillGroupView>> SkillGroupsAsync() => node.AskAsync(SkillGroupsOf);

    static List<SkillGroupView> SkillGroupsOf(ContactCentre centre)
    {
        var groups = new List<SkillGroupView>(centre.SkillGroups.Count);
        foreach (SkillGroup group in centre.SkillGroups) groups.Add(Views.Of(group, centre));
        return groups;
    }

    async Task<List<TView>> AllAsync<T, TView>(Func<ContactCentre, IReadOnlyCollection<T>> of, Func<T, ContactCentre, TView> view)
    {
        var views = new List<TView>();
        await EachAsync(node, of, (item, centre) => views.Add(view(item, centre)));
        return views;
    }

    /// <summary>References are taken at once and looked at piece by piece, on the node's thread only.</summary>
    public static async Task EachAsync<T>(Node node, Func<ContactCentre, IReadOnlyCollection<T>> of, Action<T, ContactCentre> look)
    {
        T[] all = await node.AskAsync(centre => of(centre).ToArray());
        for (int next = 0; next < all.Length; next += PieceMax)
        {
            int from = next;
            await node.AskAsync(centre =>
            {
                for (int i = from; i < Math.Min(all.Length, from + PieceMax); i++) look(all[i], centre);
                return true;
            });
        }
    }
}
