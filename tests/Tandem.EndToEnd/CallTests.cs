namespace Tandem.EndToEnd;

/// <summary>The life of a call, packet by packet.</summary>
public sealed class CallTests
{
    [Fact]
    public async Task Session_descriptions_pass_untouched_both_ways()
    {
        await using Desk desk = await Desk.OpenAsync();
        string offer = Sdp.Of("caller", port: 41_234), answer = Sdp.Of("ana", port: 45_678);
        Caller caller = await desk.DialAsync(sdp: offer);
        await caller.GetsAsync(180);
        Callee ana = await Callee.RungAsync(desk.Ana);
        Assert.Equal(offer, ana.Invite.Body);
        Assert.Equal("application/sdp", ana.Invite["Content-Type"]);
        await ana.AnswerAsync(answer);
        Message connected = await caller.ConnectedAsync();
        Assert.Equal(answer, connected.Body);
        await desk.Node.AgentBecomesAsync("ana", "talking");
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.Node.IsQuietAsync();
        await desk.Node.AgentBecomesAsync("ana", "work-ready");
        List<Part> parts = await desk.EndsAsync("0 13", "1 13 ana");
        Assert.Equal(("1000", "+4930111"), (parts[0].Dialed, parts[0].Calling));
        Assert.True(parts[1].WorkUs > 0);
    }

