using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Tests.Planning;

public sealed class IcmPlanTests
{
    static readonly string s_small = Planned.Example("icm-4.5-small"), s_two = Planned.Example("icm-4.5-two-sites");

    [Fact]
    public void Two_sites_fit_into_their_windows_and_no_engineer_is_at_two_places()
    {
        Plan plan = Planned.Plan(s_two);
        Assert.All(plan.Steps, step =>
        {
            PlannedWindow window = plan.Windows.Single(w => w.Name == step.Window);
            Assert.InRange(step.Begins, window.Begins, window.Ends);
            Assert.InRange(step.Ends, window.Begins, window.Ends);
        });
        foreach (var steps in plan.Steps.GroupBy(static s => s.Engineer))
        {
            Step[] ordered = [.. steps.OrderBy(static s => s.StartMinute)];
            for (int i = 1; i < ordered.Length; i++) Assert.True(ordered[i].StartMinute >= ordered[i - 1].EndMinute, $"{ordered[i].Id} begins before {ordered[i - 1].Id} has ended");
        }
        Assert.Contains(plan.Steps, s => s.Engineer != plan.Steps[0].Engineer);
    }

    [Fact]
    public void What_a_step_waits_for_has_ended()
    {
        Plan plan = Planned.Plan(s_two);
        var byId = plan.Steps.ToDictionary(static s => s.Id);
        Assert.All(plan.Steps, step => Assert.All(step.After, id => Assert.True(byId[id].Ends <= step.Begins, $"{step.Id} begins before {id} has ended")));
    }

    [Fact]
    public void No_rule_is_broken_at_any_instant_and_at_the_end_all_run_the_new_release()
    {
        Plan plan = Planned.Plan(s_two);
        var model = (SidesModel)Models.Of(plan, Planned.Packs.Load("icm-4.6.2"));
        (_, var violations) = TimelineReader.Read(plan.Steps, model);
        Assert.Empty(violations);
        Assert.True(model.IsDuplex);
        Assert.DoesNotContain("central controller", model.NotRedundant);
        Assert.All(plan.Nodes, node => Assert.Equal((true, "4.6.2"), (model.Runs(node.Name), model.ReleaseOf(node.Name))));
    }

    [Fact]
    public void From_4_0_gateways_go_with_their_side_because_they_may_not_lag_three_versions()
    {
        Plan plan = Planned.Plan(s_two.With("release: 4.5.2", "release: 4.0.1") + "\npolicies: {clients-window: staggered}\n");
        Assert.DoesNotContain(plan.Steps, static s => s.Row == "10" && s.Nodes[0].StartsWith("pg", StringComparison.Ordinal));
        Assert.Contains(plan.Steps, static s => s.Row == "1" && s.Id != "1");
        Assert.Equal(235, plan.Totals.FixedMinutes);
    }

    [Fact]
    public void A_lag_of_two_versions_is_the_policys_to_allow()
    {
        string from41 = s_two.With("release: 4.5.2", "release: 4.1.3") + "\npolicies: {clients-window: staggered, pg-lag: one}\n";
        Assert.Contains(Planned.Plan(from41).Steps, static s => s.Row == "1" && s.Id != "1");
        Assert.DoesNotContain(Planned.Plan(from41.With("pg-lag: one", "pg-lag: two")).Steps, static s => s.Row == "1" && s.Id != "1");
    }

