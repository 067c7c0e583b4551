using System.Text;

namespace Tandem.EndToEnd;

/// <summary>Session descriptions that are told apart.</summary>
static class Sdp
{
    public static string Of(string who, string direction = "sendrecv", int version = 1, int port = 40_000) =>
        $"v=0\r\no={who} 4711 {version} IN IP4 192.0.2.10\r\ns=of {who}\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=x-untouched:{who} \u00e4\r\na={direction}\r\n";
}

/// <summary>One end of one dialog: makes its requests and responses as text, and says what it expects.</summary>
abstract class End(Peer peer)
{
    static int s_branches;

    public Peer Peer { get; private set; } = peer;
    public string CallId { get; protected init; } = "";
    public string LocalTag { get; protected init; } = "";
    public string RemoteTag { get; protected set; } = "";
    protected string Local { get; init; } = "";
    protected string Remote { get; set; } = "";
    protected string Target { get; set; } = "";
    protected int CSeqNow { get; set; }
    /// <summary>The newest request, to be sent again as it is.</summary>
    public string Last { get; private set; } = "";

    protected static string NewBranch() => $"z9hG4bKe2e{Environment.ProcessId}x{Interlocked.Increment(ref s_branches)}";

    protected string Write(string method, string target, int cseq, string body = "", string branch = "", string headers = "") =>
        Last = $"{method} {target} SIP/2.0\r\nVia: SIP/2.0/{Peer.Transport} {Peer.At};branch={(branch.Length > 0 ? branch : NewBranch())};rport\r\nMax-Forwards: 70\r\n"
            + $"From: {Local};tag={LocalTag}\r\nTo: {Remote}{(RemoteTag.Length > 0 ? $";tag={RemoteTag}" : "")}\r\nCall-ID: {CallId}\r\nCSeq: {cseq} {method}\r\n"
            + $"Contact: <sip:e2e@{Peer.At}{(Peer is TcpPeer ? ";transport=tcp" : "")}>\r\n{headers}{(body.Length > 0 ? "Content-Type: application/sdp\r\n" : "")}Content-Length: {Encoding.Latin1.GetByteCount(body)}\r\n\r\n{body}";

    /// <summary>A request within the dialog, and its final answer; sent again each half second until then.</summary>
    public async Task<Message> RequestAsync(string method, string body = "", TimeSpan? within = null)
    {
        int cseq = ++CSeqNow;
        string request = Write(method, Target, cseq, body);
        Peer.Send(request);
        return await Peer.ReceiveAsync(m => !m.IsRequest && m.CallId == CallId && m.CSeq == $"{cseq} {method}" && m.Status >= 200,
            $"the answer to {method}", within, again: request);
    }

    /// <summary>Goes on over another connection.</summary>
    public End MovesTo(Peer other)
    {
        Peer = other;
        return this;
    }

    public void SendBye() => Peer.Send(Write("BYE", Target, ++CSeqNow));

    /// <summary>Hangs up and is confirmed.</summary>
    public async Task ByeAsync(TimeSpan? within = null) => Assert.Equal(200, (await RequestAsync("BYE", within: within)).Status);

    /// <summary>Is hung up on, and confirms.</summary>
    public async Task ByedAsync(TimeSpan? within = null)
    {
        Message bye = await Peer.RequestAsync("BYE", within ?? TimeSpan.FromSeconds(20), CallId);
        Respond(bye, 200);
    }

    public async Task<Message> ReinviteAsync(string sdp)
    {
        Message answer = await RequestAsync("INVITE", sdp);
        Peer.Send(Write("ACK", Target, CSeqNow));
        return answer;
    }

    /// <summary>A re-INVITE that the other end answers.</summary>
    public async Task ReinviteAsync(string sdp, End other, string answerDirection)
    {
        Task<Message> answer = ReinviteAsync(sdp);
        Message offered = await other.OfferedAsync();
        await other.AcceptAsync(offered, Sdp.Of("answer", answerDirection, 2));
        Assert.Equal(200, (await answer).Status);
    }

