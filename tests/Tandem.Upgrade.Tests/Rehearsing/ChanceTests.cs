using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing;
using Tandem.Upgrade.Rehearsing.Chances;

namespace Tandem.Upgrade.Tests.Rehearsing;

public sealed class ChanceTests
{
    static ChancesReport Draw(Plan plan, ulong seed = 1, int runs = 10_000) => MonteCarlo.Draw(plan, new RehearsalOptions { Runs = runs, Seed = seed })!;

    /// <summary>Loggers take 45 to 60 minutes, the HDS 45 to 120.</summary>
    static Plan Ranged()
    {
        Plan plan = IcmNight.Plan();
        plan = IcmNight.With(plan, "1", static s => s with { Minutes = new Minutes(85, 90, 120) });
        plan = IcmNight.With(plan, "6", static s => s with { Minutes = new Minutes(85, 90, 120) });
        return IcmNight.With(plan, "9.hds-1", static s => s with { Minutes = new Minutes(45, 90, 120) });
    }

    static Plan WindowOf(Plan plan, double minutes) => plan with { Windows = [plan.Windows[0] with { Ends = IcmNight.Begins.AddMinutes(minutes) }] };

    [Theory]
    [InlineData(445, 1)]
    [InlineData(444.9, 0)]
    public void Exact_durations_end_within_the_window_surely_or_surely_not(double window, double probability)
    {
        ChancesReport drawn = Draw(WindowOf(IcmNight.Plan(), window), runs: 500);

        Assert.Equal(probability, drawn.Probability);
        Assert.Equal(probability, Assert.Single(drawn.Windows).Probability);
        Assert.Equal(new Percentiles(445, 445, 445, 445, 445, 445), drawn.Minutes);
        Assert.Equal(IcmNight.Begins.AddMinutes(445), drawn.Ends.P95);
        Assert.Equal([500], drawn.Histogram.Counts);
    }

    [Fact]
    public void A_seed_draws_the_same_each_time_and_another_seed_something_else()
    {
        string first = IcmNight.Rehearse(Ranged(), runs: 2_000).ToJson();
        Assert.Equal(first, IcmNight.Rehearse(Ranged(), runs: 2_000).ToJson());
        Assert.NotEqual(Draw(Ranged(), seed: 1).Minutes, Draw(Ranged(), seed: 2).Minutes);
    }

