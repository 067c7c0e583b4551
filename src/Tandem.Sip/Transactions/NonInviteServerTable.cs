namespace Tandem.Sip;

public enum NonInviteServerState : byte { Trying, Proceeding, Completed, Terminated }

enum NonInviteServerInput : byte { Request, Send1xx, SendFinal, Send408, TimerJ, TransportError }

/// <summary>RFC 3261 §17.2.2, figure 8; RFC 4320 §4.1, §4.2: no 100 before the client slowed down (left to the user), never a 408.</summary>
static class NonInviteServerTable
{
    public static (NonInviteServerState, ServerAct) Step(NonInviteServerState state, NonInviteServerInput input) => (state, input) switch
    {
        (NonInviteServerState.Trying,     NonInviteServerInput.Request)   => (NonInviteServerState.Trying,     ServerAct.Absorb),
        (NonInviteServerState.Trying,     NonInviteServerInput.Send1xx)   => (NonInviteServerState.Proceeding, ServerAct.Send),
        (NonInviteServerState.Trying,     NonInviteServerInput.SendFinal) => (NonInviteServerState.Completed,  ServerAct.Send),

        (NonInviteServerState.Proceeding, NonInviteServerInput.Request)   => (NonInviteServerState.Proceeding, ServerAct.Resend),
        (NonInviteServerState.Proceeding, NonInviteServerInput.Send1xx)   => (NonInviteServerState.Proceeding, ServerAct.Send),
        (NonInviteServerState.Proceeding, NonInviteServerInput.SendFinal) => (NonInviteServerState.Completed,  ServerAct.Send),

        (NonInviteServerState.Completed,  NonInviteServerInput.Request)   => (NonInviteServerState.Completed,  ServerAct.Resend),
        (NonInviteServerState.Completed,  NonInviteServerInput.TimerJ)    => (NonInviteServerState.Terminated, ServerAct.Nothing),

        (not NonInviteServerState.Terminated, NonInviteServerInput.TransportError) => (NonInviteServerState.Terminated, ServerAct.Fail),
        (_, NonInviteServerInput.Send1xx or NonInviteServerInput.SendFinal or NonInviteServerInput.Send408) => (state, ServerAct.Refuse),
        _ => (state, ServerAct.Nothing),
    };
}
