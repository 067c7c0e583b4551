using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tandem.Bench.Pair.Traffic;

/// <summary>All callers, over one trunk and UDP. Everything here is on the field's thread.</summary>
sealed class Callers(Field field)
{
    readonly Dictionary<string, TestCall> _calls = new(StringComparer.Ordinal);
    readonly Dictionary<string, TestCall> _byCalling = new(StringComparer.Ordinal);
    int _number, _branches;
    int _arrivals;

    public TestCall? Find(string calling) => _byCalling.GetValueOrDefault(calling);
    public int Dialed => _number;

    /// <summary>A call that is over is no longer known.</summary>
    public void Forget(TestCall call)
    {
        _calls.Remove(call.CallId);
        _byCalling.Remove(call.Calling);
    }

    public TestCall Dial(string dialed, IPEndPoint to, long? talkUs)
    {
        var call = new TestCall(++_number, dialed, to.ToString(), to.Serialize()) { TalkUs = talkUs };
        _calls.Add(call.CallId, call);
        _byCalling.Add(call.Calling, call);
        call.InviteUs = Field.NowUs;
        call.Sending = Send(call, $"INVITE sip:{dialed}@{call.To} SIP/2.0\r\n{Head(call, 1, "INVITE", call.Branch)}", SipText.Sdp("sendrecv", 1), isInvite: true);
        return call;
    }

    /// <summary>Calls at a constant rate, to the addresses by turns, until stopped.</summary>
    public Arrivals Arrive(double perSecond, string dialed, long talkMinUs, long talkMaxUs, params IPEndPoint[] to)
    {
        var arrivals = new Arrivals();
        long between = (long)(1_000_000 / perSecond), next = Field.NowUs;
        var random = new Random(++_arrivals);
        Step();
        return arrivals;

        void Step()
        {
            if (arrivals.IsStopped) return;
            arrivals.Calls.Add(Dial(dialed, to[_number % to.Length], random.NextInt64(talkMinUs, talkMaxUs + 1)));
            next += between;
            field.At(next, Step);
        }
    }

    string Head(TestCall call, int cseq, string method, string branch) =>
        $"Via: SIP/2.0/UDP {field.CallersAt};branch={branch}\r\nMax-Forwards: 70\r\nFrom: <sip:{call.Calling}@{field.CallersAt}>;tag=c{call.Number}\r\n"
        + $"To: {(call.RemoteTo.Length > 0 ? call.RemoteTo : $"<sip:{call.Dialed}@{call.To}>")}\r\nCall-ID: {call.CallId}\r\nCSeq: {cseq} {method}\r\nContact: <{Contact()}>\r\n";

    string Contact() => $"sip:caller@{field.CallersAt}";

    static byte[] Bytes(string head, string sdp = "") =>
        Encoding.Latin1.GetBytes($"{head}{(sdp.Length > 0 ? "Content-Type: application/sdp\r\n" : "")}Content-Length: {sdp.Length}\r\n\r\n{sdp}");

    Sending Send(TestCall call, string head, string sdp = "", bool isInvite = false)
    {
        var sending = new Sending(Bytes(head, sdp), field.CallersSocket, call.Address, Field.NowUs, isInvite, () => Fail(call, 408, "no answer for 32 s"));
        sending.Send(field);
        return sending;
    }

    /// <summary>A request within the dialog.</summary>
    /// <param name="done">Takes how long it took, and the final status (408: none).</param>
    void Request(TestCall call, string method, string sdp, Action<long, int> done)
    {
        call.CSeq++;
        call.Answered = done;
        string branch = $"z9hG4bKr{Environment.ProcessId}x{++_branches}";
        call.Sending = Send(call, $"{method} {call.Target} SIP/2.0\r\n{Head(call, call.CSeq, method, branch)}", sdp);
    }

    /// <summary>Hold or resume, by re-INVITE.</summary>
    public void Reinvite(TestCall call, string direction, Action<long, int> done) => Request(call, "INVITE", SipText.Sdp(direction, ++call.SdpVersion), done);

    public void Bye(TestCall call, Action<long, int>? done = null)
    {
        if (call.Phase != CallPhase.Talking) return;
        call.Phase = CallPhase.Ending;
        Request(call, "BYE", "", (us, status) =>
        {
            if (status is 200 or 481) End(call);
            else Fail(call, status, "BYE");
            done?.Invoke(us, status);
        });
    }

