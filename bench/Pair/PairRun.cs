using System.Globalization;
using System.Net;
using Tandem.Bench.Harness;
using Tandem.Bench.Pair.Traffic;

namespace Tandem.Bench.Pair;

/// <summary>A running pair with its callers and agents; all agents of 1000 and 1001 are ready.</summary>
sealed class PairRun : IDisposable
{
    PairRun(PairCentre centre, Report report)
    {
        (Centre, Report) = (centre, report);
        Field = new Field(IPAddress.Parse(PairCentre.Callers), IPAddress.Loopback);
        Pair = new PairProcess(centre.Yaml(Field.PhonesAt));
    }

    public PairCentre Centre { get; }
    public Report Report { get; }
    public Field Field { get; }
    public PairProcess Pair { get; }
    /// <summary>Calls that were made outside of <see cref="Field"/>.</summary>
    public int TcpCalls { get; set; }

    public static async Task<PairRun> StartAsync(PairCentre centre, Report report)
    {
        var run = new PairRun(centre, report);
        try
        {
            run.Field.Start();
            await run.Pair.StartAsync();
            // Both sides take commands.
            await Task.WhenAll(
                run.Pair.A.MakeReadyAsync(centre.TalkAgents),
                run.Pair.B.MakeReadyAsync(centre.RingAgents),
                run.Pair.B.LogInAsync(centre.OtherAgents.Append(PairCentre.LineAgent)));
            return run;
        }
        catch (BenchException e)
        {
            string said = File.Exists(run.Pair.LogPath) ? string.Join('\n', File.ReadLines(run.Pair.LogPath).TakeLast(40)) : "";
            run.Dispose();
            throw new BenchException($"{e.Message}\nThe pair said last:\n{said}");
        }
    }

    /// <summary>The just-in-time compilers' work is not the calls'.</summary>
    public async Task WarmAsync()
    {
        await ArriveForAsync(150, 8, 500_000, 1_500_000, Pair.A.Sip, Pair.B.Sip);
        await QuietAsync();
        await Field.TakeLateAsync();
    }

    public async Task<List<TestCall>> ArriveForAsync(double perSecond, double seconds, long talkMinUs, long talkMaxUs, params IPEndPoint[] to)
    {
        Arrivals arrivals = await Field.AskAsync(() => Field.Callers.Arrive(perSecond, PairCentre.Talk, talkMinUs, talkMaxUs, to));
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await Field.DoAsync(() => arrivals.IsStopped = true);
        await AllAsync(arrivals.Calls, static c => c.Phase is CallPhase.Ended or CallPhase.Failed, seconds: 90);
        return arrivals.Calls;
    }

    /// <summary>So many calls, one after the other.</summary>
    /// <param name="talkUs">Null: until told.</param>
    public async Task<List<TestCall>> DialAsync(string dialed, int count, IPEndPoint to, long? talkUs, int perSecond = 250)
    {
        var calls = new List<TestCall>(count);
        for (int i = 0; i < count; i++)
        {
            calls.Add(await Field.AskAsync(() => Field.Callers.Dial(dialed, to, talkUs)));
            await Task.Delay(TimeSpan.FromSeconds(1.0 / perSecond));
        }
        return calls;
    }

    /// <summary>True: all of them are so.</summary>
    public async Task<bool> AllAsync(IReadOnlyCollection<TestCall> calls, Func<TestCall, bool> are, int seconds = 30)
    {
        for (int i = 0; i < seconds * 20; i++)
        {
            if (await Field.AskAsync(() => calls.All(are))) return true;
            await Task.Delay(50);
        }
        return false;
    }

    /// <summary>Until the state has so many calls.</summary>
    public Task QuietAsync(int calls = 0) => Pair.UntilAsync(async () => (await Pair.A.CountAsync()).Calls <= calls, $"there are still more than {calls} calls");

    public void Line(string text) => Report.Line(text);

    public static string Ms(double us) => (us / 1000).ToString(Math.Abs(us) < 10_000 ? "0.0" : "0", CultureInfo.InvariantCulture);

    public void Dispose()
    {
        Pair.Dispose();
        Field.Dispose();
    }
}

/// <summary>Waits of calls, in microseconds.</summary>
sealed record Waits(int Count, double P50, double P99, double Max)
{
    /// <param name="wait">Of calls to which it did not happen: below 0, and left out.</param>
    public static Waits Of(IEnumerable<TestCall> calls, Func<TestCall, long> wait)
    {
        double[] sorted = [.. calls.Select(wait).Where(static w => w >= 0).Select(static w => (double)w).Order()];
        return new Waits(sorted.Length, Report.Percentile(sorted, 0.5), Report.Percentile(sorted, 0.99), sorted.Length == 0 ? double.NaN : sorted[^1]);
    }

    public static long FirstAnswer(TestCall call) => call.FirstAnswerUs == 0 ? -1 : call.FirstAnswerUs - call.InviteUs;
    public static long Answer(TestCall call) => call.AnsweredUs == 0 ? -1 : call.AnsweredUs - call.InviteUs;
    public static long Offer(TestCall call) => call.OfferedUs == 0 ? -1 : call.OfferedUs - call.InviteUs;
    public static long Rings(TestCall call) => call.RingsUs == 0 ? -1 : call.RingsUs - call.InviteUs;

    public override string ToString() => $"p50 {PairRun.Ms(P50)}, p99 {PairRun.Ms(P99)}, longest {PairRun.Ms(Max)} ms";
}

/// <summary>What became of calls that had to go well.</summary>
sealed record Fate(int Calls, int Lost, int Doubled, int ChangedAddress, string Example)
{
    public static Fate Of(IReadOnlyCollection<TestCall> calls)
    {
        List<TestCall> lost = [.. calls.Where(static c => c.Phase != CallPhase.Ended)];
        return new Fate(calls.Count, lost.Count, calls.Count(static c => c.WasDoubled), calls.Count(static c => c.ChangedAddress), string.Join(", ", lost.Take(3).Select(static c => $"{c.CallId} {c.Phase} {c.Status} {c.Why}")));
    }

    public bool IsGood => Lost == 0 && Doubled == 0 && ChangedAddress == 0;

    public override string ToString() => $"{Calls:N0} calls, {Lost} lost, {Doubled} doubled{(ChangedAddress > 0 ? $", {ChangedAddress} ANSWERED FROM ANOTHER ADDRESS" : "")}{(Lost > 0 ? $" ({Example})" : "")}";
}
