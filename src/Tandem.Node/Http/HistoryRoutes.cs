using Tandem.Core;
using Tandem.Core.Calls;
using Tandem.Core.Schema;
using Tandem.History;
using Tandem.History.Compare;
using Tandem.Node.Events;
using Tandem.Yaml;

namespace Tandem.Node.Http;

/// <summary>A part of a finished call: 0 as its caller lived it, 1, 2, ... the devices it was offered to. Durations in seconds.</summary>
public sealed record CallPartView(int Part, string Dialed, string Calling, string CallType, string SkillGroup, string Agent, string Device,
    string Disposition, int DispositionCode, DateTimeOffset Started, DateTimeOffset Ended, double QueueSeconds, double RingSeconds, double TalkSeconds,
    double HoldSeconds, double WorkSeconds, double WaitSeconds, int Status, bool ByDefaultLabel, IReadOnlyDictionary<string, string> Variables);

public sealed record FinishedCallView(string Instance, string Call, IReadOnlyList<CallPartView> Parts);
public sealed record FinishedCallList(IReadOnlyList<FinishedCallView> Calls);
public sealed record HistoryExtentList(IReadOnlyList<HistoryExtent> Extents);
public sealed record StretchDigestList(IReadOnlyList<StretchDigest> Digests);
public sealed record ComparedRowList(IReadOnlyList<ComparedRow> Rows);

/// <summary>What was.</summary>
static class HistoryRoutes
{
    const int LastMax = 1_000, RowsMax = 1_000, StretchesMax = 1_000;
    /// <summary>A call's records are written some 200 ms after its end.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public static void Map(RouteGroupBuilder routes, Node node)
    {
        var history = new HistoryQueries(node.HistoryPath, node.Instance);
        RouteGroupBuilder group = routes.MapGroup("/history").WithTags("history");
        group.MapGet("/calls", (int? last) =>
        {
            int most = last ?? 20;
            if (most is < 1 or > LastMax) throw new HttpError(400, "bad-last", $"'last' is {most}", $"write 1 to {LastMax}");
            return new FinishedCallList([.. history.LastCalls(most).Select(c => new FinishedCallView(node.Instance, EntityId.Format(c.Call), PartsOf(c.Parts)))]);
        }).WithName("history-calls").WithSummary("The calls that ended last (termination call detail with all parts), the latest first.").ProducesError(400);
        group.MapGet("/calls/{call}", async (string call) => await FindAsync(node, history, StateRoutes.CallIdOf(call).Value) is { } found
                ? new FinishedCallView(node.Instance, call, PartsOf(found.Parts))
                : throw new HttpError(404, "unknown-call", $"history knows no call '{call}'", "`history` lists those that ended, `calls` those that are now"))
            .WithName("history-call").WithSummary("A finished call with its parts.").ProducesError(400);
        MapComparison(group, node);
    }

    /// <summary>What `history verify` of another machine asks.</summary>
    static void MapComparison(RouteGroupBuilder group, Node node)
    {
        var reader = new DatabaseReader(HistoryAddress.Parse(node.HistoryPath));
        // One at a time: the calls' own work goes first.
        var gate = new SemaphoreSlim(1);
        group.MapGet("/extents", async (CancellationToken stop) => new HistoryExtentList([.. (await reader.ExtentsAsync(stop)).Where(e => e.Instance == node.Instance)]))
            .WithName("history-extents").WithSummary("Which positions history covers, for each generation.");
        group.MapGet("/digest", async (int? generation, long from, long to, long? length, CancellationToken stop) =>
        {
            HistoryRange range = RangeOf(node, generation, from, to, length ?? HistoryComparison.StretchPositions, HistoryComparison.AskedPositions);
            await gate.WaitAsync(stop);
            try
            {
                return new StretchDigestList(await reader.DigestsAsync(range, stop));
            }
            finally
            {
                gate.Release();
            }
        }).WithName("history-digest").WithSummary("SHA-256 of the rows of each stretch of positions, a table each: equal on both sides.").ProducesError(400);
        group.MapGet("/rows", async (int? generation, long from, long to, CancellationToken stop) =>
                new ComparedRowList(await reader.RowsAsync(RangeOf(node, generation, from, to, 1, RowsMax), stop)))
            .WithName("history-rows").WithSummary("The rows of a few positions as they are compared.").ProducesError(400);
    }

    static HistoryRange RangeOf(Node node, int? generation, long from, long to, long length, long most)
    {
        if (from < 1 || to < from || to - from >= most) throw new HttpError(400, "bad-range", $"'from' is {from} and 'to' {to}", $"ask for at most {most} positions, from 1 on");
        if (length < 1 || (to - from) / length >= StretchesMax) throw new HttpError(400, "bad-length", $"'length' is {length}", $"ask for at most {StretchesMax} stretches");
        return new HistoryRange(node.Instance, generation ?? node.Journal.Generation, from, to, length);
    }

    /// <summary>Waits a little for a call whose records are on their way.</summary>
    public static async Task<CallHistory?> FindAsync(Node node, HistoryQueries history, long call)
    {
        long now = await node.AskAsync(static c => c.Position);
        DateTime until = DateTime.UtcNow + s_patience;
        while (true)
        {
            bool isComplete = node.LoggerHealth.Position >= now;
            CallHistory? found = history.Call(call);
            if (found is not null || isComplete || DateTime.UtcNow > until) return found;
            await Task.Delay(50);
        }
    }

    static IReadOnlyList<CallPartView> PartsOf(IReadOnlyList<TerminationCallDetail> parts) =>
    [
        .. parts.Select(static p => new CallPartView(p.Part, p.Dialed, p.Calling, p.CallType, p.SkillGroup, p.Agent, p.Device,
            Views.Words(((Disposition)p.Disposition).ToString()), p.Disposition, Time(p.StartUnixUs), Time(p.EndUnixUs), Seconds(p.QueueUs), Seconds(p.RingUs),
            Seconds(p.TalkUs), Seconds(p.HoldUs), Seconds(p.WorkUs), Seconds(p.WaitUs), p.Status, p.ByDefaultLabel,
            p.Variables.ToDictionary(static v => v.Name, static v => v.Value, StringComparer.Ordinal))),
    ];

    static DateTimeOffset Time(long unixUs) => DateTimeOffset.UnixEpoch.AddTicks(unixUs * TimeSpan.TicksPerMicrosecond);
    static double Seconds(long us) => Math.Round(us / 1e6, 3);
}