    [Fact]
    public void An_order_with_both_sides_at_different_versions_is_refused_with_the_instant()
    {
        Finding refused = Planned.Refusal(s_small + """

            order:
              - stop: [router-a, logger-a]
              - upgrade: [router-a, logger-a]
                minutes: 90
              - start: [router-a, logger-a]
            """, "sides-differ");
        Assert.Contains("in step 3", refused.Evidence.ToString(), StringComparison.Ordinal);
        Assert.Contains("4.5.2", refused.Evidence.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_guides_own_order_written_by_hand_is_not_refused()
    {
        Plan plan = Planned.Plan(s_small + """

            order:
              - stop: [router-a, logger-a]
              - upgrade: [router-a, logger-a]
                minutes: 90
              - stop: [aw-1]
              - upgrade: [aw-1]
              - stop: [router-b, logger-b, hds-1]
              - start: [router-a, logger-a, aw-1]
              - upgrade: [router-b, logger-b]
                minutes: 90
              - start: [router-b, logger-b]
              - upgrade: [hds-1]
              - start: [hds-1]
              - stop: [pg-1]
              - upgrade: [pg-1]
              - start: [pg-1]
            """);
        Assert.Equal(13, plan.Steps.Count);
        Assert.Equal("network", plan.Timeline.Single(static s => s.Step == "5").Routes);
    }

    [Fact]
    public void A_window_that_is_too_short_names_the_step_and_what_would_do()
    {
        Finding refused = Planned.Refusal(s_small.With("hours: 10", "hours: 4"), "windows-long-enough");
        Assert.Contains("step ", refused.Evidence.ToString(), StringComparison.Ordinal);
        string would = refused.Remedy.ToString();
        System.Text.RegularExpressions.Match hours = System.Text.RegularExpressions.Regex.Match(would, @"night-1 of ([0-9.]+) hours");
        Assert.True(hours.Success, would);
        // What is named would do, and a quarter of an hour less would not.
        double enough = double.Parse(hours.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Planned.Plan(s_small.With("hours: 10", System.FormattableString.Invariant($"hours: {enough}")));
        Planned.Refusal(s_small.With("hours: 10", System.FormattableString.Invariant($"hours: {enough - 0.25}")), "windows-long-enough");
        Assert.DoesNotContain("engineer", would, StringComparison.Ordinal);
    }

    [Fact]
    public void An_order_that_leaves_a_node_behind_is_refused()
    {
        PlanResult result = Planned.Result(s_small + "\norder:\n  - stop: [router-a, logger-a]\n");
        Assert.Null(result.Plan);
        Assert.Equal(7, result.Findings.Count(static f => f.Check == "order-complete"));
        Assert.Contains("while it runs", Assert.Throws<UpgradeException>(() => Planned.Result(s_small + "\norder:\n  - upgrade: [pg-1]\n")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_back_out_restores_what_was_upgraded_and_nothing_else()
    {
        Plan plan = Planned.Plan(s_small);
        (string[] Nodes, double Minutes) Of(string id)
        {
            BackOut back = plan.Steps.Single(s => s.Id == id).BackOut;
            return ([.. back.Actions.SelectMany(static a => a.Changes).Where(static c => c.Release is not null).Select(static c => c.Node)], back.Minutes);
        }
        (string[] nodes, double minutes) = Of("1");
        Assert.Equal(["router-a", "logger-a"], nodes);
        Assert.Equal(95, minutes);
        (nodes, minutes) = Of("6");
        Assert.Equal(["router-b", "logger-b", "router-a", "logger-a", "aw-1"], nodes);
        Assert.Equal(225, minutes);
        Assert.Equal(["hds-1"], Of("9.hds-1").Nodes);
        Assert.Equal(["pg-1"], Of("10.pg-1").Nodes);
    }

    [Fact]
    public void Learned_durations_replace_the_packs()
    {
        Plan plan = Planned.Plan(s_small + "\nlearned: {\"row:1\": 70, \"role:pg\": 21}\n");
        Assert.Equal(new Minutes(70, 70, 70), plan.Steps.Single(static s => s.Id == "1").Minutes);
        Assert.Equal(21, plan.Steps.Single(static s => s.Row == "10").Minutes.Usual);
    }

    [Fact]
    public void A_command_for_a_step_that_is_not_there_names_the_nearest() =>
        Assert.Contains("did you mean '9.hds-1'", Assert.Throws<UpgradeException>(() => Planned.Result(s_small + "\ncommands: {9.hsd-1: \"true\"}\n")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("row-9-90", 90)]
    [InlineData("per-node-45-120", 82.5)]
    [InlineData("chronology-30", 30)]
    public void Which_of_its_three_durations_an_HDS_is_planned_with_is_a_policy(string choice, double minutes) =>
        Assert.Equal(minutes, Planned.Plan(s_small + $"\npolicies: {{hds-minutes: {choice}}}\n").Steps.Single(static s => s.Id == "9.hds-1").Minutes.Usual);

    [Fact]
    public void Every_policy_is_printed_with_its_alternatives()
    {
        Plan plan = Planned.Plan(s_small);
        Assert.All((string[])["pg-lag", "switchover-outage", "media-lead", "window-length", "clients-window", "hds-minutes", "sql-timing", "total"], id => Assert.Contains(plan.Policies, p => p.Id == id && p.Others.Count > 0));
    }
}
