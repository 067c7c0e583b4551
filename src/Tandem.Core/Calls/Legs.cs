using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>What the edges observe of legs: ringing, answers, new session descriptions, ends.</summary>
public sealed partial class ContactCentre
{
    Rejection Progress(LegProgressed progressed)
    {
        if (_legs.GetValueOrDefault(progressed.Leg) is not { } leg) return Rejection.UnknownLeg;
        if (leg.Wanted != LegCondition.Ringing || leg.Progress == LegProgress.Answered) return Rejection.LegInOtherState;
        if (IsTooLong(progressed.Sdp, progressed.Checkpoint)) return Rejection.TooLong;
        Call call = leg.Call;
        Touch(call);
        leg.Progress = LegProgress.Alerting;
        if (progressed.Checkpoint.Length > 0) leg.Checkpoint = progressed.Checkpoint;
        if (progressed.Sdp.Length > 0 && leg.Kind == LegKind.External)
        {
            // Only what a carrier plays is passed on: an agent's phone has nothing to say before it answers.
            leg.RemoteSdp = progressed.Sdp;
            call.Caller.LocalSdp = progressed.Sdp;
            call.Caller.Wanted = LegCondition.Progressing;
            Want(call.Caller);
        }
        else LetCallerHearRinging(call);
        return Rejection.None;
    }

    Rejection Answer(LegAnswered answered)
    {
        if (_legs.GetValueOrDefault(answered.Leg) is not { } leg) return Rejection.UnknownLeg;
        if (leg.Kind == LegKind.Caller || leg.Progress == LegProgress.Answered) return Rejection.LegInOtherState;
        if (IsTooLong(answered.Sdp, answered.Checkpoint)) return Rejection.TooLong;
        Call call = leg.Call;
        Touch(call);
        leg.Progress = LegProgress.Answered;
        leg.AnsweredAt = Now;
        leg.RemoteSdp = answered.Sdp;
        leg.Checkpoint = answered.Checkpoint;
        // It answered while it was being cancelled (RFC 3261 §9.1): the edge acknowledges and hangs up.
        if (leg.Wanted != LegCondition.Ringing)
        {
            Want(leg);
            return Rejection.None;
        }
        leg.RingUntil = Instant.Never;
        leg.Rang = Now - leg.Started;
        leg.Wanted = LegCondition.Connected;
        Want(leg);

        call.Phase = CallPhase.Talking;
        if (call.AnsweredAt.IsNever) call.AnsweredAt = Now;
        MovePlaces(call, []);
        SetQueueLimits(call, "");
        call.WaitUntil = Instant.Never;
        call.ResumeNode = "";
        call.LabelFailed = "";
        call.ForgetExclusions();
        call.Group = leg.Group;
        call.Disposition = leg.Kind == LegKind.Agent ? Disposition.Handled : Disposition.Redirected;
        Trace(call, "answered", leg.Agent?.Name ?? leg.Device?.Name ?? leg.Number, "");

        Leg caller = call.Caller;
        caller.LocalSdp = answered.Sdp;
        caller.Progress = LegProgress.Answered;
        caller.AnsweredAt = Now;
        caller.Wanted = LegCondition.Connected;
        Want(caller);
        if (leg.Agent is { } agent) BeginTalking(agent);
        return Rejection.None;
    }

    Rejection Acknowledge(LegAcknowledged acknowledged)
    {
        if (_legs.GetValueOrDefault(acknowledged.Leg) is not { } leg) return Rejection.UnknownLeg;
        if (leg.Progress != LegProgress.Answered) return Rejection.LegInOtherState;
        if (IsTooLong(acknowledged.Sdp, acknowledged.Checkpoint)) return Rejection.TooLong;
        Touch(leg.Call);
        leg.Acknowledged = true;
        if (acknowledged.Checkpoint.Length > 0) leg.Checkpoint = acknowledged.Checkpoint;
        // It came to where the leg lives: what is lost with an address reaches nobody who may propose.
        if (leg.KnownAt.Length > 0 && !leg.IsExchanging) KnowsAddress(leg);
        if (leg.Exchange == Exchange.Answering)
        {
            leg.Exchange = Exchange.None;
            leg.ExchangeSdp = "";
        }
        if (acknowledged.Sdp.Length == 0) return Rejection.None;
        // A late offer's answer: the peer's 2xx carried the offer, its ACK takes the answer.
        leg.RemoteSdp = acknowledged.Sdp;
        if (Peer(leg) is { } peer)
        {
            peer.LocalSdp = acknowledged.Sdp;
            peer.AcknowledgeSdp = acknowledged.Sdp;
            Want(peer);
        }
        return Rejection.None;
    }

