using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal.Etcd;
using Tandem.Journal.Etcd.Wire;
using Tandem.Journal.Files;
using Tandem.Journal.Mirrors;

namespace Tandem.Journal;

/// <summary>
/// The journal of a pair: in an etcd cluster of its own, with a mirror on each node's disk from which it is read.
/// Positions count the entries over revisions and the order within a batch.
/// </summary>
public sealed class EtcdJournal : IJournal
{
    const int ReplayBatch = 1024;
    static readonly TimeSpan s_closePatience = TimeSpan.FromSeconds(2);

    readonly EtcdOptions _cluster;
    readonly EtcdJournalOptions _options;
    readonly EtcdClient _client;
    readonly Keys _keys;
    readonly Mirror _mirror;
    readonly ProposalQueue _queue;
    readonly BatchProposer _proposer;
    readonly JournalWatcher _watcher;
    readonly Keeper _keeper;
    readonly CancellationTokenSource _stop = new();
    readonly Lock _changing = new(), _starting = new();
    readonly JournalHealth[] _healths = [JournalHealth.Accepting, JournalHealth.Accepting, JournalHealth.Accepting];
    volatile JournalHealth _health = JournalHealth.Accepting;
    volatile bool _closing;
    Task? _proposing, _watching, _keeping;

    /// <summary>Who tells of the journal's health. The worst of them counts.</summary>
    enum Part { Proposer, Watcher, Keeper }

    EtcdJournal(EtcdOptions cluster, EtcdJournalOptions options, EtcdClient client, Keys keys, Mirror mirror, Action<string> alarm)
    {
        (_cluster, _options, _client, _keys, _mirror) = (cluster, options, client, keys, mirror);
        _queue = new ProposalQueue(options.QueueEntriesMax, options.QueueBytesMax);
        _proposer = new BatchProposer(client, keys, _queue, options, health => Change(Part.Proposer, health), _stop.Token);
        _watcher = new JournalWatcher(client, keys, mirror, options, () => _proposer.LastRevision, health => Change(Part.Watcher, health), _stop.Token);
        _keeper = new Keeper(client, cluster, keys, mirror, options, health => Change(Part.Keeper, health), alarm, _stop.Token);
    }

    /// <summary>Opens the mirror, and reads into it what the cluster has committed up to now.</summary>
    /// <param name="mirror">A folder of this journal's own.</param>
    /// <param name="alarm">Told, in a line for people, of what should be looked at. Any thread.</param>
    /// <exception cref="JournalCompactedException">Import first what the other side has (<see cref="JournalTransfer"/>).</exception>
    /// <exception cref="EtcdException">The cluster does not answer, or refuses.</exception>
    /// <exception cref="JournalException">With a message for people.</exception>
    public static Task<EtcdJournal> OpenAsync(string mirror, EtcdOptions cluster, EtcdJournalOptions options, Action<string> alarm, CancellationToken cancel = default) =>
        OpenAsync(new FolderStorage(mirror), cluster, options, alarm, cancel);

    /// <summary>Takes the storage over, and disposes it in the end.</summary>
    public static async Task<EtcdJournal> OpenAsync(Storage storage, EtcdOptions cluster, EtcdJournalOptions options, Action<string> alarm, CancellationToken cancel = default)
    {
        EtcdClient? client = null;
        Mirror? mirror = null;
        try
        {
            mirror = Mirror.Open(storage, cluster.Instance, cluster.Generation, options.MirrorSegmentBytes, options.Archive);
            client = new EtcdClient(cluster);
            var journal = new EtcdJournal(cluster, options, client, new Keys(cluster), mirror, alarm);
            await journal.CatchUpAsync(cancel).ConfigureAwait(false);
            return journal;
        }
        catch
        {
            client?.Dispose();
            mirror?.Dispose();
            storage.Dispose();
            throw;
        }
    }

    public string Instance => _cluster.Instance;
    public int Generation => _cluster.Generation;
    public long FirstPosition => _mirror.FirstPosition;
    public long LastPosition => _mirror.LastPosition;
    public JournalHealth Health => _health;
    public RefusalCounts Refusals { get; } = new();
    public event Action<JournalHealth>? HealthChanged;

    /// <summary>The newest entry read, with its revision.</summary>
    public JournalMark Mark => _mirror.Mark;

    /// <summary>How long the batch in flight has been waiting for the cluster.</summary>
    public TimeSpan Pending => _proposer.Pending;

    /// <summary>Streams over which entries were read since the start: each after the first replaced one that broke or was given up.</summary>
    public int Streams => _watcher.Streams;

