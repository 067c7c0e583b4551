using System.Net;
using Tandem.Journal;
using Tandem.Journal.Snapshots;

namespace Tandem.Node.Pair;

/// <summary>
/// A side that was away for so long that etcd no longer keeps what it missed: it fetches that from the other side, whose
/// mirror and archive have it, and its newest snapshot, so that the start need not replay it all.
/// </summary>
static class Joining
{
    public const string SnapshotRoute = "api/v1/side/snapshot", EntriesRoute = "api/v1/side/entries";
    static readonly TimeSpan s_fetchMax = TimeSpan.FromMinutes(10);
    /// <summary>Entries that a start replays in about a second.</summary>
    const long ReplayMax = 200_000;

    /// <param name="after">The last position that this side's mirror has.</param>
    public static Task FetchAsync(SideOptions side, long after, Action<string> alarm) => FetchAsync(side, after, alarm, s_fetchMax);

    /// <param name="fetchMax">For each of what is fetched.</param>
    public static async Task FetchAsync(SideOptions side, long after, Action<string> alarm, TimeSpan fetchMax)
    {
        using HttpClient http = PairCheck.Client(side);
        http.Timeout = fetchMax;
        using var snapshots = new FolderStorage(Path.Combine(side.Data, "snapshots"));
        var store = new SnapshotStore(snapshots, alarm);
        long own = store.Positions().FirstOrDefault();
        long? theirs = await SnapshotAsync(http, side, store, ifAfter: Math.Max(own, after) + ReplayMax).ConfigureAwait(false);
        try
        {
            await EntriesAsync(http, side, after + 1).ConfigureAwait(false);
        }
        catch (GoneException)
        {
            // The other side has no longer all of it: its state is taken, and history has a gap that only its database can fill.
            theirs ??= await SnapshotAsync(http, side, store, ifAfter: after).ConfigureAwait(false)
                ?? throw new NodeException($"{side.Other.Http} has neither the entries after {after} nor a snapshot after them: restore one of the sides from a backup", NodeException.Failed);
            alarm($"The other side no longer keeps the entries from {after + 1} on: this side starts from its snapshot at {theirs}, and its history misses what came before.");
            await EntriesAsync(http, side, theirs.Value + 1).ConfigureAwait(false);
        }
    }

    static async Task<long?> SnapshotAsync(HttpClient http, SideOptions side, SnapshotStore store, long ifAfter)
    {
        using HttpResponseMessage answer = await AskAsync(http, side, $"{SnapshotRoute}?after={ifAfter}").ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NoContent) return null;
        return await TakeAsync(http, side, answer, "the snapshot", store.Import).ConfigureAwait(false);
    }

    static async Task EntriesAsync(HttpClient http, SideOptions side, long from)
    {
        using HttpResponseMessage answer = await AskAsync(http, side, $"{EntriesRoute}?from={from}").ConfigureAwait(false);
        await TakeAsync(http, side, answer, $"the entries from {from} on",
            bytes => JournalTransfer.Import(PairJournal.Folder(side), PairJournal.ClusterOf(side), PairJournal.OptionsOf(side), bytes)).ConfigureAwait(false);
    }

    /// <summary>Takes a body in. One that stalls ends with its answer: it is read synchronously, and the client's timeout is over with the head.</summary>
    static async Task<T> TakeAsync<T>(HttpClient http, SideOptions side, HttpResponseMessage answer, string what, Func<Stream, T> take)
    {
        await using var limit = new Timer(static answer => ((HttpResponseMessage)answer!).Dispose(), answer, http.Timeout, Timeout.InfiniteTimeSpan);
        try
        {
            await using Stream bytes = await answer.Content.ReadAsStreamAsync().ConfigureAwait(false);
            return take(bytes);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or InvalidDataException or InvalidOperationException)
        {
            // The last two: a decompression that ended early, and a stream that the timer closed.
            throw new NodeException($"{what} could not be fetched whole from the other side ({side.Other.Http}): {e.Message} It is tried again at the next start.", NodeException.Failed, e);
        }
    }

    static async Task<HttpResponseMessage> AskAsync(HttpClient http, SideOptions side, string route)
    {
        try
        {
            HttpResponseMessage answer = await http.GetAsync(new Uri(side.Other.Http, route), HttpCompletionOption.ResponseHeadersRead).ConfigureAwait(false);
            if (answer.StatusCode == HttpStatusCode.Gone) throw new GoneException();
            if (answer.IsSuccessStatusCode) return answer;
            throw new NodeException($"the other side ({side.Other.Http}) does not give what this side missed: it answers {(int)answer.StatusCode} to {route}", NodeException.Failed);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            throw new NodeException($"etcd no longer keeps what this side missed, and the other side ({side.Other.Http}) cannot be asked for it: {e.Message}", NodeException.Failed, e);
        }
    }

    sealed class GoneException : Exception;
}
