using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing;

namespace Tandem.Upgrade.Tests.Rehearsing;

public sealed class StraightPlayTests
{
    [Fact]
    public void The_guides_chronology_is_230_minutes_simplex_and_five_to_ten_on_the_default_plan()
    {
        RehearsalReport report = IcmNight.Rehearse(IcmNight.Plan());
        Exposure played = report.Straight.Exposure;

        Assert.Empty(report.Differences);
        Assert.True(report.IsClean);
        Assert.True(report.Straight.Works);
        Assert.Empty(report.Straight.Violations);
        Assert.Equal(445, played.Minutes);
        Assert.Equal((230, 60), (played.SimplexMinutes, played.SimplexTestMinutes));
        Assert.Equal((5, 10), (played.DefaultPlanMinutesLeast, played.DefaultPlanMinutes));
        Assert.Equal(0, played.NobodyMinutes);
        Assert.Equal((315, 120, 10), (played.Routed["A"], played.Routed["B"], played.Routed["network"]));
        Assert.Equal((290, 60), (played.NotRedundant["central controller"], played.NotRedundant["pg-1"]));
    }

    [Fact]
    public void Without_a_default_plan_nobody_routes_and_the_plan_that_says_otherwise_is_found_out()
    {
        RehearsalReport report = IcmNight.Rehearse(IcmNight.Plan(), hasDefaultPlan: false);

        Assert.Equal((10, 0), (report.Straight.Exposure.NobodyMinutes, report.Straight.Exposure.DefaultPlanMinutes));
        Difference routes = Assert.Single(report.Differences, static d => d.What == "routes");
        Assert.Equal((120, 130, "network", "nobody"), (routes.StartMinute, routes.EndMinute, routes.Planned, routes.Played));
        Assert.Contains(report.Differences, static d => d.What == "totals" && d.Says.ToString().StartsWith("nobody routes", StringComparison.Ordinal));
        Assert.Equal("minutes 120 to 130, from step 3 on: nobody routes, and calls are lost", Assert.Single(report.Findings, static f => f.Kind == "no-routing").Says.ToString());
        Assert.False(report.IsClean);
    }

    [Fact]
    public void Both_sides_at_different_releases_are_found_at_the_minute_at_which_they_are()
    {
        // Side A is started when step 3 begins, and side B is stopped when it ends.
        Plan plan = IcmNight.With(IcmNight.Plan(), "3", static s => s with
        {
            Changes = [.. IcmNight.Begin(IcmNight.Start("rtr-a", "lgr-a")), .. IcmNight.Stop("rtr-b", "lgr-b", "hds-1").Select(static c => c with { At = Change.End })],
        });
        PlayedViolation found = Assert.Single(IcmNight.Rehearse(plan).Straight.Violations, static v => v.Unit == "central controller");

        Assert.Equal(("sides-differ", "3", 120, 5), (found.Rule, found.Step, found.Minute, found.Minutes));
        Assert.Equal(IcmNight.Begins.AddMinutes(120), found.At);
    }

    [Fact]
    public void A_rule_that_does_not_hold_for_an_instant_is_found_too()
    {
        // The gateway's upgraded node is started at the end of its step, the other stopped at the begin of the next, in the same minute.
        Plan plan = IcmNight.With(IcmNight.Plan(), "10.pg-1a", static s => s with { Changes = [.. s.Changes, .. IcmNight.Start("pg-1a")] });
        PlayedViolation found = Assert.Single(IcmNight.Rehearse(plan).Straight.Violations);

        Assert.Equal(("sides-differ", "pg-1", 415, 0), (found.Rule, found.Unit, found.Minute, found.Minutes));
    }

    [Fact]
    public void What_ends_at_a_minute_comes_before_what_begins_there()
    {
        // Written in the other order: side A is started before side B is stopped, unless the order of time counts.
        Plan plan = IcmNight.Plan();
        Assert.Empty(IcmNight.Rehearse(plan with { Steps = [.. plan.Steps.Reverse()] }).Straight.Violations);
    }

    [Fact]
    public void A_timeline_that_was_edited_is_found_out()
    {
        Plan plan = IcmNight.Plan();
        Segment[] edited = [.. plan.Timeline];
        edited[2] = edited[2] with { Routes = "B" };
        edited[9] = edited[9] with { NotRedundant = [] };
        RehearsalReport report = IcmNight.Rehearse(plan with { Timeline = edited[..10] });

        Assert.Equal(["routes", "not-redundant", "times"], report.Differences.Select(static d => d.What));
        Assert.Equal([(120, 125), (385, 415), (415, 445)], report.Differences.Select(static d => ((int)d.StartMinute, (int)d.EndMinute)));
        Assert.False(report.IsClean);
    }

