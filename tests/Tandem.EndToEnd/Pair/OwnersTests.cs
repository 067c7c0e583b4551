namespace Tandem.EndToEnd.Pair;

/// <summary>Whatever happens to a process, a service address has one owner, and its calls go on.</summary>
public sealed class OwnersTests
{
    [Fact]
    public async Task A_node_that_was_paused_is_killed_by_its_guardian_and_its_calls_go_on_at_the_other_side()
    {
        await using PairDesk desk = await PairDesk.OpenAsync(agents: 1);
        (Caller caller, Callee ana) = await desk.TalkAsync(desk.Ana, "+491");
        int process = await desk.A.PauseNodeAsync();
        await desk.B.HasAsync(desk.A.Sip);
        // It would wake up believing that it is in charge, and meanwhile its sockets take what is the other side's.
        await Eventually.TrueAsync(() => Task.FromResult(!IsAlive(process)), "the paused node to be killed", TimeSpan.FromSeconds(5));
        await Task.Delay(2_000);
        await Signals.SendAsync(process, "CONT");
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.A.ReturnsAsync(process);
        await desk.EndsAsync(1);
    }

    [Fact]
    public async Task A_guardian_that_dies_takes_its_node_with_it_and_both_come_back()
    {
        await using PairDesk desk = await PairDesk.OpenAsync(agents: 1);
        (Caller caller, Callee ana) = await desk.TalkAsync(desk.Ana, "+491");
        int process = (await desk.A.GuardianAsync())!.NodeProcess;
        await desk.A.KillGuardianAsync();
        await desk.B.HasAsync(desk.A.Sip);
        // While the old node still takes what comes in at its socket.
        await caller.ReinviteAsync(Sdp.Of("caller", "sendonly", 2), ana, "recvonly");
        await desk.A.ReturnsAsync(process);
        await desk.Pair.IsDuplexedAsync();
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync(1);
    }

    static bool IsAlive(int process) =>
        Directory.Exists($"/proc/{process}") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z", StringComparison.Ordinal);
}
