using System.Text.Json;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Tests.Planning;

/// <summary>The ICM guide's chronology for one AW, one HDS with WebView and one PG.</summary>
public sealed class IcmChronologyTests
{
    static readonly string s_small = Planned.Example("icm-4.5-small");

    [Fact]
    public void The_routing_column_is_the_guides_word_for_word()
    {
        JsonElement plan = Planned.Json(s_small);
        (string, string)[] rows = [.. plan.GetProperty("steps").EnumerateArray().Select(static s => (s.GetProperty("row").GetString()!, s.GetProperty("routingColumn").GetString()!)).Distinct()];
        Assert.Equal(
            [
                ("1", "Side B"), ("2", "Side B"), ("3", "Network"), ("4", "Side A"), ("5", "Side A"), ("6", "Side A"), ("7", "Side A"), ("8", "Side A or B"),
                ("9", "Side A"), ("10", "ICM Active Side"),
            ], rows);
    }

    [Fact]
    public void Rows_1_to_8_are_235_minutes_and_all_rows_385()
    {
        JsonElement totals = Planned.Json(s_small).GetProperty("totals");
        Assert.Equal(235, totals.GetProperty("fixedMinutes").GetDouble());
        Assert.Equal(385, totals.GetProperty("workMinutes").GetDouble());
    }

    [Fact]
    public void Counted_once_the_first_machine_makes_it_355()
    {
        JsonElement totals = Planned.Json(s_small + "\npolicies: {row-2-machine: once}\n").GetProperty("totals");
        Assert.Equal(235, totals.GetProperty("fixedMinutes").GetDouble());
        Assert.Equal(355, totals.GetProperty("workMinutes").GetDouble());
    }

    [Fact]
    public void Without_redundancy_230_minutes_of_which_the_network_routes_5_to_10()
    {
        JsonElement totals = Planned.Json(s_small).GetProperty("totals");
        Assert.Equal(230, totals.GetProperty("simplexMinutes").GetDouble());
        Assert.Equal(5, totals.GetProperty("defaultRoutedMinutesMin").GetDouble());
        Assert.Equal(10, totals.GetProperty("defaultRoutedMinutesMax").GetDouble());
        Assert.Equal(0, totals.GetProperty("nobodyRoutesMinutes").GetDouble());
        Assert.True(totals.GetProperty("simplexTestMinutes").GetDouble() > 0);
    }

    [Fact]
    public void Every_sum_is_explained_against_11_hours()
    {
        Plan plan = Planned.Plan(s_small);
        string all = string.Join('\n', plan.Totals.Explanation);
        foreach (string part in (string[])["90 + 30 + 5 + 5 + 90 + 10 + 5 = 235", "385 minutes (6 h 25 min)", "11+ hours", "230 minutes", "5 minutes at least", "10 at most"])
            Assert.Contains(part, all, StringComparison.Ordinal);
    }

    [Fact]
    public void The_timeline_has_no_gap_and_says_who_routes_in_every_minute()
    {
        Plan plan = Planned.Plan(s_small);
        Assert.Equal(0, plan.Timeline[0].StartMinute);
        for (int i = 1; i < plan.Timeline.Count; i++) Assert.Equal(plan.Timeline[i - 1].EndMinute, plan.Timeline[i].StartMinute, 6);
        Assert.Equal(plan.Totals.ElapsedMinutes, plan.Timeline[^1].EndMinute, 6);
        string[] routes = [.. plan.Timeline.Select(static s => s.Routes)];
        Assert.Equal(["B", "network", "A"], routes.Where((r, i) => i == 0 || routes[i - 1] != r));
    }

    [Fact]
    public void The_critical_path_leads_from_the_first_step_to_the_last()
    {
        Plan plan = Planned.Plan(s_small);
        Assert.Equal("1", plan.CriticalPath[0].Step);
        Assert.Equal(plan.Steps.MaxBy(static s => s.Ends)!.Id, plan.CriticalPath[^1].Step);
        Assert.Equal(plan.Totals.ElapsedMinutes, plan.CriticalPath.Sum(static s => s.Minutes), 6);
        Assert.All(plan.CriticalPath, static s => Assert.False(s.Why.IsNothing));
    }

    [Fact]
    public void Side_B_is_where_the_cheap_way_back_ends()
    {
        Plan plan = Planned.Plan(s_small);
        Assert.Equal(["6"], plan.Steps.Where(static s => s.BackOut.PointOfNoReturn).Select(static s => s.Id));
        Assert.Equal(0, plan.Steps.Single(static s => s.Id == "1").BackOut.ServiceMinutes);
        Assert.Equal(10, plan.Steps.Single(static s => s.Id == "5").BackOut.ServiceMinutes);
        Assert.True(plan.Steps.Single(static s => s.Id == "6").BackOut.Minutes > plan.Steps.Single(static s => s.Id == "5").BackOut.Minutes);
    }
}
