using System.Text;
using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Schema;
using Tandem.Node.Schema;
using Tandem.Sip;

namespace Tandem.Node.ServiceNode;

/// <summary>Compares what this node has of a leg with the condition that the state wants, and closes the difference.</summary>
sealed partial class ServiceNode
{
    /// <summary>CSeq of the requests within a leg's dialog: our INVITE has 1, offers passed on follow, BYE is beyond them all.</summary>
    const uint InviteCSeq = 1, ByeCSeq = 1_000_000;

    void BringAbout(Leg leg, long nowUs)
    {
        if (leg.Gone) return;
        if (!_edges.TryGetValue(leg.Id, out LegEdge? edge))
        {
            if (leg.Kind == LegKind.Caller && leg.Checkpoint.IsEmpty) return;
            _edges[leg.Id] = edge = new LegEdge(leg.Id);
        }
        if (edge.EndProposed) return;
        if (leg.Wanted == LegCondition.Released) Release(edge, leg, nowUs);
        else if (leg.Kind == LegKind.Caller) BringCaller(edge, leg, nowUs);
        else BringTarget(edge, leg, nowUs);
        if (leg.Wanted != LegCondition.Connected || !edge.IsAnswered) return;
        PassOffers(edge, leg, nowUs);
        AcknowledgeWhenDue(edge, leg);
    }

    void BringCaller(LegEdge edge, Leg leg, long nowUs)
    {
        // A CANCEL whose entry is on its way ends this call: no answer of ours may cross it.
        if (edge.Invite is not { IsAnswered: false } invite || edge.Cancel is not null) return;
        switch (leg.Wanted)
        {
            case LegCondition.Proceeding:
                if (invite.LastStatus < 100) Stack.Respond(invite, new OutgoingResponse { Status = 100 }, nowUs);
                break;
            case LegCondition.Alerting:
                if (invite.LastStatus < 180) Respond(invite, leg, 180, "", nowUs);
                break;
            case LegCondition.Progressing:
                if (invite.LastStatus < 183) Respond(invite, leg, 183, leg.LocalSdp, nowUs);
                break;
            case LegCondition.Connected:
                Respond(invite, leg, 200, leg.LocalSdp, nowUs);
                edge.Dialog = invite.Dialog;
                if (edge.Dialog is not null) edge.Dialog.UserState = edge;
                break;
        }
    }

    void Respond(InviteServerTransaction invite, Leg leg, int status, string sdp, long nowUs)
    {
        Stack.Respond(invite, new OutgoingResponse
        {
            Status = status,
            ToTag = _identifiers.Tag(leg.Id),
            Contact = Flows.Contact(invite.Flow),
            ContentType = sdp.Length > 0 ? s_sdp : default,
            Body = Body(sdp),
        }, nowUs);
    }

    void BringTarget(LegEdge edge, Leg leg, long nowUs)
    {
        if (leg.Wanted == LegCondition.Ringing && edge.Outgoing is null && !edge.IsAnswered) Invite(edge, leg, nowUs);
    }

    /// <summary>When the far end made the offer in its 2xx, our ACK waits for the answer of the other end (RFC 3264 §4).</summary>
    void AcknowledgeWhenDue(LegEdge edge, Leg leg)
    {
        if (edge.OwesAck && leg.Exchange is not (Exchange.Passing or Exchange.Refreshing) && (!edge.PassedEmpty || leg.AcknowledgeSdp.Length > 0)) Acknowledge(edge, leg);
    }

    void Acknowledge(LegEdge edge, Leg leg)
    {
        edge.OwesAck = false;
        Dialog dialog = edge.Dialog!;
        byte[] body = edge.PassedEmpty ? Body(leg.AcknowledgeSdp) : [];
        Stack.Acknowledge(dialog, _identifiers.Branch(leg.Id, dialog.InviteCSeq, ack: true), default, body.Length > 0 ? s_sdp : default, body);
    }

    void Invite(LegEdge edge, Leg leg, long nowUs)
    {
        if (TargetOf(leg) is not { } target || _flows.To(target.Remote, target.OverTcp, _address) is not { } flow)
        {
            edge.EndProposed = true;
            Propose(new Entry { LegFailed = new LegFailed { Leg = leg.Id.Value, Status = 503 } });
            return;
        }
        Call call = leg.Call;
        (string from, string to) = Parties(leg, flow.Local.ToString());
        byte[] body = Body(leg.LocalSdp);
        edge.PassedEmpty = body.Length == 0;
        var request = new OutgoingRequest
        {
            Method = SipMethod.Invite,
            RequestUri = Encoding.UTF8.GetBytes(target.Uri),
            From = Encoding.UTF8.GetBytes(from),
            To = Encoding.UTF8.GetBytes(to),
            CallId = _identifiers.CallId(leg.Id),
            CSeq = InviteCSeq,
            Branch = _identifiers.Branch(leg.Id, InviteCSeq),
            Contact = Flows.Contact(flow),
            MaxForwards = MaxForwards(call),
            Headers = leg.Kind == LegKind.External ? s_allow : Encoding.ASCII.GetBytes($"Allow: {Methods}\r\nX-Tandem-Call: {Centre.Instance}:{call.Id}\r\n"),
            ContentType = body.Length > 0 ? s_sdp : default,
            Body = body,
        };
        if (Stack.Request(request, flow, edge, nowUs, out Refused refused) is InviteClientTransaction invite) edge.Outgoing ??= invite;
        if (refused == Refused.No || edge.EndProposed) return;
        edge.EndProposed = true;
        Propose(new Entry { LegFailed = new LegFailed { Leg = leg.Id.Value, Status = 503 } });
    }

