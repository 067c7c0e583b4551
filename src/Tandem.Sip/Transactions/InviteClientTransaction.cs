namespace Tandem.Sip;

/// <summary>RFC 3261 §17.1.1 with RFC 6026. States and moves are in <see cref="InviteClientTable"/>; timers A, B, D, M here.</summary>
public sealed class InviteClientTransaction : ClientTransaction
{
    byte[]? _ack;

    internal InviteClientTransaction(SipStack stack, uint cseq, byte[] request, in Flow flow, byte[] key)
        : base(stack, SipMethod.Invite, cseq, request, flow, key) { }

    public InviteClientState State { get; private set; }
    public override bool IsTerminated => State == InviteClientState.Terminated;

    /// <summary>The dialogs that this INVITE opened, one per To tag (forking).</summary>
    public IReadOnlyList<Dialog> Dialogs => Opened;

    /// <summary>The dialog of the first 2xx.</summary>
    public Dialog? Answered { get; internal set; }

    /// <summary>The user asked to cancel. A 2xx may still come: it is the user's to ACK and BYE.</summary>
    public bool IsCancelRequested { get; private set; }

    internal bool IsCancelSent { get; set; }
    internal List<Dialog> Opened { get; } = new(1);

    internal override void Start(long nowUs)
    {
        IntervalUs = Stack.Timers.T1Us;
        if (!Flow.IsReliable) RetransmitAtUs = nowUs + IntervalUs;                                       // A
        EndAtUs = nowUs + Stack.Timers.TransactionUs;                                                   // B
        Arm();
        if (!Transmit()) Take(InviteClientInput.TransportError, nowUs);
    }

    internal override void Received(SipMessage response, long nowUs) => Take(
        response.Status switch { < 200 => InviteClientInput.Receive1xx, < 300 => InviteClientInput.Receive2xx, _ => InviteClientInput.ReceiveError }, nowUs, response);

    internal override void TransportFailed(long nowUs) => Take(InviteClientInput.TransportError, nowUs);

    /// <summary>RFC 3261 §9.1: a CANCEL goes only after a provisional response; before, the wish is remembered.</summary>
    internal void Cancel(long nowUs)
    {
        IsCancelRequested = true;
        if (State != InviteClientState.Proceeding || IsCancelSent) return;
        IsCancelSent = true;
        EndAtUs = nowUs + Stack.Timers.TransactionUs;
        Arm();
        Stack.SendCancel(this, nowUs);
    }

    internal override void Due(long nowUs)
    {
        if (nowUs >= EndAtUs)
            Take(State switch { InviteClientState.Completed => InviteClientInput.TimerD, InviteClientState.Accepted => InviteClientInput.TimerM, _ => InviteClientInput.TimerB }, nowUs);
        else if (nowUs >= RetransmitAtUs)
        {
            IntervalUs *= 2;
            RetransmitAtUs = nowUs + IntervalUs;
            Take(InviteClientInput.TimerA, nowUs);
        }
        Arm();
    }

    void Take(InviteClientInput input, long nowUs, SipMessage? response = null)
    {
        (InviteClientState next, ClientAct act) = InviteClientTable.Step(State, input);
        if (next != State) Enter(next, nowUs);
        bool sent = true;
        if (act == ClientAct.PassAndAck) _ack = Stack.FormatErrorAck(this, response!);
        if (act is ClientAct.PassAndAck or ClientAct.Ack) sent = Stack.Transmit(Flow, _ack);
        if (act == ClientAct.Ack) Stack.Counters.RetransmissionsAbsorbed++;
        if (act == ClientAct.Resend)
        {
            Stack.Counters.Retransmissions++;
            sent = Transmit();
        }
        if (next == InviteClientState.Terminated) Stack.Ended(this, nowUs);
        if (act is ClientAct.Pass or ClientAct.PassAndAck) Stack.InviteResponse(this, response!, nowUs);
        if (act is ClientAct.TimeOut or ClientAct.Fail) Stack.ClientFailed(this, act == ClientAct.Fail ? SipFailure.Transport : SipFailure.TimedOut, nowUs);
        if (IsCancelRequested && !IsCancelSent) Cancel(nowUs);
        if (!sent) Take(InviteClientInput.TransportError, nowUs);
    }

    void Enter(InviteClientState next, long nowUs)
    {
        State = next;
        RetransmitAtUs = Never;
        EndAtUs = next switch
        {
            InviteClientState.Completed => nowUs + (Flow.IsReliable ? 0 : Stack.Timers.TimerDUs),        // D
            InviteClientState.Accepted => nowUs + Stack.Timers.TransactionUs,                           // M
            _ => Never,
        };
        Arm();
    }
}
