using Tandem.Core.Schema;

namespace Tandem.Simulation;

/// <summary>Each record once, in both histories, as the journal makes it.</summary>
sealed class RecordChecks(World world)
{
    readonly HashSet<(long Call, int Part)> _parts = [];
    readonly HashSet<long> _ended = [];
    /// <summary>What each side's database has, as this checker counts it.</summary>
    readonly Dictionary<string, long> _reached = new(StringComparer.Ordinal);

    /// <summary>By the reference.</summary>
    public void Made(long position, Record record)
    {
        if (record.Termination is not { } detail) return;
        if (!_parts.Add((detail.Call, detail.Part))) world.Violate("records", $"the entry at {position} made part {detail.Part} of call {Core.EntityId.Format(detail.Call)} once more");
        if (detail.Part == 0) _ended.Add(detail.Call);
    }

    public bool HasEnded(long call) => _ended.Contains(call);

    /// <summary>A transaction of a side's database: it goes on exactly where the last one ended.</summary>
    public void Written(HistoryDatabase database, IReadOnlyList<(long Position, Record Record)> records, long reached)
    {
        long reachedBefore = _reached.GetValueOrDefault(database.Side);
        _reached[database.Side] = Math.Max(reached, reachedBefore);
        long last = Math.Min(reached, world.Checks.Reference.Last);
        int next = 0;
        for (long position = reachedBefore + 1; position <= last; position++)
        {
            foreach (Record expected in world.Checks.Reference.RecordsAt(position))
            {
                if (next >= records.Count || records[next].Position != position)
                {
                    world.Violate("records", next < records.Count && records[next].Position < position
                        ? $"{database.Side}'s history gets a record of {records[next].Position} again; it had reached {reachedBefore}"
                        : $"{database.Side}'s history misses a record of {position}, {world.Checks.Reference.NameAt(position)}");
                    return;
                }
                if (!records[next].Record.Equals(expected))
                {
                    world.Violate("records", $"{database.Side}'s history has another record of {position}: {records[next].Record} instead of {expected}");
                    return;
                }
                next++;
            }
        }
        if (next < records.Count) world.Violate("records", $"{database.Side}'s history gets a record of {records[next].Position} more than it should; it had reached {reachedBefore}");
    }

    /// <summary>A side found that its state was wrong, and makes its records again.</summary>
    public void Rewound(HistoryDatabase database) => _reached[database.Side] = database.Position;

    public void AtTheEnd()
    {
        foreach (Host host in world.Hosts)
        {
            int at = 0;
            for (long position = 1; position <= host.History.Position; position++)
            {
                foreach (Record expected in world.Checks.Reference.RecordsAt(position))
                {
                    if (at >= host.History.Records.Count || !host.History.Records[at].Record.Equals(expected))
                    {
                        world.Violate("records", $"{host.Side}'s history is not the journal's at {position}");
                        return;
                    }
                    at++;
                }
            }
            if (at != host.History.Records.Count) world.Violate("records", $"{host.Side}'s history has {host.History.Records.Count - at} records too many");
        }
    }
}
