using System.Globalization;
using Tandem.Bench.Harness;
using Tandem.Bench.Pair.Traffic;
using Tandem.Node.Pair.TrialPair;

namespace Tandem.Bench.Pair;

/// <summary>
/// A pair as `up --pair` runs it under callers and agents of the bench itself, which know each call's clock: latency, load, and
/// what callers notice of a side, a node or a member of etcd that dies, leaves or returns.
/// </summary>
static class PairBench
{
    static readonly string[] s_parts = ["latency", "calls", "kill", "kills", "leader", "stop", "return"];

    internal static int Run(string[] args)
    {
        string[] parts = [.. args.TakeWhile(static a => !a.StartsWith("--", StringComparison.Ordinal))];
        if (parts.FirstOrDefault(static p => !s_parts.Contains(p)) is { } unknown) throw new BenchException($"'{unknown}' is no part; there are: {string.Join(' ', s_parts)}");
        var options = new Arguments(args[parts.Length..], "json", "established", "queued", "ringing", "rate", "kills", "agents", "seconds", "calls", "tcp");
        return RunAsync(new Report("pair", options.Has("json")), parts.Length > 0 ? parts : s_parts, options).GetAwaiter().GetResult();
    }

    static async Task<int> RunAsync(Report report, string[] parts, Arguments options)
    {
        var load = new KillLoad(options.Number("established", 500), options.Number("queued", 200), options.Number("ringing", 50), options.Number("rate", 100), options.Number("tcp", 20));
        int agents = options.Number("agents", 10_000), callsRate = options.Number("calls", 500);
        int talkers = Math.Max(load.Established + load.PerSecond * 4, parts.Contains("calls") ? callsRate * 6 : 0) + (parts.Contains("return") ? 1000 : 0);
        report.Begin($"{string.Join(", ", parts)}: two sides, three etcd members, callers and {Math.Max(agents, talkers):N0} agents on the same cores");
        PairRun? started = null;
        try
        {
            started = await PairRun.StartAsync(new PairCentre(talkers, load.Ringing, Math.Max(0, agents - talkers - load.Ringing)), report);
            return await PartsAsync(started, report, parts, options, load, agents, callsRate);
        }
        catch (BenchException e) when (started is not null)
        {
            throw new BenchException($"{e.Message}\nThe pair said last:\n{string.Join('\n', File.ReadLines(started.Pair.LogPath).TakeLast(40))}");
        }
        finally
        {
            started?.Dispose();
        }
    }

    static async Task<int> PartsAsync(PairRun run, Report report, string[] parts, Arguments options, KillLoad load, int agents, int callsRate)
    {
        await run.WarmAsync();
        var figures = new Dictionary<string, object>();
        bool good = true;
        foreach (string part in parts)
        {
            (bool wentWell, object figure) = part switch
            {
                "latency" => await LatencyAsync(run, options.Number("seconds", 20)),
                "calls" => await CallsAsync(run, callsRate, options.Number("seconds", 20)),
                "kill" => await KillAsync(run, load),
                "kills" => await KillsAsync(run, load, options.Number("kills", 10)),
                "leader" => await LeaderAsync(run),
                "stop" => await StopAsync(run),
                _ => await ReturnAsync(run),
            };
            good &= wentWell;
            figures[part] = figure;
            run.Line("");
        }
        await run.QuietAsync();
        long calls = run.TcpCalls + await run.Field.AskAsync(() => (long)run.Field.Callers.Dialed);
        (long a, long b, bool equal, string first) = await run.Pair.HistoriesAsync(calls);
        run.Line($"histories       {calls:N0} calls were made; A has {a:N0}, B has {b:N0}; {(equal ? "equal by position and content" : $"THEY DIFFER: {first}")}");
        int exit = run.Pair.Stop();
        good &= a == calls && b == calls && equal && exit == 0;
        return report.End(good, new { load, agents, calls, history_a = a, history_b = b, histories_equal = equal, figures });
    }

    static async Task<(bool, object)> LatencyAsync(PairRun run, int seconds)
    {
        const int PerSecond = 200;
        await run.Field.TakeLateAsync();
        List<TestCall> calls = await run.ArriveForAsync(PerSecond, seconds, 500_000, 1_500_000, run.Pair.A.Sip, run.Pair.B.Sip);
        long late = await run.Field.TakeLateAsync();
        Waits first = Waits.Of(calls, Waits.FirstAnswer), offer = Waits.Of(calls, Waits.Offer), rings = Waits.Of(calls, Waits.Rings), answer = Waits.Of(calls, Waits.Answer);
        Fate fate = Fate.Of(calls);
        run.Line($"latency         {PerSecond} calls/s over both addresses for {seconds} s, from the caller's INVITE: {fate}");
        run.Line($"  first answer  {first}");
        run.Line($"  agent rung    {offer}");
        run.Line($"  180           {rings}");
        run.Line($"  answered      {answer}; the bench itself was late by {PairRun.Ms(late)} ms at most");
        return (fate.IsGood, new { first, offer, rings, answer, fate, late_us = late });
    }

