using NodaTime;
using Tandem.Core;
using Tandem.Core.Nodes;
using Tandem.Core.Schema;
using Tandem.Journal;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Events;
using Tandem.Node.ServiceNode;
using Tandem.Sip;

namespace Tandem.Node.Loop;

/// <summary>What a loop is made of. Everything that reaches outside is an interface: the simulation has others.</summary>
sealed record NodeParts
{
    public required string Node { get; init; }
    public required string Side { get; init; }
    /// <summary>The service address that is this node's home, <c>127.0.0.2:5060</c>.</summary>
    public required string Address { get; init; }
    /// <summary>Another node can take the address over as it is; else its calls get another address.</summary>
    public bool AddressMoves { get; init; } = true;
    public required IJournal Journal { get; init; }
    public required Storage Snapshots { get; init; }
    public required MonotonicClock Clock { get; init; }
    public required ISipSockets Sockets { get; init; }
    public required IRecordSink Records { get; init; }
    /// <summary>The start tells <see cref="Records"/> what came after this position.</summary>
    public required long RecordsFrom { get; init; }
    public required INodeHost Host { get; init; }
    public required Credentials Credentials { get; init; }
    public required byte[] InstanceKey { get; init; }
    /// <summary>Null for a node alone: no heartbeats, no fence.</summary>
    public PulseTimes? Pulse { get; init; }
    /// <summary>How long this node goes on to take what still comes in at an address that is another's now.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromMilliseconds(300);
    /// <summary>New calls wait for the journal so long, which is longer than any election; then they get their default label.</summary>
    public Core.Span DefaultRouteAfter { get; init; } = Core.Span.FromSeconds(3);
    public ReplicaOptions Replica { get; init; } = new();
}

/// <summary>
/// All that a node does, on one thread and without a thread, socket or clock of its own: takes committed entries,
/// datagrams and time; proposes entries, and brings about what the state wants of this node.
/// </summary>
sealed class NodeLoop : IReplicaOwner, IAsyncDisposable
{
    /// <summary>A node that is told to leave ends after this, whatever the journal does.</summary>
    static readonly Core.Span s_leaveMax = Core.Span.FromSeconds(5);
    static readonly Core.Span s_contestedFor = Core.Span.FromSeconds(2);

    readonly NodeParts _parts;
    readonly MonotonicClock _clock;
    readonly Proposer _proposer;
    readonly Pulse _pulse;
    readonly Fence _fence;
    readonly HashTrail? _trail;
    readonly Replica _replica;
    readonly Peers _peers;
    readonly Flows _flows;
    readonly Identifiers _identifiers;
    readonly DefaultRouted _defaultRouted;
    /// <summary>One for each service address that is open here, in the order in which they were opened.</summary>
    readonly List<(string Address, SipEndPoint Local, ServiceNode.ServiceNode Edge)> _services = [];
    readonly Dictionary<string, TaskCompletionSource<Rejection>> _commands = new(StringComparer.Ordinal);
    /// <summary>Addresses that somebody took on the network without a word in the journal, and when they are taken back.</summary>
    readonly List<(string Address, long AtUs)> _contested = [];
    readonly List<Record> _records = [];
    /// <summary>What the replay at the start stumbled over; proposed when the node lives.</summary>
    readonly List<Skipped> _skippedAtStart = [];
    long _nextClockUs, _stopUs;
    bool _follows, _begun, _isLive, _hasEnded, _leaving, _isStopped, _isInquiring;

    /// <summary>Rebuilds the state; nothing is proposed yet.</summary>
    /// <exception cref="JournalException">The state cannot be rebuilt.</exception>
    public NodeLoop(NodeParts parts)
    {
        _parts = parts;
        _clock = parts.Clock;
        _proposer = new Proposer(parts.Journal, _clock);
        _pulse = new Pulse(_proposer, _clock, parts.Pulse);
        _fence = new Fence(parts.Sockets, _pulse);
        _trail = parts.Pulse is null ? null : new HashTrail();
        _replica = Replica.Start(parts.Journal, parts.Snapshots, parts.RecordsFrom, this, parts.Replica);
        // A database far behind is not told of by RecordsFrom: the first snapshot must not drop what it still needs.
        _replica.HistoryPosition = parts.Records.Position;
        Events.BeginAfter(_replica.Centre.Position);
        _peers = new Peers(parts.Credentials, System.Security.Cryptography.HKDF.DeriveKey(
            System.Security.Cryptography.HashAlgorithmName.SHA256, parts.InstanceKey, 32, info: "tandem digest nonces"u8.ToArray()), _clock);
        _flows = new Flows(parts.Sockets, _fence);
        _defaultRouted = new DefaultRouted(parts.Snapshots, _proposer, parts.Host.Alarm);
        _identifiers = new Identifiers(parts.Journal.Instance, parts.InstanceKey);
    }

