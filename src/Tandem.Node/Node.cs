using System.Reflection;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.History;
using Tandem.Journal;
using Tandem.Journal.Snapshots;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Events;
using Tandem.Node.Guarding;
using Tandem.Node.Loop;
using Tandem.Node.Pair;
using Tandem.Sip;

namespace Tandem.Node;

/// <summary>
/// One node: the thread of its <see cref="NodeLoop"/>, the sockets, the journal and the logger around it. The thread takes
/// datagrams, committed entries and questions from the inbox; other threads only wait for disks and sockets.
/// </summary>
public sealed class Node : INodeHost, IRecordSink, IAsyncDisposable
{
    readonly NodeOptions _options;
    readonly TextWriter _log;
    readonly MonotonicClock _clock = new(TimeProvider.System);
    readonly Inbox _inbox = new();
    readonly IGuardianLink _guardian;
    readonly ApplyingHold _applying;
    readonly Credentials _credentials;
    readonly IJournal _journal;
    readonly FolderStorage _snapshots;
    readonly Logger _logger;
    HistoryCatchUp? _catchUp;
    readonly SipSockets _sockets;
    readonly NodeLoop _loop;
    /// <summary>What sockets brought before this node lived, so many batches at most.</summary>
    readonly List<Inbox.Item> _held = [];
    const int HeldMax = 10_000;
    readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _live = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Thread _thread;
    readonly long _started;
    readonly CancellationTokenSource _ending = new(), _over = new();
    volatile bool _mayBegin, _stopping, _isConfigured, _isLive, _isLeaving;
    volatile int _decisionLevel = 1;
    long _alarms;

