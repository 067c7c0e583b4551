namespace Tandem.Sip;

/// <summary>RFC 3261 §17.1.2. States and moves are in <see cref="NonInviteClientTable"/>; timers E, F, K here.</summary>
public sealed class NonInviteClientTransaction : ClientTransaction
{
    internal NonInviteClientTransaction(SipStack stack, SipMethod method, uint cseq, byte[] request, in Flow flow, byte[] key)
        : base(stack, method, cseq, request, flow, key) { }

    public NonInviteClientState State { get; private set; }
    public override bool IsTerminated => State == NonInviteClientState.Terminated;

    internal override void Start(long nowUs)
    {
        IntervalUs = Stack.Timers.T1Us;
        if (!Flow.IsReliable) RetransmitAtUs = nowUs + IntervalUs;                                       // E
        EndAtUs = nowUs + Stack.Timers.TransactionUs;                                                   // F
        Arm();
        if (!Transmit()) Take(NonInviteClientInput.TransportError, nowUs);
    }

    internal override void Received(SipMessage response, long nowUs) =>
        Take(response.Status < 200 ? NonInviteClientInput.Receive1xx : NonInviteClientInput.ReceiveFinal, nowUs, response);

    internal override void TransportFailed(long nowUs) => Take(NonInviteClientInput.TransportError, nowUs);

    internal override void Due(long nowUs)
    {
        if (nowUs >= EndAtUs) Take(State == NonInviteClientState.Completed ? NonInviteClientInput.TimerK : NonInviteClientInput.TimerF, nowUs);
        else if (nowUs >= RetransmitAtUs)
        {
            IntervalUs = State == NonInviteClientState.Proceeding ? Stack.Timers.T2Us : Math.Min(IntervalUs * 2, Stack.Timers.T2Us);
            RetransmitAtUs = nowUs + IntervalUs;
            Take(NonInviteClientInput.TimerE, nowUs);
        }
        Arm();
    }

    void Take(NonInviteClientInput input, long nowUs, SipMessage? response = null)
    {
        (NonInviteClientState next, ClientAct act) = NonInviteClientTable.Step(State, input);
        if (next != State)
        {
            State = next;
            if (next != NonInviteClientState.Proceeding) RetransmitAtUs = EndAtUs = Never;
            if (next == NonInviteClientState.Completed) EndAtUs = nowUs + (Flow.IsReliable ? 0 : Stack.Timers.T4Us);      // K
            Arm();
        }
        if (act == ClientAct.Nothing && response is not null) Stack.Counters.RetransmissionsAbsorbed++;
        bool sent = true;
        if (act == ClientAct.Resend)
        {
            Stack.Counters.Retransmissions++;
            sent = Transmit();
        }
        if (next == NonInviteClientState.Terminated) Stack.Ended(this, nowUs);
        if (act == ClientAct.Pass) Stack.NonInviteResponse(this, response!, nowUs);
        if (act is ClientAct.TimeOut or ClientAct.Fail) Stack.ClientFailed(this, act == ClientAct.Fail ? SipFailure.Transport : SipFailure.TimedOut, nowUs);
        if (!sent) Take(NonInviteClientInput.TransportError, nowUs);
    }
}
