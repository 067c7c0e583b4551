namespace Tandem.Sip;

public enum DialogState : byte
{
    Early,
    Confirmed,

    /// <summary>A BYE went or was answered, or the INVITE failed.</summary>
    Ended,
}

/// <summary>A peer-to-peer relation between two user agents. RFC 3261 §12. Values are the bytes of the messages, verbatim.</summary>
public sealed class Dialog : Timed
{
    readonly SipStack _stack;
    long _intervalUs;
    long _giveUpAtUs = Never;

    internal Dialog(SipStack stack, byte[] key)
    {
        _stack = stack;
        Key = key;
    }

    internal byte[] Key { get; }

    public DialogState State { get; internal set; }

    /// <summary>We answered the INVITE that opened it.</summary>
    public bool IsUas { get; internal init; }

    /// <summary>Opened by a sips: Request-URI (§12.1).</summary>
    public bool IsSecure { get; internal init; }

    public byte[] CallId { get; internal init; } = [];
    public byte[] LocalTag { get; internal init; } = [];
    public byte[] RemoteTag { get; internal init; } = [];

    /// <summary>Our From or To value, with tag.</summary>
    public byte[] LocalAddress { get; internal init; } = [];
    public byte[] RemoteAddress { get; internal init; } = [];

    /// <summary>Our Contact value; the user may change it before a target refresh.</summary>
    public byte[] LocalContact { get; set; } = [];

    /// <summary>URI of the peer's last Contact.</summary>
    public byte[] RemoteTarget { get; internal set; } = [];

    /// <summary>Route values in sending order.</summary>
    public IReadOnlyList<byte[]> RouteSet { get; internal set; } = [];

    /// <summary>Highest CSeq we sent.</summary>
    public uint LocalCSeq { get; internal set; }

    /// <summary>Highest CSeq received; meaningless while <see cref="HasRemoteCSeq"/> is false.</summary>
    public uint RemoteCSeq { get; internal set; }
    public bool HasRemoteCSeq { get; internal set; }

    /// <summary>CSeq of the peer's INVITE last accepted: whose ACK we await or have.</summary>
    public uint InviteCSeq { get; internal set; }

    /// <summary>Where requests go when the next hop is not an IP address, and always over streams. The user sets it when the peer reconnects.</summary>
    public Flow Flow { get; set; }

    /// <summary>The user's own object; taken over from the transaction that opened the dialog.</summary>
    public object? UserState { get; set; }

    /// <summary>An INVITE of the peer that we have not answered finally.</summary>
    public InviteServerTransaction? PendingInviteServer { get; internal set; }

    /// <summary>An INVITE of ours without final answer.</summary>
    public InviteClientTransaction? PendingInviteClient { get; internal set; }

    /// <summary>UAS: a 2xx was sent and its ACK has not come.</summary>
    public bool IsAckAwaited => PendingOk is not null;

    internal byte[]? PendingOk;
    internal Flow OkFlow;
    /// <summary>CSeq of our INVITE last accepted: what the next ACK acknowledges.</summary>
    public uint AcceptedCSeq { get; internal set; }

    internal byte[]? Ack;
    internal uint AckCSeq;
    internal Flow AckFlow;
    internal bool IsAckSeen;

    /// <summary>Starts repeating a 2xx. §13.3.1.4: from T1, doubled up to T2, for 64·T1, over every transport.</summary>
    internal void AwaitAck(byte[] ok, in Flow flow, uint inviteCSeq, long nowUs)
    {
        PendingOk = ok;
        OkFlow = flow;
        InviteCSeq = inviteCSeq;
        IsAckSeen = false;
        _intervalUs = _stack.Timers.T1Us;
        _giveUpAtUs = nowUs + _stack.Timers.TransactionUs;
        _stack.Arm(this, nowUs + _intervalUs);
    }

    internal void StopAwaitingAck()
    {
        PendingOk = null;
        _stack.Arm(this, Never);
    }

    internal override void Due(long nowUs)
    {
        if (PendingOk is null) return;
        if (nowUs >= _giveUpAtUs)
        {
            PendingOk = null;
            _stack.AckMissing(this, nowUs);
            return;
        }
        _stack.Counters.Retransmissions++;
        _stack.Transmit(OkFlow, PendingOk);
        _intervalUs = Math.Min(_intervalUs * 2, _stack.Timers.T2Us);
        _stack.Arm(this, Math.Min(nowUs + _intervalUs, _giveUpAtUs));
    }

    /// <summary>Takes the peer's Contact of a request or 2xx that refreshes the target (§12.2.1.2, §12.2.2).</summary>
    internal void RefreshTarget(SipMessage message)
    {
        if (!message.ContactUri.IsEmpty && !message.ContactUri.SequenceEqual(RemoteTarget)) RemoteTarget = message.ContactUri.ToArray();
    }
}
