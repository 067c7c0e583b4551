using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tandem.EndToEnd.Pair;

/// <summary>
/// Callers who dial again and again at both service addresses, and agents who answer them: every request is sent again as
/// RFC 3261 asks, and how long each caller waited for a first ring or answer is kept.
/// </summary>
sealed class Crowd : IDisposable
{
    const int FirstRepeatMs = 500, RepeatMaxMs = 4_000, PatienceMs = 32_000, TalkMs = 300;
    static int s_crowds;
    readonly Socket _callers, _agents;
    readonly IPEndPoint _callersAt, _agentsAt;
    readonly IPEndPoint[] _services;
    readonly double _perSecond;
    readonly string _mark = $"crowd{Environment.ProcessId}x{Interlocked.Increment(ref s_crowds)}";
    readonly object _lock = new();
    readonly Dictionary<string, Dialed> _dialed = [];
    readonly Dictionary<string, Rung> _rung = [];
    readonly Dictionary<string, string> _busy = [];
    readonly List<string> _doubles = [];
    readonly Stopwatch _clock = Stopwatch.StartNew();
    readonly Thread _thread;
    bool _dialing = true, _ended;
    int _count;

    /// <summary>A call as its caller sees it.</summary>
    public sealed class Dialed
    {
        public required string CallId { get; init; }
        public required IPEndPoint At { get; init; }
        public long BeganMs { get; init; }
        /// <summary>Until the first 180 or final answer; -1: none yet.</summary>
        public long WaitedMs { get; set; } = -1;
        public int Status { get; set; }
        public bool IsOver { get; set; }
        /// <summary>What is sent until it is answered, and when next.</summary>
        internal byte[]? Repeated { get; set; }
        internal long RepeatAtMs { get; set; }
        internal int EveryMs { get; set; }
        internal long SinceMs { get; set; }
        internal long HangUpAtMs { get; set; } = long.MaxValue;
        internal string Answer { get; set; } = "";
        public override string ToString() => $"{CallId} at {At}: began {BeganMs} ms, waited {WaitedMs} ms, status {Status}, over {IsOver}";
    }

    sealed class Rung
    {
        public required string Agent { get; init; }
        public required string Invite { get; init; }
        public required EndPoint From { get; set; }
        public bool IsAcknowledged { get; set; }
        public long RepeatAtMs { get; set; }
        public int EveryMs { get; set; }
        public long SinceMs { get; init; }
    }

    public Crowd(Socket callers, Socket agents, double perSecond, params IPEndPoint[] services)
    {
        (_callers, _agents, _perSecond, _services) = (callers, agents, perSecond, services);
        (_callersAt, _agentsAt) = ((IPEndPoint)callers.LocalEndPoint!, (IPEndPoint)agents.LocalEndPoint!);
        Listen(_callers, HearCaller);
        Listen(_agents, HearAgent);
        _thread = new Thread(Run) { IsBackground = true, Name = "crowd" };
        _thread.Start();
    }

    public long NowMs => _clock.ElapsedMilliseconds;
    public IReadOnlyList<string> RungTwice { get { lock (_lock) return [.. _doubles]; } }
    public IReadOnlyList<Dialed> Calls { get { lock (_lock) return [.. _dialed.Values]; } }

    /// <summary>The longest wait of those who dialed after a moment of <see cref="NowMs"/>.</summary>
    public long LongestWaitMs(long sinceMs = 0)
    {
        lock (_lock) return _dialed.Values.Where(d => d.BeganMs >= sinceMs).Select(d => d.WaitedMs >= 0 ? d.WaitedMs : NowMs - d.BeganMs).DefaultIfEmpty().Max();
    }

    /// <summary>Nobody dials any more, and all that was begun comes to its end.</summary>
    public async Task EndAsync(TimeSpan? within = null)
    {
        lock (_lock) _dialing = false;
        await Eventually.TrueAsync(() => Task.FromResult(Calls.All(static c => c.IsOver)), () => $"the crowd's calls to be over:\n{string.Join('\n', Calls.Where(static c => !c.IsOver))}", within ?? TimeSpan.FromSeconds(40));
    }

