using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Tests.Readiness;

public sealed class NotReadyTests
{
    /// <summary>It stops the run and not the plan: nothing is refused, and nothing else is amiss.</summary>
    static Finding NotReady(Estate estate, string check)
    {
        IReadOnlyList<Finding> all = estate.Judged().Findings;
        Assert.All(all.Where(f => f.Check != check), static f => Assert.Equal(Verdict.Pass, f.Verdict));
        Finding worst = all.Where(f => f.Check == check).MaxBy(static f => f.Verdict)!;
        Assert.Equal(Verdict.NotReady, worst.Verdict);
        Assert.NotEmpty(worst.Remedy.ToString());
        return worst;
    }

    [Fact]
    public void The_estate_of_these_tests_is_ready_and_every_check_says_so()
    {
        IReadOnlyList<Finding> all = TestEstates.Ready.Judged().Findings;
        Assert.All(all, static f => Assert.True(f.Verdict == Verdict.Pass, $"{f.Check} {f.Subject}: {f.Evidence}"));
        Assert.Equal(TestEstates.Icm.Checks.Select(static c => c.Id), all.Select(static f => f.Check).Distinct());
        Assert.All(all, static f => Assert.NotEmpty(f.Evidence.ToString()));
    }

    [Fact]
    public void No_default_route_plan() => NotReady(TestEstates.Ready with { DefaultRoutePlan = null }, "default-route-plan");

    [Fact]
    public void A_default_route_plan_that_is_not_in_place() => Assert.Equal(70, NotReady(TestEstates.Ready with { DefaultRoutePlan = new(InPlace: false, null, 70) }, "default-route-plan").Line);

    [Fact]
    public void A_default_route_plan_that_nobody_tested_is_told() => Assert.Equal(Verdict.Warn, (TestEstates.Ready with { DefaultRoutePlan = new(InPlace: true, null, 70) }).Worst("default-route-plan").Verdict);

