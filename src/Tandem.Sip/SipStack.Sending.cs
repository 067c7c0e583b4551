namespace Tandem.Sip;

/// <summary>Why the stack did not send what the user asked.</summary>
public enum Refused : byte
{
    No,
    TooManyTransactions,
    DialogEnded,

    /// <summary>The CSeq is not above the last one sent in the dialog.</summary>
    CSeqNotGrowing,

    /// <summary>RFC 3261 §14.1: an INVITE is in progress in this dialog.</summary>
    InvitePending,

    /// <summary>The branch belongs to a transaction that still lives.</summary>
    BranchInUse,
}

/// <summary>What the user sends.</summary>
public sealed partial class SipStack
{
    /// <summary>
    /// Sends a request outside of a dialog. After a crash the user sends the same INVITE with the same identifiers and body:
    /// the peer sees a retransmission and repeats its last answer. Null: refused, see <paramref name="refused"/>.
    /// </summary>
    public ClientTransaction? Request(in OutgoingRequest request, in Flow flow, object? userState, long nowUs, out Refused refused) =>
        Start(request.Method, request.CSeq, request.Branch, _format.Request(request, flow), flow, null, isInternal: false, userState, nowUs, out refused);

    /// <summary>Sends a request in a dialog. Null: refused.</summary>
    public ClientTransaction? Request(Dialog dialog, in DialogRequest request, object? userState, long nowUs, out Refused refused)
    {
        refused = dialog.State == DialogState.Ended ? Refused.DialogEnded
            : request.CSeq <= dialog.LocalCSeq && dialog.LocalCSeq > 0 ? Refused.CSeqNotGrowing
            : request.Method == SipMethod.Invite && (dialog.PendingInviteClient ?? (object?)dialog.PendingInviteServer) is not null ? Refused.InvitePending
            : Refused.No;
        if (refused != Refused.No) return null;
        ClientTransaction? transaction = Start(dialog, request, isInternal: false, userState, nowUs, out refused);
        return transaction;
    }

    /// <summary>
    /// Sends the ACK of the 2xx last received in the dialog, and keeps it for further copies of that 2xx. The branch is a new one (§13.2.2.4).
    /// The body is the answer when the 2xx made the offer.
    /// </summary>
    public bool Acknowledge(Dialog dialog, ReadOnlySpan<byte> branch, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body)
    {
        var ack = new DialogRequest { Method = SipMethod.Ack, CSeq = dialog.AcceptedCSeq, Branch = branch, Headers = headers, ContentType = contentType, Body = body };
        dialog.AckFlow = TargetOf(dialog);
        dialog.Ack = _format.InDialog(dialog, ack, dialog.AckFlow).ToArray();
        dialog.AckCSeq = dialog.AcceptedCSeq;
        return Transmit(dialog.AckFlow, dialog.Ack);
    }

    /// <summary>Takes an INVITE back: at once if the peer has answered provisionally, else when it does (§9.1). Nothing happens after a final answer.</summary>
    public void Cancel(InviteClientTransaction invite, long nowUs)
    {
        if (!invite.IsAnswered && !invite.IsTerminated) invite.Cancel(nowUs);
    }

    /// <summary>
    /// Answers a request. A tagged 101–299 to an INVITE opens its dialog; a 2xx to INVITE is repeated until its ACK comes.
    /// False: the transaction does not allow it any more (answered finally, or over).
    /// </summary>
    public bool Respond(ServerTransaction transaction, in OutgoingResponse response, long nowUs)
    {
        if (transaction.IsTerminated || transaction.IsAnswered) return false;
        bool isInvite = transaction is InviteServerTransaction;
        Dialog? dialog = transaction.Dialog;
        if (isInvite && dialog is null && response.Status is > 100 and < 300 && !response.ToTag.IsEmpty)
            dialog = OpenDialog((InviteServerTransaction)transaction, response.ToTag, response.Contact);
        if (isInvite && dialog is null && response.Status is >= 200 and < 300) throw new ArgumentException("A 2xx to INVITE needs a To tag.", nameof(response));
        if (dialog is not null && !response.Contact.IsEmpty && isInvite) dialog.LocalContact = response.Contact.ToArray();

        scoped ReadOnlySpan<byte> tag = !response.ToTag.IsEmpty ? response.ToTag : dialog is null ? default : dialog.LocalTag;
        Span<byte> derived = stackalloc byte[StableTag.Length];
        if (tag.IsEmpty)
        {
            StableTag.Write(transaction.Request.CallId, transaction.Request.Branch, derived);
            tag = derived;
        }
        ReadOnlySpan<byte> contact = !response.Contact.IsEmpty || dialog is null || response.Status >= 300 ? response.Contact
            : isInvite || transaction.Method == SipMethod.Update ? dialog.LocalContact : default;
        ReadOnlySpan<byte> bytes = _format.Response(transaction.Request, transaction.Flow, response, tag, contact);
        byte[]? ok = isInvite && dialog is not null && response.Status is >= 200 and < 300 ? bytes.ToArray() : null;
        if (!transaction.Send(response.Status, ok ?? bytes, nowUs)) return false;
        if (dialog is not null) AfterResponse(dialog, transaction, response.Status, ok, nowUs);
        return true;
    }

