using System.Reflection;
using Microsoft.Data.Sqlite;
using NodaTime;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.History;
using Tandem.Journal;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Events;
using Tandem.Node.Loop;
using Tandem.Node.ServiceNode;
using Tandem.Sip;

namespace Tandem.Node;

/// <summary>
/// One node: the journal and its replica, the SIP edge, the logger. All of it happens on one thread, which takes
/// datagrams, committed entries and questions from its inbox; other threads only wait for disks and sockets.
/// </summary>
public sealed class Node : IReplicaOwner, IAsyncDisposable
{
    readonly NodeOptions _options;
    readonly TextWriter _log;
    readonly MonotonicClock _clock = new(TimeProvider.System);
    readonly Inbox _inbox = new();
    readonly Credentials _credentials;
    readonly FileJournal _journal;
    readonly FolderStorage _snapshots;
    readonly Logger _logger;
    readonly Replica _replica;
    readonly Proposer _proposer;
    readonly UdpTransport _udp;
    readonly TcpTransport _tcp;
    readonly ServiceNode.ServiceNode _service;
    readonly Dictionary<string, TaskCompletionSource<Rejection>> _commands = new(StringComparer.Ordinal);
    readonly List<Record> _records = [];
    /// <summary>What sockets brought before this node lived, so many batches at most.</summary>
    readonly List<Inbox.Item> _held = [];
    const int HeldMax = 10_000;
    readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _live = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Thread _thread;
    readonly long _started;
    long _nextClockUs;
    volatile bool _stopping, _isConfigured;
    volatile bool _isLive;
    long _alarms;

