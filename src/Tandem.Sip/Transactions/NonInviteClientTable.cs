namespace Tandem.Sip;

public enum NonInviteClientState : byte { Trying, Proceeding, Completed, Terminated }

enum NonInviteClientInput : byte { Receive1xx, ReceiveFinal, TimerE, TimerF, TimerK, TransportError }

/// <summary>RFC 3261 §17.1.2, figure 6.</summary>
static class NonInviteClientTable
{
    public static (NonInviteClientState, ClientAct) Step(NonInviteClientState state, NonInviteClientInput input) => (state, input) switch
    {
        (NonInviteClientState.Trying or NonInviteClientState.Proceeding, NonInviteClientInput.TimerE)       => (state, ClientAct.Resend),
        (NonInviteClientState.Trying or NonInviteClientState.Proceeding, NonInviteClientInput.TimerF)       => (NonInviteClientState.Terminated, ClientAct.TimeOut),
        (NonInviteClientState.Trying or NonInviteClientState.Proceeding, NonInviteClientInput.Receive1xx)   => (NonInviteClientState.Proceeding, ClientAct.Pass),
        (NonInviteClientState.Trying or NonInviteClientState.Proceeding, NonInviteClientInput.ReceiveFinal) => (NonInviteClientState.Completed, ClientAct.Pass),
        (NonInviteClientState.Trying or NonInviteClientState.Proceeding, NonInviteClientInput.TransportError) => (NonInviteClientState.Terminated, ClientAct.Fail),
        (NonInviteClientState.Completed, NonInviteClientInput.TimerK) => (NonInviteClientState.Terminated, ClientAct.Nothing),
        _ => (state, ClientAct.Nothing),
    };
}
