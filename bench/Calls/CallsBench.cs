using System.Globalization;
using Tandem.Bench.Harness;
using Tandem.History;

namespace Tandem.Bench.Calls;

/// <summary>
/// The whole product under SIPp's calls: a node as `up` runs it (journal with fsync, snapshots, SQLite history, HTTP), callers at a
/// constant rate over a trunk, agents at phones with a fixed address. Each rate has its own SIPp callers; the node and the agents stay.
/// </summary>
static class CallsBench
{
    /// <summary>What counts as carried: the promise of the README.</summary>
    const double AnsweredMin = 0.999, P99Ms = 50;

    sealed record Step(int Rate, long Calls, double Answered, double P50Ms, double P99Ms, double MaxMs, double CpuSecondsPer1000, int ResidentMb,
        long CallerRetransmissions, int DoubleRings)
    {
        public bool Carried => Answered >= AnsweredMin && P99Ms < CallsBench.P99Ms && DoubleRings == 0;
    }

    internal static int Run(string[] args)
    {
        var options = new Arguments(args, "json", "rate", "seconds", "agents", "baseline", "keep");
        var report = new Report("calls", options.Has("json"));
        int agents = options.Number("agents", 5000), seconds = options.Number("seconds", 20);
        report.Begin($"{agents:N0} agents, {seconds} s a rate, talk 2 to 5 s, SIPp on the same cores");
        return options.Has("baseline")
            ? BaselineAsync(report, options.Number("rate", 1000), seconds).GetAwaiter().GetResult()
            : RunAsync(report, agents, seconds, options.Has("rate") ? [options.Number("rate", 100)] : null, options.Has("keep")).GetAwaiter().GetResult();
    }

    static async Task<int> RunAsync(Report report, int agents, int seconds, int[]? only, bool keep)
    {
        int callersPort = NodeProcess.FreePort(), agentsPort = NodeProcess.FreePort();
        using var node = new NodeProcess(Centre.Yaml(agents, agentsPort, callersPort));
        await node.StartAsync();
        await node.MakeReadyAsync(Centre.Agents(agents));
        using Sipp phones = Sipp.Agents(Path.Combine(node.Folder, "agents"), agentsPort);
        await Task.Delay(500);
        // The just-in-time compiler's work is not the calls'.
        await MeasureAsync(node, phones, callersPort, 150, 10, "warm");

        report.Line($"{"calls/s",8} {"answered",9} {"p50 ms",8} {"p99 ms",8} {"max ms",8} {"CPU-s/1,000",12} {"MB",6} {"retrans.",9} {"rung twice",11}");
        var steps = new List<Step>();
        foreach (int rate in only ?? [100, 200, 400, 600, 800, 1000, 1200, 1400])
        {
            steps.Add(await StepAsync(rate));
            if (!steps[^1].Carried) break;
        }
        if (only is null && !steps[^1].Carried && steps.Count > 1)
        {
            // Finer around the break.
            int low = steps[^2].Rate, high = steps[^1].Rate;
            for (int rate = low + 50; rate < high; rate += 50)
            {
                steps.Add(await StepAsync(rate));
                if (!steps[^1].Carried) break;
            }
        }

        long calls = steps.Sum(static s => s.Calls) + 1500;
        int exit = node.Stop();
        long recorded = Recorded(node.Data);
        int best = steps.Where(static s => s.Carried).Select(static s => s.Rate).DefaultIfEmpty(0).Max();
        int twice = steps.Sum(static s => s.DoubleRings);
        report.Line("");
        report.Line(only is null
            ? $"highest rate with {AnsweredMin:P1} answered and p99 under {P99Ms} ms: {best:N0} calls/s"
            : $"{only[0]:N0} calls/s: {(best > 0 ? "carried" : "not carried")}");
        report.Line($"phones rung by two calls: {twice}; calls in history: {recorded:N0} of {calls:N0}; node's exit code {exit}");
        if (keep) report.Line($"kept: {Keep(node)}");
        return report.End(twice == 0 && best > 0 && recorded == calls && exit == 0, new { agents, seconds, highest_rate = best, rung_twice = twice, calls, calls_in_history = recorded, steps });

        async Task<Step> StepAsync(int rate)
        {
            Step step = await MeasureAsync(node, phones, callersPort, rate, seconds, $"{rate}-{steps.Count}");
            // The log is of all rates so far.
            step = step with { DoubleRings = step.DoubleRings - steps.Sum(static s => s.DoubleRings) };
            report.Line(string.Create(CultureInfo.InvariantCulture,
                $"{step.Rate,8} {step.Answered,9:P2} {step.P50Ms,8:0} {step.P99Ms,8:0} {step.MaxMs,8:0} {step.CpuSecondsPer1000,12:0.00} {step.ResidentMb,6} {step.CallerRetransmissions,9} {step.DoubleRings,11}"));
            return step;
        }
    }

