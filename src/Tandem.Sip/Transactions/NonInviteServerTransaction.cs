namespace Tandem.Sip;

/// <summary>RFC 3261 §17.2.2. States and moves are in <see cref="NonInviteServerTable"/>; timer J here.</summary>
public sealed class NonInviteServerTransaction : ServerTransaction
{
    internal NonInviteServerTransaction(SipStack stack, SipMessage request, in Flow flow, byte[] key) : base(stack, request, flow, key) { }

    public NonInviteServerState State { get; private set; }
    public override bool IsTerminated => State == NonInviteServerState.Terminated;

    internal override bool Send(int status, ReadOnlySpan<byte> response, long nowUs) => Take(
        status switch { < 200 => NonInviteServerInput.Send1xx, 408 => NonInviteServerInput.Send408, _ => NonInviteServerInput.SendFinal }, nowUs, status, response);

    internal override void Retransmitted(long nowUs) => Take(NonInviteServerInput.Request, nowUs);

    internal override void TransportFailed(long nowUs) => Take(NonInviteServerInput.TransportError, nowUs);

    internal override void Due(long nowUs) => Take(NonInviteServerInput.TimerJ, nowUs);

    bool Take(NonInviteServerInput input, long nowUs, int status = 0, ReadOnlySpan<byte> response = default)
    {
        (NonInviteServerState next, ServerAct act) = NonInviteServerTable.Step(State, input);
        if (act == ServerAct.Refuse) return false;
        if (next == NonInviteServerState.Completed && next != State)
            Stack.Arm(this, nowUs + (Flow.IsReliable ? 0 : Stack.Timers.TransactionUs));                                                 // J
        State = next;
        bool sent = true;
        switch (act)
        {
            case ServerAct.Send:
                LastStatus = status;
                LastResponse = response.ToArray();
                sent = Transmit(response);
                break;
            case ServerAct.Resend:
                Stack.Counters.RetransmissionsAbsorbed++;
                sent = Transmit(LastResponse);
                break;
            case ServerAct.Absorb:
                Stack.Counters.RetransmissionsAbsorbed++;
                break;
        }
        if (next == NonInviteServerState.Terminated) Stack.Ended(this);
        if (act == ServerAct.Fail) Stack.ServerFailed(this, SipFailure.Transport, nowUs);
        else if (!sent) return Take(NonInviteServerInput.TransportError, nowUs);
        return true;
    }
}
