namespace Tandem.Sip;

public enum InviteServerState : byte { Proceeding, Accepted, Completed, Confirmed, Terminated }

enum InviteServerInput : byte { Request, Send1xx, Send2xx, SendError, Ack, TimerG, TimerH, TimerI, TimerL, TransportError }

enum ServerAct : byte { Nothing, Absorb, Send, Resend, Fail, Refuse }

/// <summary>RFC 3261 §17.2.1, figure 7, as amended by RFC 6026 §7.1. Unlike there, no 100 is sent by the machine: the user answers after its commit.</summary>
static class InviteServerTable
{
    public static (InviteServerState, ServerAct) Step(InviteServerState state, InviteServerInput input) => (state, input) switch
    {
        (InviteServerState.Proceeding, InviteServerInput.Request)   => (InviteServerState.Proceeding, ServerAct.Resend),
        (InviteServerState.Proceeding, InviteServerInput.Send1xx)   => (InviteServerState.Proceeding, ServerAct.Send),
        (InviteServerState.Proceeding, InviteServerInput.Send2xx)   => (InviteServerState.Accepted,   ServerAct.Send),
        (InviteServerState.Proceeding, InviteServerInput.SendError) => (InviteServerState.Completed,  ServerAct.Send),

        (InviteServerState.Accepted,   InviteServerInput.Request)   => (InviteServerState.Accepted,   ServerAct.Absorb),   // RFC 6026 §7.1
        (InviteServerState.Accepted,   InviteServerInput.Send2xx)   => (InviteServerState.Accepted,   ServerAct.Send),     // the dialog's retransmissions
        (InviteServerState.Accepted,   InviteServerInput.TimerL)    => (InviteServerState.Terminated, ServerAct.Nothing),

        (InviteServerState.Completed,  InviteServerInput.Request)   => (InviteServerState.Completed,  ServerAct.Resend),
        (InviteServerState.Completed,  InviteServerInput.TimerG)    => (InviteServerState.Completed,  ServerAct.Resend),
        (InviteServerState.Completed,  InviteServerInput.Ack)       => (InviteServerState.Confirmed,  ServerAct.Nothing),
        (InviteServerState.Completed,  InviteServerInput.TimerH)    => (InviteServerState.Terminated, ServerAct.Fail),

        (InviteServerState.Confirmed,  InviteServerInput.Request)   => (InviteServerState.Confirmed,  ServerAct.Absorb),
        (InviteServerState.Confirmed,  InviteServerInput.Ack)       => (InviteServerState.Confirmed,  ServerAct.Absorb),
        (InviteServerState.Confirmed,  InviteServerInput.TimerI)    => (InviteServerState.Terminated, ServerAct.Nothing),

        (not InviteServerState.Terminated, InviteServerInput.TransportError) => (InviteServerState.Terminated, ServerAct.Fail),   // §17.2.4
        (_, InviteServerInput.Send1xx or InviteServerInput.Send2xx or InviteServerInput.SendError) => (state, ServerAct.Refuse),
        _ => (state, ServerAct.Nothing),
    };
}
