using Tandem.Sip.Schema;

namespace Tandem.Sip;

/// <summary>Going on with what another process left.</summary>
public sealed partial class SipStack
{
    /// <summary>The dialog as bytes for a journal. Field meanings: Schema/checkpoint.proto.</summary>
    public static byte[] Save(Dialog dialog) => DialogCheckpoints.Save(dialog);

    /// <summary>
    /// Takes a dialog over: requests in it are accepted from now on. A UAS dialog whose 2xx was not acknowledged repeats it.
    /// Null: the bytes are no checkpoint, or the dialog is here already.
    /// </summary>
    public Dialog? RestoreDialog(ReadOnlySpan<byte> checkpoint, object? userState, long nowUs)
    {
        if (DialogCheckpoints.Read(checkpoint) is not { } saved) return null;
        byte[] key = _keys.Dialog(saved.CallId.Span, saved.LocalTag.Span, saved.RemoteTag.Span).ToArray();
        if (_dialogs.ContainsKey(key)) return null;
        Dialog dialog = DialogCheckpoints.Restore(this, key, saved);
        dialog.UserState = userState;
        _dialogs[key] = dialog;
        if (!saved.PendingOk.IsEmpty)
        {
            dialog.AwaitAck(saved.PendingOk.ToByteArray(), DialogCheckpoints.Restore(saved.OkFlow), saved.InviteCseq, nowUs);
            Transmit(dialog.OkFlow, dialog.PendingOk);
        }
        return dialog;
    }

    /// <summary>
    /// An INVITE that arrived before the crash and has no final answer: responses can be sent again and its retransmissions are absorbed.
    /// With a tag, its early dialog is opened too. Null: the bytes are no INVITE, or it is here already.
    /// </summary>
    public InviteServerTransaction? RestoreInviteServer(
        ReadOnlySpan<byte> rawRequest, in Flow flow, ReadOnlySpan<byte> localTag, object? userState, long nowUs, ReadOnlySpan<byte> localContact = default)
    {
        if (SipParser.Parse(rawRequest, out SipMessage? request) != Malformed.No || !request!.IsRequest || request.Method != SipMethod.Invite) return null;
        if (_serverByKey.ContainsKey(_keys.Server(request))) return null;
        var transaction = (InviteServerTransaction)Begin(request, flow);
        transaction.UserState = userState;
        if (!request.ToTag.IsEmpty && FindDialog(request.CallId, request.ToTag, request.FromTag) is { } inside)
        {
            transaction.Dialog = inside;
            inside.PendingInviteServer = transaction;
        }
        else if (!localTag.IsEmpty) OpenDialog(transaction, localTag, localContact);
        return transaction;
    }
}
