namespace Tandem.Sip;

/// <summary>Responses that come in.</summary>
public sealed partial class SipStack
{
    void ReceiveResponse(SipMessage response, long nowUs)
    {
        int vias = 0;
        foreach (ViaView _ in response.Vias) vias++;
        if (vias != 1)                                                          // §8.1.3.3: not for us
        {
            Counters.Strays++;
            return;
        }
        if (_clientByKey.TryGetValue(_keys.Client(response.Method, response.MethodName, response.Branch), out ClientTransaction? client))
        {
            client.Received(response, nowUs);
            return;
        }
        // A 2xx that still comes after timer M, or after a restart: its ACK was lost (§13.2.2.4).
        if (response.Method == SipMethod.Invite && response.Is2xx && FindDialog(response.CallId, response.FromTag, response.ToTag) is { } dialog)
        {
            Counters.RetransmissionsAbsorbed++;
            RepeatAck(dialog, response.CSeq);
            return;
        }
        Counters.Strays++;
    }

    bool RepeatAck(Dialog dialog, uint inviteCSeq)
    {
        if (dialog.Ack is null || dialog.AckCSeq != inviteCSeq) return false;
        Transmit(dialog.AckFlow, dialog.Ack);
        return true;
    }

    internal void InviteResponse(InviteClientTransaction transaction, SipMessage response, long nowUs)
    {
        if (response.Is2xx)
        {
            InviteAccepted(transaction, response, nowUs);
            return;
        }
        transaction.LastStatus = response.Status;
        Dialog? dialog = transaction.Dialog;
        if (dialog is null && response.Status is > 100 and < 200 && !response.ToTag.IsEmpty) dialog = FindOrOpen(transaction, response);
        if (response.Status >= 300)
        {
            if (transaction.Dialog is { } inside) inside.PendingInviteClient = null;
            foreach (Dialog early in transaction.Opened) Forget(early);
        }
        _user.ResponseReceived(transaction, response, dialog, nowUs);
    }

    void InviteAccepted(InviteClientTransaction transaction, SipMessage response, long nowUs)
    {
        Dialog? dialog = transaction.Dialog ?? FindOrOpen(transaction, response);
        if (dialog is null) return;                                             // at the limit: counted there
        if (transaction.Answered == dialog)
        {
            Counters.RetransmissionsAbsorbed++;
            RepeatAck(dialog, response.CSeq);
            return;
        }
        if (transaction.Answered is not null)
        {
            EndFork(dialog, transaction, response, nowUs);
            return;
        }
        transaction.Answered = dialog;
        transaction.LastStatus = response.Status;
        if (transaction.Dialog is null) dialog.RouteSet = RouteSets.Of(response, reversed: true);    // §13.2.2.4: computed again from the 2xx
        dialog.State = dialog.State == DialogState.Ended ? DialogState.Ended : DialogState.Confirmed;
        dialog.AcceptedCSeq = transaction.CSeq;
        dialog.PendingInviteClient = null;
        dialog.RefreshTarget(response);
        _user.ResponseReceived(transaction, response, dialog, nowUs);
    }

    /// <summary>Null: no room for another dialog.</summary>
    Dialog? FindOrOpen(InviteClientTransaction transaction, SipMessage response)
    {
        if (FindDialog(response.CallId, response.FromTag, response.ToTag) is { } known) return known;
        if (_dialogs.Count >= _options.DialogsMax + _options.DialogsMax / 8)    // calls begun below the limit may finish
        {
            Counters.Overloads++;
            return null;
        }
        SipParser.Parse(transaction.RequestBytes, out SipMessage? invite);
        byte[] key = _keys.Dialog(response.CallId, response.FromTag, response.ToTag).ToArray();
        var dialog = new Dialog(this, key)
        {
            IsSecure = invite!.Uri.Scheme == UriScheme.Sips,
            CallId = invite.CallId.ToArray(),
            LocalTag = invite.FromTag.ToArray(),
            RemoteTag = response.ToTag.ToArray(),
            LocalAddress = invite.Header(HeaderKind.From).ToArray(),
            RemoteAddress = response.Header(HeaderKind.To).ToArray(),
            LocalContact = invite.Header(HeaderKind.Contact).ToArray(),
            RemoteTarget = (response.ContactUri.IsEmpty ? invite.RequestUri : response.ContactUri).ToArray(),
            RouteSet = RouteSets.Of(response, reversed: true),
            LocalCSeq = invite.CSeq,
            AcceptedCSeq = invite.CSeq,
            Flow = transaction.Flow,
            UserState = transaction.UserState,
            PendingInviteClient = transaction,
        };
        transaction.Opened.Add(dialog);
        _dialogs[key] = dialog;
        return dialog;
    }

    // Another branch of the fork answered too: acknowledged and hung up (§13.2.2.4).
    void EndFork(Dialog dialog, InviteClientTransaction transaction, SipMessage response, long nowUs)
    {
        if (dialog.Ack is not null)
        {
            Counters.RetransmissionsAbsorbed++;
            RepeatAck(dialog, response.CSeq);
            return;
        }
        Counters.ForksEnded++;
        dialog.PendingInviteClient = null;
        dialog.AcceptedCSeq = transaction.CSeq;
        dialog.RouteSet = RouteSets.Of(response, reversed: true);
        dialog.RefreshTarget(response);
        Span<byte> branch = stackalloc byte[7 + StableTag.Length + 1];
        ViaView.MagicCookie.CopyTo(branch);
        StableTag.Write(response.Branch, response.ToTag, branch[7..]);
        branch[^1] = (byte)'a';
        Acknowledge(dialog, branch, default, default, default);
        branch[^1] = (byte)'b';
        var bye = new DialogRequest { Method = SipMethod.Bye, CSeq = dialog.LocalCSeq + 1, Branch = branch };
        Start(dialog, bye, isInternal: true, null, nowUs);
    }

    internal void NonInviteResponse(NonInviteClientTransaction transaction, SipMessage response, long nowUs)
    {
        transaction.LastStatus = response.Status;
        Dialog? dialog = transaction.Dialog;
        if (dialog is not null && transaction.Method == SipMethod.Update && response.Is2xx) dialog.RefreshTarget(response);
        if (dialog is not null && transaction.Method == SipMethod.Bye && response.Status >= 200 && response.Status is not (401 or 407)) Forget(dialog);
        if (!transaction.IsInternal) _user.ResponseReceived(transaction, response, dialog, nowUs);
    }

    internal void ClientFailed(ClientTransaction transaction, SipFailure failure, long nowUs)
    {
        if (failure == SipFailure.Transport) Counters.TransportFailures++;
        else Counters.ClientTimeouts++;
        if (transaction.Dialog is { } dialog)
        {
            if (dialog.PendingInviteClient == transaction) dialog.PendingInviteClient = null;
            if (transaction.Method == SipMethod.Bye) Forget(dialog);
        }
        if (!transaction.IsInternal) _user.ClientFailed(transaction, failure, nowUs);
    }
}
