using System.Text.Json;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Tests.Planning;

public sealed class MxOnePlanTests
{
    static Dictionary<string, JsonElement> Figures(string example) =>
        Planned.Json(Planned.Example(example), "mx-one-7").GetProperty("totals").GetProperty("figures").EnumerateArray().ToDictionary(static f => f.GetProperty("id").GetString()!);

    [Theory]
    [InlineData("mx-one-6-vmware")]
    [InlineData("mx-one-6-bare-metal")]
    public void Six_servers_and_the_PC_move_in_70_seconds_and_what_is_calculated_says_so(string example)
    {
        Dictionary<string, JsonElement> figures = Figures(example);
        (double, bool) Of(string id) => (figures[id].GetProperty("value").GetDouble(), figures[id].GetProperty("derived").GetBoolean());
        Assert.Equal(70, Of("move-seconds").Item1);
        Assert.Equal((70, false), Of("move-seconds-measured"));
        Assert.Equal((10, true), Of("move-seconds-per-machine"));
        Assert.Equal((10, 60), (Of("outage-minutes-least").Item1, Of("outage-minutes-most").Item1));
        Assert.True(Of("regeneration-users-per-hour").Item2);
        Assert.Equal(115, Of("user-pages").Item1);
        Assert.InRange(Of("outage-minutes").Item1, 10, 60);
    }

    [Theory]
    [InlineData("mx-one-6-vmware")]
    [InlineData("mx-one-6-bare-metal")]
    public void The_old_system_serves_then_nobody_then_the_new_and_no_address_is_ever_live_twice(string example)
    {
        Plan plan = Planned.Plan(Planned.Example(example), "mx-one-7");
        string[] routes = [.. plan.Timeline.Select(static s => s.Routes)];
        Assert.Equal(["old", "nobody", "new"], routes.Where((r, i) => i == 0 || routes[i - 1] != r));
        (_, var violations) = TimelineReader.Read(plan.Steps, Models.Of(plan, Planned.Packs.Load("mx-one-7")));
        Assert.Empty(violations);
        Assert.All(plan.Steps.Where(static s => !s.InService), step => Assert.True(step.Ends <= plan.Windows[0].Begins));
    }

    [Fact]
    public void Preparation_is_done_in_office_hours_and_what_takes_longer_than_a_day_runs_through_nights()
    {
        Step[] early = [.. Planned.Plan(Planned.Example("mx-one-6-vmware"), "mx-one-7").Steps.Where(static s => !s.InService)];
        for (int i = 1; i < early.Length; i++) Assert.True(early[i - 1].Ends <= early[i].Begins);
        Assert.Contains(early, static s => s.Minutes.Usual > 540);
        Assert.All(early.Where(static s => s.Minutes.Usual <= 540), static s =>
        {
            Assert.NotInRange(s.Begins.DayOfWeek, DayOfWeek.Saturday, DayOfWeek.Saturday);
            Assert.NotEqual(DayOfWeek.Sunday, s.Begins.DayOfWeek);
            Assert.InRange(s.Begins.TimeOfDay, TimeSpan.FromHours(8), TimeSpan.FromHours(17));
            Assert.InRange(s.Ends.TimeOfDay, TimeSpan.FromHours(8), TimeSpan.FromHours(17));
        });
    }
}
