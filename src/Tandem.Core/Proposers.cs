using Tandem.Core.Nodes;
using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>Who proposes, and which commands were carried out before.</summary>
public sealed partial class ContactCentre
{
    /// <summary>Outcomes of commands that are kept, so that a retry is the same command; the oldest goes first.</summary>
    public const int RequestsMax = 65_536;
    const int RequestIdLengthMax = 200, ActorLengthMax = 200, NodeNameLengthMax = 200;

    readonly Dictionary<string, DoneRequest> _requests = new(StringComparer.Ordinal);
    readonly Queue<DoneRequest> _requestsByAge = [];
    Incarnation? _lastProposer;

    /// <summary>Of the entry that is being taken.</summary>
    Incarnation Proposer => _lastProposer!;

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
        by.Sequence = entry.Sequence;
        Rehash(by);
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
