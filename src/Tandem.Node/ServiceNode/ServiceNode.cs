using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Calls;
using Tandem.Core.Schema;
using Tandem.Journal;
using Tandem.Node.Loop;
using Tandem.Node.Schema;
using Tandem.Sip;

namespace Tandem.Node.ServiceNode;

/// <summary>
/// The SIP edge at one service address: proposes what phones and trunks do, and brings each leg that lives there into the
/// condition that the state wants. It decides nothing, and promises nothing before it is in the journal. When the address
/// goes to another node, this is dropped whole.
/// </summary>
/// <remarks>In parts: what comes in here, what goes out in LegConditions.cs, taking up after a crash in TakingUp.cs.</remarks>
sealed partial class ServiceNode : ISipUser
{
    const string Methods = "INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER";
    static readonly byte[] s_sdp = "application/sdp"u8.ToArray();
    static readonly byte[] s_retryAfter = "Retry-After: 5\r\n"u8.ToArray();
    static readonly byte[] s_allow = Encoding.ASCII.GetBytes($"Allow: {Methods}\r\n");
    /// <summary>What RFC 3261 §11.2 asks of an answer to OPTIONS.</summary>
    static readonly byte[] s_abilities = Encoding.ASCII.GetBytes($"Allow: {Methods}\r\nAccept: application/sdp\r\n");

    readonly string _address;
    readonly Func<ContactCentre> _centre;
    readonly Proposer _proposer;
    readonly MonotonicClock _clock;
    readonly Flows _flows;
    readonly Fence _fence;
    readonly Identifiers _identifiers;
    readonly Peers _peers;
    readonly DefaultRouted _defaultRouted;
    readonly Core.Span _defaultRouteAfter;
    readonly Registrar _registrar;
    readonly Dictionary<LegId, LegEdge> _edges = [];
    /// <summary>INVITEs and REGISTERs whose entries are on their way, by the entry's sequence.</summary>
    readonly Dictionary<ulong, ServerTransaction> _proposed = [];
    readonly List<LegEdge> _ringing = [];
    readonly Queue<Entry> _owed = [];
    long _arrivedInOverload;

    public ServiceNode(string address, SipCounters counters, Func<ContactCentre> centre, Proposer proposer, MonotonicClock clock, Flows flows, Fence fence, Identifiers identifiers, Peers peers, DefaultRouted defaultRouted, Core.Span defaultRouteAfter)
    {
        (_address, _centre, _proposer, _clock, _flows, _fence, _identifiers, _peers, _defaultRouted, _defaultRouteAfter) = (address, centre, proposer, clock, flows, fence, identifiers, peers, defaultRouted, defaultRouteAfter);
        Stack = new SipStack(
            new SipStackOptions
            {
                Allow = Methods,
                Supported = [],
                InviteBodies = ["application/sdp"],
                Counters = counters,
            }, flows, this);
        _registrar = new Registrar(address, Stack, centre, proposer, peers);
    }

    public SipStack Stack { get; }
    /// <summary>How far the node's loop is behind its sockets; set each round.</summary>
    public long LagUs { get; set; }
    /// <summary>New calls answered 503: the journal took no more, or the node was behind.</summary>
    public long CallsTurnedAway { get; private set; }
    /// <summary>What could not be proposed when it happened, and will be: ends of calls, mostly.</summary>
    public int Owed => _owed.Count;
    public int Legs => _edges.Count;

    ContactCentre Centre => _centre();

    // ---- what comes in ----

    void ISipUser.RequestReceived(ServerTransaction transaction, long nowUs)
    {
        switch (transaction.Method)
        {
            case SipMethod.Invite: Arrive((InviteServerTransaction)transaction, nowUs); break;
            case SipMethod.Register: _registrar.Receive(transaction, nowUs); break;
            case SipMethod.Options: Stack.Respond(transaction, new OutgoingResponse { Status = 200, Headers = s_abilities }, nowUs); break;
            default: Refuse(transaction, 481, nowUs); break;
        }
    }