    public Task<Message> OfferedAsync() =>
        Peer.ReceiveAsync(m => m.Method == "INVITE" && m.IsRequest && m.CallId == CallId && m.ToTag.Length > 0, "a re-INVITE");

    /// <summary>Its far end is at another address from now on, and says so (target refresh, RFC 3261 §12.2).</summary>
    /// <param name="sdp">What it said before: it has nothing new.</param>
    public async Task<Message> RefreshedAsync(string sdp, TimeSpan? within = null)
    {
        Message offer = await Peer.ReceiveAsync(m => m.Method == "INVITE" && m.IsRequest && m.CallId == CallId && m.ToTag.Length > 0 && m.Contact != Target, "a re-INVITE from another address", within);
        Target = offer.Contact;
        await AcceptAsync(offer, sdp);
        return offer;
    }

    public Task<Message> AckedAsync(TimeSpan? within = null) => Peer.RequestAsync("ACK", within, CallId);

    /// <summary>200, as a phone says it: again until it is acknowledged.</summary>
    public async Task AcceptAsync(Message invite, string sdp, TimeSpan? within = null)
    {
        string accepted = Respond(invite, 200, sdp);
        await Peer.ReceiveAsync(m => m.IsRequest && m.Method == "ACK" && m.CallId == CallId && m.CSeq.Split(' ')[0] == invite.CSeq.Split(' ')[0], "ACK", within, again: accepted);
    }

    public string Respond(Message request, int status, string sdp = "")
    {
        string to = request["To"];
        if (!to.Contains(";tag=", StringComparison.Ordinal)) to += $";tag={LocalTag}";
        var text = new StringBuilder($"SIP/2.0 {status} e2e\r\n");
        foreach (string via in request.All("Via")) text.Append($"Via: {via}\r\n");
        text.Append($"From: {request["From"]}\r\nTo: {to}\r\nCall-ID: {request.CallId}\r\nCSeq: {request.CSeq}\r\nContact: <sip:e2e@{Peer.At}{(Peer is TcpPeer ? ";transport=tcp" : "")}>\r\n");
        if (sdp.Length > 0) text.Append("Content-Type: application/sdp\r\n");
        string response = text.Append($"Content-Length: {sdp.Length}\r\n\r\n{sdp}").ToString();
        Peer.Send(response);
        return response;
    }
}

/// <summary>Who calls.</summary>
sealed class Caller : End
{
    static int s_calls;
    readonly string _branch = NewBranch();
    Message? _answer;

    public Caller(Peer peer, string number, string dialed)
        : base(peer)
    {
        CallId = $"e2e-{Environment.ProcessId}-{Interlocked.Increment(ref s_calls)}-{number}";
        LocalTag = $"t{s_calls}";
        Local = $"<sip:{number}@{peer.Node}>";
        Remote = $"<sip:{dialed}@{peer.Node}>";
        Target = $"sip:{dialed}@{peer.Node}";
    }

    /// <summary>As it was sent.</summary>
    public string Invite { get; private set; } = "";

    /// <summary>Dials, and is heard: 100 or more.</summary>
    public static async Task<Caller> DialAsync(Peer peer, string number, string dialed, string? sdp = null)
    {
        var caller = new Caller(peer, number, dialed);
        caller.SendInvite(sdp ?? Sdp.Of(number));
        await peer.ReceiveAsync(m => !m.IsRequest && m.CallId == caller.CallId, "any answer to INVITE", again: caller.Invite, take: false);
        return caller;
    }

    public void SendInvite(string sdp, string headers = "")
    {
        CSeqNow++;
        Invite = Write("INVITE", Target, CSeqNow, sdp, _branch, headers);
        Peer.Send(Invite);
    }

