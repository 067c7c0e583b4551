using System.Net;
using System.Net.Sockets;

namespace Tandem.EndToEnd;

/// <summary>Who may call, how they are reached, and what strange requests get.</summary>
public sealed class PeerTests
{
    [Fact]
    public async Task A_stranger_is_challenged_and_a_trunk_is_known_by_its_address()
    {
        await using Desk desk = await Desk.OpenAsync();
        using var stranger = new UdpPeer(desk.Node.Sip, Centre.Stranger);
        var caller = new Caller(stranger, "+4930111", "1000");
        caller.SendInvite(Sdp.Of("stranger"));
        Message refused = await caller.RefusedAsync(401);
        Assert.Contains("Digest", refused["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Contains(refused.All("WWW-Authenticate"), static c => c.Contains("realm=\"main\"", StringComparison.Ordinal) && c.Contains("algorithm=MD5", StringComparison.Ordinal));
        // Nor does it help to call oneself like a phone that is known by its address.
        var pretender = new Caller(stranger, "101", "1000");
        pretender.SendInvite(Sdp.Of("pretender"));
        await pretender.RefusedAsync(403);
        (Caller known, Callee ana) = await desk.TalkAsync();
        await known.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task A_phone_calls_another_phone()
    {
        await using Desk desk = await Desk.OpenAsync(agents: 2, ready: 0);
        Caller caller = await Caller.DialAsync(desk.Ana, "101", "102");
        Callee called = await Callee.RungAsync(desk.Bo);
        Assert.Contains("sip:101@", called.Invite["From"], StringComparison.Ordinal);
        await caller.GetsAsync(180);
        await called.AnswerAsync();
        await caller.ConnectedAsync();
        await called.ByeAsync();
        await caller.ByedAsync();
        await desk.EndsAsync("0 15", "1 15 102");
    }

    [Fact]
    public async Task A_phone_that_is_busy_or_does_not_answer_is_told_to_the_phone_that_calls()
    {
        await using Desk desk = await Desk.OpenAsync(agents: 2, ready: 0);
        Caller caller = await Caller.DialAsync(desk.Ana, "101", "102");
        Callee called = await Callee.RungAsync(desk.Bo);
        await called.RejectAsync(486);
        await caller.RefusedAsync(486);
        Caller unknown = new(desk.Ana, "101", "999");
        unknown.SendInvite(Sdp.Of("101"));
        await unknown.RefusedAsync(404);
        Caller itself = new(desk.Ana, "101", "101");
        itself.SendInvite(Sdp.Of("101"));
        await itself.RefusedAsync(482);
        await desk.EndsAsync("0 11", "1 11 102");
    }

    [Fact]
    public async Task An_external_number_goes_over_its_trunk()
    {
        var node = new TandemProcess();
        using var trunk = new UdpPeer(node.Sip, Centre.OtherTrunk);
        using var phone = new UdpPeer(node.Sip);
        await using Desk desk = await Desk.OpenAsync(agents: 1, ready: 0, on: node,
            centre: new Centre().Trunk("abroad", trunk.At, "+44").Phone("301", phone.At, externalCalls: true));
        Caller caller = await Caller.DialAsync(phone, "301", "+44207");
        Callee called = await Callee.RungAsync(trunk);
        Assert.StartsWith($"INVITE sip:+44207@{trunk.At}", called.Invite.StartLine, StringComparison.Ordinal);
        // What the carrier plays before the answer is heard.
        string early = Sdp.Of("early");
        called.Respond(called.Invite, 183, early);
        await called.AnswerAsync(Sdp.Of("abroad"));
        await caller.ConnectedAsync();
        await caller.ByeAsync();
        await called.ByedAsync();
        // Not every phone may.
        Caller barred = new(desk.Ana, "101", "+44207");
        barred.SendInvite(Sdp.Of("101"));
        await barred.RefusedAsync(403);
        await desk.EndsAsync("0 15", "1 15 +44207");
    }

    [Fact]
    public async Task A_carrier_announcement_before_the_answer_reaches_the_caller()
    {
        var node = new TandemProcess();
        using var trunk = new UdpPeer(node.Sip, Centre.OtherTrunk);
        using var phone = new UdpPeer(node.Sip);
        await using Desk desk = await Desk.OpenAsync(agents: 0, on: node,
            centre: new Centre().Trunk("abroad", trunk.At, "+44").Phone("301", phone.At, externalCalls: true));
        Caller caller = await Caller.DialAsync(phone, "301", "+44207");
        Message invite = await trunk.RequestAsync("INVITE");
        var called = new Callee(trunk, invite);
        string early = Sdp.Of("announcement");
        called.Respond(invite, 183, early);
        Message progress = await caller.GetsAsync(183);
        Assert.Equal(early, progress.Body);
        await called.RejectAsync(404);
        await caller.RefusedAsync(404);
        await desk.EndsAsync("0 12", "1 12 +44207");
    }

    [Fact]
    public async Task A_phone_registered_over_TCP_is_called_over_that_connection()
    {
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre().RegisteringAgent("ana", "201", "secret"));
        using var carrier = new UdpPeer(node.Sip, Centre.Carrier);
        using var phone = new TcpPeer(node.Sip);
        var line = new Registration(phone, "201", "secret");
        Assert.Equal(200, (await line.RegisterAsync(3600)).Status);
        await node.LogInReadyAsync("ana");
        Caller caller = await Caller.DialAsync(carrier, "+491", "1000");
        Callee ana = await Callee.RungAsync(phone);
        await ana.AnswerAsync();
        await caller.ConnectedAsync();
        await CallTests.PassAsync(ana, caller, "sendrecv", "sendrecv", 2);
        await caller.ByeAsync();
        await ana.ByedAsync();
        await node.IsQuietAsync();
        await node.ReadyAsync("ana");
        await Records.AreAsync(node, "0 13", "1 13 ana");
    }

