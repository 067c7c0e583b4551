using System.Globalization;
using System.Net;
using Tandem.Bench.Harness;
using Tandem.Bench.Pair.Traffic;
using Tandem.Node.Pair.TrialPair;

namespace Tandem.Bench.Pair;

/// <summary>A pair for a long time: calls at a constant rate, a kill each minute (A's node, B's node, a member of etcd by turns), and what grows.</summary>
static class SoakBench
{
    sealed record Sizes(int MbA, int MbB, int HandlesA, int HandlesB, int EtcdMb, double JournalA, double JournalB, double ArchiveA, double HistoryA, double Etcd)
    {
        public static Sizes Of(PairProcess pair)
        {
            TrialFolder state = pair.State;
            return new Sizes(pair.A.ResidentMb, pair.B.ResidentMb, pair.A.Handles, pair.B.Handles,
                state.Etcd.Max(static m => ResidentMb(m.Process)), MegaBytes(Path.Combine(pair.A.Data, "journal")) - MegaBytes(Path.Combine(pair.A.Data, "journal", "archive")), MegaBytes(Path.Combine(pair.B.Data, "journal")),
                MegaBytes(Path.Combine(pair.A.Data, "archive")) + MegaBytes(Path.Combine(pair.A.Data, "journal", "archive")), MegaBytes(pair.A.Data, "history.sqlite*"), MegaBytes(Path.Combine(state.Etcd[0].Folder, "data")));
        }