    void End(TestCall call)
    {
        if (call.Phase is CallPhase.Ended or CallPhase.Failed) return;
        call.Phase = CallPhase.Ended;
        call.EndedUs = Field.NowUs;
    }

    void Fail(TestCall call, int status, string why)
    {
        if (call.Phase is CallPhase.Ended or CallPhase.Failed) return;
        (call.Phase, call.Status, call.Why, call.EndedUs) = (CallPhase.Failed, status, why, Field.NowUs);
        if (call.Sending is { } sending) sending.IsDone = true;
        call.Answered?.Invoke(Field.NowUs - (call.Sending?.FirstUs ?? 0), status);
        call.Answered = null;
    }

    public void Take(SipText message, SocketAddress from)
    {
        if (!_calls.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(message.CallId, out TestCall? call)) return;
        if (!from.Equals(call.Address)) call.ChangedAddress = true;
        if (!message.IsResponse)
        {
            Asked(call, message);
            return;
        }
        ReadOnlySpan<char> cseq = message.CSeq;
        int blank = cseq.IndexOf(' ');
        int number = int.Parse(cseq[..blank], CultureInfo.InvariantCulture);
        bool isInvite = cseq[(blank + 1)..].SequenceEqual("INVITE");
        if (number == 1 && isInvite) AnsweredDial(call, message);
        else if (number == call.CSeq && message.Status >= 200) InDialog(call, message, isInvite);
    }

    void AnsweredDial(TestCall call, SipText message)
    {
        long now = Field.NowUs;
        int status = message.Status;
        if (call.FirstAnswerUs == 0) call.FirstAnswerUs = now;
        if (call.Phase == CallPhase.Dialing) call.Sending!.IsDone = true;
        if (status == 180 && call.RingsUs == 0) call.RingsUs = now;
        if (status < 200) return;
        if (status >= 300)
        {
            call.RemoteTo = message.To.ToString();
            Field.Transmit(field.CallersSocket, Bytes($"ACK sip:{call.Dialed}@{call.To} SIP/2.0\r\n{Head(call, 1, "ACK", call.Branch)}"), call.Address);
            Fail(call, status, "refused");
            return;
        }
        if (call.Phase == CallPhase.Dialing)
        {
            call.Phase = CallPhase.Talking;
            call.AnsweredUs = now;
            call.RemoteTo = message.To.ToString();
            call.Target = message.ContactUri;
            call.Ack = Bytes($"ACK {call.Target} SIP/2.0\r\n{Head(call, 1, "ACK", $"z9hG4bKa{Environment.ProcessId}x{++_branches}")}");
            if (call.TalkUs is { } talk) field.At(now + talk, () => Bye(call));
        }
        if (call.Ack is not null) Field.Transmit(field.CallersSocket, call.Ack, call.Address);
    }

    void InDialog(TestCall call, SipText message, bool isInvite)
    {
        if (isInvite)
            Field.Transmit(field.CallersSocket, Bytes($"ACK {call.Target} SIP/2.0\r\n{Head(call, call.CSeq, "ACK", $"z9hG4bKa{Environment.ProcessId}x{++_branches}")}"), call.Address);
        if (call.Sending is not { IsDone: false } sending) return;
        sending.IsDone = true;
        Action<long, int>? done = call.Answered;
        call.Answered = null;
        done?.Invoke(Field.NowUs - sending.FirstUs, message.Status);
    }

    void Asked(TestCall call, SipText request)
    {
        if (request.Method.SequenceEqual("ACK")) return;
        bool isInvite = request.Method.SequenceEqual("INVITE");
        Field.Transmit(field.CallersSocket, Encoding.Latin1.GetBytes(request.Answer(200, $"c{call.Number}", Contact(), isInvite ? SipText.Sdp("sendrecv", call.SdpVersion) : "")), call.Address);
        // Nobody at the other end hangs up in these benches.
        if (request.Method.SequenceEqual("BYE") && call.Phase == CallPhase.Talking) Fail(call, 200, "was hung up on");
    }
}

/// <summary>Calls that come at a rate.</summary>
sealed class Arrivals
{
    public List<TestCall> Calls { get; } = [];
    public bool IsStopped { get; set; }
}
