using System.Globalization;
using Tandem.Bench.Harness;
using Tandem.Bench.Pair.Traffic;

namespace Tandem.Bench.Pair;

/// <summary>What is on the side that is killed, and what arrives.</summary>
sealed record KillLoad(int Established, int Queued, int Ringing, int PerSecond, int Tcp);

/// <summary>kill -9 of a side's node with calls in every state on its address, and all that must hold afterwards.</summary>
sealed record KillRound(string Side, Fate Established, Fate Queued, Fate Ringing, Fate Arrived, int OutOfOrder, int RungTwice, int Strange,
    Waits FirstAnswer, Waits Answer, Waits Hold, Waits Resume, Waits Bye, int BadAnswers, int Slow, int TcpReturned, double TcpSeconds, double BackSeconds, double LateMaxUs)
{
    const long InTimeUs = 1_000_000;

    public bool IsGood => Established.IsGood && Queued.IsGood && Ringing.IsGood && Arrived.IsGood && OutOfOrder == 0 && RungTwice == 0 && BadAnswers == 0;
    public int Lost => Established.Lost + Queued.Lost + Ringing.Lost + Arrived.Lost;
    public int Doubled => Established.Doubled + Queued.Doubled + Ringing.Doubled + Arrived.Doubled + RungTwice;
    public int Calls => Established.Calls + Queued.Calls + Ringing.Calls + Arrived.Calls;

    public static async Task<KillRound> RunAsync(PairRun run, BenchSide side, KillLoad load, int randomMs)
    {
        Field field = run.Field;
        List<TestCall> established = await run.DialAsync(PairCentre.Talk, load.Established, side.Sip, null);
        List<TestCall> ringing = await run.DialAsync(PairCentre.Ring, load.Ringing, side.Sip, null);
        List<TestCall> queued = await run.DialAsync(PairCentre.Line, load.Queued, side.Sip, 0);
        if (!await run.AllAsync(established, static c => c.Phase == CallPhase.Talking) || !await run.AllAsync(ringing, static c => c.RingsUs > 0) || !await run.AllAsync(queued, static c => c.FirstAnswerUs > 0))
            throw new BenchException($"the calls before the kill could not be made: {Fate.Of(established)}; {Fate.Of(ringing)}; {Fate.Of(queued)}");
        var connected = new List<TcpCall>();
        for (int i = 0; i < load.Tcp; i++)
        {
            connected.Add(new TcpCall(++run.TcpCalls, side.Sip));
            if (!await connected[^1].DialAsync(TimeSpan.FromSeconds(20))) throw new BenchException("a call over TCP could not be made before the kill");
        }
        Arrivals arriving = await field.AskAsync(() => field.Callers.Arrive(load.PerSecond, PairCentre.Talk, 1_000_000, 2_000_000, side.Sip));
        (int twice, int strange, int served) = await field.AskAsync(() => (field.Phones.RungTwice, field.Phones.Strange, field.Phones.Served.Count));
        await Task.Delay(1_000 + randomMs);

        await field.TakeLateAsync();
        long killed = Field.NowUs;
        int process = side.KillNode();
        long running = Field.NowUs;
        Task back = BackAsync();
        await run.Pair.UntilAsync(() => field.AskAsync(() => arriving.Calls.Exists(c => c.InviteUs > killed && c.FirstAnswerUs > 0)), "no call was answered after the kill");
        await Task.Delay(500);

        Task<bool[]> returning = Task.WhenAll(connected.Select(static c => c.ReturnAsync(TimeSpan.FromSeconds(20))));
        long returned = 0;
        _ = returning.ContinueWith(_ => returned = Field.NowUs, TaskScheduler.Default);
        // Each established call: hold, resume, BYE, one after the other.
        var spoken = new Spoken();
        foreach (TestCall call in established)
        {
            await field.DoAsync(() => spoken.Begin(field, call));
            await Task.Delay(TimeSpan.FromSeconds(1.0 / 200));
        }
        // Agents of ringing calls answer.
        await field.AskAsync(field.Phones.AnswerAll);
        await run.AllAsync(ringing, static c => c.Phase is not CallPhase.Dialing);
        await field.DoAsync(() => ringing.ForEach(c => field.Callers.Bye(c)));
        // The one agent of the line serves those who wait.
        BenchSide other = run.Pair.Other(side);
        await other.PostAsync($"agents/{PairCentre.LineAgent}/ready");
        await run.AllAsync(queued, static c => c.Phase is CallPhase.Ended or CallPhase.Failed, 60);
        await field.DoAsync(() => arriving.IsStopped = true);
        foreach (List<TestCall> calls in (List<TestCall>[])[established, ringing, arriving.Calls]) await run.AllAsync(calls, static c => c.Phase is CallPhase.Ended or CallPhase.Failed, 40);
        await back;
        int tcpReturned = (await returning).Count(static r => r);
        connected.ForEach(static c => c.Dispose());
        double late = await field.TakeLateAsync();
        await other.PostAsync($"agents/{PairCentre.LineAgent}/not-ready");
        await run.Pair.IsDuplexedAsync();

        return await field.AskAsync(() =>
        {
            List<TestCall> window = [.. arriving.Calls.Where(c => c.InviteUs > killed - 1_000_000 && c.InviteUs < killed + 5_000_000)];
            List<TestCall> order = [.. field.Phones.Served.Skip(served).Where(static c => c.Dialed == PairCentre.Line)];
            int outOfOrder = 0;
            for (int i = 1; i < order.Count; i++)
                if (order[i].Number < order[i - 1].Number) outOfOrder++;
            return new KillRound(side.Name, Fate.Of(established), Fate.Of(queued), Fate.Of(ringing), Fate.Of(arriving.Calls), outOfOrder,
                field.Phones.RungTwice - twice, field.Phones.Strange - strange,
                Waits.Of(window, Waits.FirstAnswer), Waits.Of(window, Waits.Answer), spoken.WaitsOf(spoken.Hold), spoken.WaitsOf(spoken.Resume), spoken.WaitsOf(spoken.Bye),
                spoken.Bad, spoken.CountAbove(InTimeUs), tcpReturned, (returned - killed) / 1e6, (running - killed) / 1e6, late);
        });

        async Task BackAsync()
        {
            await side.ReturnsAsync(process);
            running = Field.NowUs;
        }
    }

    public void Show(PairRun run, KillLoad load)
    {
        run.Line($"kill -9 of {Side}'s node: {load.Established} established, {load.Queued} queued, {load.Ringing} ringing on it, {load.PerSecond} calls/s arriving");
        run.Line($"  established   {Established}");
        run.Line($"  queued        {Queued}, {OutOfOrder} out of order");
        run.Line($"  ringing       {Ringing}");
        run.Line($"  arriving      {Arrived}; phones rung twice {RungTwice}, for nobody {Strange}");
        run.Line($"  new calls     first answer {FirstAnswer}; answered {Answer} (window of 6 s)");
        run.Line($"  established   hold {Hold}; resume {Resume}; BYE {Bye}; {BadAnswers} not 200, {Slow} above 1 s");
        run.Line(string.Create(CultureInfo.InvariantCulture, $"  over TCP      {TcpReturned} of {load.Tcp} returned by a new connection: hold, resume, BYE, all done {TcpSeconds:0.0} s after the kill"));
        run.Line(string.Create(CultureInfo.InvariantCulture, $"  back          {BackSeconds:0.0} s until the node serves again; the bench itself was late by {LateMaxUs / 1000:0} ms at most"));
    }

    public string ShortText => string.Create(CultureInfo.InvariantCulture,
        $"{Side}  lost {Lost}, doubled {Doubled}, out of order {OutOfOrder}; first answer longest {FirstAnswer.Max / 1000:0} ms, answered {Answer.Max / 1000:0} ms; hold/resume/BYE longest {Hold.Max / 1000:0}/{Resume.Max / 1000:0}/{Bye.Max / 1000:0} ms, {BadAnswers} not 200; TCP {TcpReturned} back; back {BackSeconds:0.0} s; bench late {LateMaxUs / 1000:0} ms");

    /// <summary>Hold, resume and BYE of calls that talk.</summary>
    sealed class Spoken
    {
        public List<long> Hold { get; } = [];
        public List<long> Resume { get; } = [];
        public List<long> Bye { get; } = [];
        public int Bad { get; private set; }

        public void Begin(Field field, TestCall call)
        {
            if (call.Phase != CallPhase.Talking) return;
            field.Callers.Reinvite(call, "sendonly", (us, status) =>
            {
                Keep(Hold, us, status);
                if (call.Phase == CallPhase.Talking) field.Callers.Reinvite(call, "sendrecv", (us, status) =>
                {
                    Keep(Resume, us, status);
                    field.Callers.Bye(call, (us, status) => Keep(Bye, us, status));
                });
            });
        }

        void Keep(List<long> into, long us, int status)
        {
            into.Add(us);
            if (status != 200) Bad++;
        }

        public int CountAbove(long us) => Hold.Concat(Resume).Concat(Bye).Count(t => t > us);

        public Waits WaitsOf(List<long> of)
        {
            double[] sorted = [.. of.Select(static t => (double)t).Order()];
            return new Waits(sorted.Length, Report.Percentile(sorted, 0.5), Report.Percentile(sorted, 0.99), sorted.Length == 0 ? double.NaN : sorted[^1]);
        }
    }
}