    /// <summary>Each caller was answered and let go in good order, and no agent had two calls.</summary>
    /// <param name="byesArrive">False: a phone that the BYE of its call did not reach may be rung while it believes to be in it.</param>
    public void NobodyWasLost(bool byesArrive = true)
    {
        if (byesArrive) Assert.Empty(RungTwice);
        Assert.All(Calls, static c => Assert.True(c is { IsOver: true, Status: 200 }, c.ToString()));
    }

    void Run()
    {
        long nextDial = 0;
        while (!_ended)
        {
            lock (_lock)
            {
                long now = NowMs;
                if (_dialing && now >= nextDial)
                {
                    nextDial = now + (long)(1000 / _perSecond);
                    Dial(now);
                }
                foreach (Dialed call in _dialed.Values)
                {
                    if (call.IsOver) continue;
                    if (now >= call.HangUpAtMs) HangUp(call, now);
                    if (call.Repeated is null || now < call.RepeatAtMs) continue;
                    if (now - call.SinceMs > PatienceMs)
                    {
                        call.IsOver = true;
                        if (call.Status is 0 or 200) call.Status = 408;
                        continue;
                    }
                    Send(_callers, call.Repeated, call.At);
                    call.EveryMs = Math.Min(call.EveryMs * 2, RepeatMaxMs);
                    call.RepeatAtMs = now + call.EveryMs;
                }
                foreach (Rung rung in _rung.Values)
                {
                    if (rung.IsAcknowledged || now < rung.RepeatAtMs || now - rung.SinceMs > PatienceMs) continue;
                    Respond(rung.Invite, 200, rung.From, Sdp.Of(rung.Agent));
                    rung.EveryMs = Math.Min(rung.EveryMs * 2, RepeatMaxMs);
                    rung.RepeatAtMs = now + rung.EveryMs;
                }
            }
            Thread.Sleep(5);
        }
    }

    // ---- callers ----

    void Dial(long now)
    {
        string id = $"{_mark}-{++_count}";
        var call = new Dialed { CallId = id, At = _services[_count % _services.Length], BeganMs = now };
        _dialed[id] = call;
        Repeat(call, Request(call, "INVITE", 1, $"{id}i", "", Sdp.Of(id)), now);
    }

    string Request(Dialed call, string method, int cseq, string branch, string toTag, string body = "") =>
        $"{method} sip:1000@{call.At} SIP/2.0\r\nVia: SIP/2.0/UDP {_callersAt};branch=z9hG4bK{branch};rport\r\nMax-Forwards: 70\r\nFrom: <sip:{call.CallId}@{call.At}>;tag={call.CallId}\r\n"
        + $"To: <sip:1000@{call.At}>{(toTag.Length > 0 ? $";tag={toTag}" : "")}\r\nCall-ID: {call.CallId}\r\nCSeq: {cseq} {method}\r\nContact: <sip:crowd@{_callersAt}>\r\n"
        + $"{(body.Length > 0 ? "Content-Type: application/sdp\r\n" : "")}Content-Length: {Encoding.Latin1.GetByteCount(body)}\r\n\r\n{body}";

    void Repeat(Dialed call, string request, long now)
    {
        (call.Repeated, call.EveryMs, call.RepeatAtMs, call.SinceMs) = (Encoding.Latin1.GetBytes(request), FirstRepeatMs, now + FirstRepeatMs, now);
        Send(_callers, call.Repeated, call.At);
    }

    void HangUp(Dialed call, long now)
    {
        call.HangUpAtMs = long.MaxValue;
        Repeat(call, Request(call, "BYE", 2, $"{call.CallId}b", call.Answer), now);
    }

