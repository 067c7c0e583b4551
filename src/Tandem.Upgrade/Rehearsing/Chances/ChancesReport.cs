namespace Tandem.Upgrade.Rehearsing.Chances;

/// <summary>What comes of the plan when its durations are drawn.</summary>
/// <param name="Probability">Every step ends within its window.</param>
/// <param name="Minutes">From the first window's begin to the last step's end, pauses between windows left out.</param>
/// <param name="Ends">The same on the clock.</param>
/// <param name="Preparation">Minutes of what is done before the first window; null when nothing is.</param>
public sealed record ChancesReport(int Runs, ulong Seed, double Probability, IReadOnlyList<WindowChance> Windows, Percentiles Minutes, ClockPercentiles Ends, Histogram Histogram, Percentiles? Preparation);

/// <param name="LengthMinutes">Of the window.</param>
/// <param name="Probability">Its steps end within it.</param>
/// <param name="Minutes">From the window's begin to the end of its last step.</param>
/// <param name="Ends">The same on the clock.</param>
public sealed record WindowChance(string Window, double LengthMinutes, double Probability, Percentiles Minutes, ClockPercentiles Ends, Histogram Histogram);

/// <summary>What 50, 80 and 95 of 100 runs do not exceed; and their mean, the shortest, the longest.</summary>
public sealed record Percentiles(double Min, double P50, double P80, double P95, double Max, double Mean);

public sealed record ClockPercentiles(DateTimeOffset P50, DateTimeOffset P80, DateTimeOffset P95);

/// <summary>Counts of runs by minutes; a bin begins at <c>From + i × BinMinutes</c> and has its begin and not its end.</summary>
/// <param name="LimitMinutes">Where the window ends; null for none.</param>
public sealed record Histogram(double From, double BinMinutes, IReadOnlyList<int> Counts, double? LimitMinutes)
{
    static readonly double[] s_widths = [1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 1440];

    public static Histogram Of(double[] sorted, int binsMax, double? limit)
    {
        double least = sorted[0], most = sorted[^1];
        double width = Array.Find(s_widths, w => Math.Floor(most / w) - Math.Floor(least / w) < binsMax);
        if (width == 0) width = Math.Ceiling((most - least) / (binsMax - 1));
        double from = Math.Floor(least / width) * width;
        int[] counts = new int[(int)Math.Floor((most - from) / width) + 1];
        foreach (double value in sorted) counts[Math.Min(counts.Length - 1, (int)Math.Floor((value - from) / width))]++;
        return new Histogram(from, width, counts, limit);
    }
}