    [Fact]
    public async Task The_agent_hangs_up()
    {
        await using Desk desk = await Desk.OpenAsync();
        (Caller caller, Callee ana) = await desk.TalkAsync();
        await ana.ByeAsync();
        await caller.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task A_caller_hangs_up_while_ringing()
    {
        await using Desk desk = await Desk.OpenAsync();
        Caller caller = await desk.DialAsync();
        Callee ana = await Callee.RungAsync(desk.Ana);
        await desk.Node.AgentBecomesAsync("ana", "reserved");
        await caller.CancelAsync();
        await ana.CancelledAsync();
        await desk.Node.AgentBecomesAsync("ana", "ready");
        await desk.EndsAsync("0 3", "1 3 ana");
    }

    [Fact]
    public async Task A_caller_hangs_up_while_queued()
    {
        await using Desk desk = await Desk.OpenAsync(ready: 0);
        Caller caller = await desk.DialAsync();
        await caller.GetsAsync(180);
        await desk.Node.CallsBecomeAsync(1, "queued");
        await caller.CancelAsync();
        List<Part> parts = await desk.EndsAsync("0 2");
        Assert.True(parts[0].QueueUs > 0);
        await desk.Node.ReadyAsync("ana");
        Assert.True(await desk.Ana.IsSpareAsync(static _ => true, TimeSpan.FromMilliseconds(700)));
    }

    [Fact]
    public async Task An_agent_who_does_not_answer_is_passed_by_and_the_caller_keeps_the_place()
    {
        await using Desk desk = await Desk.OpenAsync(agents: 2, ready: 1, centre: new Centre { RingTime = "2s" });
        Caller first = await desk.DialAsync("+491");
        Callee ana = await Callee.RungAsync(desk.Ana);
        Caller second = await desk.DialAsync("+492");
        await desk.Node.CallsBecomeAsync(1, "queued");
        await ana.CancelledAsync();
        await desk.Node.AgentBecomesAsync("ana", "not-ready");
        Assert.Equal(32767, (await desk.Node.AgentAsync("ana")).Reason);
        await desk.Node.ReadyAsync("bo");
        Callee bo = await Callee.RungAsync(desk.Bo);
        Assert.Contains("+491", bo.Invite["From"], StringComparison.Ordinal);
        await bo.AnswerAsync();
        await first.ConnectedAsync();
        await first.ByeAsync();
        await bo.ByedAsync();
        await second.CancelAsync();
        await desk.EndsAsync("0 13", "1 19 ana", "2 13 bo", "0 2");
    }

    [Theory]
    [InlineData(486, Records.Busy)]
    [InlineData(603, Records.Rona)]
    [InlineData(500, Records.Reorder)]
    public async Task An_agent_whose_phone_refuses_is_passed_by_at_once(int status, int disposition)
    {
        await using Desk desk = await Desk.OpenAsync(agents: 2);
        Caller caller = await desk.DialAsync();
        Callee ana = await Callee.RungAsync(desk.Ana);
        await ana.RejectAsync(status);
        Callee bo = await Callee.RungAsync(desk.Bo);
        await desk.Node.AgentBecomesAsync("ana", "not-ready");
        await bo.AnswerAsync();
        await caller.ConnectedAsync();
        await caller.ByeAsync();
        await bo.ByedAsync();
        await desk.EndsAsync("0 13", $"1 {disposition} ana", "2 13 bo");
    }

    [Fact]
    public async Task A_CANCEL_that_crosses_the_answer_ends_the_call_on_both_sides()
    {
        await using Desk desk = await Desk.OpenAsync();
        Caller caller = await desk.DialAsync();
        Callee ana = await Callee.RungAsync(desk.Ana);
        string cancel = caller.WriteCancel();
        // Which of the two comes first is open: either way nobody is left with half a call.
        ana.Answer();
        desk.Carrier.Send(cancel);
        await desk.Carrier.ReceiveAsync(m => m.CallId == caller.CallId && m.Method == "CANCEL" && m.Status == 200, "200 to CANCEL", again: cancel);
        Message answer = await desk.Carrier.ReceiveAsync(m => m.CallId == caller.CallId && m.Method == "INVITE" && m.Status is 200 or 487, "200 or 487");
        await ana.AckedAsync();
        if (answer.Status == 200)
        {
            await caller.ConnectedAsync();
            await caller.ByeAsync();
        }
        await ana.ByedAsync();
        await desk.Node.IsQuietAsync();
        // A caller who got 487 has abandoned, whether the agent had answered or not.
        bool picked = (await desk.Node.AgentAsync("ana")).State == "work-ready";
        await desk.EndsAsync(answer.Status == 200 ? "0 13" : "0 3", picked ? "1 13 ana" : "1 3 ana");
    }

    [Fact]
    public async Task An_answer_that_crosses_our_CANCEL_is_acknowledged_and_hung_up()
    {
        await using Desk desk = await Desk.OpenAsync();
        Caller caller = await desk.DialAsync();
        Callee ana = await Callee.RungAsync(desk.Ana);
        await caller.CancelAsync();
        Message cancel = await desk.Ana.RequestAsync("CANCEL");
        ana.Answer();
        ana.Respond(cancel, 200);
        await ana.AckedAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 3", "1 3 ana");
        await desk.Node.AgentBecomesAsync("ana", "ready");
    }

    [Fact]
    public async Task BYE_from_both_sides_at_once_ends_the_call_once()
    {
        await using Desk desk = await Desk.OpenAsync();
        (Caller caller, Callee ana) = await desk.TalkAsync();
        caller.SendBye();
        ana.SendBye();
        // Each side's BYE is answered; ours to it, if it came, was answered with 481: the phone has hung up already.
        await Task.WhenAll(Confirmed(desk.Carrier, caller), Confirmed(desk.Ana, ana));
        foreach ((Peer peer, End end) in ((Peer, End)[])[(desk.Carrier, caller), (desk.Ana, ana)])
            if (peer.Received.FirstOrDefault(m => m.IsRequest && m.Method == "BYE" && m.CallId == end.CallId) is { } bye) end.Respond(bye, 481);
        await desk.EndsAsync("0 13", "1 13 ana");

        static async Task Confirmed(Peer peer, End end) =>
            await peer.ReceiveAsync(m => !m.IsRequest && m.CallId == end.CallId && m.Method == "BYE" && m.Status == 200, "200 to BYE", again: end.Last);
    }

    [Fact]
    public async Task Requests_sent_again_are_answered_again_and_are_one_call()
    {
        await using Desk desk = await Desk.OpenAsync(agents: 2);
        var caller = new Caller(desk.Carrier, "+4930111", "1000");
        caller.SendInvite(Sdp.Of("caller"));
        for (int i = 0; i < 5; i++) desk.Carrier.Send(caller.Invite);
        Callee ana = await Callee.RungAsync(desk.Ana);
        await caller.GetsAsync(180);
        for (int i = 0; i < 5; i++) desk.Carrier.Send(caller.Invite);
        await ana.AnswerAsync();
        await caller.ConnectedAsync();
        caller.SendBye();
        string bye = caller.Last;
        for (int i = 0; i < 5; i++) desk.Carrier.Send(bye);
        await desk.Carrier.ReceiveAsync(static m => m.Method == "BYE" && m.Status == 200, "200 to BYE");
        await ana.ByedAsync();
        await desk.Node.IsQuietAsync();
        int before = desk.Carrier.Count(static m => m.Method == "BYE" && m.Status == 200);
        desk.Carrier.Send(bye);
        await desk.Carrier.ReceiveAsync(static m => m.Method == "BYE" && m.Status == 200, "200 to the BYE that is sent again");
        Assert.True(before >= 1);
        Assert.Empty(desk.Bo.Received);
        Assert.Equal(1, desk.Ana.Count(static m => m.Method == "INVITE"));
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task Hold_and_resume_pass_between_the_ends()
    {
        await using Desk desk = await Desk.OpenAsync();
        (Caller caller, Callee ana) = await desk.TalkAsync();
        await PassAsync(caller, ana, "sendonly", "recvonly", 2);
        await desk.Node.AgentBecomesAsync("ana", "talking");
        await PassAsync(caller, ana, "sendrecv", "sendrecv", 3);
        await PassAsync(ana, caller, "sendonly", "recvonly", 2);
        await desk.Node.AgentBecomesAsync("ana", "hold");
        await PassAsync(ana, caller, "sendrecv", "sendrecv", 3);
        await desk.Node.AgentBecomesAsync("ana", "talking");
        await caller.ByeAsync();
        await ana.ByedAsync();
        List<Part> parts = await desk.EndsAsync("0 13", "1 13 ana");
        Assert.True(parts[1].HoldUs > 0);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_while_held_is_recorded_so()
    {
        await using Desk desk = await Desk.OpenAsync();
        (Caller caller, Callee ana) = await desk.TalkAsync();
        await PassAsync(ana, caller, "inactive", "inactive", 2);
        await desk.Node.AgentBecomesAsync("ana", "hold");
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 6", "1 13 ana");
    }

    internal static async Task PassAsync(End from, End to, string direction, string answered, int version)
    {
        string offer = Sdp.Of("offer", direction, version), answer = Sdp.Of("answer", answered, version);
        Task<Message> done = from.ReinviteAsync(offer);
        Message offered = await to.OfferedAsync();
        Assert.Equal(offer, offered.Body);
        to.Respond(offered, 200, answer);
        await to.AckedAsync();
        Message taken = await done;
        Assert.Equal((200, answer), (taken.Status, taken.Body));
    }

    [Fact]
    public async Task Offers_from_both_ends_at_once_are_sorted_out_by_491()
    {
        await using Desk desk = await Desk.OpenAsync();
        (Caller caller, Callee ana) = await desk.TalkAsync();
        Task<Message> first = caller.ReinviteAsync(Sdp.Of("one", version: 2));
        Message offered = await ana.OfferedAsync();
        // Ours is under way to ana: hers has to wait.
        Message glare = await ana.ReinviteAsync(Sdp.Of("two", version: 2));
        Assert.Equal(491, glare.Status);
        ana.Respond(offered, 200, Sdp.Of("one", version: 2));
        await ana.AckedAsync();
        Assert.Equal(200, (await first).Status);
        await PassAsync(ana, caller, "sendrecv", "sendrecv", 3);
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task A_refused_offer_leaves_the_call_as_it_was()
    {
        await using Desk desk = await Desk.OpenAsync();
        (Caller caller, Callee ana) = await desk.TalkAsync();
        Task<Message> asked = caller.ReinviteAsync(Sdp.Of("one", version: 2));
        Message offered = await ana.OfferedAsync();
        ana.Respond(offered, 488);
        await ana.AckedAsync();
        Assert.Equal(488, (await asked).Status);
        await desk.Node.AgentBecomesAsync("ana", "talking");
        await PassAsync(caller, ana, "sendonly", "recvonly", 3);
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task A_late_ACK_is_waited_for_and_the_answer_repeated()
    {
        await using Desk desk = await Desk.OpenAsync();
        Caller caller = await desk.DialAsync();
        Callee ana = await Callee.RungAsync(desk.Ana);
        await ana.AnswerAsync();
        await caller.GetsAsync(200);
        await caller.GetsAsync(200);
        await caller.ConnectedAsync();
        Assert.True(await desk.Carrier.IsSpareAsync(static m => m.Status == 200, TimeSpan.FromSeconds(5)));
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task A_lost_ACK_of_ours_is_sent_again_for_each_copy_of_the_answer()
    {
        await using Desk desk = await Desk.OpenAsync();
        Caller caller = await desk.DialAsync();
        Callee ana = await Callee.RungAsync(desk.Ana);
        await ana.AnswerAsync();
        for (int i = 0; i < 3; i++) await ana.AnswerAsync();
        await caller.ConnectedAsync();
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task Without_any_ACK_the_call_is_ended_after_its_time()
    {
        await using Desk desk = await Desk.OpenAsync();
        Caller caller = await desk.DialAsync();
        Callee ana = await Callee.RungAsync(desk.Ana);
        await ana.AnswerAsync();
        await caller.GetsAsync(200);
        // 64·T1 = 32 s (RFC 3261 §13.3.1.4).
        Task caller1 = caller.ByedAsync(TimeSpan.FromSeconds(50));
        await ana.ByedAsync(TimeSpan.FromSeconds(50));
        await caller1;
        Assert.InRange(desk.Carrier.Count(static m => m.Status == 200), 8, 13);
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task A_late_offer_is_answered_in_the_ACK()
    {
        await using Desk desk = await Desk.OpenAsync();
        var caller = new Caller(desk.Carrier, "+4930111", "1000");
        caller.SendInvite("");
        Callee ana = await Callee.RungAsync(desk.Ana);
        Assert.Equal("", ana.Invite.Body);
        string offer = Sdp.Of("ana"), answer = Sdp.Of("caller");
        ana.Answer(offer);
        Message connected = await caller.GetsAsync(200);
        Assert.Equal(offer, connected.Body);
        caller.Ack(answer);
        Message ack = await ana.AckedAsync();
        Assert.Equal(answer, ack.Body);
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task Callers_are_served_in_the_order_of_their_arrival()
    {
        await using Desk desk = await Desk.OpenAsync(agents: 3, ready: 0);
        var callers = new List<Caller>();
        for (int i = 1; i <= 3; i++)
        {
            callers.Add(await desk.DialAsync($"+49{i}"));
            await desk.Node.CallsBecomeAsync(i, "queued");
        }
        var agents = new List<Callee>();
        for (int i = 0; i < 3; i++)
        {
            await desk.Node.ReadyAsync(Desk.Names[i]);
            Callee agent = await Callee.RungAsync(desk.Phones[i]);
            Assert.Contains($"+49{i + 1}", agent.Invite["From"], StringComparison.Ordinal);
            await agent.AnswerAsync();
            await callers[i].ConnectedAsync();
            agents.Add(agent);
        }
        for (int i = 0; i < 3; i++)
        {
            await callers[i].ByeAsync();
            await agents[i].ByedAsync();
        }
        await desk.EndsAsync("0 13", "1 13 ana", "0 13", "1 13 bo", "0 13", "1 13 cy");
    }

    [Fact]
    public async Task The_call_limit_refuses_one_more()
    {
        await using Desk desk = await Desk.OpenAsync(ready: 0, centre: new Centre { CallsMax = 2 });
        Caller one = await desk.DialAsync(), two = await desk.DialAsync();
        await desk.Node.CallsBecomeAsync(2, "queued");
        var three = new Caller(desk.Carrier, "+493", "1000");
        three.SendInvite(Sdp.Of("three"));
        await three.RefusedAsync(503);
        await one.CancelAsync();
        await two.CancelAsync();
        Caller four = await desk.DialAsync();
        await four.CancelAsync();
        await desk.EndsAsync("0 2", "0 2", "0 2");
    }
}