    Rejection Fail(LegFailed failed)
    {
        if (_legs.GetValueOrDefault(failed.Leg) is not { } leg) return Rejection.UnknownLeg;
        if (leg.Kind == LegKind.Caller || leg.Progress == LegProgress.Answered) return Rejection.LegInOtherState;
        Call call = leg.Call;
        Touch(call);
        bool wasRinging = leg.Wanted == LegCondition.Ringing;
        if (wasRinging) leg.Rang = Now - leg.Started;
        leg.RingUntil = Instant.Never;
        leg.Wanted = LegCondition.Released;
        RemoveLeg(leg);
        if (!wasRinging) return Rejection.None;
        int status = failed.Status is >= 300 and <= 699 ? failed.Status : 408;
        if (leg.Agent is { } agent) Miss(call, leg, agent, CauseOf(status), status);
        else Unreached(call, leg, status);
        return Rejection.None;
    }

    static bool IsTooLong(string sdp, Google.Protobuf.ByteString checkpoint) =>
        sdp.Length > SdpLengthMax || checkpoint.Length > CheckpointLengthMax;

    void RingTimeOver(Leg leg)
    {
        Call call = leg.Call;
        Touch(call);
        leg.RingUntil = Instant.Never;
        leg.Rang = Now - leg.Started;
        leg.Wanted = LegCondition.Released;
        Want(leg);
        if (leg.Agent is { } agent) Miss(call, leg, agent, MissCause.NoAnswer, 408);
        else Unreached(call, leg, 480);
    }

    void Unreached(Call call, Leg leg, int status)
    {
        WritePart(leg, DispositionOf(status), status);
        Trace(call, "label-failed", leg.Device?.Name ?? leg.Number, $"answered {status}");
        LabelFailed(call, status);
    }

    Rejection End(LegEnded ended)
    {
        if (_legs.GetValueOrDefault(ended.Leg) is not { } leg) return Rejection.UnknownLeg;
        Call call = leg.Call;
        Touch(call);
        bool over = leg.Wanted == LegCondition.Released;
        bool ringing = leg.Wanted == LegCondition.Ringing;
        EndHold(leg);
        if (ringing) leg.Rang = Now - leg.Started;
        leg.Wanted = LegCondition.Released;
        leg.RingUntil = Instant.Never;
        RemoveLeg(leg);
        if (over || call.Phase == CallPhase.Releasing) return Rejection.None;

        if (leg.Kind == LegKind.Caller) Hangup(call, ended.Cause);
        else if (ringing && leg.Agent is { } agent) Miss(call, leg, agent, MissCause.Unreachable, 480);
        else if (ringing) Unreached(call, leg, 480);
        else
        {
            FinishPart(leg);
            Release(call, 487, call.Disposition);
        }
        return Rejection.None;
    }

    /// <summary>The caller is gone.</summary>
    void Hangup(Call call, EndCause cause)
    {
        // A CANCEL that crossed the answer: the caller never got it (RFC 3261 §9.2).
        bool unheard = cause == EndCause.EndCancel && call.Phase == CallPhase.Talking;
        if (unheard) call.AnsweredAt = Instant.Never;
        Disposition disposition = call.Phase switch
        {
            CallPhase.Talking when unheard => Disposition.AbandonedRinging,
            CallPhase.Talking => call.Target is { Held: true } ? Disposition.AbandonedHeld : call.Disposition,
            CallPhase.Offering or CallPhase.Reaching => Disposition.AbandonedRinging,
            _ => call.Places.Count > 0 ? Disposition.AbandonedInQueue : Disposition.AbandonedDelay,
        };
        Release(call, 487, disposition);
    }

