namespace Tandem.EndToEnd.Pair;

/// <summary>kill -9 of the node that calls are on: they go on at the other side, over the same address, and nobody notices.</summary>
public sealed class CallsSurviveTests
{
    [Fact]
    public async Task Calls_in_every_state_go_on_at_the_other_side()
    {
        await using PairDesk desk = await PairDesk.OpenAsync(agents: 5, ready: 4, centre: new Centre { RingTime = "2m", Treated = "1001" });
        // ana talks, bo has held, cy is in wrap-up, dee's phone rings, two wait in the queue, one is in a treatment.
        (Caller talking, Callee ana) = await desk.TalkAsync(desk.Ana, "+491");
        (Caller held, Callee bo) = await desk.TalkAsync(desk.Bo, "+492");
        await PassAsync(bo, held, "sendonly", "recvonly", 2);
        (Caller done, Callee cy) = await desk.TalkAsync(desk.Phones[2], "+493");
        await done.ByeAsync();
        await cy.ByedAsync();
        Caller ringing = await desk.DialAsync("+494");
        Callee dee = await Callee.RungAsync(desk.Phones[3]);
        await ringing.GetsAsync(180);
        Caller first = await desk.DialAsync("+495");
        await desk.A.CallsBecomeAsync(1, "queued");
        Caller second = await desk.DialAsync("+496");
        await desk.A.CallsBecomeAsync(2, "queued");
        Caller treated = await desk.DialAsync("+497", "1001");
        await desk.B.AgentBecomesAsync("cy", "work-ready");
        await desk.B.AgentBecomesAsync("bo", "hold");
        AgentState wrappingUp = await desk.A.AgentAsync("cy");

        int before = await desk.LoseAAsync();

        // Agents are as they were, to the moment at which the wrap-up ends; what wall time that is, each side tells by its own clock.
        Assert.Equal(["talking", "hold", "work-ready", "reserved", "not-ready"], (await desk.B.AgentsAsync()).Select(static a => a.State));
        Assert.InRange((await desk.B.AgentAsync("cy")).WrapUpUntil - wrappingUp.WrapUpUntil ?? TimeSpan.MaxValue, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(1));

        // Hold and resume from either end, then BYE.
        await PassAsync(talking, ana, "sendonly", "recvonly", 2);
        await PassAsync(talking, ana, "sendrecv", "sendrecv", 3);
        await PassAsync(ana, talking, "sendonly", "recvonly", 2);
        await PassAsync(ana, talking, "sendrecv", "sendrecv", 3);
        await talking.ByeAsync();
        await ana.ByedAsync();
        await PassAsync(bo, held, "sendrecv", "sendrecv", 3);
        await bo.ByeAsync();
        await held.ByedAsync();
        // The phone that rang is answered.
        await dee.AnswerAsync();
        await ringing.ConnectedAsync();
        // Those who wait are served in the order of their arrival.
        await desk.B.ReadyAsync("cy");
        Callee next = await Callee.RungAsync(desk.Phones[2]);
        Assert.Contains("+495", next.Invite["From"], StringComparison.Ordinal);
        await next.AnswerAsync();
        await first.ConnectedAsync();
        await desk.B.ReadyAsync("eli");
        Callee last = await Callee.RungAsync(desk.Phones[4]);
        Assert.Contains("+496", last.Invite["From"], StringComparison.Ordinal);
        await last.AnswerAsync();
        await second.ConnectedAsync();
        // The treatment ends when it would have, and the caller waits for an agent.
        await desk.B.ReadyAsync("ana");
        Callee after = await Callee.RungAsync(desk.Ana, TimeSpan.FromSeconds(60));
        Assert.Contains("+497", after.Invite["From"], StringComparison.Ordinal);
        await after.AnswerAsync();
        await treated.ConnectedAsync();

        // Back at home, and everybody hangs up there.
        await desk.A.ReturnsAsync(before);
        await desk.Pair.IsDuplexedAsync();
        foreach ((End one, End other) in ((End, End)[])[(ringing, dee), (first, next), (last, second), (after, treated)])
        {
            await one.ByeAsync();
            await other.ByedAsync();
        }
        await desk.EndsAsync(7);
        // One of each call for its caller, one for its agent.
        List<Part> parts = [];
        await Eventually.TrueAsync(() => Task.FromResult((parts = Records.Parts(desk.B)).Count >= 14), () => $"14 rows; {string.Join("; ", parts)}");
        Assert.Equal(14, parts.Count);
        Assert.All(parts, static p => Assert.Equal(Records.Handled, p.Disposition));
    }

