using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Rehearsing.Chances;

/// <summary>Draws every step's duration many times, and looks where the plan ends.</summary>
static class MonteCarlo
{
    /// <summary>A step that ends so many minutes after its window has still ended within it: sums of fractions are not exact.</summary>
    const double Least = 1e-6;

    public static ChancesReport? Draw(Plan plan, RehearsalOptions options)
    {
        Step[] service = [.. plan.Steps.Where(static s => s.InService)];
        if (service.Length == 0) return null;
        PlannedWindow[] windows = [.. plan.Windows.DistinctBy(static w => w.Name).Where(w => Array.Exists(service, s => s.Window == w.Name)).OrderBy(static w => w.Begins)];
        DateTimeOffset zero = windows.Length > 0 ? windows[0].Begins : service.Min(static s => s.Begins);
        var places = windows.Select(static (w, i) => (w.Name, i)).ToDictionary(static p => p.Name, static p => p.i, StringComparer.Ordinal);
        double[] opens = [.. windows.Select(w => (w.Begins - zero).TotalMinutes)], closes = [.. windows.Select(w => (w.Ends - zero).TotalMinutes)];

        var tables = new Dictionary<double, double[]>();
        var timing = new Timing(service, zero, s => places.TryGetValue(s.Window, out int w) ? opens[w] : double.NegativeInfinity, tables);
        int[] windowOf = [.. timing.Steps.Select(s => places.GetValueOrDefault(s.Window, -1))];
        var random = new Xoshiro(options.Seed);
        double[] ends = new double[service.Length], whole = new double[options.Runs];
        double[][] byWindow = [.. windows.Select(_ => new double[options.Runs])];
        int good = 0;
        for (int run = 0; run < options.Runs; run++)
        {
            timing.Draw(random, ends);
            whole[run] = double.NegativeInfinity;
            for (int w = 0; w < windows.Length; w++) byWindow[w][run] = opens[w];
            for (int i = 0; i < ends.Length; i++)
            {
                whole[run] = Math.Max(whole[run], ends[i]);
                if (windowOf[i] >= 0) byWindow[windowOf[i]][run] = Math.Max(byWindow[windowOf[i]][run], ends[i]);
            }
            bool inAll = true;
            for (int w = 0; w < windows.Length; w++) inAll &= byWindow[w][run] <= closes[w] + Least;
            if (inAll) good++;
        }

        // Windows follow each other: what lies between their ends and begins is no work.
        double pauses = 0;
        for (int w = 1; w < windows.Length; w++) pauses += Math.Max(0, opens[w] - closes[w - 1]);
        double? limit = windows.Length > 0 ? closes[^1] - pauses : null;
        Array.Sort(whole);
        double[] worked = [.. whole.Select(e => e - pauses)];
        return new ChancesReport(options.Runs, options.Seed, (double)good / options.Runs,
            [.. windows.Select((w, i) => Of(w, byWindow[i], opens[i], closes[i], options))],
            Of(worked), Clock(whole, zero), Histogram.Of(worked, options.BinsMax, limit), Preparation(plan, options, random, tables));
    }

    static WindowChance Of(PlannedWindow window, double[] ends, double opens, double closes, RehearsalOptions options)
    {
        double[] minutes = [.. ends.Select(e => e - opens).Order()];
        double length = closes - opens;
        return new WindowChance(window.Name, length, (double)minutes.Count(m => m <= length + Least) / minutes.Length, Of(minutes), Clock(minutes, window.Begins), Histogram.Of(minutes, options.BinsMax, length));
    }

    static Percentiles? Preparation(Plan plan, RehearsalOptions options, Xoshiro random, Dictionary<double, double[]> tables)
    {
        Step[] early = [.. plan.Steps.Where(static s => !s.InService)];
        if (early.Length == 0) return null;
        var timing = new Timing(early, early.Min(static s => s.Begins), static _ => 0, tables);
        double[] ends = new double[early.Length], minutes = new double[options.Runs];
        for (int run = 0; run < options.Runs; run++)
        {
            timing.Draw(random, ends);
            minutes[run] = ends.Max();
        }
        Array.Sort(minutes);
        return Of(minutes);
    }

    static Percentiles Of(double[] sorted) => new(Round(sorted[0]), Round(At(sorted, 50)), Round(At(sorted, 80)), Round(At(sorted, 95)), Round(sorted[^1]), Round(sorted.Sum() / sorted.Length));

    static ClockPercentiles Clock(double[] sorted, DateTimeOffset zero) => new(After(zero, At(sorted, 50)), After(zero, At(sorted, 80)), After(zero, At(sorted, 95)));

    /// <summary>The nearest rank: the least value that so many of 100 do not exceed.</summary>
    static double At(double[] sorted, int percent) => sorted[(int)(((long)sorted.Length * percent + 99) / 100) - 1];

    static DateTimeOffset After(DateTimeOffset zero, double minutes) => zero.AddSeconds(Math.Round(minutes * 60));

    static double Round(double minutes) => Math.Round(minutes, 2);
}
