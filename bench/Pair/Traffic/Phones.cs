using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tandem.Bench.Pair.Traffic;

/// <summary>One INVITE at an agent's phone, and what became of it.</summary>
sealed class TestLeg(string agent, TestCall? call, SipText invite, SocketAddress from)
{
    public string Agent => agent;
    public TestCall? Call => call;
    public SipText Invite => invite;
    public SocketAddress From => from;
    public string Tag { get; } = $"a{invite.CallId}";
    public bool IsAnswered { get; set; }
    public bool IsOver { get; set; }
    public Sending? Sending { get; set; }
}

/// <summary>
/// All agents' phones at one address: 180 at once, 200 at once too, but for those named `ring…`, which are answered when told.
/// On the field's thread.
/// </summary>
sealed class Phones(Field field)
{
    public const string Ringing = "ring";
    readonly Dictionary<string, TestLeg> _legs = new(StringComparer.Ordinal);
    readonly Dictionary<string, TestLeg> _busy = new(StringComparer.Ordinal);

    /// <summary>How long phones ring before they are answered.</summary>
    public long AnswerAfterUs { get; set; }
    /// <summary>An agent's phone got an INVITE while it was with another call.</summary>
    public int RungTwice { get; private set; }
    /// <summary>INVITEs for which nobody calls (any more).</summary>
    public int Strange { get; private set; }
    public int Rings => _legs.Values.Count(static l => l is { IsOver: false, IsAnswered: false });
    public List<TestCall> Served { get; } = [];

    public void Take(SipText message, SocketAddress from)
    {
        _legs.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(message.CallId, out TestLeg? leg);
        if (message.IsResponse) return;
        ReadOnlySpan<char> method = message.Method;
        if (method.SequenceEqual("INVITE") && !message.HasToTag) Rung(leg, message, from);
        else if (method.SequenceEqual("ACK"))
        {
            if (leg?.Sending is { } sending) sending.IsDone = true;
        }
        else if (method.SequenceEqual("CANCEL"))
        {
            Send(message, 200, leg?.Tag ?? "x", from);
            if (leg is not { IsAnswered: false, IsOver: false }) return;
            Over(leg);
            Repeat(leg, leg.Invite.Answer(487, leg.Tag, Contact(leg.Agent)));
        }
        else if (method.SequenceEqual("BYE"))
        {
            Send(message, 200, leg?.Tag ?? "x", from);
            if (leg is not null) Over(leg);
        }
        else if (method.SequenceEqual("INVITE")) Repeat(leg!, message.Answer(200, leg!.Tag, Contact(leg.Agent), SipText.Sdp(message.Text.Contains("a=sendonly", StringComparison.Ordinal) ? "recvonly" : "sendrecv", 1)));
        else Send(message, 200, leg?.Tag ?? "x", from);
    }

    void Rung(TestLeg? leg, SipText invite, SocketAddress from)
    {
        if (leg is not null)
        {
            // It comes again: after an adoption, or because our answer was not heard.
            if (leg.IsOver) return;
            if (leg.IsAnswered) leg.Sending?.Send(field);
            else Send(leg.Invite, 180, leg.Tag, leg.From);
            return;
        }
        string agent = SipText.UserOf(invite.To);
        string calling = SipText.UserOf(invite.From);
        TestCall? call = field.Callers.Find(calling);
        var own = new SocketAddress(AddressFamily.InterNetwork);
        from.Buffer.CopyTo(own.Buffer);
        leg = new TestLeg(agent, call, invite, own);
        _legs.Add(invite.CallId.ToString(), leg);
        if (_busy.TryGetValue(agent, out TestLeg? other) && !other.IsOver) RungTwice++;
        _busy[agent] = leg;
        if (call is null ? !calling.StartsWith(TcpCall.Prefix, StringComparison.Ordinal) : call.Phase is CallPhase.Ended or CallPhase.Failed) Strange++;
        if (call is not null)
        {
            if (call.OfferedUs == 0) call.OfferedUs = Field.NowUs;
            call.LegsNow++;
            Served.Add(call);
        }
        Send(invite, 180, leg.Tag, leg.From);
        if (agent.StartsWith(Ringing, StringComparison.Ordinal)) return;
        if (AnswerAfterUs == 0) Answer(leg);
        else field.At(Field.NowUs + AnswerAfterUs, () => Answer(leg));
    }

    void Answer(TestLeg leg)
    {
        if (leg.IsAnswered || leg.IsOver) return;
        leg.IsAnswered = true;
        if (leg.Call is { LegsNow: > 1 } call) call.WasDoubled = true;
        Repeat(leg, leg.Invite.Answer(200, leg.Tag, Contact(leg.Agent), SipText.Sdp("sendrecv", 1)));
    }

    /// <summary>Those that are over are no longer known.</summary>
    public void Forget()
    {
        foreach (string over in _legs.Where(static l => l.Value.IsOver && l.Value.Sending is not { IsDone: false }).Select(static l => l.Key).ToList()) _legs.Remove(over);
        Served.Clear();
    }

    public int AnswerAll()
    {
        List<TestLeg> ringing = [.. _legs.Values.Where(static l => l is { IsOver: false, IsAnswered: false })];
        foreach (TestLeg leg in ringing) Answer(leg);
        return ringing.Count;
    }

    void Over(TestLeg leg)
    {
        if (leg.IsOver) return;
        leg.IsOver = true;
        if (leg.Call is { } call) call.LegsNow--;
    }

    string Contact(string agent) => $"sip:{agent}@{field.PhonesAt}";

    void Send(SipText request, int status, string tag, SocketAddress to) =>
        Field.Transmit(field.PhonesSocket, Encoding.Latin1.GetBytes(request.Answer(status, tag, Contact("agent"))), to);

    /// <summary>A final answer to INVITE, until it is acknowledged.</summary>
    void Repeat(TestLeg leg, string answer)
    {
        if (leg.Sending is { } before) before.IsDone = true;
        leg.Sending = new Sending(Encoding.Latin1.GetBytes(answer), field.PhonesSocket, leg.From, Field.NowUs, isInvite: false, static () => { });
        leg.Sending.Send(field);
    }
}