    /// <summary>Opens the data directory and rebuilds the state; sockets are bound, and nothing is received yet.</summary>
    /// <exception cref="NodeException">With a line for people.</exception>
    /// <param name="instance">Null: the one whose journal the data directory holds.</param>
    public Node(NodeOptions options, string? instance, TextWriter log, IGuardianLink? guardian = null)
    {
        _options = options;
        _log = log;
        _guardian = guardian ?? new NoGuardian();
        _applying = new ApplyingHold(_guardian, static () => Environment.TickCount64);
        Configurations = new ConfigurationDesk(this);
        _started = _clock.UnixUs;
        try
        {
            // The journal first: its lock keeps a second node out of everything else in the folder.
            _journal = OpenJournal(instance);
            long opened = _clock.NowUs;
            _credentials = Credentials.Open(options.Data);
            HistoryPath = options.Pair?.History is { PostgreSql: { } postgres } ? postgres : options.Pair?.History.Sqlite ?? options.History ?? Path.Combine(options.Data, "history.sqlite");
            RewindHistory();
            _logger = Logger.Open(HistoryAddress.Parse(HistoryPath), _journal.Instance, _journal.Generation);
            _snapshots = new FolderStorage(Path.Combine(options.Data, "snapshots"));
            _sockets = new SipSockets(_inbox, _guardian, overlaps: options.Pair is not null, address => _loop!.Opened(address), address => _loop!.Closed(address), Alarm, () => _loop!.DrainOfTaken);
            // Alone, the address is there; in a pair it is asked for when the state says that it is this node's.
            SipAddress = options.Pair is null ? _sockets.OpenNow(options.Sip) : SipEndPoint.From(options.Sip);
            _loop = new NodeLoop(new NodeParts
            {
                Node = options.Name,
                Side = options.Side,
                Address = SipAddress.ToString(),
                AddressMoves = options.Pair is not { AddressMoves.How: MovesHow.None },
                Journal = _journal,
                Snapshots = _snapshots,
                Clock = _clock,
                Sockets = _sockets,
                Records = this,
                RecordsFrom = _logger.StartFrom(_journal.LastPosition),
                Host = this,
                Credentials = _credentials,
                InstanceKey = Credentials.KeyText(options.Data),
                Pulse = options.Pair is { Timings: var t } ? new PulseTimes(t.HeartbeatMs * 1000L, t.FenceMs * 1000L) : null,
                Drain = TimeSpan.FromMilliseconds(options.Pair?.Timings.DrainMs ?? 300),
                DefaultRouteAfter = Core.Span.FromMs(options.Pair?.Timings.DefaultRouteMs ?? 3_000),
                // A side that returns replays what came after its snapshot: a pair makes them more often.
                Replica = new ReplicaOptions { SnapshotEntries = options.Pair is null ? options.SnapshotEntries : Math.Min(options.SnapshotEntries, 25_000) },
            });
            if (_clock.NowUs > 1_000_000)
                Tell($"The journal was opened in {opened / 1e6:0.0} s; the state at {_loop.Centre.Position} was rebuilt from the snapshot at {_loop.Replica.SnapshotPosition} in {(_clock.NowUs - opened) / 1e6:0.0} s.");
        }
        catch (Exception e) when (e is JournalException or EtcdException or HistoryException or InvalidDataException)
        {
            throw new NodeException(e.Message, inner: e);
        }
        catch (PortInUseException e)
        {
            throw new NodeException($"SIP: {e.Message} (--sip HOST:PORT)", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Data.Common.DbException or System.Net.Sockets.SocketException)
        {
            throw new NodeException($"{options.Data}, SIP {options.Sip}: {e.Message}", inner: e);
        }
        _guardian.StopAsked += () =>
        {
            _isLeaving = true;
            _inbox.Post(_loop.Leave);
        };
        _loop.Lived += () =>
        {
            _isLive = true;
            _live.TrySetResult();
        };
        _thread = new Thread(Run) { Name = "node", IsBackground = true };
    }

    IJournal OpenJournal(string? instance)
    {
        var archive = new Archive(new ArchiveOptions { Folder = Path.Combine(_options.Data, "archive"), Release = Release, DecisionLevel = () => _decisionLevel });
        return _options.Pair is { } side ? PairJournal.Open(side, archive, Alarm)
            : FileJournal.Open(Path.Combine(_options.Data, "journal"), new FileJournalOptions { Instance = instance, Archive = archive });
    }

    public NodeOptions Options => _options;
    public string Instance => _journal.Instance;
    /// <summary>On the node's thread.</summary>
    public ulong Incarnation => _loop.Incarnation;
    public string HistoryPath { get; }
    public string DataDirectory => _options.Data;
    public SipEndPoint SipAddress { get; }
    public EventLog Events => _loop.Events;
    public ConfigurationDesk Configurations { get; }
    public Credentials Credentials => _credentials;
    public IJournal Journal => _journal;
    /// <summary>The position of the newest snapshot on disk; 0 when there is none.</summary>
    public long SnapshotPosition => _loop.Replica.SnapshotPosition;
    /// <summary>The newest snapshot as it lies on the disk, for another side; null when there is none.</summary>
    public (long Position, Stream Bytes)? OpenSnapshot() => new SnapshotStore(_snapshots, Alarm).OpenNewest();
    /// <summary>The node's start is in the journal, and it has not been told to stop.</summary>
    public bool IsLive => _isLive && !_stopping;
    /// <summary>A planned leave is under way: the other side has the addresses, or gets them.</summary>
    public bool IsLeaving => _isLeaving;
    /// <summary>A configuration is in force: there is something to call.</summary>
    public bool IsConfigured => _isConfigured;
    /// <summary>What a node of a pair tells of it; null for one that runs alone.</summary>
    public PairDesk? Pair { get; set; }
    /// <summary>Up to here the sides' state hashes were compared and equal. On the node's thread.</summary>
    public long AgreedPosition => _loop.AgreedPosition;
    public LoggerHealth LoggerHealth => _logger.Health;
    public long Alarms => Interlocked.Read(ref _alarms);
    public TimeSpan Uptime => TimeSpan.FromMicroseconds(_clock.UnixUs - _started);

    public static string Release { get; } = typeof(Node).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Begins to live; done when the node's own start is in the journal and its legs are taken up.</summary>
    public Task StartAsync()
    {
        _journal.HealthChanged += health => _inbox.Post(() => Tell(health));
        _inbox.Post(_loop.Follow);
        _journal.Start(_journal.LastPosition + 1, _inbox);
        _ = BeginWhenNearAsync();
        _thread.Start();
        if (_options.Pair is not null) _applying.Start();
        _ = CatchUpLaterAsync();
        return _live.Task;
    }

    /// <summary>Ends when the node was stopped (0) or had to stop by itself (<see cref="NodeException.Failed"/> and others).</summary>
    public Task<int> Ended => _ended.Task;

    // ---- for other threads ----

    /// <summary>Reads the state on the node's thread. What is returned must not be the state itself.</summary>
    public Task<T> AskAsync<T>(Func<ContactCentre, T> read)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_stopping) answer.SetCanceled(CancellationToken.None);
        else _inbox.Post(() =>
        {
            try
            {
                answer.SetResult(read(_loop.Centre));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                answer.SetException(e);
            }
        });
        // What is asked in the loop's last turn is answered by nobody.
        return answer.Task.WaitAsync(_over.Token);
    }

    /// <summary>Proposes a command; done when its outcome is in the journal. The same request id is the same command.</summary>
    /// <exception cref="RefusedException">The journal takes nothing now.</exception>
    public Task<Rejection> CommandAsync(Entry entry, string actor, string? requestId = null)
    {
        entry.Actor = actor;
        entry.RequestId = requestId ?? Guid.NewGuid().ToString("N");
        var outcome = new TaskCompletionSource<Rejection>(TaskCreationOptions.RunContinuationsAsynchronously);
        _inbox.Post(() => _loop.Command(entry, outcome, Words));
        return outcome.Task.WaitAsync(_over.Token);
    }

    public SipCounters SipCounters => _loop.SipCounters;

    /// <summary>Figures of this node alone; on the node's thread (see <see cref="AskAsync"/>).</summary>
    internal (int Legs, int Owed, long TurnedAway, int Connections, long Dropped) EdgeFigures()
    {
        (int legs, int owed, long turnedAway) = (0, 0, 0);
        foreach (ServiceNode.ServiceNode service in _loop.Services)
            (legs, owed, turnedAway) = (legs + service.Legs, owed + service.Owed, turnedAway + service.CallsTurnedAway);
        return (legs, owed, turnedAway, _sockets.Connections, _sockets.Dropped);
    }

    string Words(Refusal refusal) => refusal switch
    {
        Refusal.NoRoom => $"The disk of {_options.Data} is full: free some room. Calls in progress go on.",
        Refusal.TooLarge => "This is larger than an entry of the journal may be.",
        Refusal.QueueFull => "The node is overloaded: try again.",
        _ => $"The journal takes nothing: {_journal.Health.Reason}",
    };

    // ---- the loop ----

    void Run()
    {
        try
        {
            while (!_stopping)
            {
                List<Inbox.Item> items = _inbox.Take(Math.Clamp(_loop.NextUs - _clock.NowUs, 0, TurnMaxUs));
                _loop.LagUs = _inbox.OldestUs;
                long began = _clock.NowUs;
                int collections = GC.CollectionCount(0);
                foreach (Inbox.Item item in items) Handle(item);
                HandleHeld();
                if (_mayBegin && _loop.IsNear) _loop.Begin();
                long handled = _clock.NowUs;
                _loop.EndTurn();
                if (_clock.NowUs - began > SlowTurnUs) TellSlowTurn(items, began, handled, collections);
                _isConfigured = _loop.Centre.Configuration is not null;
                _decisionLevel = _loop.Centre.DecisionLevel;
            }
            _ended.TrySetResult(0);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A bug of ours, or a state that cannot be rebuilt: the next start reads the journal.
            Alarm($"The node stops: {e.Message}");
            _log.WriteLine(e);
            End(NodeException.Failed, e.Message);
        }
        finally
        {
            _over.Cancel();
        }
    }

    /// <summary>What was committed while the state was rebuilt is read first.</summary>
    async Task BeginWhenNearAsync()
    {
        try
        {
            if (_journal is EtcdJournal etcd) await etcd.ReachNewestAsync(_ending.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is EtcdException or OperationCanceledException)
        {
            // Then it is found out when the incarnation is taken, and told.
        }
        _mayBegin = true;
        _inbox.Post(static () => { });
    }

    /// <summary>History is caught up a while after the start: what it replays would compete with the node's first work.</summary>
    async Task CatchUpLaterAsync()
    {
        await _live.Task.ConfigureAwait(false);
        await Task.Delay(_options.Pair is null ? TimeSpan.Zero : TimeSpan.FromSeconds(3), _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_ending.IsCancellationRequested) return;
        _inbox.Post(() => _catchUp = new HistoryCatchUp(_logger, _journal, _snapshots, Alarm));
    }

    /// <summary>From here on callers notice, and in a pair the guardian soon does. A node alone is allowed to warm up.</summary>
    long SlowTurnUs => _options.Pair is null ? 1_000_000 : 150_000;

    void TellSlowTurn(List<Inbox.Item> items, long began, long handled, int collections)
    {
        long ended = _clock.NowUs;
        int entries = items.Sum(static i => i.What is Inbox.Committed committed ? committed.Entries.Count : 0), batches = items.Count(static i => i.What is ReceivedBatch);
        Tell($"slow: a turn of the loop took {(ended - began) / 1000} ms: {items.Count} items ({entries} entries, {batches} batches of datagrams) "
            + $"in {(handled - began) / 1000} ms, its end in {(ended - handled) / 1000} ms, {GC.CollectionCount(0) - collections} collections");
    }

    /// <summary>The longest that the loop sleeps: what guards it wants to hear of it in between.</summary>
    long TurnMaxUs => _options.Pair is null ? 500_000 : 50_000;

    void Handle(in Inbox.Item item)
    {
        HandleHeld();
        switch (item.What)
        {
            // Until the legs are taken up, a BYE of a call that is in the journal would be of an unknown dialog.
            case ReceivedBatch or null when !_isLive: Hold(item); break;
            case ReceivedBatch batch:
                for (int i = 0; i < batch.Count; i++) _loop.Receive(batch[i], batch.FlowOf(i));
                batch.Release();
                break;
            case Inbox.Committed committed:
                _applying.Begin(_loop.Incarnation);
                _loop.Committed(committed.FirstPosition, committed.Entries);
                _applying.End();
                break;
            case Action action: action(); break;
            case Inbox.Unwritten unwritten: _loop.Unwritten(unwritten.Entry, unwritten.Reason, Words(unwritten.Reason)); break;
            default: _loop.FlowClosed(item.Flow); break;
        }
    }

    /// <summary>Keeps what came in before this node lives; beyond a limit datagrams are lost, as on any network.</summary>
    void Hold(in Inbox.Item item)
    {
        if (item.What is ReceivedBatch batch && _held.Count >= HeldMax) batch.Release();
        else _held.Add(item);
    }

    void HandleHeld()
    {
        if (!_isLive || _held.Count == 0) return;
        Inbox.Item[] held = [.. _held];
        _held.Clear();
        foreach (Inbox.Item item in held) Handle(item);
    }

    // ---- history ----

    long IRecordSink.Position => _logger.Health.Position;
    void IRecordSink.Take(long position, IReadOnlyList<Record> records) => _logger.Enqueue(position, records);
    void IRecordSink.TakeReplayed(long position, IReadOnlyList<Record> records) => _logger.EnqueueWaiting(position, records);
    void IRecordSink.Reached(long position) => _logger.Reached(position);

    /// <summary>Noted, and done at the next start, before the logger opens the database: a kill in between costs nothing.</summary>
    void IRecordSink.Rewind(long position) => File.WriteAllText(RewindPath, position.ToString(System.Globalization.CultureInfo.InvariantCulture));

    string RewindPath => Path.Combine(_options.Data, "history.rewind");

    void RewindHistory()
    {
        if (!File.Exists(RewindPath)) return;
        if (long.TryParse(File.ReadAllText(RewindPath), System.Globalization.NumberStyles.None, null, out long position))
        {
            try
            {
                using HistoryDatabase history = HistoryDatabase.At(HistoryAddress.Parse(HistoryPath), _journal.Instance, _journal.Generation);
                history.Rewind(position);
            }
            catch (Exception e) when (HistoryDatabase.IsFailure(e))
            {
                // Before that nothing may be written to it: the guardian starts this side again and again until the database is there.
                throw new NodeException($"history holds records of a wrong state after position {position}, which must be removed first, and it cannot be reached: {e.Message}", NodeException.Failed, e);
            }
            Alarm($"History's records after position {position} came of a wrong state: they are removed, and made again.");
        }
        File.Delete(RewindPath);
    }

    // ---- what the loop wants ----

    void INodeHost.Renew(ulong incarnation) => _guardian.Renew(incarnation, acts: _loop is not { IsFenced: true });

    void INodeHost.End(int exitCode, string why) => End(exitCode, why);

    void INodeHost.Aside<T>(Func<Task<T>> work, Action<T?> then)
        where T : class => _ = Task.Run(async () =>
        {
            T? result = null;
            try
            {
                result = await work().ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Alarm(e.Message);
                // A bug of ours is not told by its message alone.
                if (e is not JournalException) _log.WriteLine(e);
            }
            _inbox.Post(() => then(result));
        }, CancellationToken.None);

    void End(int exitCode, string why)
    {
        if (exitCode != 0) Alarm(why);
        _stopping = true;
        _live.TrySetException(new NodeException(why, exitCode));
        _ended.TrySetResult(exitCode);
    }

    public void Alarm(string message)
    {
        Interlocked.Increment(ref _alarms);
        Tell($"alarm: {message}");
    }

    void Tell(string line)
    {
        _log.WriteLine($"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {line}");
        _log.Flush();
    }

    void Tell(JournalHealth health)
    {
        if (health.State == JournalState.Accepting) Tell("the journal takes new calls again");
        else Alarm(health.Reason);
        // What could not be written is not known to be there or not: only the next start can tell.
        if (health.State == JournalState.Failed) End(NodeException.Failed, health.Reason);
    }

    /// <summary>Stops in good order: what was proposed is committed, a snapshot makes the next start quick.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isLive && !_stopping)
        {
            await AskAsync(_ =>
            {
                _loop.Replica.BeginSnapshot();
                while (_loop.Replica.Step()) { }
                return true;
            });
            await _loop.Replica.SnapshotCompletion;
        }
        _stopping = true;
        await _ending.CancelAsync();
        _inbox.Post(static () => { });
        if (_thread.IsAlive) _thread.Join();
        _applying.Dispose();
        _sockets.Dispose();
        await _loop.DisposeAsync();
        _catchUp?.Dispose();
        await _journal.DisposeAsync();
        _logger.Dispose();
        _snapshots.Dispose();
        _ending.Dispose();
        _over.Dispose();
        _ended.TrySetResult(0);
    }
}
