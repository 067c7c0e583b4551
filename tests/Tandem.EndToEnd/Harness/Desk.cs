namespace Tandem.EndToEnd;

/// <summary>A running node, a carrier, and agents ana, bo, cy, … with a phone each (101, 102, …) that the test plays by hand.</summary>
sealed class Desk : IAsyncDisposable
{
    public static readonly string[] Names = ["ana", "bo", "cy"];

    Desk(TandemProcess node, int agents)
    {
        Node = node;
        Carrier = new UdpPeer(node.Sip, Centre.Carrier);
        Phones = [.. Enumerable.Range(0, agents).Select(_ => new UdpPeer(node.Sip))];
    }

    public TandemProcess Node { get; }
    public UdpPeer Carrier { get; }
    public UdpPeer[] Phones { get; }
    public UdpPeer Ana => Phones[0];
    public UdpPeer Bo => Phones[1];

    /// <param name="agents">So many, each with a phone.</param>
    /// <param name="ready">So many of them are ready, the first one for longest; the others are logged in and not ready.</param>
    public static async Task<Desk> OpenAsync(int agents = 1, int? ready = null, Centre? centre = null, TandemProcess? on = null)
    {
        var desk = new Desk(on ?? new TandemProcess(), agents);
        try
        {
            centre ??= new Centre();
            for (int i = 0; i < agents; i++) centre.Agent(Names[i], $"{101 + i}", desk.Phones[i].At);
            await desk.Node.UpAsync(centre);
            for (int i = 0; i < agents; i++)
            {
                await desk.Node.LogInAsync(Names[i]);
                if (i < (ready ?? agents)) await desk.Node.ReadyAsync(Names[i]);
            }
            return desk;
        }
        catch
        {
            await desk.DisposeAsync();
            throw;
        }
    }

    public Task<Caller> DialAsync(string number = "+4930111", string? sdp = null) => Caller.DialAsync(Carrier, number, "1000", sdp);

    /// <summary>A call from the carrier that this phone has answered.</summary>
    public async Task<(Caller Caller, Callee Agent)> TalkAsync(UdpPeer? phone = null, string number = "+4930111")
    {
        Caller caller = await DialAsync(number);
        Callee agent = await Callee.RungAsync(phone ?? Ana);
        await agent.AnswerAsync();
        await caller.ConnectedAsync();
        return (caller, agent);
    }

    /// <summary>All is over; ana is in wrap-up, ends it, and is ready again; history holds these rows.</summary>
    public async Task<List<Part>> EndsAsync(params string[] expected)
    {
        await Node.IsQuietAsync();
        foreach (AgentState agent in await Node.AgentsAsync())
            if (agent.State == "work-ready") await Node.ReadyAsync(agent.Agent);
        return await Records.AreAsync(Node, expected);
    }

    public async ValueTask DisposeAsync()
    {
        Carrier.Dispose();
        foreach (UdpPeer phone in Phones) phone.Dispose();
        await Node.DisposeAsync();
    }
}
