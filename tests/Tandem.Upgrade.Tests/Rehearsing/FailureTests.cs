using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Tests.Rehearsing;

public sealed class FailureTests
{
    static FailureOutcome Of(RehearsalReport report, string step, FailurePoint point) => Assert.Single(report.Failures, f => f.Step == step && f.Point == point);

    [Fact]
    public void Every_step_fails_at_its_begin_and_at_its_end_and_leads_back()
    {
        RehearsalReport report = IcmNight.Rehearse(IcmNight.Plan());

        Assert.Equal(22, report.Failures.Count);
        Assert.All(report.Failures, static f => Assert.True(f.Works, f.Step));
        Assert.All(report.Failures, static f => Assert.Empty(f.Violations));
        Assert.All(report.Failures, static f => Assert.Empty(f.NotRedundantAfter));
        Assert.DoesNotContain(report.Findings, static f => f.Kind == "back-out-longer");
        Assert.Equal(["6"], report.PointsOfNoReturn);
        Assert.Contains(report.Findings, static f => f is { Kind: "point-of-no-return", Severity: Severity.Told, Step: "6" });
    }

    [Fact]
    public void A_plan_that_ends_before_all_nodes_run_the_new_release_is_found_whatever_its_totals_say()
    {
        Plan whole = IcmNight.Plan();
        Assert.DoesNotContain(IcmNight.Rehearse(whole).Findings, static f => f.Kind == "unfinished");
        RehearsalReport report = IcmNight.Rehearse(whole with { Steps = [.. whole.Steps.Take(5)] });
        Assert.Contains("rtr-b", Assert.Single(report.Findings, static f => f is { Kind: "unfinished", Severity: Severity.Fails }).Says.ToString(), StringComparison.Ordinal);
        Assert.False(report.IsClean);
    }

    [Fact]
    public void A_back_out_that_is_said_to_be_shorter_than_its_actions_fails_and_their_sum_is_told()
    {
        Plan plan = IcmNight.With(IcmNight.Plan(), "6", static s => s with { BackOut = s.BackOut with { Minutes = 3 } });
        RehearsalReport report = IcmNight.Rehearse(plan);
        Assert.Single(report.Findings, static f => f is { Kind: "back-out-longer", Severity: Severity.Fails, Step: "6" });
        Assert.Contains("takes 220 minutes", Assert.Single(report.Findings, static f => f.Kind == "point-of-no-return").Says.ToString(), StringComparison.Ordinal);
        Assert.False(report.IsClean);
    }

    [Fact]
    public void Before_side_B_is_upgraded_the_way_back_is_ten_minutes_on_the_default_plan()
    {
        FailureOutcome test = Of(IcmNight.Rehearse(IcmNight.Plan()), "5", FailurePoint.End);

        Assert.Equal(190, test.Minute);
        Assert.Equal((10, 10, 0), (test.ServiceMinutes, test.DefaultPlanMinutes, test.NobodyMinutes));
        // Side B alone until the AW (30) and side A (90) are back as they were.
        Assert.Equal((130, 130), (test.BackOutMinutes, test.SimplexMinutes));
        Assert.Equal(IcmNight.Begins.AddMinutes(320), test.BackAt);
    }

    [Fact]
    public void At_its_begin_a_step_has_not_yet_done_what_its_end_does()
    {
        RehearsalReport report = IcmNight.Rehearse(IcmNight.Plan());
        // Side B is stopped at once: it is five minutes until it routes again. At the end of step 4 side A routes, and is stopped first.
        Assert.Equal(5, Of(report, "3", FailurePoint.Begin).DefaultPlanMinutes);
        Assert.Equal(10, Of(report, "4", FailurePoint.End).DefaultPlanMinutes);
        Assert.Equal(0, Of(report, "1", FailurePoint.End).DefaultPlanMinutes);
        // The fail-over test begins with both sides up, and its back-out takes side B down.
        Assert.Equal(220, Of(report, "8", FailurePoint.Begin).SimplexMinutes);
    }

    [Fact]
    public void A_back_out_that_passes_the_windows_end_says_by_how_much()
    {
        RehearsalReport report = IcmNight.Rehearse(IcmNight.Plan());
        // 385 minutes and 310 of back-out in a window of 600.
        Assert.Equal(95, Of(report, "9.hds-1", FailurePoint.End).ExceededMinutes);
        Assert.Equal(5, Of(report, "9.hds-1", FailurePoint.Begin).ExceededMinutes);
        Assert.False(Of(report, "8", FailurePoint.End).WindowExceeded);
        Assert.Equal(["9.hds-1", "9.hds-1"], report.Findings.Where(static f => f.Kind == "window").Select(static f => f.Step));
        Assert.True(report.IsClean);
    }

