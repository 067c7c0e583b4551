using System.Net;

namespace Tandem.EndToEnd;

/// <summary>Whole calls between SIPp as callers and SIPp as agents.</summary>
public sealed class SippTests
{
    static async Task<TandemProcess> UpAsync(IPEndPoint agents, int count = 1, Centre? centre = null)
    {
        var node = new TandemProcess();
        try
        {
            await node.UpAsync((centre ?? new Centre()).Agents(count, agents));
            await node.LogInReadyAsync([.. Enumerable.Range(1, count).Select(static i => $"agent{i}")]);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    static Sipp Callers(string scenario, TandemProcess node, int calls, params string[] more) =>
        Sipp.Start(scenario, Sipp.Address(Centre.Carrier), node.Sip, calls,
            ["-s", "1000", "-inf", Sipp.Csv(node, [.. Enumerable.Range(1, calls).Select(static i => $"+49{i};none")]), .. more]);

    /// <summary>SIPp computes the digest of what stands in its csv file.</summary>
    static string Credentials(TandemProcess node, string user, string password) => Sipp.Csv(node, $"{user};[authentication username={user} password={password}]");

    static async Task EndsAsync(TandemProcess node, params string[] expected)
    {
        await node.IsQuietAsync();
        foreach (AgentState agent in await node.AgentsAsync())
            if (agent.State == "work-ready") await node.ReadyAsync(agent.Agent);
        await Records.AreAsync(node, expected);
    }

    [Theory]
    [InlineData("caller", "agent")]
    [InlineData("caller-is-hung-up", "agent-hangs-up")]
    [InlineData("caller-late-offer", "agent-late-offer")]
    [InlineData("caller-holds", "agent-is-held")]
    public async Task A_call_is_answered_and_ends(string caller, string agent)
    {
        IPEndPoint phones = Sipp.Address();
        await using TandemProcess node = await UpAsync(phones);
        await using Sipp agents = Sipp.Start(agent, phones, null, 1, "-d", "300");
        await using Sipp callers = Callers(caller, node, 1, "-d", "300");
        (await callers.EndAsync()).IsGood();
        (await agents.EndAsync()).IsGood();
        await EndsAsync(node, "0 13", "1 13 agent1");
    }

    [Fact]
    public async Task A_caller_gives_up_while_ringing()
    {
        IPEndPoint phones = Sipp.Address();
        await using TandemProcess node = await UpAsync(phones);
        await using Sipp agents = Sipp.Start("agent-is-silent", phones, null, 1);
        await using Sipp callers = Callers("caller-gives-up", node, 1, "-d", "500");
        (await callers.EndAsync()).IsGood();
        (await agents.EndAsync()).IsGood();
        await node.AgentBecomesAsync("agent1", "ready");
        await EndsAsync(node, "0 3", "1 3 agent1");
    }

    [Fact]
    public async Task Callers_give_up_while_queued()
    {
        await using TandemProcess node = await UpAsync(Sipp.Address());
        await node.CommandAsync("agents/agent1/not-ready");
        await using Sipp callers = Callers("caller-gives-up", node, 3, "-d", "500");
        (await callers.EndAsync()).IsGood();
        await EndsAsync(node, "0 2", "0 2", "0 2");
    }

    [Fact]
    public async Task A_silent_agent_is_passed_by()
    {
        IPEndPoint silent = Sipp.Address(), phone = Sipp.Address();
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre { RingTime = "1s" }.Agent("ana", "101", silent).Agent("bo", "102", phone));
        await node.LogInReadyAsync("ana", "bo");
        await using Sipp agents = Sipp.Start("agent-is-silent", silent, null, 1);
        await using Sipp other = Sipp.Start("agent", phone, null, 1, "-d", "100");
        await using Sipp callers = Callers("caller", node, 1, "-d", "200");
        (await callers.EndAsync()).IsGood();
        (await agents.EndAsync()).IsGood();
        (await other.EndAsync()).IsGood();
        await node.AgentBecomesAsync("ana", "not-ready");
        await EndsAsync(node, "0 13", "1 19 ana", "2 13 bo");
    }

    [Theory]
    [InlineData("agent-is-busy", Records.Busy)]
    [InlineData("agent-declines", Records.Rona)]
    public async Task An_agent_whose_phone_refuses_is_passed_by(string scenario, int disposition)
    {
        IPEndPoint refusing = Sipp.Address(), phone = Sipp.Address();
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre().Agent("ana", "101", refusing).Agent("bo", "102", phone));
        await node.LogInReadyAsync("ana", "bo");
        await using Sipp agents = Sipp.Start(scenario, refusing, null, 1);
        await using Sipp other = Sipp.Start("agent", phone, null, 1, "-d", "100");
        await using Sipp callers = Callers("caller", node, 1, "-d", "200");
        (await callers.EndAsync()).IsGood();
        (await agents.EndAsync()).IsGood();
        (await other.EndAsync()).IsGood();
        await node.AgentBecomesAsync("ana", "not-ready");
        await EndsAsync(node, "0 13", $"1 {disposition} ana", "2 13 bo");
    }

