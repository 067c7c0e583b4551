using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Tests.Readiness;

namespace Tandem.Upgrade.Tests.Packs;

public sealed class IcmPackTests
{
    static readonly Pack s_pack = TestEstates.Icm;

    static double Sum(params string[] rows) => s_pack.Chronology.Where(r => rows.Contains(r.Row)).Sum(static r => r.Minutes?.Usual ?? 0);

    [Fact]
    public void The_routing_column_is_the_guides_word_for_word() =>
        Assert.Equal(
            ["Side B", "Side B", "Network", "Side A", "Side A", "Side A", "Side A", "Side A or B", "Side A", "ICM Active Side"],
            s_pack.Chronology.Select(static r => r.Routing));

    [Fact]
    public void Rows_1_to_8_without_the_test_sum_to_235_minutes()
    {
        Assert.Equal(235, Sum("1", "2", "3", "4", "5", "6", "7", "8"));
        Assert.Equal(235, s_pack.Figures["rows-1-to-8"].Value);
        Assert.Null(s_pack.Chronology.Single(static r => r.Row == "5").Minutes);
    }

    [Fact]
    public void Without_redundancy_are_230_minutes_of_which_the_network_routes_5_to_10()
    {
        Assert.Equal(230, Sum("1", "2", "3", "4", "6", "7"));
        Assert.Equal((5, 10), (s_pack.Figures["default-routed"].Min, s_pack.Figures["default-routed"].Max));
        Assert.Equal(s_pack.Figures["default-routed"].Max, Sum("3", "4"));
    }

    [Fact]
    public void With_an_AW_an_HDS_and_a_PG_they_sum_to_385() =>
        Assert.Equal(385, 235 + s_pack.Roles["aw-distributor"].Minutes!.Usual + s_pack.Roles["aw-hds"].Minutes!.Usual + s_pack.Roles["pg"].Minutes!.Usual);

    [Theory]
    [InlineData("router", 45, 45)]
    [InlineData("logger", 45, 60)]
    [InlineData("pg", 30, 30)]
    [InlineData("aw-client", 30, 30)]
    [InlineData("aw-distributor", 30, 30)]
    [InlineData("aw-hds", 45, 120)]
    [InlineData("aw-hds-webview", 45, 120)]
    public void Minutes_per_node_are_those_of_the_table(string role, double min, double max)
    {
        Assert.Equal((min, max, false), (s_pack.Roles[role].Minutes!.Min, s_pack.Roles[role].Minutes!.Max, s_pack.Roles[role].Minutes!.Derived));
    }

    [Theory]
    [InlineData("router", 1536, 500, 1024)]
    [InlineData("logger", 1536, 500, 1024)]
    [InlineData("pg", 768, 500, 1024)]
    [InlineData("aw-distributor", 512, 500, 1024)]
    [InlineData("aw-hds", 1536, 500, 1024)]
    [InlineData("aw-hds-webview", 1536, 1536, 2048)]
    [InlineData("aw-client", 256, 250, 500)]
    public void Hardware_is_that_of_the_table(string role, int ram, int disk, int recommended)
    {
        HardwareMinimum hardware = s_pack.Roles[role].Hardware!;
        Assert.Equal((ram, 500, 50, disk, recommended), (hardware.RamMb, hardware.CpuMhz, hardware.CpuLoadBelowPercent, hardware.DiskFreeMb, hardware.DiskRecommendedMb));
    }

    [Fact]
    public void What_the_guide_does_not_say_is_marked_as_derived()
    {
        foreach (string role in new[] { "webview", "cti-gateway", "cti-os" }) Assert.True(s_pack.Roles[role].Minutes!.Derived, role);
        foreach (string figure in new[] { "rows-1-to-8", "without-redundancy", "small-estate", "default-routed" }) Assert.True(s_pack.Figures[figure].Derived, figure);
    }

    [Fact]
    public void What_we_added_to_the_method_is_not_said_to_be_the_guides()
    {
        Assert.All(s_pack.Roles.Values.SelectMany(static r => r.Method).Where(static m => m.Minutes > 0), static m => Assert.StartsWith("tandem#", m.Source, StringComparison.Ordinal));
        Assert.All(s_pack.Roles.Values.SelectMany(static r => r.Method).Where(static m => m.Expect.Contains("trial restore", StringComparison.Ordinal)), static m => Assert.StartsWith("tandem#", m.Source, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("total")]
    [InlineData("routing-in-the-gap")]
    [InlineData("row-10-machines")]
    [InlineData("only-gap")]
    public void A_policy_that_changes_nothing_says_so(string policy) =>
        Assert.All(s_pack.Policies[policy].Choices, static c => Assert.StartsWith("told only: ", c.Title, StringComparison.Ordinal));

    [Fact]
    public void Roles_are_of_the_groups_that_the_model_knows_and_rows_speak_of_them()
    {
        Assert.All(s_pack.Roles.Values, static r => Assert.Contains(r.Group, new[] { "controller", "gateways", "clients" }));
        Assert.All(s_pack.Chronology.SelectMany(static r => r.Of), static group => Assert.Contains(group, new[] { "controller", "gateways", "clients" }));
        Assert.Equal(["3", "4", "6"], s_pack.Chronology.Where(static r => r.TwoPersons).Select(static r => r.Row));
    }

    [Fact]
    public void The_ladder_counts_from_2_to_4_6()
    {
        Assert.Equal(1, Releases.Rung(s_pack.Ladder, "4.6.2") - Releases.Rung(s_pack.Ladder, "4.5.2"));
        Assert.Equal(2, Releases.Rung(s_pack.Ladder, "4.6.2") - Releases.Rung(s_pack.Ladder, "4.1"));
        Assert.Equal(5, Releases.Rung(s_pack.Ladder, "4.6.2") - Releases.Rung(s_pack.Ladder, "2.5"));
    }

    [Fact]
    public void Separate_upgrades_come_in_the_order_of_the_scenarios()
    {
        Assert.Equal(["hardware", "product", "call-manager", "ip-ivr", "sql", "windows-2000"], s_pack.Order.Select(static s => s.Id));
        Assert.Equal(["sql", "windows-2000"], s_pack.Order.Where(static s => s.Alone).Select(static s => s.Id));
        Assert.Equal(7, s_pack.Order.Single(static s => s.Id == "product").TestDays);
    }

    [Fact]
    public void The_run_sheet_goes_from_an_hour_before_to_two_days_after()
    {
        Assert.Equal((-60, 2880), (s_pack.RunSheet[0].At, s_pack.RunSheet[^1].At));
        // What refers to a row counts from that row.
        RunSheetEntry[] byWindow = [.. s_pack.RunSheet.Where(static e => e.Row.Length == 0)];
        Assert.Equal(byWindow.OrderBy(static e => e.At), byWindow);
        Assert.All(s_pack.RunSheet, static e => Assert.True(e.Row.Length == 0 || s_pack.Chronology.Any(r => r.Row == e.Row), e.Do));
    }
}
