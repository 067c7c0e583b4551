using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>
/// Legs whose address cannot move go on at another: established ones tell their far ends by a re-INVITE (target refresh, RFC 3261
/// §12.2), callers who wait are answered from there, and phones that rang are rung again.
/// </summary>
public sealed partial class ContactCentre
{
    /// <summary>
    /// Target refreshes that one leg is worth: every two to three seconds for longer than a far end's own request at the lost
    /// address is under way (32 s, RFC 3261 §17.1.1.2), during which it answers 491.
    /// </summary>
    public const int RefreshesMax = 20;

    void Rehome(ServiceAddress from, ServiceAddress to)
    {
        if (ReferenceEquals(from, to)) return;
        var legs = new List<Leg>();
        foreach (Call call in CallsInOrder())
        {
            foreach (Leg leg in call.Legs)
            {
                if (!ReferenceEquals(leg.Address, from)) continue;
                Touch(call);
                leg.Address = to;
                // Of before service addresses: the same socket has a name now.
                if (leg.Gone || from.Name.Length == 0) continue;
                if (leg.KnownAt.Length == 0) leg.KnownAt = from.Name;
                legs.Add(leg);
            }
        }
        foreach (Device device in _devices.Values)
        {
            if (!ReferenceEquals(device.Address, from)) continue;
            Touch(device);
            device.Address = to;
        }
        foreach (Leg leg in legs) GoOnElsewhere(leg);
    }

    void GoOnElsewhere(Leg leg)
    {
        if (leg.Gone) return;
        Touch(leg.Call);
        if (leg.Wanted == LegCondition.Ringing) RingAnew(leg);
        else
        {
            if (leg.IsEstablished) RefreshAfterMove(leg);
            Want(leg);
        }
    }

    void RefreshAfterMove(Leg leg)
    {
        leg.Refreshes = 0;
        // A 2xx that was not acknowledged is sent again from the new address, which is news enough if the ACK finds it.
        bool wait = leg.Exchange == Exchange.Passing || (leg.Kind == LegKind.Caller && !leg.Acknowledged);
        if (leg.Exchange == Exchange.Passing) leg.ExchangeCSeq = ++leg.Requests;
        else
        {
            // The far end's own offer, or our answer to it, was lost with the address.
            leg.Exchange = Exchange.None;
            leg.ExchangeSdp = "";
        }
        SetRefresh(leg, wait ? Now + RefreshPause(leg) : Now);
    }

    /// <summary>Between 2.1 and 3.1 s: after a collision the owner of the Call-ID waits that long (RFC 3261 §14.1). Equal on every node.</summary>
    static Span RefreshPause(Leg leg) => Span.FromMs(2_100 + ((leg.Id.Value * 37) & 1_023));

    void SetRefresh(Leg leg, Instant at)
    {
        Touch(leg.Call);
        leg.RefreshAt = at;
        SetTimer(TimerKind.Refresh, leg, at, leg.Id.Value);
    }

    void Refresh(Leg leg)
    {
        Touch(leg.Call);
        leg.RefreshAt = Instant.Never;
        if (!leg.IsEstablished || leg.Refreshes >= RefreshesMax) return;
        leg.Refreshes++;
        if (leg.IsExchanging || leg.LocalSdp.Length == 0)
        {
            SetRefresh(leg, Now + RefreshPause(leg));
            return;
        }
        leg.Exchange = Exchange.Refreshing;
        leg.ExchangeCSeq = ++leg.Requests;
        leg.ExchangeSdp = leg.LocalSdp;
        Want(leg);
    }

    Rejection AnswerRefresh(Leg leg, LegOfferAnswered answered)
    {
        Touch(leg.Call);
        string told = leg.ExchangeSdp;
        leg.Exchange = Exchange.None;
        leg.ExchangeSdp = "";
        leg.AcknowledgeSdp = "";
        if (answered.Checkpoint.Length > 0) leg.Checkpoint = answered.Checkpoint;
        if (answered.Status is >= 200 and <= 299)
        {
            KnowsAddress(leg);
            // The peer changed its description meanwhile.
            if (!IsSameSession(told, leg.LocalSdp)) SetRefresh(leg, Now);
            if (answered.Sdp.Length > 0) Describe(leg, answered.Sdp);
        }
        else if (answered.Status is 408 or 491 or >= 500 and <= 599) SetRefresh(leg, Now + RefreshPause(leg));
        Want(leg);
        return Rejection.None;
    }

    /// <summary>The far end has seen the address at which the leg lives.</summary>
    static void KnowsAddress(Leg leg)
    {
        leg.KnownAt = "";
        leg.RefreshAt = Instant.Never;
    }

    /// <summary>What the far end answered to a refresh; its peer is told when that is another than it knows.</summary>
    void Describe(Leg leg, string sdp)
    {
        leg.RemoteSdp = sdp;
        if (Peer(leg) is not { IsEstablished: true } peer || IsSameSession(peer.LocalSdp, sdp)) return;
        peer.LocalSdp = sdp;
        SetRefresh(peer, Now);
    }

    /// <summary>But for the origin line, whose version some raise with every answer.</summary>
    static bool IsSameSession(string a, string b)
    {
        if (a == b) return true;
        ReadOnlySpan<char> x = a, y = b;
        while (!x.IsEmpty || !y.IsEmpty)
        {
            ReadOnlySpan<char> lineX = NextLine(ref x), lineY = NextLine(ref y);
            if (!lineX.SequenceEqual(lineY) && !(lineX.StartsWith("o=") && lineY.StartsWith("o="))) return false;
        }
        return true;

        static ReadOnlySpan<char> NextLine(ref ReadOnlySpan<char> text)
        {
            int end = text.IndexOf('\n');
            ReadOnlySpan<char> line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            return line;
        }
    }

    /// <summary>
    /// The far end cannot answer where nobody hears it. Nobody missed anything: the caller has its old place, the agent the old
    /// turn as soon as the phone is silent, and a label's phone or number is rung anew for the time that it had left.
    /// </summary>
    void RingAnew(Leg leg)
    {
        Call call = leg.Call;
        Span left = leg.RingUntil - Now;
        leg.Rang = Now - leg.Started;
        leg.RingUntil = Instant.Never;
        leg.Wanted = LegCondition.Released;
        Want(leg);
        WritePart(leg, Disposition.FailedSoftware, 503);
        Trace(call, "lost-address", leg.Agent?.Name ?? leg.Device?.Name ?? leg.Number, leg.KnownAt);
        call.Phase = CallPhase.Routing;
        if (leg.Agent is { } agent)
        {
            Touch(agent);
            agent.Leg = null;
            if (call.Parts < Call.PartsMax) GoOnAfterMiss(call); else GoToDefaultLabel(call, $"{Call.PartsMax} devices were tried");
            EnterNext(agent);
            return;
        }
        var label = new Label();
        if (leg.Kind == LegKind.External) label.External = leg.Number; else label.Extension = leg.DeviceName;
        if (IsFull || call.Parts >= Call.PartsMax || CanReach(label) is not null) LabelFailed(call, 503);
        else ReachOut(call, label, call.LabelFailed, left.Us > 0 ? left : Span.FromMs(1));
    }
}
