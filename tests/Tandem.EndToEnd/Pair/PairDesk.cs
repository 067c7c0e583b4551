using System.Net;
namespace Tandem.EndToEnd.Pair;

/// <summary>A running pair, a carrier that calls side A's address, and agents with a phone each that the test plays by hand.</summary>
sealed class PairDesk : IAsyncDisposable
{
    public static readonly string[] Names = ["ana", "bo", "cy", "dee", "eli"];

    PairDesk(PairProcess pair, UdpPeer carrier, UdpPeer[] phones) => (Pair, Carrier, Phones) = (pair, carrier, phones);

    public PairProcess Pair { get; }
    public PairSide A => Pair.A;
    public PairSide B => Pair.B;
    public UdpPeer Carrier { get; }
    public UdpPeer[] Phones { get; }
    public UdpPeer Ana => Phones[0];
    public UdpPeer Bo => Phones[1];

    /// <param name="ready">So many agents are ready, the first one for longest; the others are logged in and not ready.</param>
    public static async Task<PairDesk> OpenAsync(int agents = 1, int? ready = null, Centre? centre = null)
    {
        var pair = new PairProcess();
        var carrier = new UdpPeer(pair.A.Sip, Centre.Carrier);
        UdpPeer[] phones = [.. Enumerable.Range(0, agents).Select(_ => new UdpPeer(pair.A.Sip))];
        var desk = new PairDesk(pair, carrier, phones);
        try
        {
            centre ??= new Centre { RingTime = "2m" };
            for (int i = 0; i < agents; i++) centre.Agent(Names[i], $"{101 + i}", phones[i].At);
            await pair.UpAsync(centre.ToString());
            await pair.IsDuplexedAsync();
            for (int i = 0; i < agents; i++)
            {
                // Either side takes commands.
                PairSide side = i % 2 == 0 ? pair.A : pair.B;
                await side.LogInAsync(Names[i]);
                if (i < (ready ?? agents)) await side.ReadyAsync(Names[i]);
            }
            return desk;
        }
        catch
        {
            await desk.DisposeAsync();
            throw;
        }
    }

    public Task<Caller> DialAsync(string number, string dialed = "1000") => Caller.DialAsync(Carrier, number, dialed);

    public async Task<(Caller Caller, Callee Agent)> TalkAsync(UdpPeer phone, string number)
    {
        Caller caller = await DialAsync(number);
        Callee agent = await Callee.RungAsync(phone);
        await agent.AnswerAsync();
        await caller.ConnectedAsync();
        return (caller, agent);
    }

    /// <summary>kill -9 of side A's node; done when side B has its address.</summary>
    public async Task<int> LoseAAsync()
    {
        int process = await A.KillNodeAsync();
        await B.HasAsync(A.Sip);
        return process;
    }

    /// <summary>All is over, both sides are back, and history has these calls once, the same on both.</summary>
    public async Task EndsAsync(int calls, IPEndPoint? from = null)
    {
        await B.IsQuietAsync(TimeSpan.FromSeconds(60));
        foreach (AgentState agent in await B.AgentsAsync())
            if (agent.State == "work-ready") await B.ReadyAsync(agent.Agent);
        await Pair.IsDuplexedAsync();
        await Pair.HistoriesAreEqualAsync(calls);
        // Whatever side sent it: of one address all comes from that address.
        foreach (UdpPeer peer in (UdpPeer[])[Carrier, .. Phones]) Assert.All(peer.Received, m => Assert.Equal(from ?? A.Sip, m.From));
    }

    public async ValueTask DisposeAsync()
    {
        Carrier.Dispose();
        foreach (UdpPeer phone in Phones) phone.Dispose();
        await Pair.DisposeAsync();
    }
}
