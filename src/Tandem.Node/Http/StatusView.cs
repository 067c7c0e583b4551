using Tandem.Core;
using Tandem.Core.Queues;
using Tandem.Journal;
using Tandem.Node.Events;
using Tandem.Sip;

namespace Tandem.Node.Http;

public sealed record JournalView(string State, string Reason, int Generation, long Position, long FirstPosition, IReadOnlyDictionary<string, long> Refused);
public sealed record HistoryView(long Position, long Lag, int Queued, string? Failure);
public sealed record CountsView(int Calls, int Queued, int Legs, int Agents, int LoggedOn, int Available, int SkillGroups, int Phones, int PhonesReachable,
    long CallsArrived, long CallsRefused, long Rejections);
public sealed record SipView(string Address, long Received, long Sent, long Requests, long Responses, long Retransmissions, long RetransmissionsAbsorbed,
    long Malformed, long Refused, long Unmatched, long Strays, long Overloads, long ClientTimeouts, long TransportFailures, long AcksMissing,
    long CallsTurnedAway, int Connections, long DatagramsDropped, int EntriesOwed);

/// <summary>How a node is.</summary>
/// <param name="StateHash">Equal on every node at the same position.</param>
public sealed record StatusView(string Instance, string Node, string Side, string Release, DateTimeOffset Time, double UptimeSeconds, long Position, string StateHash,
    long SnapshotPosition, long ConfigurationPosition, JournalView Journal, HistoryView History, CountsView Counts, SipView Sip, long Alarms)
{
    public static async Task<StatusView> OfAsync(Tandem.Node.Node node)
    {
        StatusView status = await node.AskAsync(c => Of(node, c));
        (int loggedOn, int available) = await PeopleAsync(node);
        return status with
        {
            SnapshotPosition = node.SnapshotPosition,
            Counts = status.Counts with { PhonesReachable = await ReachableAsync(node), LoggedOn = loggedOn, Available = available },
        };
    }

    static StatusView Of(Tandem.Node.Node node, ContactCentre c)
    {
        SipCounters sip = node.SipCounters;
        (int _, int owed, long turnedAway, int connections, long dropped) = node.EdgeFigures();
        IJournal journal = node.Journal;
        History.LoggerHealth history = node.LoggerHealth;
        int queued = 0;
        foreach (SkillGroup group in c.SkillGroups) queued += group.Queued;
        return new(c.Instance, node.Options.Name, node.Options.Side, Tandem.Node.Node.Release, Views.Time(c, c.Now), Math.Round(node.Uptime.TotalSeconds, 1), c.Position, $"{c.Hash:x16}",
            0, c.ConfigurationPosition,
            new JournalView(Views.Words(journal.Health.State.ToString()), journal.Health.Reason, journal.Generation, journal.LastPosition, journal.FirstPosition,
                Enum.GetValues<Refusal>().Where(static r => r != Refusal.None).ToDictionary(static r => Views.Words(r.ToString()), r => journal.Refusals[r])),
            new HistoryView(history.Position, Math.Max(0, c.Position - history.Position), history.Queued, history.Failure),
            new CountsView(c.Calls.Count, queued, c.LegCount, c.Agents.Count, 0, 0, c.SkillGroups.Count, c.Devices.Count, 0, c.CallsArrived, c.CallsRefused, c.Rejections),
            new SipView(node.SipAddress.ToString(), sip.Received, sip.Sent, sip.Requests, sip.Responses, sip.Retransmissions, sip.RetransmissionsAbsorbed,
                sip.MalformedTotal, sip.Refused, sip.Unmatched, sip.Strays, sip.Overloads, sip.ClientTimeouts, sip.TransportFailures, sip.AcksMissing,
                turnedAway, connections, dropped, owed),
            node.Alarms);
    }

    static async Task<int> ReachableAsync(Tandem.Node.Node node)
    {
        int reachable = 0;
        await StateReading.EachAsync(node, static c => c.Devices, (device, _) => { if (device.IsReachable) reachable++; });
        return reachable;
    }

    static async Task<(int LoggedOn, int Available)> PeopleAsync(Tandem.Node.Node node)
    {
        int loggedOn = 0, available = 0;
        await StateReading.EachAsync(node, static c => c.Agents, (agent, _) =>
        {
            if (agent.Activity != Core.Agents.AgentActivity.LoggedOut) loggedOn++;
            if (agent.IsAvailable) available++;
        });
        return (loggedOn, available);
    }
}
