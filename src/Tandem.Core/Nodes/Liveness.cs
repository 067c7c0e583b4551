using Tandem.Core.Nodes;
using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>Which nodes live, and who is lost: counted in heartbeats of the journal, by no clock. A journal that stalls accuses nobody.</summary>
public sealed partial class ContactCentre
{
    /// <summary>So many heartbeats of one live node after the last of another, that other is lost.</summary>
    public const int MissesMax = 5;
    /// <summary>Starts of nodes that are remembered; the oldest lost one goes first.</summary>
    public const int IncarnationsMax = 1_000;
    /// <summary>Nodes that live at one time. One more ends that which was heard longest ago.</summary>
    public const int LiveMax = 32;

    readonly SortedDictionary<ulong, Incarnation> _incarnations = [];
    /// <summary>Those that are not lost, in order of their numbers. Derived.</summary>
    readonly List<Incarnation> _live = [];

    public IEnumerable<Incarnation> Incarnations => _incarnations.Values;
    /// <summary>Those that are not lost, in order of their numbers.</summary>
    public IReadOnlyList<Incarnation> LiveIncarnations => _live;
    public Incarnation? FindIncarnation(ulong number) => _incarnations.GetValueOrDefault(number);

    /// <summary>The number for the next start of a node, for a journal with one proposer at a time.</summary>
    public ulong NextIncarnation => _incarnations.Count == 0 ? 1 : _incarnations.Keys.Last() + 1;

    /// <summary>
    /// Who would get the addresses of this incarnation if it stopped now: the live one heard most recently, one that is not leaving
    /// itself before one that is. If it is lost silently, it is the one whose fifth heartbeat comes first.
    /// </summary>
    public Incarnation? HeirOf(Incarnation who)
    {
        Incarnation? heir = null;
        foreach (Incarnation other in _live)
        {
            if (ReferenceEquals(other, who)) continue;
            if (heir is null || (heir.Leaving && !other.Leaving) || (heir.Leaving == other.Leaving && other.Heard > heir.Heard)) heir = other;
        }
        return heir;
    }

    /// <summary>A node's start ends every earlier start of the same node, and gives a home to what has no live owner.</summary>
    Rejection Start(Entry entry)
    {
        NodeStarted started = entry.NodeStarted;
        if (_incarnations.ContainsKey(entry.Incarnation)) return Rejection.SequencePassed;
        if (started.Node.Length > NodeNameLengthMax || started.Side.Length > NodeNameLengthMax || started.Site.Length > NodeNameLengthMax
            || started.Release.Length > NodeNameLengthMax || started.ZoneData.Length > NodeNameLengthMax
            || started.SipAddress.Length > NodeNameLengthMax) return Rejection.TooLong;
        if (FindAddress(started.SipAddress) is null && !HasRoomForAddress()) return Rejection.TooManyAddresses;

        for (int i = _live.Count - 1; i >= 0; i--)
            if (_live[i].Node == started.Node) Lose(_live[i]);
        if (_live.Count >= LiveMax) Lose(_live.MinBy(static i => i.Heard)!);
        if (_incarnations.Count >= IncarnationsMax)
        {
            Incarnation oldest = _incarnations.Values.First(static i => i.Lost);
            Touch(oldest);
            if (ReferenceEquals(oldest, _lastProposer)) _lastProposer = null;
            oldest.Gone = true;
            _incarnations.Remove(oldest.Number);
        }
        Incarnation incarnation = Born(new Incarnation
        {
            Number = entry.Incarnation,
            Node = started.Node,
            Side = started.Side,
            Release = started.Release,
            Address = started.SipAddress,
            Sequence = entry.Sequence,
        });
        incarnation.Hear(Position, Now);
        _incarnations[entry.Incarnation] = incarnation;
        _live.Add(incarnation);
        _live.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        Declare(incarnation, started.AddressMoves);
        return Rejection.None;
    }

    /// <summary>A heartbeat: everybody else has missed one more.</summary>
    Rejection Hear(Incarnation heard)
    {
        heard.Hear(Position, Now);
        Rehash(heard);
        for (int i = _live.Count - 1; i >= 0; i--)
        {
            Incarnation other = _live[i];
            if (ReferenceEquals(other, heard)) continue;
            _capture?.CopyFirst(other);
            int missed = other.Miss(heard.Number);
            Rehash(other);
            if (missed < MissesMax) continue;
            Lose(other);
            TakeOver(other.Number, heard.Leaving ? HeirOf(other)! : heard, AddressMoved.Lost);
        }
        return Rejection.None;
    }

    /// <summary>What changes ten or a thousand times a second is not told: its share of the hash is kept up here rather than by Touch.</summary>
    void Rehash(Incarnation incarnation)
    {
        _sum -= incarnation.Share;
        incarnation.Share = incarnation.ComputeHash();
        _sum += incarnation.Share;
    }

    Rejection Leave(Incarnation who)
    {
        Touch(who);
        who.Leaving = true;
        if (HeirOf(who) is { } heir) TakeOver(who.Number, heir, AddressMoved.Left);
        return Rejection.None;
    }

    Rejection Stop(Incarnation who)
    {
        Lose(who);
        if (HeirOf(who) is { } heir) TakeOver(who.Number, heir, AddressMoved.Stopped);
        return Rejection.None;
    }

    void Lose(Incarnation who)
    {
        Touch(who);
        who.Lost = true;
        _live.Remove(who);
        _effects.Add(new IncarnationLost(who));
    }
}
