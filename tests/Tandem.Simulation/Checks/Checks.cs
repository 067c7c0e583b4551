using Tandem.Core;
using Tandem.Core.Schema;

namespace Tandem.Simulation;

/// <summary>All that must hold. Cheap checks at each step; dear ones now and then, in the calm, and at the end.</summary>
sealed class Checks
{
    readonly World _world;

    public Checks(World world)
    {
        _world = world;
        Reference = new Reference(world);
        Records = new RecordChecks(world);
        Sent = new SentChecks(world);
        Calls = new CallChecks(world);
        Commands = new CommandChecks(world);
        Service = new Service(world);
        State = new StateChecks(world);
    }

    public Reference Reference { get; }
    public RecordChecks Records { get; }
    public SentChecks Sent { get; }
    public CallChecks Calls { get; }
    public CommandChecks Commands { get; }
    public Service Service { get; }
    public StateChecks State { get; }

    public void Begin() => Service.Begin();

    public void Committed(long position, byte[] entry) => Reference.Apply(position, Entry.Parser.ParseFrom(entry));

    /// <summary>A node has applied an entry: its state is the one that the journal makes.</summary>
    public void Applied(NodeProcess process, long position, ulong hash)
    {
        if (hash != Reference.HashAt(position))
            _world.Violate("hashes", $"{process} has another state than the journal's after the entry at {position}, {Reference.NameAt(position)}");
    }

    /// <summary>Nothing has been wrong outside for a while: everything is as in the books.</summary>
    public void InCalm()
    {
        if (_world.NowUs - _world.Points.DiedUs < PlanTimes.CalmUs / 2) return;
        foreach (Host host in _world.Hosts)
        {
            if (host.Process is not { IsLive: true } process) _world.Violate("liveness", $"{host.Side} has no node that lives, {PlanTimes.CalmUs / 1_000_000} s after the last fault");
            else if (process.Loop!.IsFenced) _world.Violate("liveness", $"{process} holds its messages back in the calm");
            else if (process.Loop.Centre.Position < _world.Etcd.Last - 200) _world.Violate("liveness", $"{process} has read {process.Loop.Centre.Position} of {_world.Etcd.Last} entries in the calm");
            if (host.History.Position < _world.Etcd.Last - 500) _world.Violate("liveness", $"{host.Side}'s history has {host.History.Position} of {_world.Etcd.Last} entries in the calm");
        }
        Reference.CheckAll();
        Calls.InCalm();
    }

    /// <summary>Everybody has hung up and gone home.</summary>
    public void AtTheEnd()
    {
        InCalm();
        if (_world.NowUs - _world.Points.DiedUs >= PlanTimes.CalmUs / 2) Calls.AtTheEnd();
        Records.AtTheEnd();
    }
}
