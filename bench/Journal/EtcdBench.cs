using System.Diagnostics;
using System.Globalization;
using Tandem.Bench.Harness;
using Tandem.Core.Schema;
using Tandem.Journal;
using EtcdCluster = Tandem.Tests.Journal.Etcd.EtcdCluster;

namespace Tandem.Bench.Journal;

/// <summary>
/// The journal of a pair over three etcd members on loopback: from the proposal at either side to the delivery
/// on both, the members' CPU, and how long nothing is delivered when the leader is killed.
/// </summary>
static class EtcdBench
{
    const int Seconds = 5, Kills = 5;
    static readonly double UsPerTick = 1e6 / Stopwatch.Frequency;

    internal static async Task<int> RunAsync()
    {
        try
        {
            using Process? version = Process.Start(new ProcessStartInfo("etcd", "--version") { RedirectStandardOutput = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BenchException("etcd is missing: apt-get install etcd-server");
        }
        Console.WriteLine($"etcd journal, three members on loopback, two sides propose half each, {Seconds} s each");
        Console.WriteLine($"{"wanted/s",10} {"bytes",6} {"done/s",10} {"p50 us",9} {"p99 us",9} {"max us",9} {"etcd CPU ms/1000",17} {"own CPU ms/1000",16}");
        await using (EtcdCluster cluster = await EtcdCluster.StartAsync(3))
        {
            await MeasureAsync(cluster, "warm", 1_000, 200, 2, print: false);
            foreach ((int rate, int bytes) in ((int, int)[])[(1_000, 200), (5_000, 200), (1_000, 2_000), (5_000, 2_000)])
                await MeasureAsync(cluster, $"r{rate}-{bytes}", rate, bytes, Seconds, print: true);
        }
        List<double> stalls = [];
        for (int i = 0; i < Kills; i++) stalls.Add(await KillLeaderAsync());
        Console.WriteLine($"leader killed at 1,000/s, longest time without a delivery, ms: {string.Join(' ', stalls.Select(ms => ms.ToString("F0", CultureInfo.InvariantCulture)))}");
        return 0;
    }

    static async Task MeasureAsync(EtcdCluster cluster, string instance, int rate, int bytes, int seconds, bool print)
    {
        await using Pair pair = await Pair.OpenAsync(cluster, instance, rate * seconds / 2 + 1);
        double etcdBefore = cluster.CpuSeconds, ownBefore = Own();
        long began = Stopwatch.GetTimestamp();
        await pair.ProposeAsync(rate, bytes, seconds);
        double took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        double etcd = cluster.CpuSeconds - etcdBefore, own = Own() - ownBefore;
        if (!print) return;
        double[] us = pair.LatenciesUs();
        Array.Sort(us);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{rate,10} {bytes,6} {us.Length / took,10:F0} {us[us.Length / 2],9:F0} {us[(int)(us.Length * 0.99)],9:F0} {us[^1],9:F0} {etcd * 1e6 / us.Length,17:F0} {own * 1e6 / us.Length,16:F0}"));
    }

    static async Task<double> KillLeaderAsync()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(3);
        await using Pair pair = await Pair.OpenAsync(cluster, "kill", 4_000);
        Task load = pair.ProposeAsync(1_000, 200, 4);
        await Task.Delay(2_000);
        cluster.Kill(await cluster.LeaderAsync());
        await load;
        return pair.LongestGapMs();
    }

    static double Own() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    /// <summary>Both sides' journals, and when each entry was proposed and delivered.</summary>
    sealed class Pair : IAsyncDisposable
    {
        readonly string _folder = Directory.CreateTempSubdirectory("tandem-bench-").FullName;
        readonly EtcdJournal[] _journals = new EtcdJournal[2];
        readonly ulong[] _incarnations = new ulong[2];
        readonly Deliveries[] _deliveries = new Deliveries[2];
        readonly long[][] _begun;
        readonly int[] _proposed = new int[2];

        Pair(int capacity) => _begun = [new long[capacity], new long[capacity]];

        public static async Task<Pair> OpenAsync(EtcdCluster cluster, string instance, int capacity)
        {
            var pair = new Pair(capacity);
            for (int i = 0; i < 2; i++)
            {
                var options = new EtcdJournalOptions { Side = i == 0 ? "A" : "B" };
                pair._journals[i] = await EtcdJournal.OpenAsync(Path.Combine(pair._folder, options.Side), cluster.Options(instance), options, alarm => Console.Error.WriteLine(alarm));
                pair._incarnations[i] = pair._journals[i].TakeIncarnation(1);
            }
            for (int i = 0; i < 2; i++)
            {
                pair._deliveries[i] = new Deliveries(pair._incarnations, capacity);
                pair._journals[i].Start(1, pair._deliveries[i]);
            }
            return pair;
        }

        public async Task ProposeAsync(int rate, int bytes, int seconds)
        {
            await Task.WhenAll(Enumerable.Range(0, 2).Select(side => Task.Factory.StartNew(() => Propose(side, rate / 2, bytes, seconds), TaskCreationOptions.LongRunning)));
            long all = _proposed.Sum();
            var watch = Stopwatch.StartNew();
            while (_deliveries.Any(side => side.Count < all) && watch.Elapsed < TimeSpan.FromSeconds(20)) await Task.Delay(5);
        }

        void Propose(int side, int rate, int bytes, int seconds)
        {
            var call = new CallArrived { Dialed = "1000", Sdp = new string('v', Math.Max(1, bytes - 30)) };
            long began = Stopwatch.GetTimestamp(), end = began + seconds * Stopwatch.Frequency;
            int proposed = 0;
            // To propose never waits, so the times of proposal hide nothing.
            while (Stopwatch.GetTimestamp() < end)
            {
                int due = Math.Min((int)((Stopwatch.GetTimestamp() - began) * (long)rate / Stopwatch.Frequency), _begun[side].Length);
                if (proposed >= due)
                {
                    Thread.Sleep(1);
                    continue;
                }
                _begun[side][proposed] = Stopwatch.GetTimestamp();
                var entry = new Entry { TimeUs = 1, Incarnation = _incarnations[side], Sequence = (ulong)proposed, CallArrived = call };
                if (_journals[side].TryPropose(entry, Priority.NewWork) == Refusal.None) proposed++;
                else Thread.Sleep(1);
            }
            _proposed[side] = proposed;
        }

        public double[] LatenciesUs()
        {
            List<double> us = [];
            for (int side = 0; side < 2; side++)
                for (int i = 0; i < _proposed[side]; i++)
                    us.Add((Math.Max(_deliveries[0].At[side][i], _deliveries[1].At[side][i]) - _begun[side][i]) * UsPerTick);
            return [.. us];
        }

        public double LongestGapMs() => _deliveries.Max(side => side.LongestGap) * UsPerTick / 1000;

        public async ValueTask DisposeAsync()
        {
            foreach (EtcdJournal journal in _journals) await journal.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }

    sealed class Deliveries(ulong[] incarnations, int capacity) : IJournalSubscriber
    {
        long _last;
        int _count;

        public long[][] At { get; } = [new long[capacity], new long[capacity]];
        public long LongestGap { get; private set; }
        public int Count => Volatile.Read(ref _count);

        void IJournalSubscriber.Committed(long firstPosition, IReadOnlyList<Entry> entries)
        {
            long now = Stopwatch.GetTimestamp();
            if (_last > 0) LongestGap = Math.Max(LongestGap, now - _last);
            _last = now;
            foreach (Entry entry in entries) At[Array.IndexOf(incarnations, entry.Incarnation)][entry.Sequence] = now;
            Volatile.Write(ref _count, _count + entries.Count);
        }

        void IJournalSubscriber.Refused(Entry entry, Refusal reason) => throw new InvalidOperationException(reason.ToString());
    }
}