    static async Task<(bool, object)> CallsAsync(PairRun run, int perSecond, int seconds)
    {
        (double a, double b) = (run.Pair.A.CpuSeconds, run.Pair.B.CpuSeconds);
        List<TestCall> calls = await run.ArriveForAsync(perSecond, seconds, 2_000_000, 5_000_000, run.Pair.A.Sip, run.Pair.B.Sip);
        (a, b) = (run.Pair.A.CpuSeconds - a, run.Pair.B.CpuSeconds - b);
        Waits answer = Waits.Of(calls, Waits.Answer);
        Fate fate = Fate.Of(calls);
        double answered = (double)answer.Count / calls.Count;
        run.Line(string.Create(CultureInfo.InvariantCulture, $"calls           {perSecond} calls/s over both addresses for {seconds} s, talk 2 to 5 s: {answered:P2} answered, {answer}; {fate}"));
        run.Line(string.Create(CultureInfo.InvariantCulture, $"  CPU-s a 1,000 calls: A {a * 1000 / calls.Count:0.00}, B {b * 1000 / calls.Count:0.00}; MB: A {run.Pair.A.ResidentMb}, B {run.Pair.B.ResidentMb}"));
        return (fate.Doubled == 0 && answered >= 0.999, new { rate = perSecond, answered, answer, fate, cpu_a = a * 1000 / calls.Count, cpu_b = b * 1000 / calls.Count });
    }

    static async Task<(bool, object)> KillAsync(PairRun run, KillLoad load)
    {
        KillRound round = await KillRound.RunAsync(run, run.Pair.A, load, Random.Shared.Next(1000));
        round.Show(run, load);
        return (round.IsGood, round);
    }

    static async Task<(bool, object)> KillsAsync(PairRun run, KillLoad load, int kills)
    {
        run.Line($"{kills} kills at random moments, alternating sides, each with {load.Established} established, {load.Queued} queued, {load.Ringing} ringing, {load.PerSecond} calls/s arriving");
        var rounds = new List<KillRound>();
        for (int i = 0; i < kills; i++)
        {
            rounds.Add(await KillRound.RunAsync(run, i % 2 == 0 ? run.Pair.B : run.Pair.A, load, Random.Shared.Next(2000)));
            run.Line($"  {i + 1,2} {rounds[^1].ShortText}");
            if (!rounds[^1].IsGood) rounds[^1].Show(run, load);
        }
        run.Line($"  all: {rounds.Sum(static r => r.Calls):N0} calls, {rounds.Sum(static r => r.Lost)} lost, {rounds.Sum(static r => r.Doubled)} doubled, {rounds.Sum(static r => r.OutOfOrder)} out of order; "
            + $"first answer longest {PairRun.Ms(rounds.Max(static r => r.FirstAnswer.Max))} ms (median of the kills' longest {PairRun.Ms(Report.Median(rounds.Select(static r => r.FirstAnswer.Max)))} ms)");
        return (rounds.TrueForAll(static r => r.IsGood), rounds);
    }

    /// <summary>What calls notice of something that is done while 200 a second arrive.</summary>
    static async Task<(Fate Fate, Waits Before, Waits After, long LateUs)> NoticeAsync(PairRun run, Func<Task> act, int secondsAfter, params System.Net.IPEndPoint[] to)
    {
        Field field = run.Field;
        // A person takes a moment, so that calls are met in every state.
        await field.DoAsync(() => field.Phones.AnswerAfterUs = 30_000);
        Arrivals arriving = await field.AskAsync(() => field.Callers.Arrive(200, PairCentre.Talk, 300_000, 800_000, to));
        await Task.Delay(3_000);
        await field.TakeLateAsync();
        long at = Field.NowUs;
        await act();
        await Task.Delay(secondsAfter * 1000);
        long late = await field.TakeLateAsync();
        await field.DoAsync(() => arriving.IsStopped = true);
        await run.AllAsync(arriving.Calls, static c => c.Phase is CallPhase.Ended or CallPhase.Failed, 60);
        await field.DoAsync(() => field.Phones.AnswerAfterUs = 0);
        // What arrived just before had its answer after it.
        return (Fate.Of(arriving.Calls), Waits.Of(arriving.Calls.Where(c => c.InviteUs < at - 500_000 && c.InviteUs > at - 2_500_000), Waits.FirstAnswer),
            Waits.Of(arriving.Calls.Where(c => c.InviteUs >= at - 500_000), Waits.FirstAnswer), late);
    }

