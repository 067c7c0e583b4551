using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>What an entry brought about, for the edges. Replay executes none of them.</summary>
public abstract record Effect;

/// <summary>The condition in which a leg should be has changed: its owner compares and closes the difference.</summary>
public sealed record LegWanted(Leg Leg) : Effect;

/// <summary>The call that the entry reported is known; its caller's leg is the edge's to look after.</summary>
public sealed record CallAdmitted(Call Call, Leg Caller) : Effect;

/// <summary>The call that the entry reported is this one, which another entry has reported before.</summary>
public sealed record CallRepeated(Call Call, Leg Caller) : Effect;

/// <summary>The call that the entry reported is not taken: answer it with this SIP status.</summary>
public sealed record CallRefused(int Status) : Effect;

/// <summary>An agent, a call or a phone differs from what it was before the entry, or is gone.</summary>
public sealed record Changed(Entity Entity) : Effect;

/// <summary>Something for history.</summary>
public sealed record Recorded(Record Record) : Effect;

/// <summary>A command was carried out, or was already (a retry), or was refused.</summary>
public sealed record CommandDone(string RequestId, Rejection Rejection) : Effect;

/// <summary>An entry that did nothing, and why.</summary>
public sealed record Rejected(Rejection Reason) : Effect;

/// <summary>The configuration is another.</summary>
public sealed record ConfigurationChanged(Schema.Configuration Configuration) : Effect;

/// <summary>
/// A service address has another owner. `from` closes it and forgets what it had in its hands of the legs there; `to` opens it and
/// takes up every leg whose address it is, from what the state says. Legs of a movable address tell nothing else of this.
/// </summary>
/// <param name="From">0: it is new.</param>
public sealed record AddressMoved(ServiceAddress Address, ulong From, ulong To, string Reason) : Effect
{
    /// <summary>Reasons: the owner's start, its silence, its stop, its leaving; a claim.</summary>
    public const string Started = "started", Lost = "lost", Stopped = "stopped", Left = "left", Claimed = "claimed";
}

/// <summary>What this incarnation proposes is refused from here on: it stops acting at once.</summary>
public sealed record IncarnationLost(Incarnation Who) : Effect;

/// <summary>The effects of one entry, in order. Reused from entry to entry.</summary>
public sealed class EffectList
{
    readonly List<Effect> _effects = [];

    public int Count => _effects.Count;
    public Effect this[int index] => _effects[index];
    public void Add(Effect effect) => _effects.Add(effect);
    public void Clear() => _effects.Clear();
    public List<Effect>.Enumerator GetEnumerator() => _effects.GetEnumerator();
}

/// <summary>Why an entry did nothing. Values are kept in snapshots: never renumber.</summary>
public enum Rejection
{
    None = 0,
    UnknownIncarnation = 1,
    SequencePassed = 2,
    IncarnationLost = 3,
    TimeJump = 4,
    Empty = 5,
    NoConfiguration = 6,
    UnknownAgent = 10,
    UnknownPhone = 11,
    UnknownReason = 12,
    PhoneInUse = 13,
    AlreadyLoggedIn = 14,
    NotLoggedIn = 15,
    PhoneOutOfService = 16,
    NotInWrapUp = 17,
    UnknownCall = 20,
    UnknownLeg = 21,
    LegInOtherState = 22,
    InvalidConfiguration = 30,
    OtherInstance = 31,
    TooLong = 32,
    UnknownAddress = 40,
    AddressDoesNotMove = 41,
    TooManyAddresses = 42,
    NodeIsLeaving = 43,
}