    void AfterResponse(Dialog dialog, ServerTransaction transaction, int status, byte[]? ok, long nowUs)
    {
        if (status < 200) return;
        if (dialog.PendingInviteServer == transaction) dialog.PendingInviteServer = null;
        if (status < 300 && transaction.Method is SipMethod.Invite or SipMethod.Update) dialog.RefreshTarget(transaction.Request);
        if (ok is not null)
        {
            if (dialog.State == DialogState.Early) dialog.State = DialogState.Confirmed;
            dialog.AwaitAck(ok, transaction.ResponseFlow, transaction.Request.CSeq, nowUs);
        }
        else if (transaction is InviteServerTransaction && status >= 300 && dialog.State == DialogState.Early) Forget(dialog);
        else if (transaction.Method == SipMethod.Bye && status < 300) Forget(dialog);
    }

    /// <summary>Opens the UAS dialog of an INVITE (§12.1.1) before its first tagged answer. <see cref="Respond"/> does it by itself.</summary>
    public Dialog OpenDialog(InviteServerTransaction transaction, ReadOnlySpan<byte> localTag, ReadOnlySpan<byte> contact)
    {
        if (transaction.Dialog is { } known) return known;
        SipMessage invite = transaction.Request;
        byte[] key = _keys.Dialog(invite.CallId, localTag, invite.FromTag).ToArray();
        var dialog = new Dialog(this, key)
        {
            IsUas = true,
            IsSecure = invite.Uri.Scheme == UriScheme.Sips,
            CallId = invite.CallId.ToArray(),
            LocalTag = localTag.ToArray(),
            RemoteTag = invite.FromTag.ToArray(),
            LocalAddress = [.. invite.Header(HeaderKind.To), .. ";tag="u8, .. localTag],
            RemoteAddress = invite.Header(HeaderKind.From).ToArray(),
            LocalContact = contact.ToArray(),
            RemoteTarget = invite.ContactUri.ToArray(),
            RouteSet = RouteSets.Of(invite, reversed: false),
            RemoteCSeq = invite.CSeq,
            HasRemoteCSeq = true,
            InviteCSeq = invite.CSeq,
            Flow = transaction.Flow,
            UserState = transaction.UserState,
            PendingInviteServer = transaction,
        };
        _dialogs[key] = dialog;
        transaction.Dialog = dialog;
        return dialog;
    }

    ClientTransaction? Start(Dialog dialog, in DialogRequest request, bool isInternal, object? userState, long nowUs, out Refused refused)
    {
        Flow flow = TargetOf(dialog);
        ReadOnlySpan<byte> bytes = _format.InDialog(dialog, request, flow);
        return Start(request.Method, request.CSeq, request.Branch, bytes, flow, dialog, isInternal, userState ?? dialog.UserState, nowUs, out refused);
    }

    void Start(Dialog dialog, in DialogRequest request, bool isInternal, object? userState, long nowUs) =>
        Start(dialog, request, isInternal, userState, nowUs, out _);

    ClientTransaction? Start(
        SipMethod method, uint cseq, ReadOnlySpan<byte> branch, ReadOnlySpan<byte> bytes, in Flow flow, Dialog? dialog,
        bool isInternal, object? userState, long nowUs, out Refused refused)
    {
        byte[] key = _keys.Client(method, SipMethods.Name(method), branch).ToArray();
        refused = _clients.ContainsKey(key) ? Refused.BranchInUse
            : !isInternal && _servers.Count + _clients.Count >= _options.TransactionsMax + _options.TransactionsMax / 8 ? Refused.TooManyTransactions   // calls begun below the limit may finish
            : Refused.No;
        if (refused != Refused.No) return null;
        ClientTransaction transaction = method == SipMethod.Invite
            ? new InviteClientTransaction(this, cseq, bytes.ToArray(), flow, key) { UserState = userState, Dialog = dialog }
            : new NonInviteClientTransaction(this, method, cseq, bytes.ToArray(), flow, key) { UserState = userState, Dialog = dialog, IsInternal = isInternal };
        if (dialog is not null)
        {
            dialog.LocalCSeq = cseq;
            if (transaction is InviteClientTransaction invite) dialog.PendingInviteClient = invite;
            if (method == SipMethod.Bye) dialog.State = DialogState.Ended;
        }
        _clients[key] = transaction;
        transaction.Start(nowUs);
        return transaction;
    }

    internal void SendCancel(InviteClientTransaction invite, long nowUs)
    {
        SipParser.Parse(invite.RequestBytes, out SipMessage? sent);
        ReadOnlySpan<byte> bytes = _format.Companion(sent!, SipMethod.Cancel, default);
        Start(SipMethod.Cancel, invite.CSeq, sent!.Branch, bytes, invite.Flow, null, isInternal: true, null, nowUs, out _);
    }

    internal byte[] FormatErrorAck(InviteClientTransaction invite, SipMessage response)
    {
        SipParser.Parse(invite.RequestBytes, out SipMessage? sent);
        return _format.Companion(sent!, SipMethod.Ack, response.Header(HeaderKind.To)).ToArray();
    }

    // §12.2.1.1 with the part of RFC 3263 that needs no DNS: a next hop that is an IP address. All else goes back on the dialog's flow.
    Flow TargetOf(Dialog dialog)
    {
        if (_options.StaysOnFlow || dialog.Flow.IsReliable) return dialog.Flow;
        if (!UriView.TryParse(RouteSets.NextHop(dialog), out UriView hop)) return dialog.Flow;
        return SipEndPoint.TryParse(hop.Host, hop.Port == 0 ? 5060 : hop.Port, out SipEndPoint target) ? dialog.Flow with { Remote = target } : dialog.Flow;
    }
}
