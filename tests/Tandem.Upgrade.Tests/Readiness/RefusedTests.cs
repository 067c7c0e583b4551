using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Tests.Readiness;

public sealed class RefusedTests
{
    static void Refused(Estate estate, string check, string subject, string evidence)
    {
        Finding found = estate.Worst(check);
        Assert.Equal(Verdict.Refused, found.Verdict);
        Assert.Equal(subject, found.Subject);
        Assert.Contains(evidence, found.Evidence.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(found.Remedy.ToString());
        Assert.Contains('#', found.Source);
        // The rest of the estate is as it was: nothing else is refused for it.
        Assert.DoesNotContain(estate.Judged().Findings, f => f.Verdict == Verdict.Refused && f.Check != check);
    }

    [Theory]
    [InlineData("2.5")]
    [InlineData("3.0")]
    [InlineData("3.1.2")]
    public void Release_2_and_3_go_first_to_4_1_or_4_5(string release)
    {
        Finding found = TestEstates.Ready.AllAt(release).Worst("path-direct");
        Assert.Equal(Verdict.Refused, found.Verdict);
        Assert.Contains("first to 4.1.x or 4.5.x", found.Evidence.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.0.3")]
    [InlineData("4.1.1")]
    [InlineData("4.5.2")]
    public void Release_4_0_and_later_go_directly(string release) => Assert.Equal(Verdict.Pass, TestEstates.Ready.AllAt(release).Worst("path-direct").Verdict);

    [Fact]
    public void Release_4_0_goes_through_another_when_the_estate_reads_the_guide_so()
    {
        Estate estate = TestEstates.Ready.AllAt("4.0.3").Choosing("from-4.0", "through-4.1-or-4.5");
        Assert.Equal(Verdict.Refused, estate.Worst("path-direct").Verdict);
    }

    [Theory]
    [InlineData("9.0")]
    [InlineData("4.6.3")]
    public void A_release_that_is_ahead_is_refused(string release) => Assert.Equal((Verdict.Refused, $"{release} is ahead of 4.6.2"), Said(TestEstates.Ready.AllAt(release).Worst("path-direct")));

    [Theory]
    [InlineData("4.1", "no way to 7.x")]
    [InlineData("8.0", "8.0 is ahead of 7.x")]
    public void An_MX_ONE_that_cannot_come_to_7_is_refused(string release, string evidence)
    {
        (Verdict verdict, string said) = Said((Networks.MxOne.Estate() with { Release = release }).Worst("path-direct", Networks.MxOne.Pack));
        Assert.Equal(Verdict.Refused, verdict);
        Assert.Contains(evidence, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5.0")]
    [InlineData("6.3")]
    [InlineData("7.2")]
    public void An_MX_ONE_5_6_or_7_comes_to_7(string release) =>
        Assert.Equal(Verdict.Pass, (Networks.MxOne.Estate() with { Release = release }).Worst("path-direct", Networks.MxOne.Pack).Verdict);

    static (Verdict, string) Said(Finding finding) => (finding.Verdict, finding.Evidence.ToString());

    [Fact]
    public void A_release_that_nobody_knows_is_refused() => Assert.Contains("no way", TestEstates.Ready.AllAt("1.0").Worst("path-direct").Evidence.ToString(), StringComparison.Ordinal);

    [Fact]
    public void What_runs_the_release_already_needs_no_upgrade() => Assert.Equal(Verdict.Refused, TestEstates.Ready.AllAt("4.6.2").Worst("path-direct").Verdict);

    [Fact]
    public void A_router_with_1_GB_is_refused() =>
        Refused(TestEstates.Ready.With("router-b", static n => n with { Hardware = new(1024, 1000, 30, 4096, 77) }), "ram", "router-b", "1024 MB of memory; 1536 MB are the least");

    [Fact]
    public void A_slow_processor_is_refused() => Refused(TestEstates.Ready.With("pg-1a", static n => n with { Hardware = new(2048, 450, 30, 4096, 77) }), "cpu", "pg-1a", "450 MHz");

    [Fact]
    public void A_processor_at_50_percent_is_refused() => Refused(TestEstates.Ready.With("logger-a", static n => n with { Hardware = new(2048, 700, 50, 4096, 77) }), "cpu-load", "logger-a", "50 % load");

    [Fact]
    public void A_full_disk_is_refused() => Refused(TestEstates.Ready.With("hds-1", static n => n with { Hardware = new(2048, 700, 30, 1535, 77) }), "disk", "hds-1", "1535 MB free");

    [Fact]
    public void SQL_Server_2000_is_refused() => Refused(TestEstates.Ready.WithSoftware("logger-b", "sql", "sql-server 2000 SP2"), "sql-2000", "logger-b", "sql-server 2000 SP2");

    [Fact]
    public void A_planned_SQL_Server_2000_is_refused() =>
        Refused(TestEstates.Ready with { OtherUpgrades = [new("sql", "sql-server 2000", "", new LocalDate(2027, 3, 1), 50)] }, "sql-2000", "sql", "sql-server 2000");

    [Theory]
    [InlineData("sql", "sql-server 7.0 SP3")]
    [InlineData("windows-2000", "windows-2000 SP2")]
    public void Windows_2000_or_SQL_7_in_the_window_of_ICM_is_refused(string component, string to)
    {
        Finding byName = (TestEstates.Ready with { OtherUpgrades = [new(component, to, "night-1", null, 50)] }).Worst("windows-with-product");
        Finding byDay = (TestEstates.Ready with { OtherUpgrades = [new(component, to, "", TestEstates.FirstDay.PlusDays(1), 50)] }).Worst("windows-with-product");
        Assert.Equal((Verdict.Refused, component, 50), (byName.Verdict, byName.Subject, byName.Line));
        Assert.Equal(Verdict.Refused, byDay.Verdict);
    }

    [Theory]
    [InlineData(7, Verdict.Refused)]
    [InlineData(8, Verdict.Pass)]
    [InlineData(-10, Verdict.Refused)]
    public void Seven_days_of_test_lie_between_the_last_windows_end_and_SQL_7(int days, Verdict verdict)
    {
        Estate estate = TestEstates.Ready with { OtherUpgrades = [new("sql", "sql-server 7.0 SP3", "", TestEstates.FirstDay.PlusDays(days), 50)] };
        Assert.Equal(verdict, estate.Worst("other-upgrade-days").Verdict);
    }

    [Fact]
    public void The_days_count_from_the_window_that_ends_last()
    {
        Estate estate = TestEstates.Ready with
        {
            Windows = [.. TestEstates.Ready.Windows, new("night-2", TestEstates.FirstDay.PlusDays(7).At(new LocalTime(22, 0)), "America/New_York", 10, 9)],
            OtherUpgrades = [new("sql", "sql-server 7.0 SP3", "", TestEstates.FirstDay.PlusDays(14), 50)],
        };
        Finding found = estate.Worst("other-upgrade-days");
        Assert.Equal((Verdict.Refused, "sql-server 7.0 SP3 on 2027-01-30 is 6 days after the end of the last window, night-2, on 2027-01-24; 7 are wanted"), (found.Verdict, found.Evidence.ToString()));
        Assert.Equal(new DateOnly(2027, 1, 31), estate.Judged().Path.Single(static s => s.Id == "sql").Earliest);
    }

    [Theory]
    [InlineData(20, 20, Verdict.Refused)]
    [InlineData(20, 26, Verdict.Refused)]
    [InlineData(20, 27, Verdict.Pass)]
    [InlineData(30, 20, Verdict.Refused)]
    public void SQL_7_comes_before_Windows_2000_with_seven_days_between(int sql, int windows, Verdict verdict)
    {
        OtherUpgrade later = new("windows-2000", "windows-2000 SP2", "", TestEstates.FirstDay.PlusDays(windows), 50), earlier = new("sql", "sql-server 7.0 SP3", "", TestEstates.FirstDay.PlusDays(sql), 51);
        Finding found = (TestEstates.Ready with { OtherUpgrades = [later, earlier] }).Worst("other-upgrade-days");
        Assert.Equal(verdict, found.Verdict);
        if (verdict == Verdict.Refused) Assert.Equal("windows-2000", found.Subject);
    }

    [Theory]
    [InlineData("4.5.2", -7, Verdict.Pass)]
    [InlineData("4.5.2", -6, Verdict.Refused)]
    [InlineData("4.1.1", -10, Verdict.Refused)]
    public void SQL_7_may_come_first_from_4_5_on_where_the_estate_reads_the_guide_so(string release, int days, Verdict verdict)
    {
        Estate estate = TestEstates.Ready.AllAt(release).Choosing("sql-timing", "4.5.0-and-later") with { OtherUpgrades = [new("sql", "sql-server 7.0 SP3", "", TestEstates.FirstDay.PlusDays(days), 50)] };
        Assert.Equal(verdict, estate.Worst("other-upgrade-days").Verdict);
    }

    [Fact]
    public void Sides_of_the_central_controller_with_different_releases_are_refused() =>
        Refused(TestEstates.Ready.With("router-b", static n => n with { Release = "4.5.1" }), "sides-differ", "central controller", "router-b 4.5.1");

    [Fact]
    public void Sides_of_a_PG_with_different_releases_are_refused() =>
        Refused(TestEstates.Ready.With("pg-1b", static n => n with { Release = "4.5.1" }), "sides-differ", "pg-1", "pg-1b 4.5.1");

    [Fact]
    public void A_central_controller_without_side_B_is_refused() =>
        Refused(TestEstates.Ready with { Nodes = [.. TestEstates.Ready.Nodes.Where(static n => n.Side != "B")] }, "pairs", "central controller", "no Call Router of side B");
}
