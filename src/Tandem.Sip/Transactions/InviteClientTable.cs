namespace Tandem.Sip;

public enum InviteClientState : byte { Calling, Proceeding, Accepted, Completed, Terminated }

enum InviteClientInput : byte { Receive1xx, Receive2xx, ReceiveError, TimerA, TimerB, TimerD, TimerM, TransportError }

enum ClientAct : byte { Nothing, Resend, Pass, PassAndAck, Ack, TimeOut, Fail }

/// <summary>RFC 3261 §17.1.1, figure 5, as amended by RFC 6026 §7.2. Timer B also ends an INVITE whose CANCEL brought no final response (§9.1).</summary>
static class InviteClientTable
{
    public static (InviteClientState, ClientAct) Step(InviteClientState state, InviteClientInput input) => (state, input) switch
    {
        (InviteClientState.Calling,    InviteClientInput.TimerA)       => (InviteClientState.Calling,    ClientAct.Resend),
        (InviteClientState.Calling,    InviteClientInput.TimerB)       => (InviteClientState.Terminated, ClientAct.TimeOut),
        (InviteClientState.Calling,    InviteClientInput.Receive1xx)   => (InviteClientState.Proceeding, ClientAct.Pass),
        (InviteClientState.Calling,    InviteClientInput.Receive2xx)   => (InviteClientState.Accepted,   ClientAct.Pass),
        (InviteClientState.Calling,    InviteClientInput.ReceiveError) => (InviteClientState.Completed,  ClientAct.PassAndAck),

        (InviteClientState.Proceeding, InviteClientInput.Receive1xx)   => (InviteClientState.Proceeding, ClientAct.Pass),
        (InviteClientState.Proceeding, InviteClientInput.Receive2xx)   => (InviteClientState.Accepted,   ClientAct.Pass),
        (InviteClientState.Proceeding, InviteClientInput.ReceiveError) => (InviteClientState.Completed,  ClientAct.PassAndAck),
        (InviteClientState.Proceeding, InviteClientInput.TimerB)       => (InviteClientState.Terminated, ClientAct.TimeOut),

        (InviteClientState.Accepted,   InviteClientInput.Receive2xx)   => (InviteClientState.Accepted,   ClientAct.Pass),      // RFC 6026 §7.2
        (InviteClientState.Accepted,   InviteClientInput.TimerM)       => (InviteClientState.Terminated, ClientAct.Nothing),

        (InviteClientState.Completed,  InviteClientInput.ReceiveError) => (InviteClientState.Completed,  ClientAct.Ack),
        (InviteClientState.Completed,  InviteClientInput.TimerD)       => (InviteClientState.Terminated, ClientAct.Nothing),

        (InviteClientState.Calling or InviteClientState.Proceeding, InviteClientInput.TransportError) => (InviteClientState.Terminated, ClientAct.Fail),
        (InviteClientState.Completed,  InviteClientInput.TransportError) => (InviteClientState.Terminated, ClientAct.Nothing),  // the user has its answer
        _ => (state, ClientAct.Nothing),
    };
}