    void Arrive(InviteServerTransaction invite, long nowUs)
    {
        if (IsOverloaded())
        {
            TurnAway(invite, nowUs);
            return;
        }
        Sender sender = _peers.Identify(invite, out byte[] challenge);
        if (sender.Status != 0)
        {
            Stack.Respond(invite, new OutgoingResponse { Status = sender.Status, Headers = challenge }, nowUs);
            return;
        }
        SipMessage request = invite.Request;
        var checkpoint = new LegCheckpoint
        {
            Invite = new InviteCheckpoint { Request = ByteString.CopyFrom(request.Raw), Flow = Flows.Text(invite.Flow) },
        };
        AddressView from = request.From;
        string calling = sender.Phone.Length > 0 ? sender.Phone : Numbers.Of(from.Uri);
        if (request.Raw.Length > ContactCentre.CheckpointLengthMax || calling.Length > ContactCentre.NumberLengthMax)
        {
            Refuse(invite, 513, nowUs);
            return;
        }
        string name = Encoding.UTF8.GetString(from.Display.Trim((byte)'"'));
        var arrived = new CallArrived
        {
            Trunk = sender.Trunk,
            Phone = sender.Phone,
            Dialed = Numbers.Of(request.Uri),
            Calling = calling,
            CallingName = name.Length > ContactCentre.NumberLengthMax ? name[..ContactCentre.NumberLengthMax] : name,
            Sdp = Text(request.Body),
            Checkpoint = checkpoint.ToByteString(),
            Address = _address,
            // What is sent again is the same to the byte (RFC 3261 §17.1.1.2).
            Arrival = UnsafeByteOperations.UnsafeWrap(SHA256.HashData(request.Raw).AsMemory(0, 16)),
        };
        var entry = new Entry { CallArrived = arrived };
        if (_proposer.TryPropose(entry, Priority.NewWork) == Refusal.None)
        {
            _proposed[entry.Sequence] = invite;
            _waiting.Enqueue((entry.Sequence, nowUs));
            return;
        }
        TurnAway(invite, nowUs);
    }

    /// <summary>
    /// New calls are refused early, in levels, so that calls in progress are not hurt: from half a second behind on
    /// every fourth, from one second on every other, from two on all. Below, a pause of the machine is not load.
    /// </summary>
    bool IsOverloaded()
    {
        if (LagUs < 500_000) return false;
        _arrivedInOverload++;
        return LagUs >= 2_000_000 || _arrivedInOverload % (LagUs >= 1_000_000 ? 2 : 4) == 0;
    }

    void TurnAway(ServerTransaction invite, long nowUs)
    {
        CallsTurnedAway++;
        Stack.Respond(invite, new OutgoingResponse { Status = 503, Headers = s_retryAfter }, nowUs);
    }

    void ISipUser.DialogRequestReceived(Dialog dialog, ServerTransaction transaction, long nowUs)
    {
        if (dialog.UserState is not LegEdge edge)
        {
            Refuse(transaction, 481, nowUs);
            return;
        }
        switch (transaction.Method)
        {
            case SipMethod.Bye:
                edge.Bye = transaction;
                _byes.Enqueue((edge, transaction, nowUs));
                Finish(edge, EndCause.EndBye, nowUs);
                break;
            case SipMethod.Invite:
                ReceiveOffer(edge, (InviteServerTransaction)transaction, nowUs);
                break;
            case SipMethod.Options:
                Stack.Respond(transaction, new OutgoingResponse { Status = 200, Headers = s_abilities }, nowUs);
                break;
            default:
                Stack.Respond(transaction, new OutgoingResponse { Status = 405, Headers = s_allow }, nowUs);
                break;
        }
    }

    /// <summary>A new session description for the peer: hold, resume, a moved address.</summary>
    void ReceiveOffer(LegEdge edge, InviteServerTransaction offer, long nowUs)
    {
        Leg? leg = Centre.FindLeg(edge.Id);
        if (leg is null || edge.EndProposed)
        {
            Refuse(offer, 481, nowUs);
            return;
        }
        edge.Offer = offer;
        offer.UserState = edge;
        // Sent again by its sender after a crash of ours: the exchange is under way.
        if (leg.Exchange is Exchange.Offered or Exchange.Answering && leg.ExchangeCSeq == offer.Request.CSeq)
        {
            BringAbout(leg, nowUs);
            return;
        }
        bool hold = SdpView.TryParse(offer.Request.Body, out SdpView sdp) && sdp.IsHold;
        var entry = new Entry
        {
            LegOffered = new LegOffered
            {
                Leg = edge.Id.Value,
                Cseq = offer.Request.CSeq,
                Sdp = Text(offer.Request.Body),
                Hold = hold,
                Checkpoint = Checkpoint(edge.Dialog!),
            },
        };
        if (_proposer.TryPropose(entry, Priority.InProgress) == Refusal.None) return;
        edge.Offer = null;
        Stack.Respond(offer, new OutgoingResponse { Status = 500, Headers = "Retry-After: 2\r\n"u8 }, nowUs);
    }