        static int ResidentMb(int process)
        {
            try
            {
                return int.Parse(File.ReadLines($"/proc/{process}/status").First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal))[6..].Replace("kB", "").Trim(), CultureInfo.InvariantCulture) / 1024;
            }
            catch (IOException)
            {
                return 0;
            }
        }

        static double MegaBytes(string folder, string pattern = "*")
        {
            if (!Directory.Exists(folder)) return 0;
            long bytes = 0;
            foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles(pattern, pattern == "*" ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly))
            {
                try
                {
                    bytes += file.Length;
                }
                catch (FileNotFoundException)
                {
                    // It was trimmed this moment.
                }
            }
            return bytes / 1048576.0;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"nodes {MbA} and {MbB} MB, {HandlesA} and {HandlesB} handles; etcd {EtcdMb} MB, {Etcd:0.0} MB on disk; journal {JournalA:0.0} and {JournalB:0.0} MB, archive {ArchiveA:0.0} MB, history {HistoryA:0.0} MB");
    }

    sealed class Total
    {
        public long Calls { get; set; }
        public int Lost { get; set; }
        public int Doubled { get; set; }
        public double LongestMs { get; set; }
        public List<string> Examples { get; } = [];
        /// <summary>Counted, and still known for what may be sent again.</summary>
        public Queue<TestCall> Old { get; } = [];
    }

    internal static int Run(string[] args)
    {
        var options = new Arguments(args, "json", "hours", "minutes", "rate");
        int minutes = options.Has("hours") ? options.Number("hours", 8) * 60 : options.Number("minutes", 30);
        return RunAsync(new Report("soak", options.Has("json")), minutes, options.Number("rate", 100)).GetAwaiter().GetResult();
    }

    static async Task<int> RunAsync(Report report, int minutes, int rate)
    {
        report.Begin($"{minutes} minutes, {rate} calls/s over both addresses, talk 1 to 3 s, a kill each minute: A's node, B's node, a member of etcd");
        using PairRun run = await PairRun.StartAsync(new PairCentre(rate * 8, 1), report);
        await run.WarmAsync();
        Sizes began = Sizes.Of(run.Pair);
        run.Line($"start   {began}");
        Arrivals arriving = await run.Field.AskAsync(() => run.Field.Callers.Arrive(rate, PairCentre.Talk, 1_000_000, 3_000_000, run.Pair.A.Sip, run.Pair.B.Sip));
        var total = new Total();
        long start = Field.NowUs;
        for (int minute = 1; minute <= minutes; minute++)
        {
            await Task.Delay(20_000 + Random.Shared.Next(10_000));
            await run.Field.TakeLateAsync();
            string killed = await KillAsync(run.Pair, minute);
            long rest = start + minute * 60_000_000L - Field.NowUs;
            if (rest > 0) await Task.Delay((int)(rest / 1000));
            if (!killed.StartsWith("etcd", StringComparison.Ordinal)) await run.Pair.IsDuplexedAsync();
            long late = await run.Field.TakeLateAsync();
            (int lost, double longest) = await SumAsync(run.Field, arriving, total, all: false);
            run.Line(string.Create(CultureInfo.InvariantCulture, $"{minute,4}    {killed} killed; {total.Calls:N0} calls so far, {lost} lost, {total.Doubled} doubled; longest wait {longest:0} ms (bench late {late / 1000} ms); {Sizes.Of(run.Pair)}"));
        }
        await run.Field.DoAsync(() => arriving.IsStopped = true);
        await run.AllAsync(arriving.Calls, static c => c.Phase is CallPhase.Ended or CallPhase.Failed, 60);
        await SumAsync(run.Field, arriving, total, all: true);
        await run.QuietAsync();
        Sizes ended = Sizes.Of(run.Pair);
        int twice = await run.Field.AskAsync(() => run.Field.Phones.RungTwice), dialed = await run.Field.AskAsync(() => run.Field.Callers.Dialed);
        (long a, long b, bool equal, string first) = await run.Pair.HistoriesAsync(dialed);
        run.Line("");
        run.Line($"start   {began}");
        run.Line($"end     {ended}");
        run.Line(string.Create(CultureInfo.InvariantCulture, $"{total.Calls:N0} calls, {total.Lost} lost, {total.Doubled} doubled, {twice} rung twice; longest wait of a new call {total.LongestMs:0} ms; histories {a:N0} and {b:N0} of {dialed:N0}, {(equal ? "equal" : $"THEY DIFFER: {first}")}"));
        foreach (string example in total.Examples.Take(5)) run.Line($"  {example}");
        int exit = run.Pair.Stop();
        return report.End(total.Lost == 0 && total.Doubled == 0 && twice == 0 && equal && a == dialed && b == dialed && exit == 0,
            new { minutes, rate, total.Calls, total.Lost, total.Doubled, rung_twice = twice, longest_ms = total.LongestMs, began, ended, history_a = a, history_b = b, equal });
    }

    static async Task<string> KillAsync(PairProcess pair, int minute)
    {
        switch (minute % 3)
        {
            case 1: return $"A's node {pair.A.KillNode()}";
            case 2: return $"B's node {pair.B.KillNode()}";
            default:
                TrialMember member = Random.Shared.Next(2) == 0 ? await pair.LeaderAsync() : pair.State.Etcd[Random.Shared.Next(3)];
                PairProcess.Kill(member.Process);
                return member.Name;
        }
    }

    /// <summary>Counts the calls that are over, and forgets them: a long run must not fill the bench's own memory.</summary>
    static Task<(int Lost, double LongestMs)> SumAsync(Field field, Arrivals arriving, Total total, bool all) => field.AskAsync(() =>
    {
        List<TestCall> over = [.. arriving.Calls.Where(c => all || c.Phase is CallPhase.Ended or CallPhase.Failed)];
        double longest = 0;
        foreach (TestCall call in over)
        {
            total.Calls++;
            if (call.Phase != CallPhase.Ended)
            {
                total.Lost++;
                total.Examples.Add($"{call.CallId} to {call.To}: {call.Phase} {call.Status} {call.Why}");
            }
            if (call.WasDoubled) total.Doubled++;
            longest = Math.Max(longest, Waits.FirstAnswer(call) / 1000.0);
        }
        total.LongestMs = Math.Max(total.LongestMs, longest);
        HashSet<TestCall> counted = [.. over];
        arriving.Calls.RemoveAll(counted.Contains);
        foreach (TestCall call in over) total.Old.Enqueue(call);
        while (total.Old.TryPeek(out TestCall? oldest) && oldest.EndedUs < Field.NowUs - 40_000_000) field.Callers.Forget(total.Old.Dequeue());
        field.Phones.Forget();
        return (total.Lost, longest);
    });
}
