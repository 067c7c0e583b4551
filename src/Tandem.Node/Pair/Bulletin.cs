using Tandem.Journal;

namespace Tandem.Node.Pair;

/// <summary>What this side tells of itself every few seconds, and what the other told: in etcd, beside the journal.</summary>
sealed class Bulletin : IAsyncDisposable
{
    readonly Node _node;
    readonly EtcdJournal _journal;
    readonly SideOptions _side;
    readonly string _url;
    readonly CancellationTokenSource _stop = new();
    readonly Task _running;
    IReadOnlyList<SideRecord> _sides = [];

    public Bulletin(Node node, EtcdJournal journal, SideOptions side, string url)
    {
        (_node, _journal, _side, _url) = (node, journal, side, url);
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>The newest that each side told; this one's too.</summary>
    public IReadOnlyList<SideRecord> Sides => Volatile.Read(ref _sides);

    async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _journal.PublishAsync(await RecordAsync().ConfigureAwait(false), _stop.Token).ConfigureAwait(false);
                if (_node.Pair is { } desk) await desk.LookAsync().ConfigureAwait(false);
                Volatile.Write(ref _sides, await _journal.SidesAsync(_stop.Token).ConfigureAwait(false));
            }
            catch (Exception e) when (e is JournalException or EtcdException or OperationCanceledException)
            {
                // The journal tells of it.
            }
            await Task.Delay(_side.Timings.RecordMs, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task<SideRecord> RecordAsync()
    {
        ulong incarnation = await _node.AskAsync(_ => _node.Incarnation).ConfigureAwait(false);
        return new SideRecord(_side.Side, _side.Node, incarnation, Node.Release, _url, _node.SnapshotPosition, _journal.Mark,
            _node.LoggerHealth.Position, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }
}