    [Fact]
    public void A_back_out_that_forgets_side_B_is_found()
    {
        Plan plan = IcmNight.With(IcmNight.Plan(), "5", static s => s with { BackOut = s.BackOut with { Actions = [.. s.BackOut.Actions.Where((_, i) => i != 1)] } });
        RehearsalReport report = IcmNight.Rehearse(plan);
        FailureOutcome wrong = Of(report, "5", FailurePoint.End);

        // Side A comes back alone in the end; until then nobody but the network routes, and the HDS stays down.
        Assert.Equal(125, wrong.DefaultPlanMinutes);
        Assert.Contains("central controller", wrong.NotRedundantAfter);
        Assert.Contains(report.Findings, static f => f is { Kind: "back-out-longer", Step: "5" });
    }

    [Fact]
    public void A_back_out_that_leaves_nobody_routing_is_found_at_both_points()
    {
        Plan plan = IcmNight.With(IcmNight.Plan(), "4", static s => s with { BackOut = s.BackOut with { Actions = [s.BackOut.Actions[0]] } });
        RehearsalReport report = IcmNight.Rehearse(plan);

        Assert.False(Of(report, "4", FailurePoint.Begin).Works);
        Assert.False(Of(report, "4", FailurePoint.End).Works);
        Assert.Equal(2, report.Findings.Count(static f => f is { Kind: "back-out", Severity: Severity.Fails, Step: "4" }));
        Assert.False(report.IsClean);
    }

    [Fact]
    public void A_back_out_that_starts_the_old_side_beside_the_new_one_is_found_on_the_way()
    {
        // Side B is started before side A is stopped: in the end all is well.
        Plan plan = IcmNight.With(IcmNight.Plan(), "5", static s => s with { BackOut = s.BackOut with { Actions = [s.BackOut.Actions[1], s.BackOut.Actions[0], .. s.BackOut.Actions.Skip(2)] } });
        RehearsalReport report = IcmNight.Rehearse(plan);
        FailureOutcome wrong = Of(report, "5", FailurePoint.Begin);

        Assert.True(wrong.Works);
        Assert.Contains(wrong.Violations, static v => v is { Rule: "sides-differ", Unit: "central controller", Minute: 135, Minutes: 0 });
        Assert.Contains(report.Findings, static f => f is { Kind: "back-out-violation", Severity: Severity.Fails, Step: "5" });
    }

    [Fact]
    public void Steps_beside_the_failed_one_are_finished_before_the_back_out_begins()
    {
        // The gateway's first node is upgraded by somebody else during the test, from minute 150 to 180.
        Plan plan = IcmNight.Plan();
        plan = plan with
        {
            Steps = [.. plan.Steps.Where(static s => s.Id != "10.pg-1a"),
                IcmNight.Step("10.pg-1a", 150, 180, "", [.. IcmNight.Stop("pg-1a"), new Change("pg-1a", Change.End, Runs: true)], new(0, 0)) with { Engineer = "Bo" }],
        };
        RehearsalReport report = IcmNight.Rehearse(plan);

        Assert.Equal(0, Of(report, "5", FailurePoint.Begin).WaitMinutes);
        FailureOutcome gateway = Of(report, "10.pg-1a", FailurePoint.Begin);
        // It fails at 150; the test goes on to 190.
        Assert.Equal((150, 40, 40), (gateway.Minute, gateway.WaitMinutes, gateway.SimplexMinutes));
        Assert.Equal(IcmNight.Begins.AddMinutes(190), gateway.BackAt);
        // Nothing was done for pg-1a: its node stays down, and its end was not applied.
        Assert.Contains("pg-1", gateway.NotRedundantAfter);
        Assert.DoesNotContain("pg-1", Of(report, "10.pg-1a", FailurePoint.End).NotRedundantAfter);
        Assert.Contains(report.Findings, static f => f is { Kind: "not-redundant", Step: "10.pg-1a" });
    }

    [Fact]
    public void Actions_that_take_longer_than_the_plan_promises_are_told()
    {
        Plan plan = IcmNight.With(IcmNight.Plan(), "4", static s => s with { BackOut = s.BackOut with { ServiceMinutes = 5, Minutes = 100 } });
        RehearsalFinding[] found = [.. IcmNight.Rehearse(plan).Findings.Where(static f => f.Kind == "back-out-longer")];

        Assert.Contains(found, static f => f.Says.ToString() == "the back-out of step 4, failed at its end, is 10 minutes without the system's routing; the plan says 5");
        Assert.Contains(found, static f => f.Says.ToString() == "the actions of the back-out of step 4 add up to 130 minutes; the plan says 100");
    }

    [Fact]
    public void A_failure_changes_nothing_for_the_ones_after_it()
    {
        Plan plan = IcmNight.With(IcmNight.Plan(), "1", static s => s with { BackOut = IcmNight.Back(new(0, 1), false, new BackOutAction(Text.Of("Pull every plug"), [], 1, IcmNight.Stop("rtr-a", "rtr-b", "aw-1", "hds-1"))) });
        RehearsalReport report = IcmNight.Rehearse(plan);

        Assert.False(Of(report, "1", FailurePoint.Begin).Works);
        Assert.True(report.Straight.Works);
        Assert.True(Of(report, "2", FailurePoint.Begin).Works);
    }
}
