using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Queues;
using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>
/// The contact centre: a deterministic function of its journal. One thread applies entries to it one by one; each changes
/// the state and yields effects. Nothing in here knows a clock, a socket or chance.
/// </summary>
/// <remarks>In parts by what they are about: Calls/, Agents/, Queues/, Scripts/, Nodes/, Snapshots/.</remarks>
public sealed partial class ContactCentre
{
    /// <summary>An entry may be this much later than the one before; more has to say that nobody was there.</summary>
    public static readonly Span JumpMax = Span.FromSeconds(1);

    readonly List<Entity> _touched = new(16);
    readonly List<Leg> _wanted = new(8);
    EffectList _effects = null!;
    Entry _entry = null!;
    int _ordinal;
    ulong _sum;

    public ContactCentre(string instance, int generation)
    {
        Invariant.That(generation is >= 1 and <= EntityId.GenerationMax);
        Instance = instance;
        Generation = generation;
    }

    public string Instance { get; }
    /// <summary>How often a backup was restored, plus one.</summary>
    public int Generation { get; }
    /// <summary>The position of the last entry applied; 0 before the first.</summary>
    public long Position { get; private set; }
    public Instant Now { get; private set; }
    /// <summary>The logic that decides: what a release can do is activated by an entry.</summary>
    public int DecisionLevel { get; private set; } = 1;

    /// <summary>The sum of the hashes of all entities: equal on every node at a position, and kept up entry by entry.</summary>
    public ulong Hash
    {
        get
        {
            var h = new StateHash(_sum);
            h.Add(Position);
            h.Add(Now);
            h.Add(_unixUs);
            h.Add(_unixRead);
            h.Add(_configurationPosition);
            h.Add(ZoneData);
            h.Add(DecisionLevel);
            h.Add(_availabilityNext);
            h.Add(CallsArrived);
            h.Add(CallsRefused);
            h.Add(Rejections);
            h.Add(CallsDefaultRouted);
            return h.Value;
        }
    }

    public long CallsArrived { get; private set; }
    public long CallsRefused { get; private set; }
    /// <summary>Calls that edges answered by default routing while the journal was away.</summary>
    public long CallsDefaultRouted { get; private set; }
    /// <summary>Entries that did nothing: bad, late or stale.</summary>
    public long Rejections { get; private set; }

    /// <summary>Applies one committed entry: total, synchronous, and equal on every node.</summary>
    /// <exception cref="InvariantException">Our bug; the state must be reloaded, and the entry passed by.</exception>
    public void Apply(long position, Entry entry, EffectList effects)
    {
        Invariant.That(position == Position + 1);
        Position = position;
        _effects = effects;
        _entry = entry;
        _ordinal = 0;

        Rejection rejection = CheckTime(entry);
        if (rejection == Rejection.None) rejection = CheckProposer(entry);
        if (rejection == Rejection.None) AdvanceTime(entry);
        if (rejection == Rejection.None) rejection = Repeated(entry) ?? Answered(entry, Take(entry));
        if (rejection != Rejection.None)
        {
            Rejections++;
            effects.Add(new Rejected(rejection));
        }
        FireTimers();
        Settle();
    }

    /// <summary>Counts the entry, as done by nobody: it broke an invariant when it was applied before (Skipped).</summary>
    public void PassBy(long position)
    {
        Invariant.That(position == Position + 1);
        Position = position;
    }

