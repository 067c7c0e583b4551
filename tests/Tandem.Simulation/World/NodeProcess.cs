using System.Net;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal;
using Tandem.Node.Loop;
using Tandem.Sip;

namespace Tandem.Simulation;

/// <summary>
/// One process: a <see cref="NodeLoop"/> with the inbox, the sockets and the turns that Tandem's own Node gives it. It can be
/// killed at any instruction, and stopped for a while.
/// </summary>
sealed class NodeProcess : ISipSockets, INodeHost, IJournalSubscriber
{
    const int InboxMax = 4_000, HeldMax = 2_000;
    const long TurnMaxUs = 50_000;

    readonly World _world;
    readonly Dice _dice;
    readonly SideJournal _journal;
    readonly MonotonicClock _clock;
    readonly List<string> _open = [], _opening = [], _leaving = [];
    readonly List<Action> _held = [], _whenAwake = [];
    List<(bool IsDatagram, Action Act)> _inbox = [];
    long _turn, _turnAt = long.MaxValue, _snapshot;
    (int Code, string Why)? _ending;

    public NodeProcess(World world, Host host, int number, Mirror mirror)
    {
        (_world, Host, Number) = (world, host, number);
        _dice = world.Dice.For($"process {host.Side} {number}");
        _clock = new MonotonicClock(host.Clock);
        _journal = new SideJournal(world, this, mirror) { LagUs = 0 };
    }

    public Host Host { get; }
    public int Number { get; }
    public NodeLoop? Loop { get; private set; }
    public ulong Incarnation { get; private set; }
    public bool IsDead { get; private set; }
    public bool IsPaused { get; private set; }
    public bool HasRenewed { get; private set; }
    public bool IsLive => !IsDead && Loop is { IsLive: true };
    public SideJournal Journal => _journal;
    public IReadOnlyList<string> Open => _open;
    /// <summary>Each turn takes so much longer: a busy machine.</summary>
    public long SlowUs { get; set; }

    public override string ToString() => $"{Host.Side}{Number}";

    // ---- the process ----

    /// <summary>Waits for the journal, rebuilds the state, and begins.</summary>
    public void Start()
    {
        if (IsDead) return;
        if (Host.IsFrozen || !_journal.TryCatchUp())
        {
            _world.After(50_000, Start);
            return;
        }
        Live(() =>
        {
            var logger = new SimulatedLogger(_world, this, Host.History);
            Loop = new NodeLoop(new NodeParts
            {
                Node = Host.Side.ToLowerInvariant(),
                Side = Host.Side,
                Address = Host.Address,
                Journal = _journal,
                Snapshots = Host.Disk.Storage,
                Clock = _clock,
                Sockets = this,
                Records = logger,
                RecordsFrom = Host.History.Position,
                Host = this,
                Credentials = People.Credentials,
                InstanceKey = People.InstanceKey,
                Pulse = _world.Plant.Pulse,
                Replica = new ReplicaOptions
                {
                    SnapshotEntries = (int)_dice.Between(300, 3_000),
                    StepMax = TimeSpan.Zero,
                    Apply = Apply,
                },
            });
            _snapshot = Loop.Replica.SnapshotPosition;
            _journal.Start(_journal.LastPosition + 1, this);
            Loop.Follow();
            Loop.Begin();
            Incarnation = Loop.Incarnation;
            _world.Trace($"{this} runs as incarnation {Incarnation} from position {Loop.Centre.Position}");
        });
        Schedule(0);
    }

    void Apply(ContactCentre centre, long position, Entry entry, EffectList effects)
    {
        _world.Plant.Apply(Host.Side, centre, position, entry, effects);
        _world.Checks.Applied(this, position, centre.Hash);
    }

    /// <summary>At this instruction. What it had sent is on its way; what it knew is gone.</summary>
    public void Kill(string why)
    {
        if (IsDead) return;
        Die();
        _world.After(_dice.Between(100, 3_000), () => Host.NodeEnded(this, 137, why));
    }

    public void Die()
    {
        if (IsDead) return;
        IsDead = true;
        _journal.Stop();
        _open.Clear();
        _inbox.Clear();
        if (_world.Plant.ForgetsPosition(Host.Side)) Host.History.ForgetPosition();
        NodeLoop? loop = Loop;
        if (loop is not null) _world.At(_world.NowUs, () => loop.DisposeAsync().AsTask().GetAwaiter().GetResult());
    }

    public void Pause()
    {
        if (!IsDead) IsPaused = true;
    }

    public void Resume()
    {
        if (!IsPaused) return;
        IsPaused = false;
        Action[] waiting = [.. _whenAwake];
        _whenAwake.Clear();
        foreach (Action act in waiting) act();
        Schedule(_dice.Between(0, 300));
    }

    /// <summary>What the process's other threads do: later when it stands still, never when it is gone.</summary>
    public void Awake(Action act)
    {
        if (IsDead) return;
        if (IsPaused) _whenAwake.Add(act);
        else act();
    }

    // ---- the inbox ----

    public void Post(Action<NodeLoop> act) => Add(false, () => act(Loop!));

    public void Receive(byte[] bytes, Flow flow)
    {
        if (IsDead || !_open.Contains(flow.Local.ToString()) || _inbox.Count >= InboxMax) return;
        if (_world.Plant.Answers(bytes) is { } answer) _world.Network.FromNode(Host, flow, answer);
        Add(true, () => Loop!.Receive(bytes, flow));
    }