    void ISipUser.CancelReceived(InviteServerTransaction invite, ServerTransaction cancel, long nowUs)
    {
        if (invite.UserState is LegEdge edge)
        {
            if (ReferenceEquals(edge.Offer, invite))
            {
                // A re-INVITE taken back: the peer has it already; its answer will find nobody waiting.
                Refuse(cancel, 200, nowUs);
                Refuse(invite, 487, nowUs);
                return;
            }
            if (invite.IsAnswered)
            {
                // Crossed our answer (RFC 3261 §9.2): it has no effect; the caller will acknowledge and hang up.
                Refuse(cancel, 200, nowUs);
                return;
            }
            edge.Cancel = cancel;
            Finish(edge, EndCause.EndCancel, nowUs);
            return;
        }
        // Its arrival is still on its way to the journal, and is ended as soon as it is there.
        if (invite.UserState is null) invite.UserState = cancel;
        if (!_proposed.ContainsValue(invite))
        {
            Refuse(cancel, 200, nowUs);
            Refuse(invite, 487, nowUs);
        }
    }

    void ISipUser.AckReceived(Dialog dialog, SipMessage ack, long nowUs)
    {
        if (dialog.UserState is not LegEdge edge || Centre.FindLeg(edge.Id) is null) return;
        Propose(new Entry
        {
            LegAcknowledged = new LegAcknowledged { Leg = edge.Id.Value, Sdp = Text(ack.Body), Checkpoint = Checkpoint(dialog) },
        });
    }

    void ISipUser.AckMissing(Dialog dialog, long nowUs)
    {
        if (dialog.UserState is not LegEdge edge || !IsOurs(edge)) return;
        SendBye(edge, nowUs);
        Finish(edge, EndCause.EndLost, nowUs);
    }

    void ISipUser.ResponseReceived(ClientTransaction transaction, SipMessage response, Dialog? dialog, long nowUs)
    {
        if (transaction.UserState is not LegEdge edge) return;
        if (transaction.Method == SipMethod.Bye)
        {
            if (response.Status >= 200) Finish(edge, EndCause.EndReleased, nowUs);
            return;
        }
        if (transaction is not InviteClientTransaction invite) return;
        if (ReferenceEquals(invite, edge.Outgoing)) ReceiveAnswer(edge, response, dialog, nowUs);
        else if (response.Status == 481) Finish(edge, EndCause.EndLost, nowUs);
        else if (response.Status >= 200) ReceiveOfferAnswer(edge, response, dialog!);
    }

    void ReceiveAnswer(LegEdge edge, SipMessage response, Dialog? dialog, long nowUs)
    {
        if (response.Status <= 100) return;
        if (response.Status < 200)
        {
            if (edge.ProgressProposed) return;
            edge.ProgressProposed = true;
            // Proposed at the end of this round, unless the answer is right behind it.
            edge.ProgressSdp = Text(response.Body);
            edge.ProgressStatus = response.Status;
            _ringing.Add(edge);
            return;
        }
        if (response.Status >= 300)
        {
            edge.EndProposed = true;
            Propose(new Entry { LegFailed = new LegFailed { Leg = edge.Id.Value, Status = response.Status } });
            return;
        }
        edge.Dialog = dialog;
        dialog!.UserState = edge;
        if (edge.EndProposed)
        {
            // It was given up before: whoever answers so late is thanked and let go (RFC 3261 §13.2.2.4).
            Stack.Acknowledge(dialog, _identifiers.Branch(edge.Id, InviteCSeq, ack: true), default, default, default);
            SendBye(edge, nowUs);
            return;
        }
        edge.OwesAck = true;
        Propose(new Entry
        {
            LegAnswered = new LegAnswered { Leg = edge.Id.Value, Sdp = Text(response.Body), Checkpoint = Checkpoint(dialog) },
        });
    }

    void ReceiveOfferAnswer(LegEdge edge, SipMessage response, Dialog dialog)
    {
        if (response.Is2xx) edge.OwesAck = true;
        Propose(new Entry
        {
            LegOfferAnswered = new LegOfferAnswered
            {
                Leg = edge.Id.Value,
                Status = response.Status,
                Sdp = response.Is2xx ? Text(response.Body) : "",
                Checkpoint = Checkpoint(dialog),
            },
        });
    }

    void ISipUser.ClientFailed(ClientTransaction transaction, SipFailure failure, long nowUs)
    {
        if (transaction.UserState is not LegEdge edge || !IsOurs(edge)) return;
        if (transaction.Method == SipMethod.Bye) Finish(edge, EndCause.EndLost, nowUs);
        else if (ReferenceEquals(transaction, edge.Outgoing))
        {
            edge.EndProposed = true;
            Propose(new Entry { LegFailed = new LegFailed { Leg = edge.Id.Value, Status = failure == SipFailure.TimedOut ? 408 : 503 } });
        }
        else if (transaction.Method == SipMethod.Invite)
            Propose(new Entry { LegOfferAnswered = new LegOfferAnswered { Leg = edge.Id.Value, Status = 408 } });
    }

