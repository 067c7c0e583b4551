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
        else if (leg is { Wanted: LegCondition.Released, Progress: not LegProgress.Answered }) Invite(edge, leg, nowUs);
        BringAbout(leg, nowUs);
    }

    void TakeUpInvite(LegEdge edge, Leg leg, InviteCheckpoint saved, long nowUs)
    {
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
        if (dialog.Flow.IsReliable && _flows.Renew(dialog.Flow) is { } renewed) dialog.Flow = renewed;
        // Whether our ACK had left is not known: one more does no harm (RFC 3261 §13.2.2.4).
        if (leg.Kind == LegKind.Caller) return;
        edge.OwesAck = true;
        edge.PassedEmpty = leg.LocalSdp.Length == 0;
    }
}