    void HearCaller(Message message, EndPoint from)
    {
        if (!_dialed.TryGetValue(message.CallId, out Dialed? call)) return;
        if (message.IsRequest)
        {
            // Whoever hangs up first, it is over.
            if (message.Method == "BYE")
            {
                Respond(message.Text, 200, from);
                call.IsOver = true;
            }
            return;
        }
        if (message.Method == "BYE" && message.Status >= 200) call.IsOver = true;
        if (message.Method != "INVITE") return;
        if (message.Status > 100 && call.WaitedMs < 0) call.WaitedMs = NowMs - call.BeganMs;
        if (call.Status < 200) call.Repeated = null;
        if (message.Status < 200) return;
        bool first = call.Status == 0;
        if (first) call.Status = message.Status;
        if (message.Status < 300)
        {
            call.Answer = message.ToTag;
            Send(_callers, Encoding.Latin1.GetBytes(Request(call, "ACK", 1, $"{call.CallId}a", message.ToTag)), call.At);
            if (first) call.HangUpAtMs = NowMs + TalkMs;
            return;
        }
        Send(_callers, Encoding.Latin1.GetBytes(Request(call, "ACK", 1, $"{call.CallId}i", message.ToTag)), call.At);
        call.IsOver = true;
    }

    // ---- agents ----

    void HearAgent(Message message, EndPoint from)
    {
        if (!message.IsRequest) return;
        _rung.TryGetValue(message.CallId, out Rung? rung);
        switch (message.Method)
        {
            case "INVITE" when message.ToTag.Length > 0: Respond(message.Text, 200, from, Sdp.Of("again")); break;
            case "INVITE" when rung is not null: rung.From = from; break;
            case "INVITE":
                string agent = message["To"].Split("sip:")[1].Split('@')[0];
                if (_busy.TryGetValue(agent, out string? with)) _doubles.Add($"{agent} is rung by {message.CallId} while {with} is there, at {NowMs} ms");
                _busy[agent] = message.CallId;
                _rung[message.CallId] = new Rung { Agent = agent, Invite = message.Text, From = from, SinceMs = NowMs, EveryMs = FirstRepeatMs, RepeatAtMs = NowMs + 20 };
                Respond(message.Text, 180, from);
                break;
            case "ACK" when rung is not null: rung.IsAcknowledged = true; break;
            case "CANCEL" when rung is not null:
                Respond(message.Text, 200, from);
                Respond(rung.Invite, 487, from);
                Free(rung, message.CallId);
                break;
            case "BYE":
                Respond(message.Text, 200, from);
                if (rung is not null) Free(rung, message.CallId);
                break;
        }
    }

    void Free(Rung rung, string callId)
    {
        rung.IsAcknowledged = true;
        if (_busy.GetValueOrDefault(rung.Agent) == callId) _busy.Remove(rung.Agent);
    }

    // ---- both ----

    void Respond(string request, int status, EndPoint to, string sdp = "")
    {
        var asked = new Message(request, default);
        string toHeader = asked["To"];
        if (!toHeader.Contains(";tag=", StringComparison.Ordinal)) toHeader += $";tag=c{asked.CallId}";
        var text = new StringBuilder($"SIP/2.0 {status} crowd\r\n");
        foreach (string via in asked.All("Via")) text.Append($"Via: {via}\r\n");
        text.Append($"From: {asked["From"]}\r\nTo: {toHeader}\r\nCall-ID: {asked.CallId}\r\nCSeq: {asked.CSeq}\r\nContact: <sip:crowd@{_agentsAt}>\r\n");
        if (sdp.Length > 0) text.Append("Content-Type: application/sdp\r\n");
        text.Append($"Content-Length: {Encoding.Latin1.GetByteCount(sdp)}\r\n\r\n{sdp}");
        // Callers hear requests only of a dialog of theirs.
        Send(_dialed.ContainsKey(asked.CallId) ? _callers : _agents, Encoding.Latin1.GetBytes(text.ToString()), to);
    }

    static void Send(Socket socket, byte[] message, EndPoint to)
    {
        try
        {
            socket.SendTo(message, to);
        }
        catch (SocketException)
        {
            // Nobody is there, or the cable is out: it is sent again.
        }
    }

    void Listen(Socket socket, Action<Message, EndPoint> hear) => new Thread(() =>
    {
        byte[] buffer = new byte[65_536];
        while (true)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            try
            {
                int got = socket.ReceiveFrom(buffer, ref from);
                var message = new Message(Encoding.Latin1.GetString(buffer, 0, got), DateTimeOffset.UtcNow);
                lock (_lock) hear(message, from);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable)
            {
                // That nobody is there is told at the next call of the socket.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    })
    { IsBackground = true, Name = "crowd's socket" }.Start();

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
        _callers.Dispose();
        _agents.Dispose();
    }
}
