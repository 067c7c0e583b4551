using System.Diagnostics;
using System.Globalization;
using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Bench.Journal;

/// <summary>
/// Throughput and latency of the file journal on the disk of a folder: <c>journal [folder] [entries/s ...]</c>; without
/// arguments, or with <c>etcd</c>, of the pair's journal too.
/// </summary>
static class JournalBench
{
    const int Seconds = 5, EntryBytes = 1000;
    static readonly double UsPerTick = 1e6 / Stopwatch.Frequency;

    internal static int Run(string[] args)
    {
        if (args is ["etcd"]) return EtcdBench.RunAsync().GetAwaiter().GetResult();
        string folder = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), $"tandem-bench-{Environment.ProcessId}");
        int[] rates = args.Length > 1 ? [.. args.Skip(1).Select(rate => int.Parse(rate, CultureInfo.InvariantCulture))] : [1_000, 5_000, 20_000, 0];
        Console.WriteLine($"file journal in {folder}, entries of {EntryBytes} bytes, {Seconds} s each");
        Console.WriteLine($"{"wanted/s",10} {"done/s",10} {"p50 us",9} {"p99 us",9} {"p99.9 us",9} {"max us",9} {"per flush",10} {"B/entry",9}");
        Measure(folder, 5_000, seconds: 1, print: false);
        foreach (int rate in rates) Measure(folder, rate, Seconds, print: true);
        return args.Length == 0 ? EtcdBench.RunAsync().GetAwaiter().GetResult() : 0;
    }

    /// <param name="rate">0: as many as go.</param>
    static void Measure(string folder, int rate, int seconds, bool print)
    {
        FileJournal journal = FileJournal.Open(folder, new FileJournalOptions { Instance = "bench" });
        var readings = new Readings((rate > 0 ? rate : 400_000) * seconds + 1);
        journal.Start(journal.LastPosition + 1, readings);
        var template = new Entry { TimeUs = 1, Incarnation = 1, CallArrived = new CallArrived { Dialed = "1000", Sdp = new string('v', EntryBytes - 30) } };

        long began = Stopwatch.GetTimestamp(), end = began + seconds * Stopwatch.Frequency, allocated = GC.GetTotalAllocatedBytes();
        int proposed = 0;
        while (Stopwatch.GetTimestamp() < end && proposed < readings.Capacity)
        {
            int due = rate > 0 ? (int)((Stopwatch.GetTimestamp() - began) * (long)rate / Stopwatch.Frequency) : int.MaxValue;
            if (proposed >= due) { Thread.Sleep(TimeSpan.FromMicroseconds(100)); continue; }
            var entry = new Entry { TimeUs = 1, Incarnation = 1, Sequence = (ulong)proposed, CallArrived = template.CallArrived };
            // With a rate: from when it was due, so that a stall is counted for all that waited.
            readings.Began[proposed] = rate > 0 ? began + proposed * Stopwatch.Frequency / rate : Stopwatch.GetTimestamp();
            if (journal.TryPropose(entry, Priority.NewWork) == Refusal.None) proposed++;
            else Thread.Sleep(TimeSpan.FromMicroseconds(200));
        }
        journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
        double took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        long perEntry = (GC.GetTotalAllocatedBytes() - allocated) / Math.Max(1, proposed);
        if (print) readings.Print(rate, took, perEntry);
        foreach (string file in Directory.EnumerateFiles(folder)) File.Delete(file);
    }

    sealed class Readings(int capacity) : IJournalSubscriber
    {
        readonly double[] _us = new double[capacity];
        int _count, _flushes;

        public int Capacity => capacity;
        public long[] Began { get; } = new long[capacity];

        void IJournalSubscriber.Committed(long firstPosition, IReadOnlyList<Entry> entries)
        {
            long now = Stopwatch.GetTimestamp();
            for (int i = 0; i < entries.Count; i++) _us[_count + i] = (now - Began[entries[i].Sequence]) * UsPerTick;
            _count += entries.Count;
            _flushes++;
        }

        void IJournalSubscriber.Refused(Entry entry, Refusal reason) => throw new InvalidOperationException(reason.ToString());

        public void Print(int rate, double seconds, long bytesPerEntry)
        {
            Span<double> sorted = _us.AsSpan(0, _count);
            sorted.Sort();
            Console.WriteLine($"{(rate > 0 ? rate : "all"),10} {_count / seconds,10:F0} {At(sorted, 0.5),9:F0} {At(sorted, 0.99),9:F0} {At(sorted, 0.999),9:F0} {sorted[^1],9:F0} {(double)_count / _flushes,10:F1} {bytesPerEntry,9}");
        }

        static double At(Span<double> sorted, double share) => sorted[(int)((sorted.Length - 1) * share)];
    }
}