    void IJournalSubscriber.Committed(long firstPosition, IReadOnlyList<Entry> entries) => Add(false, () => Loop!.Committed(firstPosition, entries));
    void IJournalSubscriber.Refused(Entry entry, Refusal reason) => Add(false, () => Loop!.Unwritten(entry, reason, "refused"));

    void Add(bool isDatagram, Action act)
    {
        if (IsDead) return;
        _inbox.Add((isDatagram, act));
        Schedule(SlowUs + _dice.Between(20, 300));
    }

    void Schedule(long afterUs)
    {
        if (IsPaused || _world.NowUs + afterUs >= _turnAt) return;
        _turnAt = _world.NowUs + afterUs;
        long turn = ++_turn;
        _world.At(_turnAt, () =>
        {
            if (turn == _turn) Turn();
        });
    }

    void Turn()
    {
        _turnAt = long.MaxValue;
        if (IsDead || IsPaused || Loop is null) return;
        (List<(bool IsDatagram, Action Act)> items, _inbox) = (_inbox, []);
        Live(() =>
        {
            foreach ((bool isDatagram, Action act) in items)
            {
                HandleHeld();
                if (isDatagram && !Loop.IsLive)
                {
                    if (_held.Count < HeldMax) _held.Add(act);
                }
                else act();
                if (_ending is not null) return;
            }
            HandleHeld();
            Loop.EndTurn();
            FinishSnapshot();
        });
        if (IsDead) return;
        long wait = Math.Clamp(Loop.NextUs - _clock.NowUs, 0, TurnMaxUs);
        Schedule(Math.Max(Host.Clock.ToTrue(wait), 20) + SlowUs);
    }

    void HandleHeld()
    {
        if (!Loop!.IsLive || _held.Count == 0) return;
        Action[] held = [.. _held];
        _held.Clear();
        foreach (Action act in held) act();
    }

    /// <summary>The thread that writes a snapshot is waited for, so that a turn is one event.</summary>
    void FinishSnapshot()
    {
        if (Loop!.Replica.Step()) return;
        Loop.Replica.SnapshotCompletion.GetAwaiter().GetResult();
        long newest = Loop.Replica.SnapshotPosition;
        if (newest == _snapshot) return;
        _snapshot = newest;
        Host.Disk.Written();
    }

    void Live(Action act)
    {
        try
        {
            act();
        }
        catch (KilledException)
        {
            return;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _world.Trace(e.ToString());
            _world.Violate("exception", $"{this}: {e.GetType().Name} {e.Message}");
            return;
        }
        if (_ending is not { } ending) return;
        Die();
        _world.After(_dice.Between(200, 5_000), () => Host.NodeEnded(this, ending.Code, ending.Why));
    }

    // ---- INodeHost ----

    void INodeHost.Alarm(string message) => _world.Trace($"{this} alarm: {message}");

    void INodeHost.Renew(ulong incarnation)
    {
        HasRenewed = true;
        Host.Renewed();
    }

    void INodeHost.Aside<T>(Func<Task<T>> work, Action<T?> then)
        where T : class
    {
        T? result = null;
        try
        {
            result = work().GetAwaiter().GetResult();
        }
        catch (JournalException e)
        {
            _world.Trace($"{this} {e.Message}");
        }
        _world.After(_dice.Ms(5, 50), () => Awake(() => Add(false, () => then(result))));
    }

    void INodeHost.End(int exitCode, string why) => _ending ??= (exitCode, why);

    // ---- ISipSockets ----

    bool ISipOutput.Send(in Flow flow, ReadOnlySpan<byte> message)
    {
        _world.Points.Pass(this, "before a datagram");
        // What leaves from an address that was taken is lost, and no failure.
        if (IsDead || !_open.Contains(flow.Local.ToString())) return true;
        byte[]? other = _world.Plant.Sent(message);
        ReadOnlySpan<byte> leaves = other ?? message;
        _world.Checks.Sent.Leaves(this, flow, leaves);
        _world.Network.FromNode(Host, flow, leaves);
        _world.Points.Pass(this, "after a datagram");
        return true;
    }

    Flow? ISipSockets.FlowTo(SipEndPoint local, SipEndPoint remote, bool overTcp) =>
        overTcp || !_open.Contains(local.ToString()) ? null : new Flow(TransportKind.Udp, 0, remote, local);

    void ISipSockets.Open(string address)
    {
        _leaving.Remove(address);
        if (_open.Contains(address)) Loop!.Opened(address);
        else if (!_opening.Contains(address))
        {
            _opening.Add(address);
            Host.Acquire(this, address);
        }
    }

    /// <summary>The guardian has it: it is opened by the loop's thread.</summary>
    public void Bound(string address) => Add(false, () =>
    {
        if (!_opening.Remove(address)) return;
        if (!_open.Contains(address)) _open.Add(address);
        _world.Checks.Sent.Opened(this, address);
        Loop!.Opened(address);
    });

    void ISipSockets.Close(string address, TimeSpan drain)
    {
        if (_world.Plant.KeepsAddresses) return;
        _opening.Remove(address);
        _leaving.Add(address);
        _world.After((long)drain.TotalMicroseconds, () => Awake(() => Add(false, () =>
        {
            if (!_leaving.Remove(address)) return;
            CloseNow(address);
            Host.Release(address);
        })));
    }

    public void Taken(string address) => Awake(() => Add(false, () => CloseNow(address)));

    void CloseNow(string address)
    {
        // As with real sockets: what they brought last comes before.
        if (_open.Remove(address)) Add(false, () => Loop!.Closed(address));
    }

    public IPEndPoint Local => IPEndPoint.Parse(Host.Address);
}