    [Fact]
    public void A_missing_backup_is_told_with_its_node_and_item()
    {
        Finding found = NotReady(TestEstates.Ready.With("logger-b", static n => n with { Saved = n.Saved.Where(static s => s.Key != "database").ToDictionary() }), "saved");
        Assert.Equal("logger-b", found.Subject);
        Assert.Contains("database", found.Evidence.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_missing_item_of_a_node_is_told_with_its_command()
    {
        Estate nothing = TestEstates.Ready.With("pg-1a", static n => n with { Saved = new Dictionary<string, LocalDate>() });
        Finding[] found = [.. nothing.Findings("saved").Where(static f => f.Verdict == Verdict.NotReady)];
        Assert.Equal(6, found.Length);
        Assert.Contains(found, static f => f.Remedy.ToString().Contains("route print > pg-1a-route-print.txt", StringComparison.Ordinal));
    }

    [Fact]
    public void A_backup_that_is_still_to_come_is_none_yet() =>
        NotReady(TestEstates.Ready.With("hds-1", static n => n with { Saved = new Dictionary<string, LocalDate>(n.Saved) { ["database"] = TestEstates.FirstDay } }), "saved");

    [Theory]
    [InlineData("four-areas", "netstat", Verdict.Pass)]
    [InlineData("per-node-list", "netstat", Verdict.NotReady)]
    [InlineData("per-node-list", "custom-folders", Verdict.Pass)]
    [InlineData("four-components", "icr-bin", Verdict.Pass)]
    public void What_must_be_saved_is_the_list_that_the_policy_takes(string list, string missing, Verdict verdict)
    {
        Estate estate = TestEstates.Ready.Choosing("save-list", list).With("pg-1a", n => n with { Saved = n.Saved.Where(s => s.Key != missing).ToDictionary() });
        Assert.Equal(verdict, estate.Worst("saved").Verdict);
    }

    [Fact]
    public void What_the_engineer_saves_may_wait_for_the_run_where_the_estate_reads_the_guide_so()
    {
        Estate estate = TestEstates.Ready.Choosing("engineer-saves", "before-each-node").With("logger-a", static n => n with { Saved = new Dictionary<string, LocalDate>() });
        Assert.Equal("database", Assert.Single(estate.Findings("saved"), static f => f.Verdict == Verdict.NotReady).Evidence.Values[^1]);
    }

    [Fact]
    public void No_upgrade_in_a_laboratory() => NotReady(TestEstates.Ready with { Lab = null }, "lab");

    [Fact]
    public void A_laboratory_that_is_still_to_come() => NotReady(TestEstates.Ready with { Lab = new(new LocalDate(2027, 1, 12), MeetsRequirements: true, 1) }, "lab");

    [Fact]
    public void No_laboratory_is_only_told_where_the_estate_reads_a_recommendation() =>
        Assert.Equal(Verdict.Warn, (TestEstates.Ready.Choosing("lab-upgrade", "if-available") with { Lab = null }).Worst("lab").Verdict);

    [Theory]
    [InlineData("custom-report", "custom-reports")]
    [InlineData("database-object", "database-objects")]
    public void What_is_overwritten_and_not_saved(string kind, string check)
    {
        Estate estate = TestEstates.Ready with { Customisations = [.. TestEstates.Ready.Customisations, new(kind, "forgotten", null, Reviewed: true, 80)] };
        Finding found = NotReady(estate, check);
        Assert.Equal(("forgotten", 80), (found.Subject, found.Line));
    }

    [Fact]
    public void Custom_CTI_work_that_nobody_reviewed_is_told()
    {
        Estate estate = TestEstates.Ready with { Customisations = [.. TestEstates.Ready.Customisations, new("cti", "own client", null, Reviewed: false, 80)] };
        Assert.Equal(Verdict.Warn, estate.Worst("cti-reviewed").Verdict);
    }

    [Fact]
    public void An_estate_that_says_nothing_of_customisations_does_not_pass()
    {
        Estate silent = TestEstates.Ready with { Customisations = [], Facts = new Dictionary<string, string>() };
        foreach (string check in new[] { "custom-reports", "database-objects", "cti-reviewed", "application-gateway" }) Assert.Equal(Verdict.Warn, silent.Worst(check).Verdict);
    }

    [Theory]
    [InlineData("1.9", Verdict.NotReady)]
    [InlineData("2.0", Verdict.Pass)]
    [InlineData("2.1", Verdict.Pass)]
    [InlineData("none", Verdict.Pass)]
    [InlineData("unknown", Verdict.Warn)]
    public void The_application_gateway_talks_version_2(string version, Verdict verdict) =>
        Assert.Equal(verdict, (TestEstates.Ready with { Facts = new Dictionary<string, string> { ["application-gateway"] = version } }).Worst("application-gateway").Verdict);

    [Fact]
    public void An_ACD_that_was_not_verified() => NotReady(TestEstates.Ready with { Peripherals = [new("claims", "aspect", "7.0", "pg-1", Verified: false, 4)] }, "peripheral-verified");

    [Fact]
    public void An_ACD_of_which_nobody_knows_is_told() => Assert.Equal(Verdict.Warn, (TestEstates.Ready with { Peripherals = [new("claims", "rolm", "7.0", "pg-1", null, 4)] }).Worst("peripheral-verified").Verdict);

    [Fact]
    public void No_window_and_one_that_is_over()
    {
        Assert.Equal(Verdict.NotReady, (TestEstates.Ready with { Windows = [] }).Worst("windows").Verdict);
        Assert.Equal(Verdict.NotReady, (TestEstates.Ready with { Windows = [new("old", new LocalDateTime(2026, 12, 5, 22, 0), "America/New_York", 10, 8)] }).Worst("windows").Verdict);
    }

    [Fact]
    public void A_window_shorter_than_usual_is_told() =>
        Assert.Equal(Verdict.Warn, (TestEstates.Ready with { Windows = [TestEstates.Ready.Windows[0] with { Hours = 6 }] }).Worst("windows").Verdict);

    [Fact]
    public void One_engineer_is_too_few_where_a_step_wants_two_persons() =>
        Assert.Equal(Verdict.Warn, (TestEstates.Ready with { Engineers = [TestEstates.Ready.Engineers[0]] }).Worst("engineers").Verdict);

    [Fact]
    public void People_addresses_copies_and_the_freeze_are_told_when_they_are_missing()
    {
        Assert.Equal(Verdict.Warn, (TestEstates.Ready with { Contacts = [.. TestEstates.Ready.Contacts.Skip(1)] }).Worst("contacts").Verdict);
        Assert.Equal(Verdict.Warn, TestEstates.Ready.With("aw-1", static n => n with { Address = "" }).Worst("addresses").Verdict);
        Assert.Equal(Verdict.Warn, (TestEstates.Ready with { Media = TestEstates.Ready.Media! with { Copies = 1 } }).Worst("copies").Verdict);
        Assert.Equal(Verdict.Warn, (TestEstates.Ready with { Freeze = null }).Worst("freeze").Verdict);
        Assert.Equal(Verdict.Warn, (TestEstates.Ready with { Freeze = new(TestEstates.FirstDay.PlusDays(1), 1) }).Worst("freeze").Verdict);
    }
}