    Rejection Take(Entry entry)
    {
        switch (entry.InputCase)
        {
            case Entry.InputOneofCase.Tick or Entry.InputOneofCase.NodeStarted or Entry.InputOneofCase.TimePassed
                or Entry.InputOneofCase.Skipped: return Rejection.None;
            case Entry.InputOneofCase.ClockObserved: return ReadWallClock(entry.ClockObserved.UnixUs);
            case Entry.InputOneofCase.ConfigurationApplied: return Reconfigure(entry.ConfigurationApplied.Configuration);

            case Entry.InputOneofCase.Heartbeat: return Hear(Proposer);
            case Entry.InputOneofCase.NodeLeaving: return Leave(Proposer);
            case Entry.InputOneofCase.NodeStopped: return Stop(Proposer);
            case Entry.InputOneofCase.AddressClaimed: return Claim(entry.AddressClaimed);

            case Entry.InputOneofCase.CallArrived: return Admit(entry.CallArrived);
            case Entry.InputOneofCase.LegProgressed: return Progress(entry.LegProgressed);
            case Entry.InputOneofCase.LegAnswered: return Answer(entry.LegAnswered);
            case Entry.InputOneofCase.LegAcknowledged: return Acknowledge(entry.LegAcknowledged);
            case Entry.InputOneofCase.LegFailed: return Fail(entry.LegFailed);
            case Entry.InputOneofCase.LegEnded: return End(entry.LegEnded);
            case Entry.InputOneofCase.LegOffered: return OfferToPeer(entry.LegOffered);
            case Entry.InputOneofCase.LegOfferAnswered: return AnswerToPeer(entry.LegOfferAnswered);

            case Entry.InputOneofCase.CallDefaultRouted: return CountDefaultRouted(entry.CallDefaultRouted);

            case Entry.InputOneofCase.PhoneRegistered: return Register(entry.PhoneRegistered);
            case Entry.InputOneofCase.PhoneUnregistered: return Unregister(entry.PhoneUnregistered);

            case Entry.InputOneofCase.AgentLoggedIn: return LogIn(entry.AgentLoggedIn);
            case Entry.InputOneofCase.AgentLoggedOut: return LogOut(entry.AgentLoggedOut);
            case Entry.InputOneofCase.AgentMadeReady: return MakeReady(entry.AgentMadeReady);
            case Entry.InputOneofCase.AgentMadeNotReady: return MakeNotReady(entry.AgentMadeNotReady);
            case Entry.InputOneofCase.WrapUpExtended: return ExtendWrapUp(entry.WrapUpExtended);

            case Entry.InputOneofCase.CallReleased: return Clear(entry.CallReleased);
            default: return Rejection.Empty;
        }
    }

    // ---- the end of an entry: hashes, and effects for what changed ----

    void Touch(Entity entity)
    {
        if (entity.Touched) return;
        entity.Touched = true;
        _touched.Add(entity);
        _capture?.CopyFirst(entity);
    }

    void Want(Leg leg)
    {
        Touch(leg.Call);
        if (leg.WantedChanged) return;
        leg.WantedChanged = true;
        _wanted.Add(leg);
    }

    void Settle()
    {
        foreach (Leg leg in _wanted)
        {
            leg.WantedChanged = false;
            if (!leg.Gone) _effects.Add(leg.WantedEffect ??= new LegWanted(leg));
        }
        _wanted.Clear();
        foreach (Entity entity in _touched)
        {
            entity.Touched = false;
            _sum -= entity.Share;
            entity.Share = entity.Gone ? 0 : entity.ComputeHash();
            _sum += entity.Share;
            _effects.Add(entity.ChangedEffect ??= new Changed(entity));
        }
        _touched.Clear();
    }

    /// <summary>An entity that begins to exist: no snapshot that is being made is to have it.</summary>
    T Born<T>(T entity) where T : Entity
    {
        entity.Captured = _captureNumber;
        Touch(entity);
        return entity;
    }

    long NextId() => EntityId.Pack(Generation, Position, _ordinal++);

    /// <summary>
    /// This entry has brought about as much as one may: what else is due waits for the next (a tick, at most 50 ms).
    /// </summary>
    bool IsFull => _ordinal > EntityId.OrdinalMax - 16;

    /// <summary>The hash from scratch, as the incremental one should be. For tests.</summary>
    internal ulong RecomputeHash()
    {
        ulong kept = _sum;
        _sum = _configuration is null ? 0 : ShareOf(_configuration);
        foreach (Entity entity in Entities()) _sum += entity.ComputeHash();
        foreach (DoneRequest done in _requestsByAge) _sum += HashOf(done);
        ulong hash = Hash;
        _sum = kept;
        return hash;
    }

    List<Entity> Entities()
    {
        var entities = new List<Entity>(_agents.Count + _devices.Count + _calls.Count + _percents.Count + _incarnations.Count + _addresses.Count);
        entities.AddRange(_addresses.Values);
        entities.AddRange(_incarnations.Values);
        entities.AddRange(_devices.Values);
        entities.AddRange(_agents.Values);
        entities.AddRange(_percents.Values);
        entities.AddRange(_calls.Values);
        return entities;
    }
}
