using System.Diagnostics;
using System.Globalization;
using System.Net;
using Tandem.Bench.Calls;
using Tandem.Bench.Harness;
using Tandem.Node.Trial;

namespace Tandem.Bench.Restart;

/// <summary>
/// 10,000 agents logged in and 1,000 calls, of which half talk and half wait in the queue; the node is killed and started again. Measured
/// from the start of the process to the 200 of the next call: a caller dials anew every 20 ms, for SIP's own retransmission
/// timers (0.5, 1.5, 3.5 s) would hide what is measured.
/// </summary>
static class RestartBench
{
    const int TalkingOf = 2;
    const double SecondsMax = 3;

    internal static int Run(string[] args)
    {
        var options = new Arguments(args, "json", "rounds", "agents", "calls");
        return RunAsync(new Report("restart", options.Has("json")), options.Number("rounds", 5), options.Number("agents", 10_000), options.Number("calls", 1000)).GetAwaiter().GetResult();
    }

    static async Task<int> RunAsync(Report report, int rounds, int agents, int calls)
    {
        report.Begin($"{agents:N0} agents, {calls:N0} calls (half of them talk, half wait), kill -9, {rounds} rounds");
        int callersPort = NodeProcess.FreePort(), agentsPort = NodeProcess.FreePort();
        using var node = new NodeProcess(Centre.Yaml(agents, agentsPort, callersPort));
        await node.StartAsync();
        // Half of the calls find an agent; the other agents are there, on a break.
        int ready = calls / TalkingOf;
        await node.MakeReadyAsync(Centre.Agents(ready));
        await node.LogInAsync(Centre.Agents(agents).Skip(ready));
        await node.MakeReadyAsync(Centre.Spare);
        using Sipp phones = Sipp.Agents(Path.Combine(node.Folder, "agents"), agentsPort);
        using Sipp spare = Sipp.Agents(Path.Combine(node.Folder, "spare"), agentsPort + 1);
        await Task.Delay(500);
        using Sipp callers = Sipp.Callers(Path.Combine(node.Folder, "callers"), callersPort, node.SipPort, "1000", 100, calls, 3_600_000, 3_600_000, answerMs: 3_600_000);
        (int there, int queued) = (0, 0);
        for (int i = 0; i < 300 && (there < calls || queued < calls - ready); i++)
        {
            await Task.Delay(200);
            (there, queued) = await CountAsync(node);
        }
        report.Line($"before: {there:N0} calls, {queued:N0} of them queued");

        var seconds = new List<double>();
        bool kept = there == calls;
        for (int round = 0; round < rounds; round++)
        {
            await Task.Delay(1000);
            node.Kill();
            double took = await NextAnswerAsync(node, callersPort + 1);
            seconds.Add(took);
            await node.AttachAsync();
            await Task.Delay(500);
            (int nowThere, int nowQueued) = await CountAsync(node);
            kept &= nowThere == there && nowQueued == queued;
            report.Line(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}: {took:0.00} s; {nowThere:N0} calls, {nowQueued:N0} queued; {node.ResidentMb} MB"));
        }
        double median = Report.Median(seconds);
        report.Line("");
        report.Line(string.Create(CultureInfo.InvariantCulture, $"median {median:0.00} s, longest {seconds.Max():0.00} s; {(kept ? "no call and no place in the queue was lost" : "CALLS WERE LOST")}"));
        return report.End(kept && median < SecondsMax, new { agents, calls = there, queued, median_seconds = median, longest_seconds = seconds.Max(), seconds, kept });
    }

    static async Task<(int Calls, int Queued)> CountAsync(NodeProcess node)
    {
        System.Text.Json.JsonElement counts = (await node.GetAsync("status")).GetProperty("counts");
        return (counts.GetProperty("calls").GetInt32(), counts.GetProperty("queued").GetInt32());
    }

    static async Task<double> NextAnswerAsync(NodeProcess node, int callerPort)
    {
        using var bank = new PhoneBank(new IPEndPoint(IPAddress.Loopback, node.SipPort), "bench", callerPort);
        Phone caller = bank.Add("probe");
        var calls = new List<PhoneCall>();
        var clock = Stopwatch.StartNew();
        node.Launch();
        double took = 0;
        while (took == 0 && clock.Elapsed < TimeSpan.FromSeconds(60))
        {
            // Until the node listens, the kernel refuses what is sent: those calls fail at once.
            calls.Add(caller.Call("1001"));
            await Task.Delay(20);
            if (calls.Exists(static c => c.Talking is { IsCompleted: true, Result: true })) took = clock.Elapsed.TotalSeconds;
        }
        if (took == 0) throw new BenchException($"no call was answered after the restart:\n{File.ReadAllText(node.LogPath)}");
        // Those that were dialed meanwhile get their answer or their end.
        await Task.Delay(1500);
        foreach (PhoneCall call in calls) call.HangUp();
        await Task.WhenAny(Task.WhenAll(calls.Select(static c => c.Ended)), Task.Delay(5_000));
        return took;
    }
}
