using System.Diagnostics;
using System.Globalization;

namespace Tandem.Simulation;

/// <summary><c>./tandem simulate</c></summary>
static class SimulateCommand
{
    const string Usage = """
        ./tandem simulate [--seed N | --seeds A..B] [--hours H] [--faults all|none|KIND,...] [--every N] [--trace]
          A pair, its journal, phones and agents in simulated time, from a seed; checked after every step.
          --seed N       the seed (1)
          --seeds A..B   one short run for each, on all processors
          --hours H      how long a seed's run is, in simulated hours; 0.0167, a minute, unless given
          --faults       which faults: all, none, or some of: {0}
          --every N      the seed's run again and again, where each side in turn dies at every Nth of its points
          --trace        tells everything that happens (one seed)
        Exit code 1 when something that must never happen did: the seed, what, and the least that brings it about.
        """;

    public static int Run(string[] args)
    {
        (ulong first, ulong last, double hours) = (1, 1, 0);
        (bool trace, long every) = (false, 0);
        IReadOnlySet<string> faults = Faults.Kinds.ToHashSet(StringComparer.Ordinal);
        for (int i = 0; i < args.Length; i++)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            bool isFit = true;
            switch (args[i])
            {
                case "--seed": isFit = ulong.TryParse(value, out first); last = first; i++; break;
                case "--seeds":
                    string[] ends = value.Split("..");
                    isFit = ends.Length == 2 & ulong.TryParse(ends[0], out first) & ulong.TryParse(ends[^1], out last) && first <= last;
                    i++;
                    break;
                case "--hours": isFit = double.TryParse(value, CultureInfo.InvariantCulture, out hours) && hours is > 0 and <= 1000; i++; break;
                case "--every": isFit = long.TryParse(value, out every) && every > 0; i++; break;
                case "--faults":
                    if (value != "all") faults = value == "none" ? new HashSet<string>() : value.Split(',').ToHashSet(StringComparer.Ordinal);
                    isFit = faults.All(Faults.Kinds.Contains);
                    i++;
                    break;
                case "--trace": trace = true; break;
                case "--help": Console.WriteLine(Usage, string.Join(", ", Faults.Kinds)); return 0;
                default: isFit = false; break;
            }
            if (isFit) continue;
            Console.Error.WriteLine($"tandem simulate: '{args[Math.Min(i, args.Length - 1)]}' is not understood");
            Console.Error.WriteLine(Usage, string.Join(", ", Faults.Kinds));
            return 2;
        }
        long lengthUs = hours == 0 ? Simulate.SeedUs : (long)(hours * 3_600_000_000);
        return every > 0 ? EveryPoint(first, lengthUs, faults, every) : Seeds(first, last, lengthUs, faults, trace);
    }

    static int Seeds(ulong first, ulong last, long lengthUs, IReadOnlySet<string> faults, bool trace)
    {
        var told = Stopwatch.StartNew();
        var total = new Tally();
        (ulong Seed, Plan Plan, Violation Violation)? failed = null;
        bool one = first == last;
        Parallel.For((long)first, (long)last + 1, (seed, state) =>
        {
            Plan plan = Simulate.PlanOf((ulong)seed, lengthUs, faults);
            World world = Simulate.Run((ulong)seed, plan, trace: trace && one ? Console.WriteLine : null, eachSecond: one && !trace ? w => Progress(w, total, told) : null);
            lock (total)
            {
                total.Add(world);
                if (world.Violation is { } violation && (failed is null || failed.Value.Seed > (ulong)seed)) failed = ((ulong)seed, plan, violation);
                if (!one && told.ElapsedMilliseconds > 1000 && !Console.IsErrorRedirected)
                {
                    told.Restart();
                    Console.Error.Write($"\r{total}");
                }
            }
            if (failed is not null) state.Break();
        });
        if (!Console.IsErrorRedirected) Console.Error.Write("\r");
        if (failed is { } f)
        {
            Console.WriteLine($"seed {f.Seed}: {f.Violation}; it is reduced ...");
            Console.WriteLine(Simulate.Explain(f.Seed, f.Plan, f.Violation, TimeSpan.FromSeconds(60)));
        }
        Console.WriteLine(total);
        return failed is null ? 0 : 1;
    }

    static void Progress(World world, Tally total, Stopwatch told)
    {
        if (told.ElapsedMilliseconds < 1000 || Console.IsErrorRedirected) return;
        told.Restart();
        Console.Error.Write($"\r{world.NowUs / 3_600_000_000.0:0.00} h, {world.Etcd.Last:#,0} entries, {world.Checks.Calls.Admitted:#,0} calls, {world.FaultsDone:#,0} faults, {total.SpeedWith(world):0.0} h/min ");
    }

    static int EveryPoint(ulong seed, long lengthUs, IReadOnlySet<string> faults, long every)
    {
        Plan plan = Simulate.PlanOf(seed, lengthUs, faults);
        World whole = Simulate.Run(seed, plan);
        var total = new Tally();
        total.Add(whole);
        if (whole.Violation is { } early)
        {
            Console.WriteLine(Simulate.Explain(seed, plan, early, TimeSpan.FromSeconds(60)));
            return 1;
        }
        (string Side, long Point)[] points = [.. from side in (string[])["A", "B"] from n in Enumerable.Range(1, (int)(whole.Points.Passed(side) / every)) select (side, n * every)];
        Console.Error.WriteLine($"seed {seed}: {whole.Points.Passed("A")} points of A, {whole.Points.Passed("B")} of B; {points.Length} runs");
        ((string Side, long Point) At, Violation Violation)? failed = null;
        Parallel.ForEach(points, (point, state) =>
        {
            World world = Simulate.Run(seed, plan, crashAt: point);
            lock (total)
            {
                total.Add(world);
                if (world.Violation is { } violation) failed ??= (point, violation);
            }
            if (failed is not null) state.Stop();
        });
        if (failed is { } f) Console.WriteLine(Simulate.Explain(seed, plan, f.Violation, TimeSpan.FromSeconds(60), f.At));
        Console.WriteLine(total);
        return failed is null ? 0 : 1;
    }

    /// <summary>What was lived through, of all runs.</summary>
    sealed class Tally
    {
        readonly Stopwatch _since = Stopwatch.StartNew();
        long _runs, _entries, _calls, _answered, _faults, _us;

        public void Add(World world)
        {
            _runs++;
            _entries += world.Etcd.Last;
            _calls += world.Checks.Calls.Admitted;
            _answered += world.People.Answered;
            _faults += world.FaultsDone;
            _us += world.NowUs;
        }

        public double SpeedWith(World world) => (_us + world.NowUs) / 3_600_000_000.0 / _since.Elapsed.TotalMinutes;

        public override string ToString() =>
            $"{_runs:#,0} {(_runs == 1 ? "run" : "runs")}, {_us / 3_600_000_000.0:0.00} simulated hours, {_entries:#,0} entries, {_calls:#,0} calls ({_answered:#,0} answered), {_faults:#,0} faults, {_us / 3_600_000_000.0 / _since.Elapsed.TotalMinutes:0.0} simulated hours per minute";
    }
}