    public async Task<Message> GetsAsync(int status, TimeSpan? within = null)
    {
        Message answer = await Peer.ReceiveAsync(m => !m.IsRequest && m.CallId == CallId && m.Method == "INVITE" && m.Status == status, $"{status} to INVITE", within);
        if (status > 100) RemoteTag = answer.ToTag;
        if (status is < 200 or > 299) return answer;
        _answer = answer;
        Target = answer.Contact;
        return answer;
    }

    /// <summary>Is refused, and acknowledges that.</summary>
    public async Task<Message> RefusedAsync(int status, TimeSpan? within = null)
    {
        Message answer = await GetsAsync(status, within);
        Peer.Send(Write("ACK", Invite.Split(' ')[1], CSeqNow, branch: _branch));
        return answer;
    }

    public void Ack(string sdp = "") => Peer.Send(Write("ACK", _answer!.Contact, CSeqNow, sdp));

    /// <summary>The ACK of a refusal.</summary>
    public string WriteAck(Message refusal)
    {
        RemoteTag = refusal.ToTag;
        return Write("ACK", Invite.Split(' ')[1], CSeqNow, branch: _branch);
    }

    public async Task<Message> ConnectedAsync(TimeSpan? within = null)
    {
        Message answer = await GetsAsync(200, within);
        Ack();
        return answer;
    }

    public string WriteCancel()
    {
        string tag = RemoteTag;
        RemoteTag = "";
        string cancel = Write("CANCEL", Invite.Split(' ')[1], CSeqNow, branch: _branch);
        RemoteTag = tag;
        return cancel;
    }

    /// <summary>Takes the call back: 200 to the CANCEL, 487 to the INVITE.</summary>
    public async Task CancelAsync()
    {
        string cancel = WriteCancel();
        Peer.Send(cancel);
        Message confirmed = await Peer.ReceiveAsync(m => !m.IsRequest && m.CallId == CallId && m.Method == "CANCEL", "the answer to CANCEL", again: cancel);
        Assert.Equal(200, confirmed.Status);
        await RefusedAsync(487);
    }
}

/// <summary>Who is called.</summary>
sealed class Callee : End
{
    static int s_calls;

    public Callee(Peer peer, Message invite)
        : base(peer)
    {
        Invite = invite;
        CallId = invite.CallId;
        LocalTag = $"a{Interlocked.Increment(ref s_calls)}";
        RemoteTag = invite.FromTag;
        Local = invite["To"];
        Remote = invite["From"].Split(";tag=")[0];
        Target = invite.Contact;
    }

    public Message Invite { get; }

    /// <summary>The next call to this phone that is not known yet.</summary>
    public static async Task<Callee> RungAsync(Peer peer, TimeSpan? within = null)
    {
        // An INVITE that was sent again, by whomever, is no other call.
        var callee = new Callee(peer, await peer.ReceiveAsync(m => m.IsRequest && m.Method == "INVITE" && m.ToTag.Length == 0 && !peer.Rung.Contains(m.CallId), "INVITE", within));
        peer.Rung.Add(callee.CallId);
        callee.Respond(callee.Invite, 180);
        return callee;
    }

    public void Answer(string sdp = "") => Respond(Invite, 200, sdp.Length > 0 ? sdp : Sdp.Of("agent"));

    public Task AnswerAsync(string sdp = "") => AcceptAsync(Invite, sdp.Length > 0 ? sdp : Sdp.Of("agent"));

    /// <summary>Is no longer wanted: CANCEL, answered with 200 and 487.</summary>
    public async Task CancelledAsync(TimeSpan? within = null)
    {
        Message cancel = await Peer.RequestAsync("CANCEL", within, CallId);
        Respond(cancel, 200);
        Respond(Invite, 487);
        await AckedAsync();
    }

    public async Task RejectAsync(int status)
    {
        Respond(Invite, status);
        await AckedAsync();
    }
}
