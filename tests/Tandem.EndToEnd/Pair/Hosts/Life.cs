using Microsoft.Data.Sqlite;

namespace Tandem.EndToEnd.Pair;

/// <summary>
/// Calls at one side's service address in every state that a failure may meet: one talks to ana, one rings at bo, two wait
/// in the queue. What becomes of them afterwards is what "nothing is lost" means.
/// </summary>
sealed class Life
{
    static int s_lives;
    readonly HostsPair _pair;
    readonly string _mark = $"+49{Environment.ProcessId % 10_000}{Interlocked.Increment(ref s_lives):d3}";

    Life(HostsPair pair) => _pair = pair;

    public Caller Talking { get; private set; } = null!;
    public Callee Ana { get; private set; } = null!;
    public Caller Ringing { get; private set; } = null!;
    public Callee Bo { get; private set; } = null!;
    public Caller First { get; private set; } = null!;
    public Caller Second { get; private set; } = null!;

    public static async Task<Life> BeginAsync(HostsPair pair, HostSide at)
    {
        foreach (UdpPeer peer in (UdpPeer[])[pair.Carrier, .. pair.Phones]) peer.Node = at.Sip;
        var life = new Life(pair);
        await pair.CommandAsync("agents/ana/ready");
        life.Talking = await Caller.DialAsync(pair.Carrier, $"{life._mark}1", "2000");
        life.Ana = await Callee.RungAsync(pair.Phones[0]);
        await life.Ana.AnswerAsync();
        await life.Talking.ConnectedAsync();
        await pair.CommandAsync("agents/bo/ready");
        life.Ringing = await Caller.DialAsync(pair.Carrier, $"{life._mark}2", "2000");
        life.Bo = await Callee.RungAsync(pair.Phones[1]);
        life.First = await Caller.DialAsync(pair.Carrier, $"{life._mark}3", "2000");
        await life.First.GetsAsync(180);
        life.Second = await Caller.DialAsync(pair.Carrier, $"{life._mark}4", "2000");
        await life.Second.GetsAsync(180);
        return life;
    }

    /// <summary>The address could not come along: who talks is told the new one, who rang is rung from there.</summary>
    public async Task MovesToAsync(HostSide to)
    {
        foreach (UdpPeer peer in (UdpPeer[])[_pair.Carrier, .. _pair.Phones]) peer.Node = to.Sip;
        await Task.WhenAll(Talking.RefreshedAsync(Sdp.Of($"{_mark}1")), Ana.RefreshedAsync(Sdp.Of("agent")));
        Message cancel = await _pair.Phones[1].RequestAsync("CANCEL", callId: Bo.CallId);
        Bo.Respond(cancel, 200);
        Bo.Respond(Bo.Invite, 487);
        Bo = await Callee.RungAsync(_pair.Phones[1]);
    }

    /// <summary>Hold and resume, an answer, the queue in its order, and every end of a call still work.</summary>
    /// <param name="within">For the first answer after the failure.</param>
    public async Task GoesOnAsync(TimeSpan? within = null)
    {
        Task<Message> held = Talking.ReinviteAsync(Sdp.Of("held", "sendonly", 3));
        Message offered = await _pair.Phones[0].ReceiveAsync(m => m.IsRequest && m.Method == "INVITE" && m.CallId == Ana.CallId && m.Body.Contains("o=held", StringComparison.Ordinal), "hold", within);
        Ana.Respond(offered, 200, Sdp.Of("held", "recvonly", 3));
        Assert.Equal(200, (await held).Status);
        await Ana.AckedAsync();

        await AnswerAsync(Bo, Ringing);
        await Task.WhenAll(Talking.ByeAsync(within), Ana.ByedAsync());
        // The queue has kept its order.
        await _pair.CommandAsync("agents/cy/ready");
        Callee cy = await Callee.RungAsync(_pair.Phones[2]);
        Assert.Contains($"{_mark}3", cy.Invite["From"], StringComparison.Ordinal);
        await AnswerAsync(cy, First);
        await _pair.CommandAsync("agents/ana/ready");
        Callee ana = await Callee.RungAsync(_pair.Phones[0]);
        Assert.Contains($"{_mark}4", ana.Invite["From"], StringComparison.Ordinal);
        await AnswerAsync(ana, Second);
        foreach ((Caller caller, Callee callee) in ((Caller, Callee)[])[(Ringing, Bo), (First, cy), (Second, ana)])
        {
            await caller.ByeAsync();
            await callee.ByedAsync();
        }
        foreach (string agent in HostsPair.ByHand) await _pair.CommandAsync($"agents/{agent}/not-ready");
    }

    static async Task AnswerAsync(Callee callee, Caller caller)
    {
        await callee.AnswerAsync();
        await caller.ConnectedAsync();
    }

    /// <summary>In both histories, when both sides are there again.</summary>
    public async Task HasOneRecordEachAsync()
    {
        foreach (HostSide side in _pair.Sides)
        {
            List<string> records = [];
            await Eventually.TrueAsync(() => Task.FromResult((records = Records(side)).Count(static r => r.EndsWith("/0", StringComparison.Ordinal)) >= 4),
                () => $"four records of {_mark} on side {side.Side}; there are: {string.Join(", ", records)}");
            Assert.Equal((string[])[.. Enumerable.Range(1, 4).Select(i => $"{_mark}{i}/0")], records.Where(static r => r.EndsWith("/0", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        }
    }

    List<string> Records(HostSide side)
    {
        Tandem.History.SystemSqlite.Use();
        using var connection = new SqliteConnection($"Data Source={side.HistoryPath};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT calling, part FROM termination_call_detail WHERE calling LIKE $mark || '%'";
        command.Parameters.AddWithValue("$mark", _mark);
        var records = new List<string>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) records.Add($"{row.GetString(0)}/{row.GetInt64(1)}");
        return records;
    }
}
