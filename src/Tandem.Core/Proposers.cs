using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>A start of a node: the sequence of its entries goes on; what it proposes after it is declared lost is refused.</summary>
public sealed class Incarnation : Entity
{
    public required ulong Number { get; init; }
    public string Node { get; internal set; } = "";
    public string Side { get; internal set; } = "";
    public string Release { get; internal set; } = "";
    public ulong Sequence { get; internal set; }
    public bool Lost { get; internal set; }
    /// <summary>It is hashed anew with every entry, and its name never changes.</summary>
    ulong _nodeHash;

    internal override ulong ComputeHash()
    {
        var h = new StateHash(4);
        if (_nodeHash == 0) _nodeHash = StateHash.Of(Node) | 1;
        h.Add((long)Number);
        h.Add((long)_nodeHash);
        h.Add((long)Sequence);
        h.Add(Lost);
        return h.Value;
    }

    internal override SnapshotItem ToSnapshot() => new()
    {
        Node = new NodeState { Incarnation = Number, Node = Node, Side = Side, Release = Release, Sequence = Sequence, Lost = Lost },
    };
}

public sealed partial class ContactCentre
{
    /// <summary>Outcomes of commands that are kept, so that a retry is the same command; the oldest goes first.</summary>
    public const int RequestsMax = 65_536;
    /// <summary>Starts of nodes that are remembered; the oldest lost one goes first.</summary>
    public const int IncarnationsMax = 1_000;
    const int RequestIdLengthMax = 200, ActorLengthMax = 200, NodeNameLengthMax = 200;

    readonly SortedDictionary<ulong, Incarnation> _incarnations = [];
    readonly Dictionary<string, DoneRequest> _requests = new(StringComparer.Ordinal);
    readonly Queue<DoneRequest> _requestsByAge = [];
    Incarnation? _lastProposer;

    public IEnumerable<Incarnation> Incarnations => _incarnations.Values;

    /// <summary>The number for the next start of a node, for a journal with one proposer at a time.</summary>
    public ulong NextIncarnation => _incarnations.Count == 0 ? 1 : _incarnations.Keys.Last() + 1;

    Rejection CheckProposer(Entry entry)
    {
        if (entry.InputCase == Entry.InputOneofCase.NodeStarted) return Start(entry);
        Incarnation? by = _lastProposer;
        if (by is null || by.Number != entry.Incarnation)
        {
            if (!_incarnations.TryGetValue(entry.Incarnation, out by)) return Rejection.UnknownIncarnation;
            _lastProposer = by;
        }
        if (by.Lost) return Rejection.IncarnationLost;
        if (entry.Actor.Length > ActorLengthMax) return Rejection.TooLong;
        if (entry.Sequence <= by.Sequence) return Rejection.SequencePassed;
        _capture?.CopyFirst(by);
        // Changes with every entry: its share is kept up here rather than by Touch, and nobody is told.
        _sum -= by.Share;
        by.Sequence = entry.Sequence;
        by.Share = by.ComputeHash();
        _sum += by.Share;
        return Rejection.None;
    }

    /// <summary>A node's start ends every earlier start of the same node.</summary>
    Rejection Start(Entry entry)
    {
        NodeStarted started = entry.NodeStarted;
        if (_incarnations.ContainsKey(entry.Incarnation)) return Rejection.SequencePassed;
        if (started.Node.Length > NodeNameLengthMax || started.Side.Length > NodeNameLengthMax || started.Site.Length > NodeNameLengthMax
            || started.Release.Length > NodeNameLengthMax || started.ZoneData.Length > NodeNameLengthMax) return Rejection.TooLong;
        foreach (Incarnation earlier in _incarnations.Values)
        {
            if (earlier.Node != started.Node || earlier.Lost) continue;
            Touch(earlier);
            earlier.Lost = true;
        }
        if (_incarnations.Count >= IncarnationsMax)
        {
            Incarnation oldest = _incarnations.Values.FirstOrDefault(static i => i.Lost) ?? _incarnations.Values.First();
            Touch(oldest);
            if (ReferenceEquals(oldest, _lastProposer)) _lastProposer = null;
            oldest.Gone = true;
            _incarnations.Remove(oldest.Number);
        }
        _incarnations[entry.Incarnation] = Born(new Incarnation
        {
            Number = entry.Incarnation,
            Node = started.Node,
            Side = started.Side,
            Release = started.Release,
            Sequence = entry.Sequence,
        });
        Adopt(started.Node, entry.Incarnation);
        return Rejection.None;
    }

    /// <summary>The outcome of a request that was carried out before; null for one that is new.</summary>
    Rejection? Repeated(Entry entry)
    {
        if (entry.RequestId.Length == 0) return null;
        if (entry.RequestId.Length > RequestIdLengthMax) return Rejection.TooLong;
        if (!_requests.TryGetValue(entry.RequestId, out DoneRequest? done)) return null;
        _effects.Add(new CommandDone(entry.RequestId, (Rejection)done.Outcome));
        return Rejection.None;
    }

    Rejection Answered(Entry entry, Rejection outcome)
    {
        if (entry.RequestId.Length == 0) return outcome;
        if (_requests.Count >= RequestsMax)
        {
            DoneRequest oldest = _requestsByAge.Dequeue();
            _requests.Remove(oldest.RequestId);
            _sum -= HashOf(oldest);
        }
        Remember(new DoneRequest { RequestId = entry.RequestId, Outcome = (int)outcome, Position = Position });
        _effects.Add(new CommandDone(entry.RequestId, outcome));
        return outcome;
    }

    void Remember(DoneRequest done)
    {
        _requests[done.RequestId] = done;
        _requestsByAge.Enqueue(done);
        _sum += HashOf(done);
    }

    static ulong HashOf(DoneRequest done)
    {
        var h = new StateHash(5);
        h.Add(done.RequestId);
        h.Add(done.Outcome);
        h.Add(done.Position);
        return h.Value;
    }
}