    [Fact]
    public async Task A_caller_over_TCP()
    {
        IPEndPoint phones = Sipp.Address();
        await using TandemProcess node = await UpAsync(phones);
        await using Sipp agents = Sipp.Start("agent", phones, null, 1, "-d", "100");
        await using Sipp callers = Callers("caller", node, 1, "-d", "200", "-t", "t1");
        (await callers.EndAsync()).IsGood();
        (await agents.EndAsync()).IsGood();
        await EndsAsync(node, "0 13", "1 13 agent1");
    }

    [Fact]
    public async Task Many_callers_and_few_agents_are_all_served_and_no_agent_is_rung_twice_at_once()
    {
        const int Calls = 200, Agents = 10;
        IPEndPoint phones = Sipp.Address();
        await using TandemProcess node = await UpAsync(phones, Agents, new Centre { WrapUp = "0s", RingTime = "30s" });
        await using Sipp agents = Sipp.Start("agent", phones, null, Calls, "-d", "20");
        await using Sipp callers = Callers("caller", node, Calls, "-d", "200", "-r", "30");
        (await callers.EndAsync(TimeSpan.FromSeconds(100))).IsGood();
        Sipp.Outcome seen = await agents.EndAsync();
        seen.IsGood();
        AgentLog.NobodyIsRungTwiceAtOnce(seen);
        await node.IsQuietAsync();
        Assert.All(await node.AgentsAsync(), static a => Assert.Equal("ready", a.State));
        await Eventually.TrueAsync(() => Task.FromResult(Records.Parts(node).Count >= 2 * Calls), "all records");
        List<Part> parts = Records.Parts(node);
        Assert.Equal(Calls, parts.Count(static p => p is { Number: 0, Disposition: Records.Handled }));
        Assert.Equal(Calls, parts.Count(static p => p is { Number: 1, Disposition: Records.Handled }));
        Assert.Equal(2 * Calls, parts.Select(static p => (p.Call, p.Number)).Distinct().Count());
    }

    [Fact]
    public async Task An_unknown_number_is_not_found()
    {
        await using TandemProcess node = await UpAsync(Sipp.Address());
        await using Sipp callers = Sipp.Start("caller-refused", Sipp.Address(Centre.Carrier), node.Sip, 1, "-s", "4711", "-inf", Sipp.Csv(node, "+491;none"));
        Sipp.Outcome outcome = await callers.EndAsync();
        outcome.IsGood();
        Assert.Contains("SIP/2.0 404 ", outcome.Messages, StringComparison.Ordinal);
        await EndsAsync(node);
    }

    [Fact]
    public async Task A_phone_calls_with_the_right_password()
    {
        IPEndPoint phones = Sipp.Address();
        await using TandemProcess node = await UpAsync(phones, centre: new Centre().RegisteringPhone("201", "correct-horse"));
        await using Sipp agents = Sipp.Start("agent", phones, null, 1, "-d", "100");
        await using Sipp caller = Sipp.Start("caller-authenticated", Sipp.Address(), node.Sip, 1, "-s", "1000", "-inf", Credentials(node, "201", "correct-horse"), "-d", "200");
        (await caller.EndAsync()).IsGood();
        (await agents.EndAsync()).IsGood();
        await EndsAsync(node, "0 13", "1 13 agent1");
    }