    [Fact]
    public void Totals_that_were_edited_are_found_out()
    {
        Plan plan = IcmNight.Plan();
        Assert.Equal("simplex: 200 minutes by the plan's totals, 230 by the model", Assert.Single(IcmNight.Rehearse(plan with { Totals = plan.Totals with { SimplexMinutes = 200 } }).Differences).Says.ToString());
        Assert.Contains("default plan", Assert.Single(IcmNight.Rehearse(plan with { Totals = plan.Totals with { DefaultRoutedMinutesMax = 5 } }).Differences).Says.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ends later", "takes 90 minutes by its minutes and 100 by the clock")]
    [InlineData("waits", "begins before step 4 has ended")]
    [InlineData("waits for nothing", "waits for step 99, which does not exist")]
    [InlineData("too short", "is given 90 minutes, which is not within its 100/110/120")]
    [InlineData("other window", "lies in window 'second night', which does not exist")]
    [InlineData("never done", "changes rtr-a at 'middle'")]
    public void A_step_that_was_edited_is_found_out(string edit, string says)
    {
        Plan plan = IcmNight.With(IcmNight.Plan(), "1", s => edit switch
        {
            "ends later" => s with { Ends = s.Ends.AddMinutes(10), Engineer = "" },
            "waits" => s with { After = ["4"] },
            "waits for nothing" => s with { After = ["99"] },
            "too short" => s with { Minutes = new Minutes(100, 110, 120) },
            "other window" => s with { Window = "second night" },
            _ => s with { Changes = [.. s.Changes, new Change("rtr-a", "middle", Runs: false)] },
        });
        Difference found = Assert.Single(IcmNight.Rehearse(plan).Differences);

        Assert.Equal("steps", found.What);
        Assert.Contains(says, found.Says.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_engineer_in_two_places_and_a_step_outside_its_window_are_found_out()
    {
        Plan plan = IcmNight.Plan();
        Plan shorter = plan with { Windows = [plan.Windows[0] with { Ends = IcmNight.Begins.AddMinutes(440) }] };
        Assert.Contains("10.pg-1b lies 5 minutes outside its window", Assert.Single(IcmNight.Rehearse(shorter).Differences).Says.ToString(), StringComparison.Ordinal);

        Plan twice = IcmNight.With(plan, "10.pg-1a", static s => s with { StartMinute = 375, Begins = s.Begins.AddMinutes(-10), Minutes = Minutes.Exactly(40) });
        Assert.Contains(IcmNight.Rehearse(twice).Differences, static d => d.Says.ToString() == "Ana works on steps 9.hds-1 and 10.pg-1a at once");
    }

    [Fact]
    public void A_pause_between_windows_without_redundancy_is_told_and_not_counted()
    {
        Plan plan = IcmNight.Plan();
        TimeSpan week = TimeSpan.FromDays(7) - TimeSpan.FromMinutes(415);
        Plan twoNights = plan with
        {
            Windows = [plan.Windows[0], new PlannedWindow("second night", IcmNight.Begins.AddDays(7), IcmNight.Begins.AddDays(7).AddHours(2), 30, 90)],
            Steps = [.. plan.Steps.Select(s => s.Id == "10.pg-1b" ? s with { Window = "second night", Begins = s.Begins + week, Ends = s.Ends + week } : s)],
            Timeline = [.. plan.Timeline.Select(s => s.Step == "10.pg-1b" ? s with { Begins = s.Begins + week, Ends = s.Ends + week } : s)],
        };
        RehearsalReport report = IcmNight.Rehearse(twoNights);

        Assert.Empty(report.Differences);
        Assert.Equal(445, report.Straight.Exposure.Minutes);
        Pause pause = Assert.Single(report.Straight.Pauses);
        Assert.Equal(("10.pg-1a", "10.pg-1b", "A", "pg-1"), (pause.AfterStep, pause.BeforeStep, pause.Routes, Assert.Single(pause.NotRedundant)));
        Assert.Equal(week, pause.Ends - pause.Begins);
        Assert.Contains(report.Findings, static f => f is { Kind: "pause", Severity: Severity.Warn });
    }

    [Fact]
    public void Preparation_that_callers_notice_is_found()
    {
        Plan plan = IcmNight.Plan();
        Step early = IcmNight.Step("p", -1500, -1440, "", [.. IcmNight.Stop("rtr-a"), .. IcmNight.Start("rtr-a")], new(0, 0)) with { InService = false, Window = "" };
        RehearsalReport report = IcmNight.Rehearse(plan with { Steps = [early, .. plan.Steps] });

        Assert.Empty(report.Differences);
        Assert.Equal(60, report.Straight.Preparation.SimplexMinutes);
        Assert.Equal(445, report.Straight.Exposure.Minutes);
        Assert.Contains(report.Findings, static f => f is { Kind: "preparation", Severity: Severity.Fails });
    }

    [Fact]
    public void A_node_that_does_not_exist_is_named_with_its_step()
    {
        Plan plan = IcmNight.With(IcmNight.Plan(), "2", static s => s with { Changes = IcmNight.Stop("aw-7") });
        Assert.StartsWith("step 2: the plan changes 'aw-7'", Assert.Throws<UpgradeException>(() => IcmNight.Rehearse(plan)).Message, StringComparison.Ordinal);
    }
}