    internal Mirror Mirror => _mirror;

    async Task CatchUpAsync(CancellationToken cancel)
    {
        using CancellationTokenRegistration abandon = cancel.Register(_stop.Cancel);
        KeyValue founded = await FoundAsync().ConfigureAwait(false);
        string found = founded.Value.ToStringUtf8();
        if (_mirror.Base is null) _mirror.Found(MirrorBase.Of(Instance, Generation, found, position: 0, founded.CreateRevision));
        if (_mirror.Base!.Founded != found)
            throw new StateUnreachableException($"{_mirror.Folder} mirrors another journal of the name {Instance} (generation {Generation}) than the one in etcd at {_client.Cluster}, which was begun anew. Begin with an empty folder, or restore etcd.");

        (long last, long revision) = await _keeper.NewestBatchAsync(_options.StartPatience).ConfigureAwait(false);
        JournalMark mark = _mirror.Mark;
        if (mark.Revision > revision)
            throw new StateUnreachableException($"{_mirror.Folder} knows revision {mark.Revision}, but etcd at {_client.Cluster} is at {revision}: it was restored from a backup and lacks what came after. Restore a newer backup, or stop both sides and begin anew with empty data directories and an empty cluster.");
        _mirror.See(last, revision);
        if (mark.Revision == 0 && last > 0) throw new JournalCompactedException(_mirror.Folder, mark.Position, 0);
        await _keeper.PublishMarkAsync().ConfigureAwait(false);
        await _watcher.RunAsync(deliver: null, until: last).ConfigureAwait(false);
    }

    /// <summary>Done when everything has been read that is committed in the cluster now. After <see cref="Start"/>.</summary>
    /// <exception cref="EtcdException">The cluster does not answer.</exception>
    public async Task ReachNewestAsync(CancellationToken cancel)
    {
        (long last, _) = await _keeper.NewestBatchAsync(_options.StartPatience).ConfigureAwait(false);
        while (Mark.Revision < last) await Task.Delay(5, cancel).ConfigureAwait(false);
    }

    /// <summary>The key that tells this journal from any other; whoever comes first makes it.</summary>
    async Task<KeyValue> FoundAsync()
    {
        var txn = new TxnRequest();
        txn.Compare.Add(new Compare { Key = _keys.Founded, Target = Compare.Types.Target.Version, Version = 0 });
        txn.Success.Add(new RequestOp { Put = new PutRequest { Key = _keys.Founded, Value = ByteString.CopyFromUtf8(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))) } });
        await _client.TxnAsync(txn, _options.StartPatience, _stop.Token).ConfigureAwait(false);
        RangeResponse read = await _client.RangeAsync(new RangeRequest { Key = _keys.Founded }, _options.StartPatience, _stop.Token).ConfigureAwait(false);
        return read.Kvs[0];
    }

    public ulong TakeIncarnation(ulong atLeast)
    {
        ulong taken = Task.Run(() => TakeIncarnationAsync(atLeast)).GetAwaiter().GetResult();
        _proposer.Begin(taken);
        return taken;
    }

    async Task<ulong> TakeIncarnationAsync(ulong atLeast)
    {
        while (true)
        {
            RangeResponse read = await _client.RangeAsync(new RangeRequest { Key = _keys.Incarnations }, _options.StartPatience, _stop.Token).ConfigureAwait(false);
            KeyValue? now = read.Kvs.FirstOrDefault();
            ulong next = Math.Max(Math.Max(1, atLeast), now is null ? 0 : ulong.Parse(now.Value.ToStringUtf8(), CultureInfo.InvariantCulture) + 1);
            var txn = new TxnRequest();
            txn.Compare.Add(new Compare { Key = _keys.Incarnations, Target = Compare.Types.Target.Mod, ModRevision = now?.ModRevision ?? 0 });
            txn.Success.Add(new RequestOp { Put = new PutRequest { Key = _keys.Incarnations, Value = ByteString.CopyFromUtf8(next.ToString(CultureInfo.InvariantCulture)) } });
            // When an answer is lost and the try after it fails, a number is left unused.
            if ((await _client.TxnAsync(txn, _options.StartPatience, _stop.Token).ConfigureAwait(false)).Succeeded) return next;
        }
    }

    public void Start(long from, IJournalSubscriber subscriber)
    {
        lock (_starting)
        {
            Invariant.That(_watching is null && !_closing && from <= LastPosition + 1);
            _watching = Task.Run(() => SuperviseAsync(Part.Watcher, () => WatchAsync(from, subscriber)), CancellationToken.None);
            _proposing = Task.Run(() => SuperviseAsync(Part.Proposer, () => _proposer.RunAsync(() => _closing)), CancellationToken.None);
            _keeping = Task.Run(() => SuperviseAsync(Part.Keeper, _keeper.RunAsync), CancellationToken.None);
        }
    }

    async Task WatchAsync(long from, IJournalSubscriber subscriber)
    {
        long last = LastPosition;
        foreach (JournaledEntry[] batch in _mirror.Read(from).Chunk(ReplayBatch))
            subscriber.Committed(batch[0].Position, Array.ConvertAll(batch, read => read.Entry));
        Invariant.That(last == LastPosition);
        await _watcher.RunAsync(subscriber.Committed).ConfigureAwait(false);
    }

    async Task SuperviseAsync(Part part, Func<Task> run)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Closed.
        }
