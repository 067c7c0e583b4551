using System.Net;

namespace Tandem.EndToEnd;

/// <summary>The node is killed again and again under load.</summary>
public sealed class StormTests
{
    [Fact]
    public async Task Twenty_kills_under_load_lose_no_call_ring_no_agent_twice_and_double_no_record()
    {
        const int Kills = 20, Agents = 20, Rate = 20, Calls = 700;
        IPEndPoint phones = Sipp.Address();
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre { WrapUp = "0s", RingTime = "2m", Misses = 0 }.Agents(Agents, phones));
        string[] names = [.. Enumerable.Range(1, Agents).Select(static i => $"agent{i}")];
        await node.LogInReadyAsync(names);

        // SIPp sends requests again over UDP until somebody is there; agents that are called after the callers' end are none.
        await using Sipp agents = Sipp.Start("agent", phones, null, 1_000_000, "-d", "30");
        await using Sipp callers = Sipp.Start("caller-through-storms", Sipp.Address(Centre.Carrier), node.Sip, Calls, "-s", "1000", "-r", $"{Rate}", "-d", "400",
            "-max_retrans", "40", "-max_invite_retrans", "20", "-max_non_invite_retrans", "40",
            "-inf", Sipp.Csv(node, [.. Enumerable.Range(1, Calls).Select(static i => $"+49{i};none")]));
        var random = new Random(20);
        for (int i = 0; i < Kills; i++)
        {
            await Task.Delay(random.Next(50, 1_500));
            await node.RestartAsync();
        }

        Sipp.Outcome called = await callers.EndAsync(TimeSpan.FromSeconds(120));
        called.IsGood();
        await node.IsQuietAsync();
        Assert.All(await node.AgentsAsync(), static a => Assert.Equal("ready", a.State));
        Sipp.Outcome rung = await agents.StopAsync();
        AgentLog.NobodyIsRungTwiceAtOnce(rung);

        // Every caller was answered, and history says so once, with the agent who answered.
        List<Part> parts = [];
        await Eventually.TrueAsync(() => Task.FromResult((parts = Records.Parts(node)).Count(static p => p.Number > 0 && p.Disposition == Records.Handled) >= Calls), () => $"all records; there are {parts.Count}");
        Dictionary<string, string> answeredBy = [];
        foreach ((char what, _, string agent, string caller, _) in AgentLog.Of(rung))
            if (what is 'I' or 'A') answeredBy[caller] = agent;
        for (int i = 1; i <= Calls; i++)
        {
            List<Part> own = [.. parts.Where(p => p.Calling == $"+49{i}")];
            Assert.True(own.Count(static p => p.Number == 0) == 1 && own.Count(static p => p is { Number: > 0, Disposition: Records.Handled }) == 1, $"+49{i}: {string.Join("; ", own)}");
            Assert.Equal(Records.Handled, own.Single(static p => p.Number == 0).Disposition);
            Assert.Equal(answeredBy[$"+49{i}"], own.Single(static p => p is { Number: > 0, Disposition: Records.Handled }).Agent);
        }
        Assert.DoesNotContain("Exception", node.Errors, StringComparison.Ordinal);
    }
}
