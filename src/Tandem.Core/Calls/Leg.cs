using Google.Protobuf;
using Tandem.Core.Agents;
using Tandem.Core.Nodes;
using Tandem.Core.Schema;

namespace Tandem.Core.Calls;

public enum LegKind { Caller = 0, Agent = 1, Extension = 2, External = 3 }

/// <summary>The condition in which a leg should be. The edge that owns it sees to it, and does so again after a crash.</summary>
public enum LegCondition
{
    /// <summary>A caller that was heard (100).</summary>
    Proceeding = 0,
    /// <summary>A caller that hears ringing (180).</summary>
    Alerting = 1,
    /// <summary>A caller that hears what the far end plays before it answers (183 with its session description).</summary>
    Progressing = 2,
    /// <summary>A device that is being called.</summary>
    Ringing = 3,
    /// <summary>Answered and acknowledged; media flows by the two session descriptions.</summary>
    Connected = 4,
    /// <summary>Over: refused, cancelled or hung up, whichever its progress asks for.</summary>
    Released = 5,
}

/// <summary>What was observed of a leg.</summary>
public enum LegProgress
{
    Trying = 0,
    /// <summary>The device said that it rings.</summary>
    Alerting = 1,
    Answered = 2,
}

/// <summary>Where the passing on of a new session description stands (re-INVITE: hold, resume, a moved media address).</summary>
public enum Exchange
{
    None = 0,
    /// <summary>This leg's far end offered; the peer's answer is awaited.</summary>
    Offered = 1,
    /// <summary>The offer of the peer is to be sent to this leg's far end.</summary>
    Passing = 2,
    /// <summary>This leg's far end is to get the answer (or refusal) to its offer.</summary>
    Answering = 3,
    /// <summary>
    /// This leg's far end is to learn the address at which the leg lives. The edge sends a re-INVITE from there, with its Contact, the
    /// request number as when it passes an offer on, and <see cref="Leg.ExchangeSdp"/> (what was told before) as the offer; it proposes
    /// what came of it as LegOfferAnswered: the 2xx with its session description; 408 for no answer. It does not try again by itself: the
    /// core wants another with a higher number. 481 means that the far end has no such dialog: then LegEnded (END_LOST).
    /// </summary>
    Refreshing = 4,
}

/// <summary>One party's connection to a call.</summary>
public sealed class Leg
{
    internal Leg(LegId id, Call call, LegKind kind, ServiceAddress address)
    {
        Id = id;
        Address = address;
        Call = call;
        Kind = kind;
    }

