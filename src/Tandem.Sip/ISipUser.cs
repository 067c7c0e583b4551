namespace Tandem.Sip;

public enum SipFailure : byte
{
    /// <summary>No answer, or no ACK, in 64·T1.</summary>
    TimedOut,

    /// <summary>The transport refused the message or lost its connection.</summary>
    Transport,
}

/// <summary>
/// What the stack tells its user. All calls come from inside <see cref="SipStack.Receive"/>, <see cref="SipStack.Tick"/> or a send;
/// the user may call the stack from within them.
/// </summary>
public interface ISipUser
{
    /// <summary>A valid new request outside of a dialog. Nothing has been answered, not even 100.</summary>
    void RequestReceived(ServerTransaction transaction, long nowUs);

    /// <summary>A valid new request in a dialog, in order of CSeq: re-INVITE, BYE, UPDATE, INFO, REFER, …</summary>
    void DialogRequestReceived(Dialog dialog, ServerTransaction transaction, long nowUs);

    /// <summary>The caller takes back an INVITE. The user answers <paramref name="cancel"/> with 200 and, if it is not answered yet, <paramref name="invite"/> with 487.</summary>
    void CancelReceived(InviteServerTransaction invite, ServerTransaction cancel, long nowUs);

    /// <summary>The first ACK of a 2xx of ours; its body is the answer when our 2xx made the offer.</summary>
    void AckReceived(Dialog dialog, SipMessage ack, long nowUs);

    /// <summary>A 2xx was repeated for 64·T1 and nobody acknowledged: the user should send BYE (RFC 3261 §13.3.1.4).</summary>
    void AckMissing(Dialog dialog, long nowUs);

    /// <summary>
    /// A response, retransmissions absorbed. <paramref name="dialog"/> is the one it opened, confirmed or was sent in.
    /// After a 2xx to INVITE the user sends <see cref="SipStack.Acknowledge"/>.
    /// </summary>
    void ResponseReceived(ClientTransaction transaction, SipMessage response, Dialog? dialog, long nowUs);

    /// <summary>No final response will come.</summary>
    void ClientFailed(ClientTransaction transaction, SipFailure failure, long nowUs);

    /// <summary>The response did not leave, or its ACK did not come.</summary>
    void ServerFailed(ServerTransaction transaction, SipFailure failure, long nowUs);
}

/// <summary>Where the stack's messages leave.</summary>
public interface ISipOutput
{
    /// <summary>Copies or sends the bytes before it returns. False: this flow cannot carry them. Must not call back into the stack.</summary>
    bool Send(in Flow flow, ReadOnlySpan<byte> message);
}
