using System.Diagnostics;

namespace Tandem.EndToEnd;

/// <summary>kill -9, and the same data and ports again: what callers, agents and records keep.</summary>
public sealed class RestartTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_established_call_is_hung_up_after_the_restart(bool byCaller)
    {
        await using Desk desk = await Desk.OpenAsync();
        (Caller caller, Callee ana) = await desk.TalkAsync();
        await desk.Node.RestartAsync();
        await desk.Node.AgentBecomesAsync("ana", "talking");
        End one = byCaller ? caller : ana, other = byCaller ? ana : caller;
        await one.ByeAsync();
        await other.ByedAsync();
        List<Part> parts = await desk.EndsAsync("0 13", "1 13 ana");
        Assert.True(parts[0].TalkUs > 0);
    }

    [Fact]
    public async Task Hold_and_resume_work_after_the_restart()
    {
        await using Desk desk = await Desk.OpenAsync();
        (Caller caller, Callee ana) = await desk.TalkAsync();
        await CallTests.PassAsync(ana, caller, "sendonly", "recvonly", 2);
        await desk.Node.AgentBecomesAsync("ana", "hold");
        await desk.Node.RestartAsync();
        await desk.Node.AgentBecomesAsync("ana", "hold");
        await CallTests.PassAsync(ana, caller, "sendrecv", "sendrecv", 3);
        await desk.Node.AgentBecomesAsync("ana", "talking");
        await CallTests.PassAsync(caller, ana, "sendonly", "recvonly", 2);
        await CallTests.PassAsync(caller, ana, "sendrecv", "sendrecv", 3);
        await desk.Node.RestartAsync();
        await CallTests.PassAsync(caller, ana, "sendonly", "recvonly", 4);
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task A_ringing_phone_gets_the_same_INVITE_again_and_its_answer_connects_the_caller()
    {
        await using Desk desk = await Desk.OpenAsync();
        Caller caller = await desk.DialAsync();
        await caller.GetsAsync(180);
        Callee ana = await Callee.RungAsync(desk.Ana);
        await desk.Node.RestartAsync();
        Message again = await desk.Ana.RequestAsync("INVITE", callId: ana.CallId);
        Assert.Equal(ana.Invite.Text, again.Text);
        Assert.Equal("reserved", (await desk.Node.AgentAsync("ana")).State);
        ana.Respond(again, 180);
        await ana.AnswerAsync();
        await caller.ConnectedAsync();
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task A_phone_that_answered_while_the_node_was_down_is_connected()
    {
        await using Desk desk = await Desk.OpenAsync();
        Caller caller = await desk.DialAsync();
        await caller.GetsAsync(180);
        Callee ana = await Callee.RungAsync(desk.Ana);
        await desk.Node.KillAsync();
        ana.Answer();
        await desk.Node.StartAsync();
        // Its 200 went to nobody, and the INVITE comes again: the phone repeats its 200.
        await desk.Ana.RequestAsync("INVITE", callId: ana.CallId);
        await ana.AnswerAsync();
        await caller.ConnectedAsync();
        await ana.ByeAsync();
        await caller.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task A_ringing_call_is_withdrawn_and_offered_on_after_the_restart()
    {
        await using Desk desk = await Desk.OpenAsync(agents: 2, centre: new Centre { RingTime = "4s" });
        Caller caller = await desk.DialAsync();
        Callee ana = await Callee.RungAsync(desk.Ana);
        await desk.Node.RestartAsync();
        Message again = await desk.Ana.RequestAsync("INVITE", callId: ana.CallId);
        ana.Respond(again, 180);
        await ana.CancelledAsync();
        Callee bo = await Callee.RungAsync(desk.Bo);
        await bo.AnswerAsync();
        await caller.ConnectedAsync();
        await caller.ByeAsync();
        await bo.ByedAsync();
        await desk.EndsAsync("0 13", "1 19 ana", "2 13 bo");
    }

    [Fact]
    public async Task Waiting_calls_keep_their_order()
    {
        await using Desk desk = await Desk.OpenAsync(agents: 3, ready: 0);
        var callers = new List<Caller>();
        for (int i = 1; i <= 3; i++)
        {
            callers.Add(await desk.DialAsync($"+49{i}"));
            await desk.Node.CallsBecomeAsync(i, "queued");
        }
        await desk.Node.KillAsync();
        long killed = Stopwatch.GetTimestamp();
        await desk.Node.StartAsync();
        await desk.Node.CallsBecomeAsync(3, "queued");
        TimeSpan waited = Stopwatch.GetElapsedTime(killed);
        for (int i = 0; i < 3; i++)
        {
            await desk.Node.ReadyAsync(Desk.Names[i]);
            Callee agent = await Callee.RungAsync(desk.Phones[i]);
            Assert.Contains($"+49{i + 1}", agent.Invite["From"], StringComparison.Ordinal);
            await agent.AnswerAsync();
            await callers[i].ConnectedAsync();
            await agent.ByeAsync();
            await callers[i].ByedAsync();
        }
        List<Part> parts = await desk.EndsAsync("0 13", "1 13 ana", "0 13", "1 13 bo", "0 13", "1 13 cy");
        Assert.All(parts.Where(static p => p.Number == 0), p => Assert.True(p.QueueUs > waited.TotalMicroseconds, $"waited {p.QueueUs} µs with a restart of {waited} in it"));
    }

    [Fact]
    public async Task Agents_keep_state_reason_and_wrap_up()
    {
        await using Desk desk = await Desk.OpenAsync(agents: 3);
        (Caller caller, Callee ana) = await desk.TalkAsync();
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.Node.AgentBecomesAsync("ana", "work-ready");
        await desk.Node.CommandAsync("agents/bo/logout");
        await desk.Node.CommandAsync("agents/cy/not-ready");
        List<AgentState> before = await desk.Node.AgentsAsync();
        await desk.Node.RestartAsync();
        List<AgentState> after = await desk.Node.AgentsAsync();
        Assert.Equal(before.Select(static a => (a.Agent, a.State, a.Reason, a.Phone, a.Misses)), after.Select(static a => (a.Agent, a.State, a.Reason, a.Phone, a.Misses)));
        // Times are shown by the wall clock, which is read anew at a start.
        for (int i = 0; i < before.Count; i++) Assert.InRange((after[i].Since - before[i].Since).TotalSeconds, -1, 1);
        Assert.InRange((after[0].WrapUpUntil!.Value - before[0].WrapUpUntil!.Value).TotalSeconds, -1, 1);
        await desk.Node.ReadyAsync("cy");
        (caller, Callee cy) = await desk.TalkAsync(desk.Phones[2]);
        await caller.ByeAsync();
        await cy.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana", "0 13", "1 13 cy");
    }

    [Fact]
    public async Task A_caller_who_cancels_while_the_node_is_down_leaves_nobody_reserved()
    {
        await using Desk desk = await Desk.OpenAsync();
        Caller caller = await desk.DialAsync();
        Callee ana = await Callee.RungAsync(desk.Ana);
        await desk.Node.KillAsync();
        desk.Carrier.Send(caller.WriteCancel());
        await desk.Node.StartAsync();
        Message again = await desk.Ana.RequestAsync("INVITE", callId: ana.CallId);
        await caller.CancelAsync();
        // Without this there is nothing to cancel yet (RFC 3261 §9.1).
        ana.Respond(again, 180);
        await ana.CancelledAsync();
        await desk.Node.AgentBecomesAsync("ana", "ready");
        await desk.EndsAsync("0 3", "1 3 ana");
    }

    [Fact]
    public async Task A_caller_who_hangs_up_while_the_node_is_down_ends_the_call()
    {
        await using Desk desk = await Desk.OpenAsync();
        (Caller caller, Callee ana) = await desk.TalkAsync();
        await desk.Node.KillAsync();
        caller.SendBye();
        string bye = caller.Last;
        await desk.Node.StartAsync();
        Message confirmed = await desk.Carrier.ReceiveAsync(static m => m.Method == "BYE" && !m.IsRequest, "the answer to BYE", again: bye);
        Assert.Equal(200, confirmed.Status);
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task An_INVITE_sent_while_the_node_is_down_is_served_once()
    {
        await using Desk desk = await Desk.OpenAsync();
        await desk.Node.KillAsync();
        var caller = new Caller(desk.Carrier, "+4930111", "1000");
        caller.SendInvite(Sdp.Of("caller"));
        await desk.Node.StartAsync();
        await desk.Carrier.ReceiveAsync(static m => m.Status >= 100, "an answer", again: caller.Invite, take: false);
        desk.Carrier.Send(caller.Invite);
        Callee ana = await Callee.RungAsync(desk.Ana);
        await ana.AnswerAsync();
        await caller.ConnectedAsync();
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task An_INVITE_sent_again_after_the_restart_is_the_same_call()
    {
        await using Desk desk = await Desk.OpenAsync(agents: 2);
        Caller caller = await desk.DialAsync();
        Callee ana = await Callee.RungAsync(desk.Ana);
        await desk.Node.RestartAsync();
        for (int i = 0; i < 3; i++) desk.Carrier.Send(caller.Invite);
        await desk.Ana.RequestAsync("INVITE", callId: ana.CallId);
        await ana.AnswerAsync();
        await caller.ConnectedAsync();
        await ana.ByeAsync();
        await caller.ByedAsync();
        Assert.Empty(desk.Bo.Received);
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task An_answer_without_ACK_is_repeated_after_the_restart()
    {
        await using Desk desk = await Desk.OpenAsync();
        Caller caller = await desk.DialAsync();
        Callee ana = await Callee.RungAsync(desk.Ana);
        await ana.AnswerAsync();
        await caller.GetsAsync(200);
        await desk.Node.KillAsync();
        int before = desk.Carrier.Count(static m => m.Status == 200);
        await desk.Node.StartAsync();
        await Eventually.TrueAsync(() => Task.FromResult(desk.Carrier.Count(static m => m.Status == 200) > before), "the 200 to come again");
        caller.Ack();
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task An_offer_that_is_under_way_is_finished_after_the_restart()
    {
        await using Desk desk = await Desk.OpenAsync();
        (Caller caller, Callee ana) = await desk.TalkAsync();
        string offer = Sdp.Of("offer", "sendonly", 2), answer = Sdp.Of("answer", "recvonly", 2);
        Task<Message> done = caller.ReinviteAsync(offer);
        Message offered = await ana.OfferedAsync();
        await desk.Node.RestartAsync();
        Message again = await ana.OfferedAsync();
        Assert.Equal(offered.Text, again.Text);
        ana.Respond(again, 200, answer);
        await ana.AckedAsync();
        Message taken = await done;
        Assert.Equal((200, answer), (taken.Status, taken.Body));
        await ana.ByeAsync();
        await caller.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana");
    }

    [Fact]
    public async Task A_stop_in_good_order_keeps_everything_too()
    {
        await using Desk desk = await Desk.OpenAsync(agents: 2, ready: 1);
        (Caller talking, Callee ana) = await desk.TalkAsync();
        Caller waiting = await desk.DialAsync("+492");
        await desk.Node.CallsBecomeAsync(1, "queued");
        await desk.Node.StopAsync();
        await desk.Node.StartAsync();
        await talking.ByeAsync();
        await ana.ByedAsync();
        await desk.Node.ReadyAsync("bo");
        Callee bo = await Callee.RungAsync(desk.Bo);
        await bo.AnswerAsync();
        await waiting.ConnectedAsync();
        await bo.ByeAsync();
        await waiting.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana", "0 13", "1 13 bo");
    }
}