    static async Task<Step> MeasureAsync(NodeProcess node, Sipp phones, int callersPort, int rate, int seconds, string name)
    {
        double cpu = node.CpuSeconds;
        using Sipp callers = Sipp.Callers(Path.Combine(node.Folder, "callers-" + name), callersPort, node.SipPort, "1000", rate, rate * seconds);
        await callers.EndAsync(TimeSpan.FromSeconds(seconds + 90));
        cpu = node.CpuSeconds - cpu;
        if (!node.IsRunning) throw new BenchException($"the node ended at {rate} calls/s:\n{File.ReadAllText(node.LogPath)}");
        long calls = callers.Count("TotalCallCreated");
        double[] times = callers.Times("answer");
        // What this rate left behind ends before the next begins.
        for (int i = 0; i < 300 && (await node.GetAsync("status")).GetProperty("counts").GetProperty("calls").GetInt32() > 0; i++) await Task.Delay(200);
        return new Step(rate, calls, (double)callers.Count("SuccessfulCall(C)") / calls, Report.Percentile(times, 0.5), Report.Percentile(times, 0.99), times.Length == 0 ? double.NaN : times[^1],
            cpu * 1000 / calls, node.ResidentMb, callers.Count("Retransmissions(C)"), RungTwice.Count(phones.LogPath));
    }

    /// <summary>SIPp calling SIPp, without a node between them: what the machine's SIPp itself can do.</summary>
    static async Task<int> BaselineAsync(Report report, int rate, int seconds)
    {
        string folder = Directory.CreateTempSubdirectory("tandem-bench-").FullName;
        try
        {
            int callersPort = NodeProcess.FreePort(), agentsPort = NodeProcess.FreePort();
            using Sipp phones = Sipp.Agents(Path.Combine(folder, "agents"), agentsPort);
            await Task.Delay(500);
            using Sipp callers = Sipp.Callers(Path.Combine(folder, "callers"), callersPort, agentsPort, "agent0001", rate, rate * seconds);
            await callers.EndAsync(TimeSpan.FromSeconds(seconds + 60));
            double[] times = callers.Times("answer");
            long calls = callers.Count("TotalCallCreated");
            double p50 = Report.Percentile(times, 0.5), p99 = Report.Percentile(times, 0.99);
            report.Line($"SIPp to SIPp at {rate:N0} calls/s: {(double)callers.Count("SuccessfulCall(C)") / calls:P2} answered, p50 {p50:0} ms, p99 {p99:0} ms");
            return report.End(true, new { rate, calls, answered = (double)callers.Count("SuccessfulCall(C)") / calls, p50_ms = p50, p99_ms = p99 });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Calls that history has: the product was complete while it was measured.</summary>
    static long Recorded(string data)
    {
        using var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(data, "history.sqlite")};Mode=ReadOnly");
        database.Open();
        using Microsoft.Data.Sqlite.SqliteCommand count = database.CreateCommand();
        count.CommandText = "SELECT count(*) FROM termination_call_detail WHERE part = 0";
        return (long)count.ExecuteScalar()!;
    }

    static string Keep(NodeProcess node)
    {
        string kept = Path.Combine(Path.GetTempPath(), $"tandem-bench-kept-{DateTime.UtcNow:HHmmss}");
        Directory.Move(node.Folder, kept);
        Directory.CreateDirectory(node.Folder);
        return kept;
    }
}