    void ISipUser.ServerFailed(ServerTransaction transaction, SipFailure failure, long nowUs)
    {
        // A refusal that nobody acknowledged is over. A caller whose connection is gone before an answer could reach it is gone too.
        if (failure == SipFailure.Transport && transaction.UserState is LegEdge edge && ReferenceEquals(edge.Invite, transaction) && IsOurs(edge)) Finish(edge, EndCause.EndLost, nowUs);
    }

    // ---- what the journal says ----

    /// <summary>After each entry that was applied while this node lives.</summary>
    public void Applied(Entry entry, EffectList effects, long nowUs)
    {
        bool own = entry.Incarnation == _proposer.Incarnation;
        foreach (Effect effect in effects)
        {
            switch (effect)
            {
                case CallAdmitted admitted when own: Admit(entry.Sequence, admitted.Caller, nowUs); break;
                // It came in at another node, at an address that had just become ours.
                case CallAdmitted admitted when IsOurs(admitted.Caller) && !_edges.ContainsKey(admitted.Caller.Id): TakeUp(admitted.Caller, nowUs); break;
                case CallRepeated repeated when own:
                    Admit(entry.Sequence, repeated.Caller, nowUs);
                    if (IsOurs(repeated.Caller)) BringAbout(repeated.Caller, nowUs);
                    break;
                case CallRefused refused when own:
                    if (_proposed.Remove(entry.Sequence, out ServerTransaction? invite)) Refuse(invite, refused.Status, nowUs);
                    else _givenUp.Remove(entry.Sequence);
                    break;
                case Rejected rejected when own: Reject(entry, rejected.Reason, nowUs); break;
                // It lived at an address that could not come along.
                case LegWanted wanted when IsOurs(wanted.Leg) && !wanted.Leg.Gone && wanted.Leg.KnownAt.Length > 0 && !_edges.ContainsKey(wanted.Leg.Id): TakeUp(wanted.Leg, nowUs); break;
                case LegWanted wanted when IsOurs(wanted.Leg): BringAbout(wanted.Leg, nowUs); break;
            }
        }
        switch (entry.InputCase)
        {
            // Refused entries, of a node that is lost, ended nothing.
            case Entry.InputOneofCase.LegEnded when IsGone(entry.LegEnded.Leg): Conclude(new LegId(entry.LegEnded.Leg), nowUs); break;
            case Entry.InputOneofCase.LegFailed when IsGone(entry.LegFailed.Leg): _edges.Remove(new LegId(entry.LegFailed.Leg)); break;
            case Entry.InputOneofCase.PhoneRegistered or Entry.InputOneofCase.PhoneUnregistered when own: _registrar.Applied(entry.Sequence, nowUs); break;
        }
    }

    bool IsGone(long leg) => Centre.FindLeg(new LegId(leg)) is null or { Gone: true };

    /// <summary>The leg lives at this address, and the address is this node's.</summary>
    bool IsOurs(Leg leg) => leg.Address.Name == _address && leg.Owner == _proposer.Incarnation;

    /// <summary>What fails here of a leg that has left with its address, a socket or a connection, says nothing of that leg.</summary>
    bool IsOurs(LegEdge edge) => Centre.FindLeg(edge.Id) is { } leg && IsOurs(leg);

    /// <summary>An own entry that was taken over will not be in the journal.</summary>
    public void Unwritten(Entry entry, long nowUs)
    {
        if (_proposed.Remove(entry.Sequence, out ServerTransaction? waiting))
        {
            TurnAway(waiting, nowUs);
            return;
        }
        _givenUp.Remove(entry.Sequence);
        _registrar.Unwritten(entry.Sequence, nowUs);
        if (entry.InputCase is Entry.InputOneofCase.LegEnded or Entry.InputOneofCase.LegFailed or Entry.InputOneofCase.LegAnswered) _owed.Enqueue(entry);
    }