    public ContactCentre Centre => _replica.Centre;
    public EventLog Events { get; } = new();
    public SipCounters SipCounters { get; } = new();
    public IEnumerable<ServiceNode.ServiceNode> Services => _services.Select(static s => s.Edge);
    /// <summary>How far the loop is behind its sockets; set each turn.</summary>
    public long LagUs { set { foreach (var service in _services) service.Edge.LagUs = value; } }
    public Replica Replica => _replica;
    public ulong Incarnation => _proposer.Incarnation;
    /// <summary>The node's start is in the journal, and it goes on.</summary>
    public bool IsLive => _isLive && !_hasEnded;
    /// <summary>It may have been declared lost, and holds back what would leave.</summary>
    public bool IsFenced => _fence.IsClosed;

    /// <summary>Raised once, when the node lives.</summary>
    public event Action? Lived;

    /// <summary>
    /// The journal delivers from now on. What was committed while the state was rebuilt is applied first: a node that began
    /// an incarnation before it had would be missed by the others while it catches up.
    /// </summary>
    public void Follow()
    {
        _follows = true;
        _parts.Records.Reached(Centre.Position);
        // What takes its time comes before anybody counts on this node.
        if (Centre.Configuration is { } configuration) _peers.Configure(configuration);
        _replica.Step();
    }

    /// <summary>What it has not applied yet of what it knows to be committed is done in no time: it can begin.</summary>
    public bool IsNear => _follows && !_begun && _parts.Journal.LastPosition - Centre.Position <= 64;

    /// <summary>Begins an incarnation: proposes the node's start.</summary>
    public void Begin()
    {
        ContactCentre centre = _replica.Centre;
        long absent = AbsenceUs(centre);
        _proposer.Begin(centre, _parts.Journal.TakeIncarnation(centre.NextIncarnation), new Core.Span(absent));
        _begun = true;
        var entry = new Entry
        {
            NodeStarted = new NodeStarted
            {
                Node = _parts.Node,
                Side = _parts.Side,
                Release = Node.Release,
                ZoneData = DateTimeZoneProviders.Tzdb.VersionId,
                AbsentUs = absent,
                UnixUs = _clock.UnixUs,
                SipAddress = _parts.Address,
                AddressMoves = _parts.AddressMoves,
            },
        };
        if (_proposer.TryPropose(entry, Priority.InProgress) == Refusal.None) _pulse.Proposed(entry.Sequence);
    }

    /// <summary>How long nobody was there, by the wall clock. While another node lives, somebody was.</summary>
    long AbsenceUs(ContactCentre centre)
    {
        if (centre.Position == 0) return 0;
        long absent = Math.Max(0, _clock.UnixUs - centre.UnixUs);
        bool othersLive = _parts.Pulse is not null && centre.LiveIncarnations.Any(i => i.Node != _parts.Node);
        return othersLive && absent < 2_000_000 ? 0 : absent;
    }

    // ---- what comes in ----

    /// <summary>A datagram, or a framed message of a stream. What comes in at an address that is not open (any more) is lost.</summary>
    public void Receive(ReadOnlySpan<byte> message, in Flow flow) => At(flow.Local)?.Stack.Receive(message, flow, _clock.NowUs);

    public void FlowClosed(in Flow flow) => At(flow.Local)?.Stack.FlowClosed(flow, _clock.NowUs);

    ServiceNode.ServiceNode? At(in SipEndPoint local)
    {
        foreach (var service in _services)
            if (service.Local == local) return service.Edge;
        return null;
    }

    public void Committed(long firstPosition, IReadOnlyList<Entry> entries)
    {
        if (!_hasEnded) _replica.Apply(firstPosition, entries);
    }

    /// <summary>An own entry that was taken over will not be in the journal.</summary>
    public void Unwritten(Entry entry, Refusal reason, string words)
    {
        _pulse.Read(entry.Sequence, isWritten: false);
        foreach (var service in _services) service.Edge.Unwritten(entry, _clock.NowUs);
        if (_commands.Remove(entry.RequestId, out TaskCompletionSource<Rejection>? waiting)) waiting.TrySetException(new RefusedException(reason, words));
    }

