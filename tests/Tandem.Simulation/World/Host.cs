using Tandem.Node;
using Tandem.Node.Loop;

namespace Tandem.Simulation;

/// <summary>
/// A side's machine with its guardian: starts the node, owns the service addresses, kills a node that does not renew, writes a
/// dead one's last will, and starts it again.
/// </summary>
sealed class Host
{
    const long StepUs = 25_000, SilenceMaxUs = 350_000;

    readonly World _world;
    readonly Dice _dice;
    readonly List<string> _held = [];
    readonly Mirror _mirror = new();
    long _silenceUs, _epoch;
    bool _renewed, _wantsNode;
    int _processes;

    public Host(World world, string side, string address)
    {
        (_world, Side, Address) = (world, side, address);
        _dice = world.Dice.For($"host {side}");
        Clock = new SimulatedClock(() => world.NowUs, _dice.Ms(-450, 450), (int)_dice.Between(-150, 150));
        Disk = new Disk(world, side);
        History = new HistoryDatabase(world, side);
    }

    public string Side { get; }
    public string Address { get; }
    public SimulatedClock Clock { get; }
    public Disk Disk { get; }
    public HistoryDatabase History { get; }
    public NodeProcess? Process { get; private set; }
    public bool IsUp { get; private set; }
    /// <summary>The machine stands still, its guardian too.</summary>
    public bool IsFrozen { get; private set; }
    public long MirrorLast => _mirror.Last;
    /// <summary>Its node runs: another side can fetch from it.</summary>
    public bool IsServing => IsUp && !IsFrozen && Process is { IsDead: false, IsPaused: false, Loop: not null };

    // ---- the machine ----

    public void Start()
    {
        if (IsUp && _wantsNode) return;
        _wantsNode = true;
        if (!IsUp)
        {
            IsUp = true;
            _world.Trace($"{Side}'s host starts");
            Guard(++_epoch);
        }
        if (Process is null) StartNode(_dice.Ms(100, 400));
    }

    /// <summary>Power is lost: node, guardian, what the disk had not got.</summary>
    public void Crash()
    {
        if (!IsUp) return;
        _world.Trace($"{Side}'s host crashes");
        IsUp = IsFrozen = false;
        _epoch++;
        NodeProcess? process = Process;
        Process = null;
        process?.Die();
        DropAddresses();
        Disk.Crash();
        _wantsNode = false;
    }

    public void Freeze()
    {
        if (!IsUp || IsFrozen) return;
        IsFrozen = true;
        Process?.Pause();
    }

    public void Thaw()
    {
        if (!IsFrozen) return;
        IsFrozen = false;
        Process?.Resume();
    }

    public void Receive(byte[] bytes, Sip.Flow flow)
    {
        if (IsUp && !IsFrozen) Process?.Receive(bytes, flow);
    }

    // ---- the guardian ----

    void Guard(long epoch)
    {
        if (epoch != _epoch) return;
        _world.After(StepUs, () => Guard(epoch));
        if (IsFrozen || Process is not { IsDead: false } process) return;
        // Steps that it was away itself do not count.
        _silenceUs = _renewed ? 0 : _silenceUs + StepUs;
        _renewed = false;
        if (process.HasRenewed && _silenceUs > SilenceMaxUs) KillNode("does not renew");
    }

    public void Renewed() => _renewed = true;

    void StartNode(long afterUs)
    {
        long epoch = _epoch;
        var process = new NodeProcess(_world, this, ++_processes, _mirror);
        Process = process;
        _silenceUs = 0;
        _world.After(afterUs, () =>
        {
            if (epoch == _epoch && ReferenceEquals(Process, process)) process.Start();
        });
    }

    public void KillNode(string why)
    {
        if (Process is not { IsDead: false } process) return;
        _world.Trace($"{Side}'s node is killed: {why}");
        process.Kill(why);
    }

    /// <summary>The process is gone; `code` as a process ends, 137 when it was killed.</summary>
    public void NodeEnded(NodeProcess process, int code, string why)
    {
        if (!ReferenceEquals(Process, process) || !IsUp) return;
        _world.Trace($"{Side}'s node has ended with {code} {why}");
        Process = null;
        DropAddresses();
        if (code is not (0 or NodeException.Lost) && process.Incarnation > 0) WriteWill(process.Incarnation, _epoch);
        if (code is NodeException.Failed or NodeException.Diverged && !_world.Plant.MayDiverge) _world.Violate("node ended", $"{Side}'s node ended with {code}: {why}");
        if (_wantsNode) StartNode(code == NodeException.Lost ? _dice.Ms(100, 500) : _dice.Ms(150, 2_500));
    }

    /// <summary>Tried until it is in, as long as this guardian lives.</summary>
    void WriteWill(ulong incarnation, long epoch)
    {
        if (epoch != _epoch) return;
        if (IsFrozen || !_world.Network.Reaches(Side, "etcd") || _world.Etcd.IsStalled)
        {
            _world.After(100_000, () => WriteWill(incarnation, epoch));
            return;
        }
        _world.After(_world.Network.Delay(), () => _world.Etcd.Request(() => _world.Etcd.WriteLastWill(incarnation)));
    }

    public void Leave()
    {
        _wantsNode = false;
        if (Process is not { IsDead: false } process) return;
        _world.Trace($"{Side} is told to leave");
        process.Post(static loop => loop.Leave());
        _world.After(10_000_000, () =>
        {
            if (ReferenceEquals(Process, process) && !_wantsNode) KillNode("did not stop");
        });
    }

    // ---- addresses ----

    public void Acquire(NodeProcess process, string address)
    {
        long epoch = _epoch;
        _world.After(_dice.Between(500, 8_000), () => Claim(process, address, epoch));
    }

    void Claim(NodeProcess process, string address, long epoch)
    {
        if (epoch != _epoch || process.IsDead) return;
        if (IsFrozen || process.IsPaused)
        {
            _world.After(20_000, () => Claim(process, address, epoch));
            return;
        }
        if (!_held.Contains(address)) _held.Add(address);
        _world.Network.Claim(address, this);
        process.Bound(address);
    }

    public void Release(string address)
    {
        _held.Remove(address);
        _world.Network.Release(address, this);
    }

    public void Taken(string address)
    {
        _held.Remove(address);
        if (!_world.Plant.KeepsAddresses) Process?.Taken(address);
    }

    void DropAddresses()
    {
        foreach (string address in _held) _world.Network.Release(address, this);
        _held.Clear();
    }
}