    public LegId Id { get; }
    public Call Call { get; }
    public LegKind Kind { get; }
    /// <summary>The phone, for callers' and agents' legs and extensions.</summary>
    public Device? Device
    {
        get;
        internal set
        {
            field = value;
            if (value is not null) DeviceName = value.Name;
        }
    }
    /// <summary>The phone's name: known also when the phone was removed while the call was being cleared.</summary>
    public string DeviceName { get; private set; } = "";
    /// <summary>The trunk, for callers from outside and external numbers.</summary>
    public string Trunk { get; internal set; } = "";
    /// <summary>The external number that is called.</summary>
    public string Number { get; internal set; } = "";
    public Agent? Agent { get; internal set; }
    /// <summary>The agent's name: known also when the agent left while the leg was being cleared.</summary>
    public string AgentName { get; internal set; } = "";
    /// <summary>The skill group that the offer came from.</summary>
    public string Group { get; internal set; } = "";
    public LegCondition Wanted { get; internal set; }
    public LegProgress Progress { get; internal set; }
    /// <summary>The SIP status to refuse with, for an unanswered caller that is released.</summary>
    public int ReleaseStatus { get; internal set; }
    public Instant RingUntil { get; internal set; } = Instant.Never;
    public Instant Started { get; internal set; }
    public Instant AnsweredAt { get; internal set; } = Instant.Never;
    /// <summary>What the far end described last; "" for none yet.</summary>
    public string RemoteSdp { get; internal set; } = "";
    /// <summary>What it should have been told last: the peer's description.</summary>
    public string LocalSdp { get; internal set; } = "";
    /// <summary>The edge's own, to go on with this leg after the loss of its node.</summary>
    public ByteString Checkpoint { get; internal set; } = ByteString.Empty;
    /// <summary>Where it lives: whose Via and Contact its requests have, and from where they are sent.</summary>
    public ServiceAddress Address { get; internal set; }
    /// <summary>The incarnation that looks after this leg: the owner of its address.</summary>
    public ulong Owner => Address.Owner;
    /// <summary>
    /// The address by which the far end still knows this leg, after it was re-homed: its Contact of ours and the Via of an INVITE that
    /// is to be cancelled name it. "": the address at which it lives.
    /// </summary>
    public string KnownAt { get; internal set; } = "";
    /// <summary>When a target refresh is to be begun.</summary>
    internal Instant RefreshAt = Instant.Never;
    /// <summary>Target refreshes since it was re-homed, and what came of them: no more than RefreshesMax.</summary>
    internal int Refreshes;
    public Exchange Exchange { get; internal set; }
    /// <summary>The CSeq of the offer that is answered, or the number of the request that passes one on.</summary>
    public uint ExchangeCSeq { get; internal set; }
    public int ExchangeStatus { get; internal set; }
    public string ExchangeSdp { get; internal set; } = "";
    /// <summary>The offer stops the far end's sending: hold.</summary>
    public bool ExchangeHolds { get; internal set; }
    /// <summary>Requests that were wanted within the dialog: the edge's CSeq follows from it, and never goes back.</summary>
    public uint Requests { get; internal set; }
    public bool Held { get; internal set; }
    public Instant HeldSince { get; internal set; } = Instant.Never;
    public Span HeldTotal { get; internal set; }
    /// <summary>The far end has acknowledged our 2xx.</summary>
    public bool Acknowledged { get; internal set; }
    /// <summary>The answer that our ACK has to carry, when the far end made the offer in its 2xx.</summary>
    public string AcknowledgeSdp { get; internal set; } = "";
    /// <summary>How long the device rang.</summary>
    public Span Rang { get; internal set; }
    public int Part { get; internal set; }
    /// <summary>Nothing is left of it outside; only the caller's leg stays with its call.</summary>
    public bool Gone { get; internal set; }
    internal bool WantedChanged;
    internal LegWanted? WantedEffect;
    ulong _originHash, _sdpHash, _checkpointHash;
    object? _hashedRemote, _hashedLocal, _hashedCheckpoint;

    /// <summary>A request of ours or of the far end is under way; another has to wait.</summary>
    public bool IsExchanging => Exchange is Exchange.Offered or Exchange.Passing or Exchange.Refreshing;
    bool IsRehomed => KnownAt.Length > 0 || Refreshes > 0 || !RefreshAt.IsNever;
    public bool IsEstablished => Progress == LegProgress.Answered && Wanted == LegCondition.Connected;

    internal void AddTo(ref StateHash h)
    {
        h.Add(Id.Value);
        h.Add(((int)Kind << 16) | ((int)Wanted << 8) | (int)Progress);
        if (_originHash == 0)
        {
            // Never changes after the entry that brought the leg about.
            var origin = new StateHash(7);
            origin.Add(DeviceName);
            origin.Add(AgentName);
            origin.Add(Trunk);
            origin.Add(Number);
            origin.Add(Group);
            origin.Add(Started);
            origin.Add(Part);
            _originHash = origin.Value | 1;
        }
        h.Add((long)_originHash);
        h.Add(ReleaseStatus);
        h.Add(RingUntil);
        h.Add(AnsweredAt);
        if (!ReferenceEquals(_hashedRemote, RemoteSdp) || !ReferenceEquals(_hashedLocal, LocalSdp))
        {
            _hashedRemote = RemoteSdp;
            _hashedLocal = LocalSdp;
            _sdpHash = StateHash.Of(RemoteSdp) * 31 + StateHash.Of(LocalSdp);
        }
        h.Add((long)_sdpHash);
        h.Add(((int)Exchange << 16) + ExchangeStatus);
        h.Add(ExchangeCSeq);
        h.Add(Requests);
        h.Add(Address.NameHash);
        h.Add(Held);
        h.Add(Gone);
        h.Add(Acknowledged);
        h.Add(Rang.Us);
        h.Add(HeldSince);
        h.Add(HeldTotal.Us);
        if (!ReferenceEquals(_hashedCheckpoint, Checkpoint))
        {
            _hashedCheckpoint = Checkpoint;
            _checkpointHash = StateHash.Of(Checkpoint.Span);
        }
        h.Add((long)_checkpointHash);
        if (Exchange == Exchange.None && AcknowledgeSdp.Length == 0 && !IsRehomed) return;
        h.Add(KnownAt);
        h.Add(RefreshAt);
        h.Add(Refreshes);
        h.Add(ExchangeHolds);
        h.Add(ExchangeSdp);
        h.Add(AcknowledgeSdp);
    }