    /// <summary>
    /// Ends a call in whatever phase it is: its places, its agent, its legs. Nobody stays reserved for it.
    /// </summary>
    void Release(Call call, int status, Disposition disposition)
    {
        if (call.Phase == CallPhase.Releasing) return;
        Touch(call);
        Leg? target = call.Target;
        CallPhase phase = call.Phase;
        MovePlaces(call, []);
        SetQueueLimits(call, "");
        call.WaitUntil = Instant.Never;
        call.Phase = CallPhase.Releasing;
        call.Disposition = disposition;
        Trace(call, "ended", disposition.ToString(), status == 487 ? "" : status.ToString());

        if (target is not null)
        {
            if (target.Wanted == LegCondition.Ringing)
            {
                target.Rang = Now - target.Started;
                target.RingUntil = Instant.Never;
                WritePart(target, Disposition.AbandonedRinging, 487);
                if (target.Agent is { } reserved) FreeReserved(reserved);
            }
            else if (target.Wanted == LegCondition.Connected) FinishPart(target);
            target.Wanted = LegCondition.Released;
            Want(target);
        }
        Invariant.That(phase is not (CallPhase.Offering or CallPhase.Reaching) || target is not null);
        foreach (Leg leg in call.Legs)
        {
            if (leg.Wanted == LegCondition.Released) continue;
            Invariant.That(!leg.Gone);
            leg.Wanted = LegCondition.Released;
            leg.ReleaseStatus = status;
            Want(leg);
        }
        WriteCall(call, status);
        if (call.Script is { } script)
        {
            Leave(script);
            call.Script = null;
        }
        if (call.Legs.TrueForAll(static l => l.Gone)) RemoveCall(call);
    }

    Rejection Clear(CallReleased released)
    {
        if (_calls.GetValueOrDefault(released.Call) is not { } call || call.Phase == CallPhase.Releasing) return Rejection.UnknownCall;
        Trace(call, "cleared", _entry.Actor, "");
        Release(call, 480, Disposition.Cleared);
        return Rejection.None;
    }

    void RemoveLeg(Leg leg)
    {
        Touch(leg.Call);
        leg.Gone = true;
        _legs.Remove(leg.Id.Value);
        if (leg.Kind != LegKind.Caller) leg.Call.Legs.Remove(leg);
        if (leg.Device is { } device) Vacate(device, leg);
        if (leg.Call.Phase == CallPhase.Releasing && leg.Call.Legs.TrueForAll(static l => l.Gone)) RemoveCall(leg.Call);
    }

    void RemoveCall(Call call)
    {
        if (call.Gone) return;
        Touch(call);
        call.Gone = true;
        _calls.Remove(call.Id.Value);
        if (!call.Arrival.IsEmpty && ReferenceEquals(_arrivals.GetValueOrDefault(call.Arrival), call)) _arrivals.Remove(call.Arrival);
    }

    /// <summary>The leg at the other end of an answered call.</summary>
    static Leg? Peer(Leg leg) => leg.Kind == LegKind.Caller ? leg.Call.Target : leg.Call.Caller;

    // ---- re-INVITE: session descriptions passed from end to end (RFC 3261 §14, RFC 3264 §8) ----

