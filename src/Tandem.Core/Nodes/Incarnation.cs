using Tandem.Core.Schema;

namespace Tandem.Core.Nodes;

/// <summary>A start of a node: the sequence of its entries goes on; what it proposes after it is declared lost is refused.</summary>
public sealed class Incarnation : Entity
{
    readonly List<(ulong By, int Count)> _missed = [];
    /// <summary>Of what does not change with every entry; 0: to be made anew.</summary>
    ulong _restHash;

    public required ulong Number { get; init; }
    public string Node { get; init; } = "";
    public string Side { get; init; } = "";
    public string Release { get; init; } = "";
    /// <summary>The name of the service address that it declared as its node's own.</summary>
    public string Address { get; init; } = "";
    public ulong Sequence { get; internal set; }
    /// <summary>It stopped, was declared lost, or its node started anew. For ever.</summary>
    public bool Lost { get; internal set; }
    /// <summary>It is about to stop, and inherits nothing while another lives.</summary>
    public bool Leaving
    {
        get;
        internal set
        {
            field = value;
            _restHash = 0;
        }
    }
    /// <summary>The position of its start or last heartbeat.</summary>
    public long Heard { get; private set; }
    public Instant HeardAt { get; private set; }
    /// <summary>The address of that name, while this incarnation lives.</summary>
    internal ServiceAddress Own { get; set; } = null!;

    /// <summary>Heartbeats of each other live incarnation since its own last. Those that lost nothing count as none.</summary>
    public IReadOnlyList<(ulong By, int Count)> Missed => _missed;

    internal void Hear(long position, Instant at)
    {
        Heard = position;
        HeardAt = at;
        _missed.Clear();
        _restHash = 0;
    }

    /// <summary>One heartbeat more of that other; tells how many now.</summary>
    internal int Miss(ulong by)
    {
        _restHash = 0;
        for (int i = 0; i < _missed.Count; i++)
        {
            if (_missed[i].By != by) continue;
            int count = _missed[i].Count + 1;
            _missed[i] = (by, count);
            return count;
        }
        _missed.Add((by, 1));
        return 1;
    }

    internal override ulong ComputeHash()
    {
        var h = new StateHash(4);
        if (_restHash == 0) _restHash = HashOfRest();
        h.Add((long)Number);
        h.Add((long)_restHash);
        h.Add((long)Sequence);
        h.Add(Lost);
        return h.Value;
    }

    ulong HashOfRest()
    {
        var h = new StateHash(9);
        h.Add(Node);
        h.Add(Address);
        h.Add(Leaving);
        h.Add(Heard);
        h.Add(HeardAt);
        foreach ((ulong by, int count) in _missed)
        {
            h.Add((long)by);
            h.Add(count);
        }
        return h.Value | 1;
    }

    internal override SnapshotItem ToSnapshot()
    {
        var state = new NodeState
        {
            Incarnation = Number,
            Node = Node,
            Side = Side,
            Release = Release,
            Sequence = Sequence,
            Lost = Lost,
            Address = Address,
            Leaving = Leaving,
            Heard = Heard,
            HeardUs = HeardAt.Us,
        };
        foreach ((ulong by, int count) in _missed) state.Missed.Add(new MissedHeartbeats { By = by, Count = count });
        return new SnapshotItem { Node = state };
    }

    internal static Incarnation FromSnapshot(NodeState s)
    {
        var incarnation = new Incarnation
        {
            Number = s.Incarnation,
            Node = s.Node,
            Side = s.Side,
            Release = s.Release,
            Address = s.Address,
            Sequence = s.Sequence,
            Lost = s.Lost,
            Leaving = s.Leaving,
        };
        incarnation.Hear(s.Heard, new Instant(s.HeardUs));
        foreach (MissedHeartbeats missed in s.Missed) incarnation._missed.Add((missed.By, missed.Count));
        return incarnation;
    }
}
