using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tandem.Core;
using Tandem.Core.Schema;

namespace Tandem.Bench.Routing;

/// <summary>How many entries a second one thread applies, and what a decision costs as the number of agents grows.</summary>
static class RoutingBench
{
    const int Runs = 5, Measured = 200_000;

    internal static int Run(string[] args)
    {
        Result house = Measure("10,000 agents, 1,000 groups, 5,000 waiting", 10_000, 1_000, 5_000);
        // Only the number of agents grows.
        Result small = Measure("1,000 agents, 1,000 groups, 5,000 waiting", 1_000, 1_000, 5_000);
        Result large = Measure("100,000 agents, 1,000 groups, 5,000 waiting", 100_000, 1_000, 5_000);
        double ratio = large.NsPerEntry / small.NsPerEntry;
        bool good = house.EntriesPerSecond >= 250_000 && ratio <= 3;
        if (args.Contains("--json"))
        {
            Console.WriteLine(JsonSerializer.Serialize(new { bench = "routing", results = new[] { house, small, large }, ratio = Math.Round(ratio, 2), target = new { entriesPerSecond = 250_000, ratioMax = 3 }, good }));
            return good ? 0 : 1;
        }
        foreach (Result r in new[] { house, small, large })
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{r.Name,-48} {r.EntriesPerSecond,10:n0} entries/s  {r.NsPerEntry,7:n0} ns  {r.BytesPerEntry,7:n0} B allocated  (median of {Runs})"));
        Console.WriteLine("the mix: " + string.Join(", ", house.Mix.OrderByDescending(static m => m.Value).Select(m => $"{m.Key} {100.0 * m.Value / Measured:0.#} %")));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cost at 100,000 agents / at 1,000: {ratio:n2} (at most 3); target 250,000 entries/s: {(good ? "held" : "MISSED")}"));
        return good ? 0 : 1;
    }

    sealed record Result(string Name, long EntriesPerSecond, double NsPerEntry, long BytesPerEntry, IReadOnlyDictionary<string, int> Mix);

    static Result Measure(string name, int agents, int groups, int waiting)
    {
        RoutingDay.Written day = RoutingDay.Write(agents, groups, waiting, Measured);
        // Made before the clock runs: what is measured is applying them.
        List<Entry> entries = [.. day.Read()];
        var times = new List<double>();
        long bytes = 0;
        for (int run = 0; run <= Runs; run++)
        {
            var centre = new ContactCentre("bench", 1);
            var effects = new EffectList();
            for (int i = 0; i < day.FirstMeasured; i++) Apply(i);
            GC.Collect();
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            for (int i = day.FirstMeasured; i < entries.Count; i++) Apply(i);
            // The first run warms up.
            if (run > 0) times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / (entries.Count - day.FirstMeasured));
            bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (entries.Count - day.FirstMeasured);

            void Apply(int i)
            {
                effects.Clear();
                centre.Apply(i + 1, entries[i], effects);
            }
        }
        times.Sort();
        double median = times[times.Count / 2];
        return new Result(name, (long)(1e9 / median), Math.Round(median), bytes, day.Mix);
    }
}