    void Admit(ulong sequence, Leg caller, long nowUs)
    {
        if (!_proposed.Remove(sequence, out ServerTransaction? transaction))
        {
            if (_givenUp.Remove(sequence)) Propose(new Entry { LegEnded = new LegEnded { Leg = caller.Id.Value, Cause = EndCause.EndLost } });
            // Proposed by what was at this address before it was closed and opened again.
            else if (IsOurs(caller) && !_edges.ContainsKey(caller.Id)) TakeUp(caller, nowUs);
            return;
        }
        // Its address moved while its entry was on its way: whoever has it now takes the call up from its checkpoint.
        if (!IsOurs(caller)) return;
        if (!_edges.TryGetValue(caller.Id, out LegEdge? edge)) _edges[caller.Id] = edge = new LegEdge(caller.Id);
        // It was taken up meanwhile, and has its INVITE.
        if (edge.Invite is not null) return;
        edge.Invite = (InviteServerTransaction)transaction;
        var cancel = transaction.UserState as ServerTransaction;
        transaction.UserState = edge;
        if (cancel is null) return;
        edge.Cancel = cancel;
        Finish(edge, EndCause.EndCancel, nowUs);
    }

    void Reject(Entry entry, Rejection reason, long nowUs)
    {
        _registrar.Unwritten(entry.Sequence, nowUs);
        _givenUp.Remove(entry.Sequence);
        if (_proposed.Remove(entry.Sequence, out ServerTransaction? invite)) Refuse(invite, 503, nowUs);
        if (entry.InputCase == Entry.InputOneofCase.LegOffered && _edges.TryGetValue(new LegId(entry.LegOffered.Leg), out LegEdge? edge) && edge.Offer is { } offer)
        {
            edge.Offer = null;
            Refuse(offer, reason == Rejection.UnknownLeg ? 481 : 491, nowUs);
        }
    }

    /// <summary>The leg's end is in the journal: what asked for it is answered.</summary>
    void Conclude(LegId id, long nowUs)
    {
        if (!_edges.Remove(id, out LegEdge? edge)) return;
        if (edge.Bye is { } bye) Refuse(bye, 200, nowUs);
        edge.Bye = null;
        if (edge.Cancel is { } cancel)
        {
            Refuse(cancel, 200, nowUs);
            if (edge.Invite is { IsAnswered: false } invite) Refuse(invite, 487, nowUs);
        }
        if (edge.Offer is { IsAnswered: false } offer) Refuse(offer, 487, nowUs);
    }

    // ---- proposing ----

    /// <summary>What must not be lost: kept and proposed again when the journal takes it.</summary>
    void Propose(Entry entry)
    {
        if (_owed.Count > 0 || _proposer.TryPropose(entry, Priority.InProgress) != Refusal.None) _owed.Enqueue(entry);
    }

    /// <summary>Nothing is left of the leg: said once. While the journal is away a BYE is answered all the same, and its entry owed.</summary>
    void Finish(LegEdge edge, EndCause cause, long nowUs)
    {
        if (edge.EndProposed)
        {
            // BYE from both sides at once: the end is on its way already.
            if (edge.Bye is { } crossed && !_edges.ContainsKey(edge.Id)) Refuse(crossed, 200, nowUs);
            return;
        }
        edge.EndProposed = true;
        var entry = new Entry { LegEnded = new LegEnded { Leg = edge.Id.Value, Cause = cause } };
        if (_owed.Count == 0 && _proposer.TryPropose(entry, Priority.InProgress) == Refusal.None) return;
        _owed.Enqueue(entry);
        if (edge.Bye is { } bye) Refuse(bye, 200, nowUs);
    }

    /// <summary>At the end of a round of the loop: ringing that was not overtaken by its answer, and what is owed.</summary>
    public void EndRound()
    {
        foreach (LegEdge edge in _ringing)
        {
            if (edge.IsAnswered || edge.EndProposed) continue;
            _proposer.TryPropose(new Entry
            {
                LegProgressed = new LegProgressed { Leg = edge.Id.Value, Status = edge.ProgressStatus, Sdp = edge.ProgressSdp },
            }, Priority.InProgress);
        }
        _ringing.Clear();
        while (_owed.TryPeek(out Entry? entry) && _proposer.TryPropose(entry, Priority.InProgress) == Refusal.None) _owed.Dequeue();
    }

    void Refuse(ServerTransaction transaction, int status, long nowUs) => Stack.Respond(transaction, new OutgoingResponse { Status = status }, nowUs);

    static ByteString Checkpoint(Dialog dialog) =>
        new LegCheckpoint { Dialog = UnsafeByteOperations.UnsafeWrap(SipStack.Save(dialog)) }.ToByteString();

    // Bytes are kept one for one, whatever the peer's character set.
    static string Text(ReadOnlySpan<byte> body) => Encoding.Latin1.GetString(body);
    static byte[] Body(string sdp) => Encoding.Latin1.GetBytes(sdp);
}