    /// <summary>From and To of our INVITE.</summary>
    (string From, string To) Parties(Leg leg, string local)
    {
        Call call = leg.Call;
        string calling = call.Calling.Length > 0 ? Numbers.Escaped(call.Calling) : "anonymous";
        return ($"{Quoted(call.CallingName)}<sip:{calling}@{local}>;tag={Encoding.ASCII.GetString(_identifiers.Tag(leg.Id))}",
            $"<sip:{Numbers.Escaped(leg.Device?.Name ?? leg.Number)}@{local}>");
    }

    /// <summary>Calls that go round in circles over trunks end (RFC 3261 §8.1.1.6, as a proxy would count).</summary>
    static int MaxForwards(Call call)
    {
        if (call.Caller.Checkpoint.IsEmpty) return 70;
        LegCheckpoint checkpoint = LegCheckpoint.Parser.ParseFrom(call.Caller.Checkpoint);
        if (checkpoint.KindCase != LegCheckpoint.KindOneofCase.Invite) return 70;
        return SipParser.Parse(checkpoint.Invite.Request.Span, out SipMessage? invite) == Malformed.No && invite!.MaxForwards > 0
            ? Math.Min(invite.MaxForwards - 1, 70) : 70;
    }

    (SipEndPoint Remote, bool OverTcp, string Uri)? TargetOf(Leg leg)
    {
        if (leg.Kind == LegKind.External)
            return _peers.Address(leg.Trunk, isTrunk: true) is { } trunk ? (trunk.Remote, trunk.OverTcp, Uri(leg.Number, trunk)) : null;
        Device device = leg.Device!;
        if (device.IsRegistered && _flows.Parse(device.Flow, _address) is { } registered) return (registered.Remote, registered.IsReliable, device.Contact);
        return _peers.Address(device.Name, isTrunk: false) is { } own ? (own.Remote, own.OverTcp, Uri(device.Name, own)) : null;
    }

    static string Uri(string user, PeerAddress at) => $"sip:{Numbers.Escaped(user)}@{at.Remote}{(at.OverTcp ? ";transport=tcp" : "")}";

    static string Quoted(string name)
    {
        if (name.Length == 0) return "";
        var text = new StringBuilder("\"");
        foreach (char c in name)
        {
            if (char.IsControl(c)) continue;
            if (c is '"' or '\\') text.Append('\\');
            text.Append(c);
        }
        return text.Append("\" ").ToString();
    }

    // ---- ends ----

    void Release(LegEdge edge, Leg leg, long nowUs)
    {
        if (edge.Cancel is not null) return;
        if (edge.Invite is { IsAnswered: false } invite)
        {
            Refuse(invite, leg.ReleaseStatus is >= 400 and <= 699 ? leg.ReleaseStatus : 480, nowUs);
            Finish(edge, EndCause.EndReleased, nowUs);
        }
        else if (edge.IsAnswered)
        {
            if (edge.OwesAck) Acknowledge(edge, leg);
            SendBye(edge, nowUs);
        }
        else if (edge.Outgoing is { } outgoing)
        {
            if (outgoing.IsTerminated) Finish(edge, EndCause.EndLost, nowUs);
            else Stack.Cancel(outgoing, nowUs);
        }
        else Finish(edge, EndCause.EndReleased, nowUs);
    }

    void SendBye(LegEdge edge, long nowUs)
    {
        if (edge.ByeSent || edge.Dialog is not { } dialog) return;
        edge.ByeSent = true;
        byte[] branch = _identifiers.Branch(edge.Id, ByeCSeq);
        if (dialog.Flow.IsReliable && _flows.Renew(dialog.Flow) is { } renewed) dialog.Flow = renewed;
        if (Stack.Request(dialog, new DialogRequest { Method = SipMethod.Bye, CSeq = ByeCSeq, Branch = branch }, edge, nowUs, out _) is null)
            Finish(edge, EndCause.EndLost, nowUs);
    }

    // ---- offers passed from end to end ----

    void PassOffers(LegEdge edge, Leg leg, long nowUs)
    {
        if (leg.Exchange is Exchange.Passing or Exchange.Refreshing && edge.Passed < leg.ExchangeCSeq)
        {
            // The 2xx of the exchange before is acknowledged before the next begins (RFC 3261 §14.1).
            if (edge.OwesAck && (!edge.PassedEmpty || leg.AcknowledgeSdp.Length > 0)) Acknowledge(edge, leg);
            byte[] body = Body(leg.ExchangeSdp);
            uint cseq = InviteCSeq + leg.ExchangeCSeq;
            var request = new DialogRequest
            {
                Method = SipMethod.Invite,
                CSeq = cseq,
                Branch = _identifiers.Branch(leg.Id, cseq),
                ContentType = body.Length > 0 ? s_sdp : default,
                Body = body,
            };
            edge.Passed = leg.ExchangeCSeq;
            edge.PassedEmpty = body.Length == 0;
            if (Stack.Request(edge.Dialog!, request, edge, nowUs, out _) is null)
                Propose(new Entry { LegOfferAnswered = new LegOfferAnswered { Leg = leg.Id.Value, Status = 491 } });
        }
        else if (leg.Exchange == Exchange.Answering && edge.Offer is { } offer && offer.Request.CSeq == leg.ExchangeCSeq)
        {
            edge.Offer = null;
            Stack.Respond(offer, new OutgoingResponse
            {
                Status = leg.ExchangeStatus,
                ContentType = leg.ExchangeSdp.Length > 0 ? s_sdp : default,
                Body = Body(leg.ExchangeSdp),
            }, nowUs);
        }
    }
}