    /// <summary>As when a caller sends it again after half a second, and its address has moved meanwhile.</summary>
    [Fact]
    public async Task An_INVITE_that_comes_in_at_both_sides_is_one_call()
    {
        await using PairDesk desk = await PairDesk.OpenAsync();
        var caller = new Caller(desk.Carrier, "+491", "1000");
        caller.SendInvite(Sdp.Of("+491"));
        desk.Carrier.Node = desk.B.Sip;
        desk.Carrier.Send(caller.Invite);
        Message ringing = await caller.GetsAsync(180);
        // Either side's entry may be the first: it has the call, and the phone answers who called it.
        desk.Carrier.Node = desk.Ana.Node = ringing.From!;
        Callee ana = await Callee.RungAsync(desk.Ana);
        await ana.AnswerAsync();
        await caller.ConnectedAsync();
        await Task.Delay(1_000);
        Assert.Single(await desk.A.CallsAsync());
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync(1, ringing.From);
    }

    [Fact]
    public async Task A_phone_that_answers_while_nobody_is_there_is_connected()
    {
        await using PairDesk desk = await PairDesk.OpenAsync();
        Caller caller = await desk.DialAsync("+491");
        await caller.GetsAsync(180);
        Callee ana = await Callee.RungAsync(desk.Ana);
        await desk.A.KillNodeAsync();
        ana.Answer();
        await desk.B.HasAsync(desk.A.Sip);
        // Its 200 may have gone to nobody: then the INVITE comes again, and the phone repeats its 200.
        Task<Message> acked = ana.AckedAsync(TimeSpan.FromSeconds(40));
        while (!acked.IsCompleted)
        {
            ana.Answer();
            await Task.WhenAny(acked, Task.Delay(500));
        }
        await acked;
        await caller.ConnectedAsync();
        await ana.ByeAsync();
        await caller.ByedAsync();
        await desk.EndsAsync(1);
    }

    [Fact]
    public async Task A_call_on_a_connection_is_told_over_the_one_its_phone_opens_again()
    {
        await using PairDesk desk = await PairDesk.OpenAsync();
        using var before = new TcpPeer(desk.A.Sip, Centre.Carrier);
        Caller caller = await Caller.DialAsync(before, "+491", "1000");
        Callee ana = await Callee.RungAsync(desk.Ana);
        await ana.AnswerAsync();
        await caller.ConnectedAsync();
        await desk.LoseAAsync();
        using var again = new TcpPeer(desk.A.Sip, Centre.Carrier);
        await caller.MovesTo(again).ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync(1);
    }

    /// <summary>A re-INVITE of one end reaches the other with numbers that never fall, names that are not swapped, over the same transport and address.</summary>
    static async Task PassAsync(End asks, End asked, string direction, string answerDirection, int version)
    {
        List<Message> before = [.. asked.Peer.Received.Where(m => m.IsRequest && m.CallId == asked.CallId)];
        Task<Message> answer = asks.ReinviteAsync(Sdp.Of("asks", direction, version));
        Message offered = await asked.OfferedAsync();
        Assert.Contains($"a={direction}", offered.Body, StringComparison.Ordinal);
        Assert.StartsWith($"SIP/2.0/UDP {asks.Peer.Node}", offered["Via"], StringComparison.Ordinal);
        Assert.Equal((asked.RemoteTag, asked.LocalTag), (offered.FromTag, offered.ToTag));
        if (before.Count > 0) Assert.True(Number(offered) > before.Max(Number), $"CSeq {offered.CSeq} after {string.Join(", ", before.Select(static m => m.CSeq))}");
        asked.Respond(offered, 200, Sdp.Of("asked", answerDirection, version));
        Message answered = await answer;
        Assert.Equal(200, answered.Status);
        Assert.Contains($"a={answerDirection}", answered.Body, StringComparison.Ordinal);
        await asked.AckedAsync();

        static int Number(Message m) => int.Parse(m.CSeq.Split(' ')[0]);
    }
}
