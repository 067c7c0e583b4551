using System.Text;
using Tandem.Core;
using Tandem.Core.Calls;
using Tandem.Core.Schema;
using Tandem.Node.Schema;
using Tandem.Sip;

namespace Tandem.Node.ServiceNode;

/// <summary>
/// After a start: dialogs are made from their checkpoints, callers' INVITEs are taken up where they were, and INVITEs of
/// ours that have no answer are sent again, the same: the phone sees a retransmission.
/// </summary>
sealed partial class ServiceNode
{
    /// <summary>The address became this node's, and its legs did.</summary>
    public void TakeUp(long nowUs)
    {
        var legs = new List<Leg>();
        foreach (Call call in Centre.Calls)
            foreach (Leg leg in call.Legs)
                if (!leg.Gone && IsOurs(leg) && !_edges.ContainsKey(leg.Id)) legs.Add(leg);
        legs.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        foreach (Leg leg in legs) TakeUp(leg, nowUs);
    }

    void TakeUp(Leg leg, long nowUs)
    {
        var edge = new LegEdge(leg.Id);
        _edges[leg.Id] = edge;
        if (!leg.Checkpoint.IsEmpty)
        {
            LegCheckpoint checkpoint = LegCheckpoint.Parser.ParseFrom(leg.Checkpoint);
            if (checkpoint.KindCase == LegCheckpoint.KindOneofCase.Invite) TakeUpInvite(edge, leg, checkpoint.Invite, nowUs);
            else TakeUpDialog(edge, leg, checkpoint.Dialog.Span, nowUs);
        }
        else if (leg is { Wanted: LegCondition.Released, Progress: not LegProgress.Answered })
        {
            if (leg.KnownAt.Length > 0) TakeBack(leg);
            else Invite(edge, leg, nowUs);
        }
        BringAbout(leg, nowUs);
    }

    /// <summary>
    /// The phone rings for an address that is gone: the INVITE is cancelled in that address's name (RFC 3261 §9.1: the same Via),
    /// once, and nobody waits for the answer.
    /// </summary>
    void TakeBack(Leg leg)
    {
        if (TargetOf(leg) is not { } target || _flows.To(target.Remote, target.OverTcp, _address) is not { } flow) return;
        (string from, string to) = Parties(leg, leg.KnownAt);
        string cancel = $"CANCEL {target.Uri} SIP/2.0\r\n"
            + $"Via: SIP/2.0/{(target.OverTcp ? "TCP" : "UDP")} {leg.KnownAt};branch={Encoding.ASCII.GetString(_identifiers.Branch(leg.Id, InviteCSeq))}\r\n"
            + $"Max-Forwards: 70\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {Encoding.ASCII.GetString(_identifiers.CallId(leg.Id))}\r\n"
            + $"CSeq: {InviteCSeq} CANCEL\r\nContent-Length: 0\r\n\r\n";
        _flows.Send(flow, Encoding.UTF8.GetBytes(cancel));
    }

    void TakeUpInvite(LegEdge edge, Leg leg, InviteCheckpoint saved, long nowUs)
    {
        // It came in here too, and is on its way to the journal: that entry brings the transaction.
        if (_proposed.Values.Any(t => t.Request.Raw.SequenceEqual(saved.Request.Span))) return;
        if (_flows.Parse(saved.Flow, _address) is not { } flow
            || Stack.RestoreInviteServer(saved.Request.Span, flow, _identifiers.Tag(leg.Id), edge, nowUs, Flows.Contact(flow)) is not { } invite)
        {
            Finish(edge, EndCause.EndLost, nowUs);
            return;
        }
        edge.Invite = invite;
        if (leg.Progress != LegProgress.Answered || leg.Wanted != LegCondition.Released) return;
        // It was answered and is over, but its ACK was never seen: it is answered again so that it can be hung up.
        Respond(invite, leg, 200, leg.LocalSdp, nowUs);
        edge.Dialog = invite.Dialog;
        if (edge.Dialog is not null) edge.Dialog.UserState = edge;
    }

    void TakeUpDialog(LegEdge edge, Leg leg, ReadOnlySpan<byte> saved, long nowUs)
    {
        if (Stack.RestoreDialog(saved, edge, nowUs) is not { } dialog)
        {
            Finish(edge, EndCause.EndLost, nowUs);
            return;
        }
        edge.Dialog = dialog;
        if (dialog.Flow.Local.ToString() != _address)
        {
            // Its address could not come along: from here on it is this one, and a target refresh tells the far end.
            if (_flows.To(dialog.Flow.Remote, dialog.Flow.IsReliable, _address) is { } moved) dialog.Flow = moved;
            dialog.LocalContact = Flows.Contact(dialog.Flow);
        }
        else if (dialog.Flow.IsReliable && _flows.Renew(dialog.Flow) is { } renewed) dialog.Flow = renewed;
        // Whether our ACK had left is not known: one more does no harm (RFC 3261 §13.2.2.4).
        if (leg.Kind == LegKind.Caller) return;
        edge.OwesAck = true;
        edge.PassedEmpty = leg.LocalSdp.Length == 0;
    }
}