    /// <summary>Opens the data directory and rebuilds the state; sockets are bound, and nothing is received yet.</summary>
    /// <exception cref="NodeException">With a line for people.</exception>
    /// <param name="instance">Null: the one whose journal the data directory holds.</param>
    public Node(NodeOptions options, string? instance, TextWriter log)
    {
        _options = options;
        _log = log;
        Events = new EventLog();
        Configurations = new ConfigurationDesk(this);
        _started = _clock.UnixUs;
        try
        {
            // The journal first: its lock keeps a second node out of everything else in the folder.
            _journal = FileJournal.Open(Path.Combine(options.Data, "journal"), new FileJournalOptions { Instance = instance });
            _credentials = Credentials.Open(options.Data);
            HistoryPath = Path.Combine(options.Data, "history.sqlite");
            HistoryDatabase history = HistoryDatabase.Open(HistoryPath, _journal.Instance, _journal.Generation);
            _logger = new Logger(history);
            _snapshots = new FolderStorage(Path.Combine(options.Data, "snapshots"));
            _proposer = new Proposer(_journal, _clock);
            _replica = Replica.Start(_journal, _snapshots, history.Position, this, new ReplicaOptions { SnapshotEntries = options.SnapshotEntries });
            (_udp, _tcp) = Listen(options.Sip);
        }
        catch (Exception e) when (e is JournalException or HistoryIsNewerException or InvalidDataException)
        {
            throw new NodeException(e.Message, inner: e);
        }
        catch (PortInUseException e)
        {
            throw new NodeException($"SIP: {e.Message} (--sip HOST:PORT)", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException or System.Net.Sockets.SocketException)
        {
            throw new NodeException($"{options.Data}, SIP {options.Sip}: {e.Message}", inner: e);
        }
        byte[] instanceKey = File.ReadAllBytes(Path.Combine(options.Data, "instance.key"));
        var flows = new Flows(_udp, _tcp);
        var peers = new Peers(_credentials, System.Security.Cryptography.HKDF.DeriveKey(
            System.Security.Cryptography.HashAlgorithmName.SHA256, instanceKey, 32, info: "tandem digest nonces"u8.ToArray()), _clock);
        _service = new ServiceNode.ServiceNode(() => _replica.Centre, _proposer, _clock, flows, new Identifiers(_journal.Instance, instanceKey), peers);
        _thread = new Thread(Run) { Name = "node", IsBackground = true };
    }

    /// <summary>UDP and TCP on one port. When any will do (port 0), one that is free for both is looked for.</summary>
    (UdpTransport, TcpTransport) Listen(System.Net.IPEndPoint at)
    {
        for (int tries = at.Port == 0 ? 20 : 1; ; tries--)
        {
            UdpTransport udp = UdpTransport.Open(at, _inbox);
            try
            {
                return (udp, TcpTransport.Open(new System.Net.IPEndPoint(at.Address, udp.Local.Port), _inbox));
            }
            catch (PortInUseException) when (tries > 1)
            {
                udp.Dispose();
            }
        }
    }

    public NodeOptions Options => _options;
    public string Instance => _journal.Instance;
    public string HistoryPath { get; }
    public string DataDirectory => _options.Data;
    public SipEndPoint SipAddress => _udp.Local;
    public EventLog Events { get; }
    public ConfigurationDesk Configurations { get; }
    public Credentials Credentials => _credentials;
    public IJournal Journal => _journal;
    /// <summary>The position of the newest snapshot on disk; 0 when there is none.</summary>
    public long SnapshotPosition => _replica.SnapshotPosition;
    /// <summary>The node's start is in the journal, and it has not been told to stop.</summary>
    public bool IsLive => _isLive && !_stopping;
    /// <summary>A configuration is in force: there is something to call.</summary>
    public bool IsConfigured => _isConfigured;
    public LoggerHealth LoggerHealth => _logger.Health;
    public long Alarms => Interlocked.Read(ref _alarms);
    public TimeSpan Uptime => TimeSpan.FromMicroseconds(_clock.UnixUs - _started);

    public static string Release { get; } = typeof(Node).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Begins to live; done when the node's own start is in the journal and its legs are taken up.</summary>
    public Task StartAsync()
    {
        ContactCentre centre = _replica.Centre;
        bool isNew = centre.Position == 0;
        long absent = isNew ? 0 : Math.Max(0, _clock.UnixUs - centre.UnixUs);
        _proposer.Begin(centre, centre.NextIncarnation, new Core.Span(absent));
        _logger.Reached(centre.Position);
        Events.BeginAfter(centre.Position);
        _journal.HealthChanged += health => _inbox.Post(() => Tell(health));
        _journal.Start(_journal.LastPosition + 1, _inbox);
        _thread.Start();
        _inbox.Post(() => _proposer.TryPropose(new Entry
        {
            NodeStarted = new NodeStarted
            {
                Node = _options.Name,
                Side = _options.Side,
                Release = Release,
                ZoneData = DateTimeZoneProviders.Tzdb.VersionId,
                AbsentUs = absent,
                UnixUs = _clock.UnixUs,
            },
        }, Priority.InProgress));
        return _live.Task;
    }

    /// <summary>Ends when the node was stopped (0) or had to stop by itself (<see cref="NodeException.Failed"/>).</summary>
    public Task<int> Ended => _ended.Task;

    // ---- for other threads ----

    /// <summary>Reads the state on the node's thread. What is returned must not be the state itself.</summary>
    public Task<T> AskAsync<T>(Func<ContactCentre, T> read)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_stopping) answer.SetCanceled();
        else _inbox.Post(() =>
        {
            try
            {
                answer.SetResult(read(_replica.Centre));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                answer.SetException(e);
            }
        });
        return answer.Task;
    }

    /// <summary>Proposes a command; done when its outcome is in the journal. The same request id is the same command.</summary>
    /// <exception cref="RefusedException">The journal takes nothing now.</exception>
    public Task<Rejection> CommandAsync(Entry entry, string actor, string? requestId = null)
    {
        entry.Actor = actor;
        entry.RequestId = requestId ?? Guid.NewGuid().ToString("N");
        var outcome = new TaskCompletionSource<Rejection>(TaskCreationOptions.RunContinuationsAsynchronously);
        _inbox.Post(() =>
        {
            // A second asker of the same request waits for the same answer.
            if (_commands.TryGetValue(entry.RequestId, out TaskCompletionSource<Rejection>? first))
            {
                _ = first.Task.ContinueWith(t => outcome.TrySetFromTask(t), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                return;
            }
            // Nothing that eases the node is refused while the disk is full.
            Priority priority = entry.InputCase is Entry.InputOneofCase.AgentLoggedIn or Entry.InputOneofCase.ConfigurationApplied ? Priority.NewWork : Priority.InProgress;
            Refusal refused = _proposer.TryPropose(entry, priority);
            if (refused == Refusal.None) _commands[entry.RequestId] = outcome;
            else outcome.SetException(new RefusedException(refused, Words(refused)));
        });
        return outcome.Task;
    }

    public SipCounters SipCounters => _service.Stack.Counters;

    /// <summary>Figures of this node alone; on the node's thread (see <see cref="AskAsync"/>).</summary>
    internal (int Legs, int Owed, long TurnedAway, int Connections, long Dropped) EdgeFigures() =>
        (_service.Legs, _service.Owed, _service.CallsTurnedAway, _tcp.Connections, _udp.Dropped);

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
                long now = _clock.NowUs;
                long due = Math.Min(_service.Stack.NextTimerUs, _isLive ? _proposer.NextUs(_replica.Centre) : long.MaxValue);
                List<Inbox.Item> items = _inbox.Take(Math.Clamp(due - now, 0, 500_000));
                _service.LagUs = _inbox.OldestUs;
                foreach (Inbox.Item item in items) Handle(item);
                HandleHeld();
                now = _clock.NowUs;
                _service.Stack.Tick(now);
                _service.EndRound();
                if (_isLive)
                {
                    _service.Sweep(now);
                    ReadWallClock(now);
                    _proposer.KeepTime(_replica.Centre);
                }
                CatchUpHistory();
                _replica.HistoryPosition = _logger.Health.Position;
                _replica.Step();
            }
            _ended.TrySetResult(0);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A bug of ours, or a state that cannot be rebuilt: the next start reads the journal.
            Alarm($"The node stops: {e.Message}");
            _log.WriteLine(e);
            _live.TrySetException(new NodeException(e.Message, NodeException.Failed, e));
            _ended.TrySetResult(NodeException.Failed);
        }
    }

    void Handle(in Inbox.Item item)
    {
        HandleHeld();
        switch (item.What)
        {
            // Until the legs are taken up, a BYE of a call that is in the journal would be of an unknown dialog.
            case ReceivedBatch or null when !_isLive: Hold(item); break;
            case ReceivedBatch batch:
                long now = _clock.NowUs;
                for (int i = 0; i < batch.Count; i++) _service.Stack.Receive(batch[i], batch.FlowOf(i), now);
                batch.Release();
                break;
            case Inbox.Committed committed:
                _replica.Apply(committed.FirstPosition, committed.Entries);
                break;
            case Action action: action(); break;
            case Inbox.Unwritten unwritten: _service.Unwritten(unwritten.Entry, _clock.NowUs); Fail(unwritten); break;
            default: _service.Stack.FlowClosed(item.Flow, _clock.NowUs); break;
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

    void Fail(Inbox.Unwritten unwritten)
    {
        if (_commands.Remove(unwritten.Entry.RequestId, out TaskCompletionSource<Rejection>? waiting))
            waiting.TrySetException(new RefusedException(unwritten.Reason, Words(unwritten.Reason)));
    }

    void IReplicaOwner.Applied(long position, Entry entry, EffectList effects)
    {
        _records.Clear();
        foreach (Effect effect in effects)
            if (effect is Recorded recorded) _records.Add(recorded.Record);
        if (!_isLive && _thread is not { IsAlive: true })
        {
            // At the start: what history has not got yet is made again by replay; nothing is carried out.
            if (_records.Count > 0) _logger.EnqueueWaiting(position, _records);
            return;
        }
        if (_records.Count > 0) _logger.Enqueue(position, _records);
        else _logger.Reached(position);

        ContactCentre centre = _replica.Centre;
        _isConfigured = centre.Configuration is not null;
        _proposer.HasRead(centre.Now);
        _service.Applied(entry, effects, _clock.NowUs);
        Events.Take(position, centre, effects);
        foreach (Effect effect in effects)
            if (effect is CommandDone done && _commands.Remove(done.RequestId, out TaskCompletionSource<Rejection>? waiting)) waiting.TrySetResult(done.Rejection);
        if (_isLive || entry.InputCase != Entry.InputOneofCase.NodeStarted || entry.Incarnation != _proposer.Incarnation) return;
        _isLive = true;
        _live.TrySetResult();
    }

    /// <summary>The database was away for so long that its queue was dropped: its records are made again from the journal.</summary>
    void CatchUpHistory()
    {
        if (_logger.Health.NeedsReplayFrom is null || _logger.Health.Failure is not null || !_logger.TryBeginReplay(out long from)) return;
        Alarm($"History fell behind and is caught up from position {from}.");
        Replica.Start(_journal, _snapshots, from - 1, new Catching(this, _replica.Centre.Position), new ReplicaOptions { SnapshotEntries = int.MaxValue, SnapshotBytes = long.MaxValue });
        _logger.Reached(_replica.Centre.Position);
    }

    sealed class Catching(Node node, long upTo) : IReplicaOwner
    {
        public void Applied(long position, Entry entry, EffectList effects)
        {
            if (position > upTo) return;
            var records = new List<Record>();
            foreach (Effect effect in effects)
                if (effect is Recorded recorded) records.Add(recorded.Record);
            if (records.Count > 0) node._logger.EnqueueWaiting(position, records);
        }

        public void ProposeSkipped(Skipped skipped) { }
        public void Alarm(string message) => ((IReplicaOwner)node).Alarm(message);
    }

    void IReplicaOwner.ProposeSkipped(Skipped skipped) =>
        _inbox.Post(() => _proposer.TryPropose(new Entry { Skipped = skipped }, Priority.InProgress));

    public void Alarm(string message)
    {
        Interlocked.Increment(ref _alarms);
        _log.WriteLine($"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} alarm: {message}");
        _log.Flush();
    }

    void Tell(JournalHealth health)
    {
        if (health.State == JournalState.Accepting) _log.WriteLine($"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} the journal takes new calls again");
        else Alarm(health.Reason);
        if (health.State != JournalState.Failed) return;
        // What could not be written is not known to be there or not: only the next start can tell.
        _stopping = true;
        _live.TrySetException(new NodeException(health.Reason, NodeException.Failed));
        _ended.TrySetResult(NodeException.Failed);
    }

    /// <summary>Tells the state when the host's wall clock was set.</summary>
    void ReadWallClock(long nowUs)
    {
        if (nowUs < _nextClockUs) return;
        _nextClockUs = nowUs + 10_000_000;
        long said = _clock.UnixUs;
        long known = _replica.Centre.UnixOf(_proposer.Now);
        if (Math.Abs(said - known) > 50_000) _proposer.TryPropose(new Entry { ClockObserved = new ClockObserved { UnixUs = said } }, Priority.InProgress);
    }

    /// <summary>Stops in good order: what was proposed is committed, a snapshot makes the next start quick.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isLive && !_stopping)
        {
            await AskAsync(_ =>
            {
                _replica.BeginSnapshot();
                while (_replica.Step()) { }
                return true;
            });
            await _replica.SnapshotCompletion;
        }
        _stopping = true;
        _inbox.Post(static () => { });
        if (_thread.IsAlive) _thread.Join();
        _udp.Dispose();
        _tcp.Dispose();
        await _replica.DisposeAsync();
        await _journal.DisposeAsync();
        _logger.Dispose();
        _snapshots.Dispose();
        foreach (TaskCompletionSource<Rejection> waiting in _commands.Values) waiting.TrySetCanceled();
        _ended.TrySetResult(0);
    }
}