    /// <summary>A service address is this node's to use: its legs are taken up.</summary>
    public void Opened(string address)
    {
        if (_hasEnded || !Owns(address)) return;
        _services.RemoveAll(s => s.Address == address);
        var edge = new ServiceNode.ServiceNode(address, SipCounters, () => _replica.Centre, _proposer, _clock, _flows, _fence, _identifiers, _peers, _defaultRouted, _parts.DefaultRouteAfter);
        _services.Add((address, SipEndPoint.From(System.Net.IPEndPoint.Parse(address)), edge));
        edge.TakeUp(_clock.NowUs);
    }

    /// <summary>
    /// An address was taken on the network: who acts has not read yet why, and goes on until then; who does not act is in the way
    /// of whoever took it.
    /// </summary>
    public TimeSpan DrainOfTaken => _isLive && !_hasEnded && !_fence.IsClosed ? _parts.Drain : TimeSpan.Zero;

    /// <summary>
    /// An address is not open here any more: it is another's, and what still came in was taken. That may be seen on the network
    /// before it is read in the journal; what goes on without a socket would end calls that are another's.
    /// </summary>
    public void Closed(string address)
    {
        _services.RemoveAll(s => s.Address == address);
        if (!_hasEnded && Owns(address)) _contested.Add((address, _clock.NowUs + s_contestedFor.Us));
    }

    /// <summary>
    /// Who took an address by a move that the journal knows has it read long before this is due. Else it was no side of this
    /// pair, or one that was wrong: the journal's owner takes it back, or nobody would answer there.
    /// </summary>
    void TakeBack(long nowUs)
    {
        for (int i = _contested.Count - 1; i >= 0; i--)
        {
            (string address, long at) = _contested[i];
            if (nowUs < at || _fence.IsClosed) continue;
            _contested.RemoveAt(i);
            if (_leaving || !Owns(address) || _services.Exists(s => s.Address == address)) continue;
            _parts.Host.Alarm($"{address} was taken on the network although the journal says that it is this node's: it is taken back. Look for another host that has it (arping -D).");
            _parts.Sockets.Open(address);
        }
    }