    [Theory]
    [InlineData("201", "wrong")]
    [InlineData("999", "correct-horse")]
    public async Task A_stranger_stays_outside(string user, string password)
    {
        await using TandemProcess node = await UpAsync(Sipp.Address(), centre: new Centre().RegisteringPhone("201", "correct-horse"));
        await using Sipp caller = Sipp.Start("caller-wrong-password", Sipp.Address(Centre.Stranger), node.Sip, 1, "-s", "1000", "-inf", Credentials(node, user, password));
        (await caller.EndAsync()).IsGood();
        await EndsAsync(node);
    }

    [Fact]
    public async Task A_phone_registers_is_called_and_unregisters()
    {
        IPEndPoint phone = Sipp.Address();
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre().RegisteringAgent("ana", "201", "correct-horse"));
        string who = Credentials(node, "201", "correct-horse");
        await using (Sipp registers = Sipp.Start("phone-registers", phone, node.Sip, 1, "-inf", who)) (await registers.EndAsync()).IsGood();
        Assert.Equal((true, $"sip:201@{phone};transport=UDP"), ((await node.PhoneAsync("201")).Reachable, (await node.PhoneAsync("201")).Contact));
        await node.LogInReadyAsync("ana");
        await using (Sipp agents = Sipp.Start("agent", phone, null, 1, "-d", "100"))
        await using (Sipp callers = Callers("caller", node, 1, "-d", "200"))
        {
            (await callers.EndAsync()).IsGood();
            (await agents.EndAsync()).IsGood();
        }
        await EndsAsync(node, "0 13", "1 13 ana");
        await using (Sipp leaves = Sipp.Start("phone-unregisters", phone, node.Sip, 1, "-inf", who)) (await leaves.EndAsync()).IsGood();
        Assert.False((await node.PhoneAsync("201")).Reachable);
        await node.AgentBecomesAsync("ana", "not-ready");
    }

    [Fact]
    public async Task A_phone_with_a_wrong_password_does_not_register()
    {
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre().RegisteringAgent("ana", "201", "correct-horse"));
        await using Sipp phone = Sipp.Start("phone-wrong-password", Sipp.Address(), node.Sip, 1, "-inf", Credentials(node, "201", "wrong"));
        (await phone.EndAsync()).IsGood();
        Assert.False((await node.PhoneAsync("201")).Reachable);
    }
}

/// <summary>What agent.xml logged: I(NVITE), A(CK), B(YE) with time, agent, caller and Call-ID.</summary>
static class AgentLog
{
    public static IEnumerable<(char What, long At, string Agent, string Caller, string CallId)> Of(Sipp.Outcome outcome) =>
        from words in Sipp.Words(outcome)
        where words is [{ Length: 1 }, _, _, _, _]
        select (words[0][0], long.Parse(words[1]), words[2], words[3], words[4]);

    static string Told(Sipp.Outcome outcome, string callId) =>
        string.Join("\n---", outcome.Messages.Split("-----------------------------------------------").Where(m => m.Contains($"Call-ID: {callId}", StringComparison.Ordinal)));

    public static void NobodyIsRungTwiceAtOnce(Sipp.Outcome outcome)
    {
        var busy = new Dictionary<string, string>(StringComparer.Ordinal);
        // SIPp drops its own side of a call when an INVITE comes again at the wrong moment: it then never logs A nor B,
        // and the node withdraws the offer after its ring time. Such an offer is over by then.
        const int OfferMs = 35_000;
        var rung = new Dictionary<string, long>(StringComparer.Ordinal);
        var answered = Of(outcome).Where(static w => w.What == 'A').Select(static w => w.CallId).ToHashSet(StringComparer.Ordinal);
        foreach ((char what, long at, string agent, _, string callId) in Of(outcome))
        {
            if (what == 'I' && busy.TryGetValue(agent, out string? before) && !answered.Contains(before) && at - rung[before] > OfferMs) busy.Remove(agent);
            if (what == 'I') rung.TryAdd(callId, at);
            if (what == 'I')
            {
                if (busy.TryGetValue(agent, out string? with) && with != callId)
                    Assert.Fail($"{agent} was rung by {callId} while with {with}:\n{string.Join("\n", Of(outcome).Where(w => w.CallId == callId || w.CallId == with))}\n{Told(outcome, with)}");
                busy[agent] = callId;
            }
            else if (what is 'B' or 'C' && busy.GetValueOrDefault(agent) == callId) busy.Remove(agent);
        }
    }
}