    Rejection OfferToPeer(LegOffered offered)
    {
        if (_legs.GetValueOrDefault(offered.Leg) is not { } leg) return Rejection.UnknownLeg;
        if (offered.Checkpoint.Length > CheckpointLengthMax) return Rejection.TooLong;
        Touch(leg.Call);
        if (offered.Checkpoint.Length > 0) leg.Checkpoint = offered.Checkpoint;
        Leg? peer = Peer(leg);
        // 491: an offer of ours or of the other end is under way (RFC 3261 §14.2).
        int refusal = !leg.IsEstablished || peer is not { IsEstablished: true } ? 481
            : offered.Sdp.Length > SdpLengthMax ? 513
            : leg.IsExchanging || peer.IsExchanging || peer is { Exchange: Exchange.Answering, ExchangeStatus: < 300 } ? 491 : 0;
        if (refusal != 0)
        {
            // Its edge refuses a second offer during the first by itself: the dialog knows (RFC 3261 §14.2).
            if (leg.IsExchanging) return Rejection.LegInOtherState;
            AnswerOffer(leg, offered.Cseq, refusal, "");
            return Rejection.None;
        }
        leg.Exchange = Exchange.Offered;
        leg.ExchangeCSeq = offered.Cseq;
        leg.ExchangeSdp = offered.Sdp;
        leg.ExchangeHolds = offered.Hold;
        peer!.Exchange = Exchange.Passing;
        peer.ExchangeCSeq = ++peer.Requests;
        peer.ExchangeSdp = offered.Sdp;
        Want(peer);
        return Rejection.None;
    }

    Rejection AnswerToPeer(LegOfferAnswered answered)
    {
        if (_legs.GetValueOrDefault(answered.Leg) is not { } leg) return Rejection.UnknownLeg;
        if (leg.Exchange is not (Exchange.Passing or Exchange.Refreshing)) return Rejection.LegInOtherState;
        if (IsTooLong(answered.Sdp, answered.Checkpoint)) return Rejection.TooLong;
        if (leg.Exchange == Exchange.Refreshing) return AnswerRefresh(leg, answered);
        Touch(leg.Call);
        string offer = leg.ExchangeSdp;
        leg.Exchange = Exchange.None;
        leg.ExchangeSdp = "";
        leg.AcknowledgeSdp = "";
        if (answered.Checkpoint.Length > 0) leg.Checkpoint = answered.Checkpoint;
        bool taken = answered.Status is >= 200 and <= 299;
        if (taken)
        {
            leg.RemoteSdp = answered.Sdp;
            if (offer.Length > 0) leg.LocalSdp = offer;
            if (leg.KnownAt.Length > 0) KnowsAddress(leg);
        }
        Want(leg);
        if (Peer(leg) is not { Exchange: Exchange.Offered } peer)
        {
            // The offer was lost with the address it came in on; whoever made it is told anew what holds.
            if (taken && answered.Sdp.Length > 0 && Peer(leg) is { IsEstablished: true } other && !IsSameSession(other.LocalSdp, answered.Sdp))
            {
                other.LocalSdp = answered.Sdp;
                SetRefresh(other, Now);
            }
            return Rejection.None;
        }
        if (taken)
        {
            if (offer.Length > 0) peer.RemoteSdp = offer;
            peer.LocalSdp = answered.Sdp;
            if (peer.ExchangeHolds) BeginHold(peer); else EndHold(peer);
        }
        AnswerOffer(peer, peer.ExchangeCSeq, answered.Status, taken ? answered.Sdp : "");
        return Rejection.None;
    }

    void AnswerOffer(Leg leg, uint cseq, int status, string sdp)
    {
        // A refusal needs no ACK that we would hear of; the 2xx's ACK ends the exchange.
        leg.Exchange = Exchange.Answering;
        leg.ExchangeCSeq = cseq;
        leg.ExchangeStatus = status;
        leg.ExchangeSdp = sdp;
        Want(leg);
    }

    void BeginHold(Leg leg)
    {
        if (leg.Held) return;
        leg.Held = true;
        leg.HeldSince = Now;
        if (leg.Agent is { } agent) Enter(agent, AgentActivity.Hold);
    }

    void EndHold(Leg leg)
    {
        if (!leg.Held) return;
        leg.Held = false;
        leg.HeldTotal += Now - leg.HeldSince;
        leg.HeldSince = Instant.Never;
        if (leg.Agent is { Activity: AgentActivity.Hold } agent && ReferenceEquals(agent.Leg, leg)) Enter(agent, AgentActivity.Talking);
    }
}