    /// <summary>Proposes a command; its outcome is told when it is in the journal. The same request id is the same command.</summary>
    public void Command(Entry entry, TaskCompletionSource<Rejection> outcome, Func<Refusal, string> words)
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
        else outcome.TrySetException(new RefusedException(refused, words(refused)));
    }

    /// <summary>Proposes what no command waits for: a claim of an address, a planned leave.</summary>
    public Refusal TryPropose(Entry entry) => _proposer.TryPropose(entry, Priority.InProgress);

    /// <summary>
    /// A planned leave: the other side gets the addresses, what still comes in here is proposed for a while, and then this
    /// incarnation ends. Alone, or before it lives, a node just ends.
    /// </summary>
    public void Leave()
    {
        if (_leaving || _hasEnded) return;
        _leaving = true;
        if (!_isLive || _parts.Pulse is null || TryPropose(new Entry { NodeLeaving = new NodeLeaving() }) != Refusal.None) End(0, "told to leave");
        else _stopUs = _clock.NowUs + s_leaveMax.Us;
    }

    // ---- a turn of the loop ----

    /// <summary>At the end of each turn: timers, what is owed, heartbeat and tick.</summary>
    public void EndTurn()
    {
        if (_hasEnded) return;
        long now = _clock.NowUs;
        foreach (var service in _services)
        {
            // At an address that is another's now, what still comes in is taken, and nothing is said again or given up.
            bool isOwn = Owns(service.Address);
            if (isOwn) service.Edge.Stack.Tick(now);
            service.Edge.EndRound();
            if (isOwn) service.Edge.Sweep(now);
        }
        _fence.Release();
        if (_contested.Count > 0) TakeBack(now);
        if (_isLive)
        {
            if (!_fence.IsClosed) _defaultRouted.Propose();
            if (_leaving && now >= _stopUs) Stop();
            ReadWallClock(now);
            if (!_leaving) _proposer.KeepTime(Centre, TickDelay);
        }
        if (_begun) _pulse.Beat(Centre.Position, _trail is null ? 0 : Centre.Hash);
        _parts.Host.Renew(_proposer.Incarnation);
        _replica.HistoryPosition = _parts.Records.Position;
        _replica.Step();
    }

    /// <summary>When <see cref="EndTurn"/> has something to do, on the monotonic clock.</summary>
    public long NextUs
    {
        get
        {
            long due = long.MaxValue;
            foreach (var service in _services)
                if (Owns(service.Address)) due = Math.Min(due, service.Edge.Stack.NextTimerUs);
            if (_leaving) due = Math.Min(due, _stopUs);
            if (_begun) due = Math.Min(due, _pulse.NextUs);
            if (_isLive && !_leaving) due = Math.Min(due, _proposer.NextUs(Centre, TickDelay));
            if (!_fence.IsClosed) foreach ((_, long at) in _contested) due = Math.Min(due, at);
            return due;
        }
    }

    /// <summary>Of two nodes that see a timer due, one proposes the tick; the other only when that one is late.</summary>
    Core.Span TickDelay => IsFirst ? Core.Span.Zero : Proposer.SecondsDelay;

    bool IsFirst => _parts.Pulse is null || Centre.LiveIncarnations is not [{ } first, ..] || first.Number == _proposer.Incarnation;

    // ---- what the journal says ----

    void IReplicaOwner.Applied(long position, Entry entry, EffectList effects)
    {
        _records.Clear();
        foreach (Effect effect in effects)
            if (effect is Recorded recorded) _records.Add(recorded.Record);
        if (!_follows)
        {
            // At the start: what history has not got yet is made again by replay; nothing is carried out.
            if (_records.Count > 0) _parts.Records.TakeReplayed(position, _records);
            return;
        }
        if (_records.Count > 0) _parts.Records.Take(position, _records);
        else _parts.Records.Reached(position);

        ContactCentre centre = _replica.Centre;
        _proposer.HasRead(centre.Now);
        bool isOwn = _begun && entry.Incarnation == _proposer.Incarnation;
        if (isOwn) _pulse.Read(entry.Sequence);
        // What it had is the other's now. What is still on its way here is taken for a while.
        if (isOwn && entry.InputCase == Entry.InputOneofCase.NodeLeaving) _stopUs = Math.Min(_stopUs, _clock.NowUs + Core.Span.FromMs(100).Us + (long)_parts.Drain.TotalMicroseconds);
        if (entry.InputCase == Entry.InputOneofCase.ConfigurationApplied && centre.Configuration is { } configuration) _peers.Configure(configuration);
        if (_isLive) foreach (var service in _services) service.Edge.Applied(entry, effects, _clock.NowUs);
        Events.Take(position, centre, effects);
        foreach (Effect effect in effects)
        {
            switch (effect)
            {
                case CommandDone done:
                    if (_commands.Remove(done.RequestId, out TaskCompletionSource<Rejection>? waiting)) waiting.TrySetResult(done.Rejection);
                    else if (isOwn) _defaultRouted.Done(done.RequestId);
                    break;
                case AddressMoved moved: Move(moved); break;
                case IncarnationLost lost: Lose(lost.Who); break;
            }
        }
        Compare(position, entry);
        if (!_isLive && isOwn && entry.InputCase == Entry.InputOneofCase.NodeStarted) Live();
    }

    void Live()
    {
        _isLive = true;
        foreach (Skipped skipped in _skippedAtStart) _proposer.TryPropose(new Entry { Skipped = skipped }, Priority.InProgress);
        if (Centre.Configuration is { } configuration) _peers.Configure(configuration);
        foreach (ServiceAddress address in Centre.Addresses)
            if (address.Owner == _proposer.Incarnation && CanBeHere(address)) _parts.Sockets.Open(address.Name);
        Lived?.Invoke();
    }

    bool Owns(string address) => Centre.FindAddress(address) is { } found && found.Owner == _proposer.Incarnation;

    /// <summary>An address that does not move comes to others in name only: what lives there goes on at their own.</summary>
    bool CanBeHere(ServiceAddress address) => address.Movable || address.Home == _parts.Node;

    void Move(AddressMoved moved)
    {
        if (!_isLive) return;
        if (moved.To == _proposer.Incarnation)
        {
            if (CanBeHere(moved.Address)) _parts.Sockets.Open(moved.Address.Name);
            else foreach (var service in _services) service.Edge.TakeUp(_clock.NowUs);
        }
        else if (moved.From == _proposer.Incarnation)
        {
            _parts.Sockets.Close(moved.Address.Name, _parts.Drain);
        }
    }

    /// <summary>The last entry of this incarnation; when it is read back, the node ends. A journal that does not take it is not waited for.</summary>
    void Stop()
    {
        if (_isStopped || TryPropose(new Entry { NodeStopped = new NodeStopped() }) != Refusal.None)
        {
            End(0, "");
            return;
        }
        _isStopped = true;
        _stopUs = _clock.NowUs + Core.Span.FromSeconds(1).Us;
    }

    void Lose(Incarnation who)
    {
        if (who.Number != _proposer.Incarnation) return;
        if (_leaving) End(0, "");
        else End(NodeException.Lost, $"incarnation {who.Number} of node {_parts.Node} was declared lost: it starts again");
    }

    // ---- the same state on both sides ----

    /// <summary>Up to here another node had the same state.</summary>
    public long AgreedPosition { get; private set; }

    /// <summary>The other side's hash at a position, against ours there.</summary>
    void Compare(long position, Entry entry)
    {
        if (_trail is null) return;
        _trail.Add(position, Centre.Hash);
        if (entry.InputCase != Entry.InputOneofCase.Heartbeat || entry.Incarnation == _proposer.Incarnation) return;
        Heartbeat beat = entry.Heartbeat;
        // While one side is upgraded, another hash is no other state.
        if (beat.HashVersion != 0 && beat.HashVersion != ContactCentre.HashVersion) return;
        if (_trail.Find(beat.HashPosition) is not { } ours) return;
        if (ours == beat.Hash) AgreedPosition = Math.Max(AgreedPosition, beat.HashPosition);
        else if (!_isInquiring && beat.HashPosition > AgreedPosition) Inquire(beat.HashPosition, beat.Hash);
    }

    /// <summary>
    /// The sides differ: side B stops acting at once; each replays what was since they last agreed and finds out who was
    /// wrong. Whoever finds itself wrong leaves and starts anew; if that was side A, side B goes on for both.
    /// </summary>
    void Inquire(long position, ulong theirs)
    {
        _isInquiring = true;
        _parts.Host.Alarm($"The two sides have different states at position {position} (agreed at {AgreedPosition}): "
            + (StopsFirst ? "this side, B, stops acting until it is known who is wrong." : "it is found out who is wrong."));
        _fence.IsShut = StopsFirst;
        long agreed = AgreedPosition;
        HashTrail ours = _trail!.Copy();
        _parts.Host.Aside(() => Inquest.HoldAsync(_parts.Journal, _parts.Snapshots, agreed, position, theirs, ours), Conclude);
    }

    bool StopsFirst => _parts.Side != "A";

    /// <param name="finding">Null: it could not be found out.</param>
    void Conclude(Finding? finding)
    {
        if (_hasEnded) return;
        bool wrong = finding?.WeWereWrong ?? StopsFirst;
        _parts.Host.Alarm($"The replay: {finding?.ToString() ?? "it could not be held"}. {(wrong ? "This node starts anew from the journal." : "This node goes on.")}");
        if (wrong)
        {
            // Without a finding it is not known that anything here is wrong, and nothing is destroyed.
            if (finding is { } held)
            {
                _replica.DropSnapshotsAfter(held.Agreed);
                _parts.Records.Rewind(held.Agreed);
            }
            End(NodeException.Diverged, finding is null ? "which side's state is wrong could not be found out" : "the state of this node was wrong");
            return;
        }
        _fence.IsShut = false;
        // The other may go on with a wrong state for a moment; it is not asked about the same again and again.
        AgreedPosition = Centre.Position;
        _isInquiring = false;
    }

    void End(int code, string why)
    {
        if (_hasEnded) return;
        _hasEnded = true;
        // Entries that follow in the same turn may still be applied; nothing of it leaves.
        _fence.IsShut = true;
        foreach (TaskCompletionSource<Rejection> waiting in _commands.Values) waiting.TrySetCanceled();
        _parts.Host.End(code, why);
    }

    void IReplicaOwner.ProposeSkipped(Skipped skipped)
    {
        if (_begun) _proposer.TryPropose(new Entry { Skipped = skipped }, Priority.InProgress);
        else _skippedAtStart.Add(skipped);
    }

    /// <summary>In the middle of many entries: it lives, and says so to its guardian and to the others.</summary>
    void IReplicaOwner.StillWorking()
    {
        _parts.Host.Renew(_proposer.Incarnation);
        if (_begun && !_hasEnded) _pulse.Beat(Centre.Position, Centre.Hash);
    }

    void IReplicaOwner.Alarm(string message) => _parts.Host.Alarm(message);

    /// <summary>Tells the state when the host's wall clock was set.</summary>
    void ReadWallClock(long nowUs)
    {
        if (nowUs < _nextClockUs || !IsFirst) return;
        _nextClockUs = nowUs + 10_000_000;
        long said = _clock.UnixUs;
        long known = Centre.UnixOf(_proposer.Now);
        if (Math.Abs(said - known) > 50_000) _proposer.TryPropose(new Entry { ClockObserved = new ClockObserved { UnixUs = said } }, Priority.InProgress);
    }

    public async ValueTask DisposeAsync()
    {
        await _replica.DisposeAsync().ConfigureAwait(false);
        foreach (TaskCompletionSource<Rejection> waiting in _commands.Values) waiting.TrySetCanceled();
    }
}