    internal LegState ToSnapshot() => new()
    {
        Id = Id.Value,
        Kind = (int)Kind,
        Device = DeviceName,
        Target = Trunk.Length > 0 ? $"{Trunk}\n{Number}" : "",
        Agent = AgentName,
        Group = Group,
        Wanted = (int)Wanted,
        Observed = (int)Progress,
        ReleaseStatus = ReleaseStatus,
        RingUntilUs = RingUntil.Us,
        StartedUs = Started.Us,
        AnsweredUs = AnsweredAt.Us,
        RemoteSdp = RemoteSdp,
        LocalSdp = LocalSdp,
        Checkpoint = Checkpoint,
        Address = Address.Name,
        KnownAt = KnownAt,
        RefreshUs = RefreshAt.IsNever ? 0 : RefreshAt.Us,
        Refreshes = Refreshes,
        Exchange = (int)Exchange,
        ExchangeCseq = ExchangeCSeq,
        ExchangeStatus = ExchangeStatus,
        ExchangeSdp = ExchangeSdp,
        ExchangeHolds = ExchangeHolds,
        Requests = Requests,
        Held = Held,
        HeldSinceUs = HeldSince.Us,
        HeldTotalUs = HeldTotal.Us,
        Acknowledged = Acknowledged,
        AcknowledgedSdp = AcknowledgeSdp,
        RingUs = Rang.Us,
        Part = Part,
        Gone = Gone,
    };

    internal static Leg FromSnapshot(LegState s, Call call, Func<string, Device?> device, Func<string, Agent?> agent, ServiceAddress address)
    {
        int cut = s.Target.IndexOf('\n');
        return new Leg(new LegId(s.Id), call, (LegKind)s.Kind, address)
        {
            Device = s.Device.Length > 0 ? device(s.Device) : null,
            Trunk = cut < 0 ? "" : s.Target[..cut],
            Number = cut < 0 ? "" : s.Target[(cut + 1)..],
            DeviceName = s.Device,
            Agent = s.Agent.Length > 0 ? agent(s.Agent) : null,
            AgentName = s.Agent,
            Group = s.Group,
            Wanted = (LegCondition)s.Wanted,
            Progress = (LegProgress)s.Observed,
            ReleaseStatus = s.ReleaseStatus,
            RingUntil = new Instant(s.RingUntilUs),
            Started = new Instant(s.StartedUs),
            AnsweredAt = new Instant(s.AnsweredUs),
            RemoteSdp = s.RemoteSdp,
            LocalSdp = s.LocalSdp,
            Checkpoint = s.Checkpoint,
            KnownAt = s.KnownAt,
            RefreshAt = s.RefreshUs == 0 ? Instant.Never : new Instant(s.RefreshUs),
            Refreshes = s.Refreshes,
            Exchange = (Exchange)s.Exchange,
            ExchangeCSeq = s.ExchangeCseq,
            ExchangeStatus = s.ExchangeStatus,
            ExchangeSdp = s.ExchangeSdp,
            ExchangeHolds = s.ExchangeHolds,
            Requests = s.Requests,
            Held = s.Held,
            HeldSince = new Instant(s.HeldSinceUs),
            HeldTotal = new Span(s.HeldTotalUs),
            Acknowledged = s.Acknowledged,
            AcknowledgeSdp = s.AcknowledgedSdp,
            Rang = new Span(s.RingUs),
            Part = s.Part,
            Gone = s.Gone,
        };
    }
}