#pragma warning disable CA1031 // Whatever it is: the node is told that nothing more comes.
        catch (Exception e)
        {
            Change(part, new JournalHealth(JournalState.Failed, $"{e.Message} Nothing more is committed here: start the process again when the cause is removed."));
        }
#pragma warning restore CA1031
    }

    void Change(Part part, JournalHealth health)
    {
        lock (_changing)
        {
            if (_healths[(int)part].State == JournalState.Failed) return;
            _healths[(int)part] = health;
            JournalHealth worst = _healths.MaxBy(one => Severity(one.State))!;
            if (worst.State == _health.State) return;
            _health = worst;
            HealthChanged?.Invoke(worst);
        }
    }

    static int Severity(JournalState state) => state switch
    {
        JournalState.Accepting => 0,
        JournalState.Stalled => 1,
        JournalState.Reserve => 2,
        JournalState.Full => 3,
        _ => 4,
    };

    public Refusal TryPropose(ReadOnlySpan<Entry> entries, Priority priority)
    {
        Invariant.That(_proposer.HasIncarnation);
        if (_closing) return Refusals.Count(Refusal.Away, entries.Length);
        switch (_health.State)
        {
            case JournalState.Failed: return Refusals.Count(Refusal.Away, entries.Length);
            // What calls in progress need waits for room, as long as the queue holds it.
            case JournalState.Full when priority == Priority.NewWork: return Refusals.Count(Refusal.NoRoom, entries.Length);
        }

        Refusal refused = _queue.TryAdd(entries, priority, _options.EntryBytesMax);
        return refused == Refusal.None ? refused : Refusals.Count(refused, entries.Length);
    }

    public IEnumerable<JournaledEntry> Read(long from) => _mirror.Read(from);

    public void Trim(long before) => _mirror.Trim(before);

    /// <summary>Tells the other side, and whoever asks, of this one.</summary>
    public async Task PublishAsync(SideRecord side, CancellationToken cancel = default) =>
        await _client.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8(_keys.Sides + side.Side), Value = ByteString.CopyFrom(side.ToBytes()) },
            TimeSpan.FromSeconds(1), cancel).ConfigureAwait(false);

    /// <summary>What the sides told last.</summary>
    public Task<IReadOnlyList<SideRecord>> SidesAsync(CancellationToken cancel = default) => SidesAsync(_client, _keys, TimeSpan.FromSeconds(1), cancel);

    /// <summary>What the sides told last, for one who has no journal open.</summary>
    public static async Task<IReadOnlyList<SideRecord>> SidesAsync(EtcdOptions cluster, CancellationToken cancel = default)
    {
        using var client = new EtcdClient(cluster);
        return await SidesAsync(client, new Keys(cluster), TimeSpan.FromSeconds(5), cancel).ConfigureAwait(false);
    }

    static async Task<IReadOnlyList<SideRecord>> SidesAsync(EtcdClient client, Keys keys, TimeSpan patience, CancellationToken cancel)
    {
        RangeResponse read = await client.RangeAsync(Keeper.Below(keys.Sides), patience, cancel).ConfigureAwait(false);
        return [.. read.Kvs.Select(kv => SideRecord.Read(kv.Value.Span)).OfType<SideRecord>()];
    }

    /// <summary>Commits what was taken over, if the cluster is there, then lets go of the mirror.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_starting)
        {
            if (_closing) return;
            _closing = true;
        }
        _queue.Wake();
        if (_proposing is not null) await Task.WhenAny(_proposing, Task.Delay(s_closePatience, CancellationToken.None)).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_proposing ?? Task.CompletedTask, _watching ?? Task.CompletedTask, _keeping ?? Task.CompletedTask).ConfigureAwait(false);
        _mirror.Dispose();
        _client.Dispose();
        _stop.Dispose();
    }
}
