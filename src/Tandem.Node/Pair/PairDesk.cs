using Tandem.Core;
using Tandem.Core.Nodes;
using Tandem.Core.Schema;
using Tandem.Journal;
using Tandem.Node.Http;

namespace Tandem.Node.Pair;

/// <param name="Was">The side that had it; empty: this one, and nothing changed.</param>
public sealed record HomeAnswer(string Address, string Was);

/// <summary>What a node of a pair tells of the pair, and does for it when asked over HTTP.</summary>
public sealed class PairDesk(Node node, SideOptions side) : IDisposable
{
    static readonly TimeSpan s_askAgain = TimeSpan.FromSeconds(5);
    readonly EtcdCluster _cluster = new(PairJournal.ClusterOf(side));
    readonly Dictionary<ulong, DateTimeOffset> _seen = [];
    readonly Lock _seeing = new();

    internal Bulletin? Bulletin { get; set; }

    /// <summary>
    /// Both sides may have started at the same moment, when neither could ask the other. So it is asked again until it answers;
    /// of two that do not fit, the one that started later ends. Null: they fit.
    /// </summary>
    public async Task<string?> FirstFaultAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                bool answered = true;
                IReadOnlyList<string> faults = await PairCheck.AskAsync(side, _ => answered = false, stop).ConfigureAwait(false);
                if (answered && faults.Count == 0) return null;
                bool isLater = answered && await node.AskAsync(c => c.LiveIncarnations.All(i => i.Number <= node.Incarnation)).ConfigureAwait(false);
                if (answered) node.Alarm($"The two sides do not fit: {string.Join("; ", faults)}");
                if (isLater) return string.Join("; ", faults);
                await Task.Delay(s_askAgain, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
        return null;
    }

    /// <summary>Who this side is, fresh, for the other to check (<see cref="PairCheck"/>).</summary>
    public SideIdentity Identity => SideIdentity.Of(side, DateTimeOffset.UtcNow);

    public async Task<PairView> ViewAsync(CancellationToken stop)
    {
        IReadOnlyList<EtcdMemberHealth> members = await _cluster.LookAsync(stop).ConfigureAwait(false);
        JournalHealth health = node.Journal.Health;
        var journal = new ClusterView(members.FirstOrDefault(static m => m.IsLeader)?.Name ?? "", Events.Views.Words(health.State.ToString()), health.Reason,
            Math.Round((node.Journal as EtcdJournal)?.Pending.TotalMilliseconds ?? 0, 1), members);
        return await node.AskAsync(c =>
        {
            lock (_seeing)
            {
                See(c);
                return PairReading.Of(c, side.Side, node.AgreedPosition, node.SnapshotPosition, node.LoggerHealth.Position, Bulletin?.Sides ?? [], journal, _seen, DateTimeOffset.UtcNow);
            }
        }).ConfigureAwait(false);
    }

    /// <summary>Every few seconds: since when an incarnation lives is not in the state.</summary>
    internal Task LookAsync() => node.AskAsync(c =>
    {
        lock (_seeing) See(c);
        return true;
    });

    void See(ContactCentre c)
    {
        foreach (Incarnation live in c.LiveIncarnations) _seen.TryAdd(live.Number, DateTimeOffset.UtcNow);
        if (_seen.Count > c.LiveIncarnations.Count)
            foreach (ulong gone in _seen.Keys.Where(number => c.FindIncarnation(number) is not { Lost: false }).ToList()) _seen.Remove(gone);
    }

    /// <summary>Takes this side's own address back from the other: a planned move, between two entries.</summary>
    /// <param name="propose">Under the name of who asks.</param>
    public async Task<(Rejection Rejection, HomeAnswer Answer)> GoHomeAsync(Func<Entry, Task<Rejection>> propose)
    {
        string address = side.Sip.ToString();
        string was = await node.AskAsync(c => c.FindAddress(address) is { } own && own.Owner != node.Incarnation ? c.FindIncarnation(own.Owner)?.Side ?? "" : "").ConfigureAwait(false);
        if (was.Length == 0) return (Rejection.None, new HomeAnswer(address, ""));
        Rejection outcome = await propose(new Entry { AddressClaimed = new AddressClaimed { Address = address } }).ConfigureAwait(false);
        return (outcome, new HomeAnswer(address, was));
    }

    public void Dispose() => _cluster.Dispose();
}

/// <summary>What the API offers of a pair, beside <c>status</c>.</summary>
static class PairRoutes
{
    public static void Map(WebApplication app, RouteGroupBuilder instance, Node node)
    {
        app.MapGet("/api/v1/side", () => DeskOf(node).Identity).WithName("side").WithTags("node")
            .WithSummary("Who this side of a pair is, with its clock: what the other side checks before it starts.").ProducesError(401).ProducesError(404);
        app.MapGet("/" + Joining.SnapshotRoute, (long after) => Snapshot(node, after)).WithName("side-snapshot").WithTags("node")
            .WithSummary("The newest snapshot, for the other side; 204 when there is none after a position.").ProducesError(401).ProducesError(404);
        app.MapGet("/" + Joining.EntriesRoute, (long from) => Entries(node, from)).WithName("side-entries").WithTags("node")
            .WithSummary("The journal's entries from a position on, for the other side; 410 when they are no longer kept.").ProducesError(401).ProducesError(404).ProducesError(410);
        RouteGroupBuilder pair = instance.MapGroup("/pair").WithTags("pair");
        pair.MapGet("", (Func<HttpContext, Task<PairView>>)(http => DeskOf(node).ViewAsync(http.RequestAborted))).WithName("pair")
            .WithSummary("Both sides: duplexed or simplex, positions, lag, agreement, history, the journal's members, who would take over what.").Produces<PairView>();
        pair.MapPost("/home", (Func<HttpContext, Task<HomeAnswer>>)(http => HomeAsync(node, http))).WithName("pair-home")
            .WithSummary("This side takes its own service address back from the other.").Produces<HomeAnswer>().ProducesError(409);
    }

    static async Task<HomeAnswer> HomeAsync(Node node, HttpContext http)
    {
        (Rejection rejection, HomeAnswer answer) = await DeskOf(node).GoHomeAsync(entry => CommandRoutes.ProposeAsync(node, http, entry));
        return rejection == Rejection.None ? answer : throw Answers.For(rejection, answer.Address);
    }

    static IResult Snapshot(Node node, long after)
    {
        _ = DeskOf(node);
        return node.OpenSnapshot() is { } newest && newest.Position > after ? Results.Stream(newest.Bytes, "application/octet-stream") : Results.NoContent();
    }

    static IResult Entries(Node node, long from)
    {
        _ = DeskOf(node);
        var journal = (EtcdJournal)node.Journal;
        if (from < journal.FirstPosition) throw new HttpError(410, "gone", $"the entries before {journal.FirstPosition} are no longer kept here", "begin with a snapshot");
        // The mirror is read synchronously, and a request's stream may not be written so: by way of a file that is gone when it was read.
        var file = new FileStream(Path.Combine(node.DataDirectory, $"entries-{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 128 << 10, FileOptions.DeleteOnClose);
        try
        {
            JournalTransfer.Export(journal, from, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        file.Position = 0;
        return Results.Stream(file, "application/octet-stream");
    }

    static PairDesk DeskOf(Node node) => node.Pair ?? throw new HttpError(404, "no-pair", "this node runs alone", "a pair: ./tandem up --pair, or docs/operating/pair.md");
}