    static string Noticed((Fate Fate, Waits Before, Waits After, long LateUs) of) =>
        $"longest wait of a new call {PairRun.Ms(of.After.Max)} ms (in the 2 s before: {PairRun.Ms(of.Before.Max)}; the bench itself was late by {PairRun.Ms(of.LateUs)}); {of.Fate}";

    static async Task<(bool, object)> LeaderAsync(PairRun run)
    {
        bool good = true;
        var figures = new List<object>();
        for (int i = 0; i < 3; i++)
        {
            TrialMember leader = await run.Pair.LeaderAsync();
            var noticed = await NoticeAsync(run, () =>
            {
                PairProcess.Kill(leader.Process);
                return Task.CompletedTask;
            }, 4, run.Pair.A.Sip, run.Pair.B.Sip);
            run.Line($"leader          kill -9 of {leader.Name}, which leads: {Noticed(noticed)}");
            good &= noticed.Fate.IsGood;
            figures.Add(new { longest_ms = noticed.After.Max / 1000, noticed.Fate });
            await Task.Delay(2000);
        }
        return (good, figures);
    }

    static async Task<(bool, object)> StopAsync(PairRun run)
    {
        bool good = true;
        var figures = new List<object>();
        for (int i = 0; i < 3; i++)
        {
            var stopped = await NoticeAsync(run, () => run.Pair.B.GuardianAsync("stop"), 2, run.Pair.A.Sip, run.Pair.B.Sip);
            run.Line($"stop            pair stop B: {Noticed(stopped)}");
            await run.Pair.UntilAsync(async () => await run.Pair.B.StateAsync() == "stopped", "side B does not stop");
            var started = await NoticeAsync(run, () => run.Pair.B.GuardianAsync("start"), 4, run.Pair.A.Sip, run.Pair.B.Sip);
            run.Line($"  start         pair start B: {Noticed(started)}");
            await run.Pair.UntilAsync(run.Pair.B.IsServingAsync, "side B does not come back");
            var home = await NoticeAsync(run, run.Pair.B.HomeAsync, 2, run.Pair.A.Sip, run.Pair.B.Sip);
            run.Line($"  home          pair home B: {Noticed(home)}");
            good &= stopped.Fate.IsGood && started.Fate.IsGood && home.Fate.IsGood;
            figures.Add(new { stop_ms = stopped.After.Max / 1000, start_ms = started.After.Max / 1000, home_ms = home.After.Max / 1000 });
        }
        return (good, figures);
    }

    static async Task<(bool, object)> ReturnAsync(PairRun run)
    {
        List<TestCall> calls = await run.DialAsync(PairCentre.Talk, 1000, run.Pair.A.Sip, null);
        if (!await run.AllAsync(calls, static c => c.Phase == CallPhase.Talking)) throw new BenchException($"1,000 calls could not be made: {Fate.Of(calls)}");
        var figures = new List<object>();
        bool good = true;
        foreach (string how in (string[])["stop and start", "kill"])
        {
            if (how != "kill")
            {
                await run.Pair.B.GuardianAsync("stop");
                await run.Pair.UntilAsync(async () => await run.Pair.B.StateAsync() == "stopped", "side B does not stop");
            }
            double seconds = 0;
            int process = run.Pair.B.NodeProcess;
            var noticed = await NoticeAsync(run, async () =>
            {
                long began = Field.NowUs;
                if (how == "kill") run.Pair.B.KillNode();
                else await run.Pair.B.GuardianAsync("start");
                await run.Pair.UntilAsync(async () => run.Pair.B.NodeProcess != process && await run.Pair.A.PairStateAsync() == "duplexed" && await run.Pair.B.IsServingAsync(), "the pair is not duplexed again");
                seconds = (Field.NowUs - began) / 1e6;
            }, 1, run.Pair.A.Sip);
            int agents = (await run.Pair.A.GetAsync("status")).GetProperty("counts").GetProperty("agents").GetInt32();
            run.Line(string.Create(CultureInfo.InvariantCulture, $"return          of side B after {how}, {agents:N0} agents and 1,000 calls in the state: duplexed after {seconds:0.00} s; side A: {Noticed(noticed)}"));
            good &= noticed.Fate.IsGood;
            figures.Add(new { how, seconds, longest_ms = noticed.After.Max / 1000 });
            await run.Pair.IsDuplexedAsync();
        }
        await run.Field.DoAsync(() => calls.ForEach(c => run.Field.Callers.Bye(c)));
        await run.AllAsync(calls, static c => c.Phase is CallPhase.Ended or CallPhase.Failed, 60);
        return (good && Fate.Of(calls).IsGood, figures);
    }
}
