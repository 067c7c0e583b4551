using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing;

namespace Tandem.Upgrade.Tests.Rehearsing;

public sealed class CallTests
{
    static readonly CallHour[] s_sixtyAnHour = [.. Enumerable.Range(0, 24).Select(static h => new CallHour(h, 60))];

    [Fact]
    public void Calls_on_the_default_plan_on_simplex_and_lost_are_counted()
    {
        Plan plan = IcmNight.Plan() with { Calls = s_sixtyAnHour };

        // A call a minute.
        Assert.Equal(new CallCounts(445, 10, 0, 280), IcmNight.Rehearse(plan).Straight.Exposure.Calls);
        Assert.Equal(new CallCounts(445, 0, 10, 280), IcmNight.Rehearse(plan, hasDefaultPlan: false).Straight.Exposure.Calls);
        FailureOutcome test = IcmNight.Rehearse(plan).Failures.Single(static f => f is { Step: "5", Point: FailurePoint.End });
        Assert.Equal(new CallCounts(130, 10, 0, 120), test.Calls);
    }

    [Fact]
    public void Each_hour_of_the_day_has_its_own_calls_on_the_zones_clocks()
    {
        // The window begins at 22:00 in Vienna: side B goes at midnight, side A comes at 00:10.
        Plan plan = IcmNight.Plan() with { Calls = [new CallHour(0, 600), new CallHour(1, 5)] };
        Assert.Equal(100, IcmNight.Rehearse(plan).Straight.Exposure.Calls!.DefaultRouted);
        // In London it is still eleven.
        Assert.Equal(0, IcmNight.Rehearse(plan with { Zone = "Europe/London" }).Straight.Exposure.Calls!.DefaultRouted);
    }

    [Fact]
    public void Without_a_profile_nothing_is_said_of_calls()
    {
        RehearsalReport report = IcmNight.Rehearse(IcmNight.Plan());
        Assert.Null(report.Straight.Exposure.Calls);
        Assert.All(report.Failures, static f => Assert.Null(f.Calls));
    }

    /// <summary>Vienna's clocks go from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October.</summary>
    [Theory]
    [InlineData("2026-03-28T23:30:00Z", 1 + 4, "hour 2 is skipped: half of hour 0, all of 1 and 3, half of 4")]
    [InlineData("2026-10-24T22:30:00Z", 1 + 2 + 2, "hour 2 comes twice: half of hour 0, all of 1, of 2, of 2 again, half of 3")]
    public void Hours_that_clocks_skip_have_no_calls_and_hours_that_come_twice_have_twice_as_many(string begins, double expected, string why)
    {
        // As many calls an hour as its number, but for hours 0 and 4: only whole hours count.
        Plan plan = IcmNight.Plan() with { Calls = [new CallHour(1, 1), new CallHour(2, 2), new CallHour(3, begins.Contains("-03-", StringComparison.Ordinal) ? 4 : 0)] };
        double minutes = begins.Contains("-03-", StringComparison.Ordinal) ? 180 : 240;
        Assert.True(Math.Abs(expected - CallProfile.Of(plan)!.Between(DateTimeOffset.Parse(begins), minutes)) < 1e-9, why);
    }

    [Fact]
    public void A_night_in_which_clocks_change_is_as_long_as_it_is()
    {
        // From 22:00 to 09:00 on the clock are ten hours on 28 March.
        TimeSpan moved = new DateTimeOffset(2026, 3, 28, 22, 0, 0, TimeSpan.FromHours(1)) - IcmNight.Begins;
        Plan plan = IcmNight.Plan();
        plan = plan with
        {
            Windows = [plan.Windows[0] with { Begins = plan.Windows[0].Begins + moved, Ends = new DateTimeOffset(2026, 3, 29, 9, 0, 0, TimeSpan.FromHours(2)) }],
            Steps = [.. plan.Steps.Select(s => s with { Begins = s.Begins + moved, Ends = (s.Ends + moved).ToOffset(TimeSpan.FromHours(2)) })],
            Timeline = [.. plan.Timeline.Select(s => s with { Begins = s.Begins + moved, Ends = s.Ends + moved })],
            Calls = s_sixtyAnHour,
        };
        RehearsalReport report = IcmNight.Rehearse(plan, runs: 100);

        Assert.Empty(report.Differences);
        Assert.Equal(445, report.Straight.Exposure.Calls!.Offered);
        Assert.Equal(95, report.Failures.Single(static f => f is { Step: "9.hds-1", Point: FailurePoint.End }).ExceededMinutes);
        Assert.Equal(600, Assert.Single(report.Chances!.Windows).LengthMinutes);
    }

    [Fact]
    public void A_zone_and_an_hour_that_do_not_exist_are_refused()
    {
        Assert.Contains("'Europe/Wien'", Assert.Throws<UpgradeException>(() => IcmNight.Rehearse(IcmNight.Plan() with { Zone = "Europe/Wien" })).Message, StringComparison.Ordinal);
        Assert.Contains("hour 24", Assert.Throws<UpgradeException>(() => IcmNight.Rehearse(IcmNight.Plan() with { Calls = [new CallHour(24, 1)] })).Message, StringComparison.Ordinal);
    }
}