    [Fact]
    public void A_seed_draws_what_it_drew_when_this_was_written()
    {
        // Of any machine, operating system and runtime.
        ChancesReport drawn = Draw(Ranged(), seed: 42);
        Assert.Equal("P50 450.92, P80 464.98, P95 477.37", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"P50 {drawn.Minutes.P50}, P80 {drawn.Minutes.P80}, P95 {drawn.Minutes.P95}"));
    }

    [Fact]
    public void The_generator_is_xoshiro256_seeded_by_splitmix64()
    {
        // SplitMix64's first numbers from 1234567 are published; xoshiro256** begins with rotl(5 × the second, 7) × 9.
        var random = new Xoshiro(1234567);
        Assert.Equal(unchecked(System.Numerics.BitOperations.RotateLeft(3203168211198807973UL * 5, 7) * 9), random.Next());
    }

    [Theory]
    [InlineData(45, 60, 120)]
    [InlineData(30, 30, 60)]
    [InlineData(10, 60, 60)]
    public void Durations_have_the_mean_of_PERT_and_stay_between_least_and_most(double least, double usual, double most)
    {
        var pert = Pert.Of(new Minutes(least, usual, most), []);
        double[] drawn = [.. Enumerable.Range(0, 100_000).Select(i => pert.At((i + 0.5) / 100_000))];

        Assert.InRange(drawn.Average(), (least + 4 * usual + most) / 6 - 0.01, (least + 4 * usual + most) / 6 + 0.01);
        Assert.InRange(drawn.Min(), least, least + 0.05 * (most - least));
        Assert.InRange(drawn.Max(), most - 0.1 * (most - least), most);
        // PERT's standard deviation for this beta: sqrt((mean - least)(most - mean) / 7).
        double mean = drawn.Average(), deviation = Math.Sqrt(drawn.Sum(d => (d - mean) * (d - mean)) / drawn.Length);
        Assert.InRange(deviation / Math.Sqrt((mean - least) * (most - mean) / 7), 0.995, 1.005);
    }

    [Fact]
    public void Logarithm_and_exponential_are_right()
    {
        for (double x = 1e-4; x < 50; x *= 1.37)
        {
            Assert.InRange(ExactMath.Log(x) - Math.Log(x), -4e-15, 4e-15);
            Assert.InRange(ExactMath.Exp(-x) / Math.Exp(-x), 1 - 2e-14, 1 + 2e-14);
        }
    }

    [Fact]
    public void The_chance_is_that_of_the_window_where_the_histogram_is_cut()
    {
        ChancesReport drawn = Draw(WindowOf(Ranged(), 460));
        Histogram histogram = drawn.Histogram;
        int before = 0;
        for (int i = 0; i < histogram.Counts.Count; i++)
            if (histogram.From + (i + 1) * histogram.BinMinutes <= 460) before += histogram.Counts[i];

        Assert.InRange(drawn.Probability, 0.3, 0.9);
        Assert.Equal(drawn.Probability, before / 10_000.0);
        Assert.Equal(10_000, histogram.Counts.Sum());
        Assert.Equal(460, histogram.LimitMinutes);
        Assert.Equal(drawn.Windows[0].Histogram.Counts, histogram.Counts);
    }

    /// <summary>Two engineers, two gateways each, side by side; the fail-over test before them lies alone.</summary>
    static Plan Beside(Minutes minutes)
    {
        Plan plan = IcmNight.Plan();
        Step Gateway(string id, double begin, string engineer, params string[] after) => IcmNight.Step(id, begin, begin + 30, "", [], new(0, 0)) with { Engineer = engineer, Minutes = minutes, After = after };
        return plan with
        {
            Steps = [IcmNight.Step("8", 0, 5, "", [], new(0, 0)), Gateway("a1", 5, "Ana"), Gateway("b1", 5, "Bo"), Gateway("a2", 35, "Ana"), Gateway("b2", 35, "Bo", "a1")],
            Timeline = [],
        };
    }

    [Fact]
    public void A_step_waits_for_its_engineer_and_for_what_it_names_and_for_a_step_that_lies_alone()
    {
        Assert.Equal(65, Draw(Beside(Minutes.Exactly(30)), runs: 1).Minutes.Max);
        // a1 takes twice as long in every run: a2 waits for Ana, b2 for a1.
        Plan late = IcmNight.With(Beside(Minutes.Exactly(30)), "a1", static s => s with { Minutes = Minutes.Exactly(60) });
        Assert.Equal(95, Draw(late, runs: 1).Minutes.Max);
        // b1 is late: b2 waits for Bo alone, and a2 for nobody.
        late = IcmNight.With(Beside(Minutes.Exactly(30)), "b1", static s => s with { Minutes = Minutes.Exactly(70) });
        Assert.Equal(105, Draw(late, runs: 1).Minutes.Max);
        late = IcmNight.With(late, "b2", static s => s with { Minutes = Minutes.Exactly(0) });
        Assert.Equal(75, Draw(late, runs: 1).Minutes.Max);
        // The test before is late: everything is.
        late = IcmNight.With(Beside(Minutes.Exactly(30)), "8", static s => s with { Minutes = Minutes.Exactly(25) });
        Assert.Equal(85, Draw(late, runs: 1).Minutes.Max);
    }

    [Fact]
    public void Each_window_has_a_chance_of_its_own_and_the_second_waits_for_its_begin()
    {
        Plan plan = Beside(Minutes.Exactly(30));
        DateTimeOffset second = IcmNight.Begins.AddDays(1);
        plan = plan with
        {
            Windows = [new PlannedWindow("first night", IcmNight.Begins, IcmNight.Begins.AddMinutes(60), 35, 25), new PlannedWindow("second night", second, second.AddMinutes(20), 30, 0)],
            Steps = [.. plan.Steps.Select(s => s.Id[1..] == "2" ? s with { Window = "second night", Begins = second, Ends = second.AddMinutes(30) } : s)],
        };
        ChancesReport drawn = Draw(plan, runs: 10);

        Assert.Equal([1.0, 0.0], drawn.Windows.Select(static w => w.Probability));
        Assert.Equal(0, drawn.Probability);
        Assert.Equal([35.0, 30.0], drawn.Windows.Select(static w => w.Minutes.P50));
        Assert.Equal((60 + 30, 80), (drawn.Minutes.P50, drawn.Histogram.LimitMinutes));
        Assert.Equal(second.AddMinutes(30), drawn.Ends.P50);
    }

    [Fact]
    public void Preparation_is_drawn_apart_and_moves_no_window()
    {
        Plan plan = IcmNight.Plan();
        Step early = IcmNight.Step("p", -1500, -1440, "", [], new(0, 0)) with { InService = false, Window = "", Minutes = new Minutes(60, 60, 6000) };
        ChancesReport drawn = Draw(plan with { Steps = [early, .. plan.Steps] });

        Assert.Equal(1, drawn.Probability);
        Assert.Equal(445, drawn.Minutes.Max);
        Assert.InRange(drawn.Preparation!.P50, 500, 1500);
        Assert.Null(Draw(plan).Preparation);
    }

    [Fact]
    public void A_window_that_is_mostly_too_short_is_told_with_what_would_do()
    {
        RehearsalReport report = IcmNight.Rehearse(WindowOf(Ranged(), 455), runs: 10_000);
        Assert.Contains(report.Findings, static f => f.Kind == "chance" && f.Says.Form == "window {0} is long enough in {1} of 100 nights; {2} minutes would be in 95 of 100");
    }
}
