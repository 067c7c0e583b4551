namespace Tandem.Sip;

/// <summary>Requests that come in.</summary>
public sealed partial class SipStack
{
    void ReceiveRequest(SipMessage request, in Flow flow, long nowUs)
    {
        if (request.Method == SipMethod.Ack)
        {
            ReceiveAck(request, nowUs);
            return;
        }
        if (_serverByKey.TryGetValue(_keys.Server(request), out ServerTransaction? known))
        {
            known.Retransmitted(nowUs);
            return;
        }
        int verdict = _verdicts.Judge(request, _scratch);
        if (verdict != 0)
        {
            Counters.Refused++;
            RefuseStatelessly(request, flow, verdict, default, _scratch.Written);
            return;
        }
        if (IsFull) RefuseOverload(request, flow);
        else if (request.Method == SipMethod.Cancel) ReceiveCancel(request, flow, nowUs);
        else if (!request.ToTag.IsEmpty && request.Method != SipMethod.Register) ReceiveInDialog(request, flow, nowUs);
        else if (IsOverloaded(request)) RefuseOverload(request, flow);
        else _user.RequestReceived(Begin(request, flow), nowUs);
    }

    bool IsOverloaded(SipMessage request) =>
        _servers.Count + _clients.Count >= _options.TransactionsMax || (request.Method == SipMethod.Invite && _dialogs.Count >= _options.DialogsMax);

    // Calls begun below the limit may finish: a quarter of the table is theirs.
    bool IsFull => _servers.Count + _clients.Count >= _options.TransactionsMax + _options.TransactionsMax / 4;

    ServerTransaction Begin(SipMessage request, in Flow flow)
    {
        byte[] key = _keys.Server(request).ToArray();
        ServerTransaction transaction = request.Method == SipMethod.Invite
            ? new InviteServerTransaction(this, request, flow, key)
            : new NonInviteServerTransaction(this, request, flow, key);
        _servers[key] = transaction;
        return transaction;
    }

    // §17.2.1 for errors, §13.3.1.4 for 2xx.
    void ReceiveAck(SipMessage ack, long nowUs)
    {
        if (_serverByKey.TryGetValue(_keys.Server(ack), out ServerTransaction? known) && known is InviteServerTransaction { State: not InviteServerState.Accepted } invite)
        {
            invite.Acknowledged(nowUs);
            return;
        }
        if (FindDialog(ack.CallId, ack.ToTag, ack.FromTag) is not { } dialog || ack.CSeq != dialog.InviteCSeq)
        {
            Counters.Strays++;
            return;
        }
        if (dialog.IsAckSeen)
        {
            Counters.RetransmissionsAbsorbed++;
            return;
        }
        dialog.IsAckSeen = true;
        dialog.StopAwaitingAck();
        _user.AckReceived(dialog, ack, nowUs);
    }

    // §9.2
    void ReceiveCancel(SipMessage cancel, in Flow flow, long nowUs)
    {
        if (!_serverByKey.TryGetValue(_keys.Server(cancel, ofInvite: true), out ServerTransaction? found) || found is not InviteServerTransaction invite)
        {
            Counters.Unmatched++;
            RefuseStatelessly(cancel, flow, 481);
            return;
        }
        ServerTransaction transaction = Begin(cancel, flow);
        transaction.Dialog = invite.Dialog;
        transaction.UserState = invite.UserState;
        invite.IsCancelled = true;
        _user.CancelReceived(invite, transaction, nowUs);
    }

    // §12.2.2
    void ReceiveInDialog(SipMessage request, in Flow flow, long nowUs)
    {
        if (FindDialog(request.CallId, request.ToTag, request.FromTag) is not { } dialog)
        {
            Counters.Unmatched++;
            RefuseStatelessly(request, flow, 481);
            return;
        }
        if (dialog.HasRemoteCSeq && request.CSeq < dialog.RemoteCSeq)
        {
            Counters.Refused++;
            RefuseStatelessly(request, flow, 500, "CSeq Out Of Order"u8);
            return;
        }
        bool isInvite = request.Method == SipMethod.Invite;
        ServerTransaction transaction = Begin(request, flow);
        transaction.Dialog = dialog;
        transaction.UserState = dialog.UserState;
        dialog.RemoteCSeq = request.CSeq;
        dialog.HasRemoteCSeq = true;
        if (isInvite && dialog.PendingInviteServer is not null)                 // §14.2: the earlier one first
        {
            Counters.Refused++;
            _scratch.Clear();
            _scratch.Header("Retry-After"u8, request.CSeq % 10);
            Respond(transaction, new OutgoingResponse { Status = 500, Headers = _scratch.Written }, nowUs);
            return;
        }
        if (isInvite && dialog.PendingInviteClient is not null)                 // §14.2: glare
        {
            Counters.Refused++;
            Respond(transaction, new OutgoingResponse { Status = 491 }, nowUs);
            return;
        }
        if (transaction is InviteServerTransaction invite) dialog.PendingInviteServer = invite;
        if (!dialog.Flow.IsReliable || flow.IsReliable) dialog.Flow = flow;
        _user.DialogRequestReceived(dialog, transaction, nowUs);
    }

    void RefuseMalformed(SipMessage request, in Flow flow)
    {
        Counters.Refused++;
        (int status, string reason) = request.Fault.Answer();
        _scratch.Clear();
        _scratch.Append(reason);
        RefuseStatelessly(request, flow, status, _scratch.Written);
    }

    void RefuseOverload(SipMessage request, in Flow flow)
    {
        Counters.Overloads++;
        _scratch.Clear();
        _scratch.Header("Retry-After"u8, _options.RetryAfterSeconds);
        RefuseStatelessly(request, flow, 503, default, _scratch.Written);
    }

    /// <summary>§8.2.7: no transaction; each retransmission is answered alike, so the tag is derived from the request.</summary>
    void RefuseStatelessly(SipMessage request, in Flow flow, int status, ReadOnlySpan<byte> reason = default, ReadOnlySpan<byte> headers = default)
    {
        Span<byte> tag = stackalloc byte[StableTag.Length];
        StableTag.Write(request.CallId, request.Branch, tag);
        var response = new OutgoingResponse { Status = status, Reason = reason, Headers = headers };
        Transmit(ResponseRouting.Route(request.TopVia, flow), _format.Response(request, flow, response, tag, default));
    }
}