    [Fact]
    public async Task Refreshes_are_coalesced_and_a_silent_phone_expires()
    {
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre().RegisteringAgent("ana", "201", "secret"));
        using var phone = new UdpPeer(node.Sip);
        var line = new Registration(phone, "201", "secret");
        Assert.Equal(200, (await line.RegisterAsync(60)).Status);
        Assert.True((await node.PhoneAsync("201")).Reachable);
        long before = await PositionAsync(node);
        for (int i = 0; i < 20; i++)
        {
            Message answer = await line.RegisterAsync(60);
            Assert.Equal(200, answer.Status);
            Assert.Contains("expires=60", answer["Contact"], StringComparison.Ordinal);
        }
        // Ticks, and one entry at most for the refresh that no longer fitted in what was granted.
        Assert.InRange(await PositionAsync(node) - before, 0, 15);
        Assert.Equal(423, (await line.RegisterAsync(5)).Status);
        await node.LogInReadyAsync("ana");
        // The shortest time that is granted is a minute.
        await Eventually.TrueAsync(async () => !(await node.PhoneAsync("201")).Reachable, "the registration to expire", TimeSpan.FromSeconds(90));
        Assert.Equal("not-ready", (await node.AgentAsync("ana")).State);
    }

    static async Task<long> PositionAsync(TandemProcess node) =>
        long.Parse((await node.GetAsync("snapshot")).GetProperty("number").GetString()!.Split('-', '.', ':')[0]);

    [Fact]
    public async Task A_registration_outlives_a_restart()
    {
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre().RegisteringAgent("ana", "201", "secret"));
        using var carrier = new UdpPeer(node.Sip, Centre.Carrier);
        using var phone = new UdpPeer(node.Sip);
        var line = new Registration(phone, "201", "secret");
        await line.RegisterAsync(3600);
        await node.LogInReadyAsync("ana");
        await node.RestartAsync();
        Assert.Equal(200, (await line.RegisterAsync(3600)).Status);
        Caller caller = await Caller.DialAsync(carrier, "+491", "1000");
        Callee ana = await Callee.RungAsync(phone);
        await ana.AnswerAsync();
        await caller.ConnectedAsync();
        await caller.ByeAsync();
        await ana.ByedAsync();
        await node.IsQuietAsync();
    }

    [Fact]
    public async Task OPTIONS_is_answered_and_unknown_dialogs_are_told_so()
    {
        await using Desk desk = await Desk.OpenAsync();
        var end = new Caller(desk.Carrier, "+491", "1000");
        Message options = await end.RequestAsync("OPTIONS");
        Assert.Equal(200, options.Status);
        Assert.Contains("INVITE", options["Allow"], StringComparison.Ordinal);
        using var stranger = new UdpPeer(desk.Node.Sip, Centre.Stranger);
        foreach (string method in (string[])["BYE", "INVITE", "INFO", "UPDATE"])
        {
            var lost = new Lost(stranger);
            // What is never done is refused before anybody looks for a dialog.
            Assert.Equal(method is "INFO" or "UPDATE" ? 405 : 481, (await lost.RequestAsync(method, method == "INVITE" ? Sdp.Of("lost") : "")).Status);
        }
        Message unknown = await end.RequestAsync("FROBNICATE");
        Assert.Contains(unknown.Status, (int[])[405, 501]);
        await desk.EndsAsync();
    }

    sealed class Lost : End
    {
        public Lost(UdpPeer peer)
            : base(peer)
        {
            CallId = $"lost-{Guid.NewGuid():N}";
            LocalTag = "l";
            RemoteTag = "nobodys";
            Local = $"<sip:lost@{peer.At}>";
            Remote = $"<sip:1000@{peer.Node}>";
            Target = $"sip:1000@{peer.Node}";
        }
    }

    [Fact]
    public async Task Malformed_messages_get_400_or_silence()
    {
        await using Desk desk = await Desk.OpenAsync();
        string good = $"OPTIONS sip:1000@{desk.Node.Sip} SIP/2.0\r\nVia: SIP/2.0/UDP {desk.Carrier.At};branch=z9hG4bKbad\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: bad\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
        int sent = 0;
        foreach (string bad in (string[])
        [
            good.Replace("CSeq: 1 OPTIONS", "CSeq: one OPTIONS", StringComparison.Ordinal),
            good.Replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE", StringComparison.Ordinal),
            good.Replace("Content-Length: 0", "Content-Length: 999", StringComparison.Ordinal),
            good.Replace("<sip:c@d>", "\"unclosed <sip:c@d>", StringComparison.Ordinal),
            good.Replace("Call-ID: bad\r\n", "", StringComparison.Ordinal),
        ])
        {
            string own = bad.Replace("z9hG4bKbad", $"z9hG4bKbad{++sent}", StringComparison.Ordinal);
            desk.Carrier.Send(own);
            Message answer = await desk.Carrier.ReceiveAsync(m => m.Branch == $"z9hG4bKbad{sent}", "400");
            Assert.Equal(400, answer.Status);
        }
        foreach (string silent in (string[])["\r\n\r\n", "\0\0\0\0", "hello", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n", ""]) desk.Carrier.Send(silent);
        (Caller caller, Callee ana) = await desk.TalkAsync();
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task Twenty_thousand_mutated_datagrams_leave_the_node_serving()
    {
        await using Desk desk = await Desk.OpenAsync();
        (Caller caller, Callee ana) = await desk.TalkAsync();
        byte[][] corpus = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "corpus"), "*.sip").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        Assert.NotEmpty(corpus);
        var random = new Random(4711);
        using var fuzzer = new UdpPeer(desk.Node.Sip, Centre.Stranger);
        using var known = new UdpPeer(desk.Node.Sip, Centre.Carrier);
        for (int i = 0; i < 20_000; i++)
        {
            (i % 2 == 0 ? fuzzer : known).Send(Mutated(corpus[random.Next(corpus.Length)], corpus, random));
            // No faster than it reads: what the kernel drops tests nothing.
            if (i % 200 == 199) await desk.Node.HealthAsync();
        }
        await CallTests.PassAsync(caller, ana, "sendonly", "recvonly", 2);
        await caller.ByeAsync();
        await ana.ByedAsync();
        await Eventually.TrueAsync(async () => (await desk.Node.AgentAsync("ana")).State == "work-ready", "the call to be over");
        Assert.DoesNotContain("Exception", desk.Node.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("alarm", desk.Node.Errors, StringComparison.Ordinal);
    }

    static byte[] Mutated(byte[] message, byte[][] corpus, Random random)
    {
        var bytes = new List<byte>(message);
        for (int times = random.Next(1, 6); times > 0 && bytes.Count > 4; times--)
        {
            int at = random.Next(bytes.Count), length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(at, length); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                case 4:
                    byte[] other = corpus[random.Next(corpus.Length)];
                    bytes.InsertRange(at, other.AsSpan(random.Next(other.Length / 2), length).ToArray());
                    break;
                default: bytes.InsertRange(at, Enumerable.Repeat((byte)"\r\n;,<>\"0:@= "[random.Next(12)], random.Next(1, 200))); break;
            }
        }
        return [.. bytes.Take(60_000)];
    }

    [Fact]
    public async Task Garbage_over_TCP_closes_that_connection_only()
    {
        await using Desk desk = await Desk.OpenAsync();
        using var good = new TcpPeer(desk.Node.Sip, Centre.Carrier);
        using (var bad = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await bad.ConnectAsync(desk.Node.Sip);
            byte[] garbage = new byte[200_000];
            new Random(1).NextBytes(garbage);
            try
            {
                await bad.SendAsync(garbage);
            }
            catch (SocketException)
            {
                // Closed before all of it was sent.
            }
        }
        Caller caller = await Caller.DialAsync(good, "+491", "1000");
        Callee ana = await Callee.RungAsync(desk.Ana);
        await ana.AnswerAsync();
        await caller.ConnectedAsync();
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }
}
