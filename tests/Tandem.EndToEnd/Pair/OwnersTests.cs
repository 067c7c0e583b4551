using System.Globalization;
using System.Text.RegularExpressions;

namespace Tandem.EndToEnd.Pair;

/// <summary>Whatever happens to a process, a service address has one owner, and its calls go on.</summary>
public sealed partial class OwnersTests
{
    [Fact]
    public async Task A_node_that_was_paused_is_killed_by_its_guardian_before_the_other_side_takes_over()
    {
        await using PairDesk desk = await PairDesk.OpenAsync(agents: 1);
        (Caller caller, Callee ana) = await desk.TalkAsync(desk.Ana, "+491");
        int process = await desk.A.PauseNodeAsync();
        await desk.B.HasAsync(desk.A.Sip);
        // It would wake up believing that it is in charge.
        Assert.False(Directory.Exists($"/proc/{process}") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z", StringComparison.Ordinal));
        await Task.Delay(2_000);
        await Signals.SendAsync(process, "CONT");
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.A.ReturnsAsync(process);
        OwnersNeverOverlap(desk.Pair);
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
        await desk.A.ReturnsAsync(process);
        await caller.ReinviteAsync(Sdp.Of("caller", "sendonly", 2), ana, "recvonly");
        await desk.Pair.IsDuplexedAsync();
        await caller.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync(1);
    }

    /// <summary>By the guardians' own clocks: an address comes to one side after it has left the other, or after the other's node was killed.</summary>
    static void OwnersNeverOverlap(PairProcess pair)
    {
        var owner = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match said in Said().Matches(pair.Words).OrderBy(static m => DateTimeOffset.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)))
        {
            (string side, string address, bool comes) = (said.Groups[2].Value, said.Groups[3].Value, said.Groups[4].Value == "is here");
            if (address.Length == 0)
            {
                foreach (string had in owner.Where(o => o.Value == side).Select(static o => o.Key).ToList()) owner.Remove(had);
            }
            else if (comes) Assert.True(owner.TryAdd(address, side) || owner[address] == side, $"{said.Value}, but {owner[address]} has it:\n{pair.Words}");
            else if (owner.GetValueOrDefault(address) == side) owner.Remove(address);
        }
    }

    [GeneratedRegex(@"(\S+Z) guardian ([AB]): (?:(\d\S+) (is here|has left)|killing the node)")]
    private static partial Regex Said();
}
