namespace Tandem.Sip;

/// <summary>RFC 3261 §17.2.1 with RFC 6026. States and moves are in <see cref="InviteServerTable"/>; timers G, H, I, L here.</summary>
public sealed class InviteServerTransaction : ServerTransaction
{
    long _retransmitAtUs = Never;
    long _intervalUs;

    internal InviteServerTransaction(SipStack stack, SipMessage request, in Flow flow, byte[] key) : base(stack, request, flow, key) { }

    public InviteServerState State { get; private set; }
    public override bool IsTerminated => State == InviteServerState.Terminated;

    /// <summary>The caller sent CANCEL.</summary>
    public bool IsCancelled { get; internal set; }

    internal override bool Send(int status, ReadOnlySpan<byte> response, long nowUs) => Take(
        status switch { < 200 => InviteServerInput.Send1xx, < 300 => InviteServerInput.Send2xx, _ => InviteServerInput.SendError }, nowUs, status, response);

    internal override void Retransmitted(long nowUs)
    {
        HeardAgainUs = nowUs;
        Take(InviteServerInput.Request, nowUs);
    }

    internal void Acknowledged(long nowUs) => Take(InviteServerInput.Ack, nowUs);

    internal override void TransportFailed(long nowUs) => Take(InviteServerInput.TransportError, nowUs);

    internal override void Due(long nowUs)
    {
        if (nowUs >= EndAtUs)
            Take(State switch { InviteServerState.Completed => InviteServerInput.TimerH, InviteServerState.Confirmed => InviteServerInput.TimerI, _ => InviteServerInput.TimerL }, nowUs);
        else if (nowUs >= _retransmitAtUs)
        {
            _intervalUs = Math.Min(_intervalUs * 2, Stack.Timers.T2Us);
            _retransmitAtUs = nowUs + _intervalUs;
            Take(InviteServerInput.TimerG, nowUs);
        }
        Arm();
    }

    bool Take(InviteServerInput input, long nowUs, int status = 0, ReadOnlySpan<byte> response = default)
    {
        (InviteServerState next, ServerAct act) = InviteServerTable.Step(State, input);
        if (act == ServerAct.Refuse) return false;
        if (next != State) Enter(next, nowUs);
        bool sent = true;
        switch (act)
        {
            case ServerAct.Send:
                LastStatus = status;
                LastResponse = status is >= 200 and < 300 ? null : response.ToArray();      // a 2xx is the dialog's to repeat
                sent = Transmit(response);
                break;
            case ServerAct.Resend:
                if (input == InviteServerInput.Request) Stack.Counters.RetransmissionsAbsorbed++;
                else Stack.Counters.Retransmissions++;
                if (LastResponse is not null) sent = Transmit(LastResponse);
                break;
            case ServerAct.Absorb:
                Stack.Counters.RetransmissionsAbsorbed++;
                break;
        }
        if (next == InviteServerState.Terminated) Stack.Ended(this);
        if (act == ServerAct.Fail) Stack.ServerFailed(this, input == InviteServerInput.TransportError ? SipFailure.Transport : SipFailure.TimedOut, nowUs);
        else if (!sent) return Take(InviteServerInput.TransportError, nowUs);
        return true;
    }

    void Enter(InviteServerState next, long nowUs)
    {
        State = next;
        _retransmitAtUs = Never;
        EndAtUs = Never;
        switch (next)
        {
            case InviteServerState.Accepted: EndAtUs = nowUs + Stack.Timers.TransactionUs; break;                                        // L
            case InviteServerState.Confirmed:                                                                                            // I
                LastResponse = null;
                EndAtUs = nowUs + (Flow.IsReliable ? 0 : Stack.Timers.T4Us);
                break;
            case InviteServerState.Completed:
                EndAtUs = nowUs + Stack.Timers.TransactionUs;                                                                            // H
                _intervalUs = Stack.Timers.T1Us;
                if (!Flow.IsReliable) _retransmitAtUs = nowUs + _intervalUs;                                                             // G
                break;
        }
        Arm();
    }

    void Arm() => Stack.Arm(this, Math.Min(_retransmitAtUs, EndAtUs));
}
