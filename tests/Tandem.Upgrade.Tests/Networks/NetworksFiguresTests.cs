using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;

namespace Tandem.Upgrade.Tests.Networks;

public sealed class NetworksFiguresTests
{
    [Fact]
    public void Six_servers_and_the_pc_are_moved_in_seventy_seconds()
    {
        Assert.Equal(70, MxOne.Figure(MxOne.Estate(), "move-seconds"));
        Assert.Equal(70, MxOne.Figure(MxOne.Estate(servers: 3), "move-seconds-measured"));
        double minutes = MxOne.Draft(MxOne.Estate()).Where(static s => s.Row is "part-1" or "part-2").Sum(static s => s.Minutes.Usual);
        Assert.Equal(70.0 / 60, minutes, 6);
    }

    [Fact]
    public void Three_old_and_three_new_servers_are_seventy_seconds_when_each_move_is_counted() =>
        Assert.Equal(70, MxOne.Figure(MxOne.Estate(servers: 3, policies: [("move-timing", "each-move")]), "move-seconds"));

    [Fact]
    public void The_time_of_a_machine_is_ten_seconds_and_derived_and_what_was_measured_is_not()
    {
        NamedFigure machine = MxOne.Named(MxOne.Estate(), "move-seconds-per-machine");
        Assert.Equal(10, machine.Value);
        Assert.True(machine.Derived);
        Assert.False(MxOne.Named(MxOne.Estate(), "move-seconds-measured").Derived);
    }

    [Fact]
    public void The_source_says_ten_to_sixty_minutes()
    {
        Assert.Equal(10, MxOne.Figure(MxOne.Estate(), "outage-minutes-least"));
        Assert.Equal(60, MxOne.Figure(MxOne.Estate(), "outage-minutes-most"));
        Assert.False(MxOne.Named(MxOne.Estate(), "outage-minutes-most").Derived);
    }

    [Theory]
    [InlineData(6, 15_000)]
    [InlineData(10, 40_000)]
    public void Six_to_ten_servers_are_estimated_within_ten_to_sixty_minutes(int servers, long phones)
    {
        Estate estate = MxOne.Estate(servers, phones: phones);
        Assert.InRange(MxOne.Figure(estate, "outage-minutes"), 10, 60);
    }

    /// <summary>Neither the usual minutes nor the least or the most may be outside when it is said to lie within.</summary>
    [Theory]
    [InlineData(1, 500, "That is less than the 10 to 60 minutes of the source")]
    [InlineData(6, 15_000, "lie within the 10 to 60 minutes of the source, but")]
    [InlineData(10, 40_000, "That lies within the 10 to 60 minutes of the source")]
    public void The_least_and_the_most_are_held_against_the_source_too(int servers, long phones, string says)
    {
        Estate estate = MxOne.Estate(servers, phones: phones);
        Assert.Contains(NetworksPlanner.Explain(estate, MxOne.Pack, PolicySet.Of(MxOne.Pack, estate)), t => t.ToString().Contains(says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mx-one-6-vmware")]
    [InlineData("mx-one-6-bare-metal")]
    public void The_outage_is_what_the_timeline_says_nobody_routes_and_tests_are_told_beside_it(string example)
    {
        Plan plan = Planning.Planned.Plan(Planning.Planned.Example(example), "mx-one-7");
        double Of(string id) => plan.Totals.Figures.Single(f => f.Id == id).Value;
        Assert.Equal(plan.Totals.NobodyRoutesMinutes, Of("outage-minutes"), 0.011);
        Assert.Equal(plan.Steps.Single(static s => s.Row == "tests").Minutes.Usual, Of("confirmed-minutes") - Of("outage-minutes"), 0.011);
    }

    [Fact]
    public void The_estimate_is_the_sum_of_the_steps_in_which_nobody_routes()
    {
        double sum = MxOne.Draft(MxOne.Estate()).Where(static s => s.Row is "part-1" or "gate" or "part-2" or "reload" or "addresses" or "registration").Sum(static s => s.Minutes.Usual);
        Assert.Equal(Math.Round(sum, 2), MxOne.Figure(MxOne.Estate(), "outage-minutes"));
    }

    [Fact]
    public void A_manager_on_a_service_node_moves_with_it()
    {
        Estate estate = MxOne.Estate();
        string host = estate.Nodes[0].Address;
        Estate together = estate with { Nodes = [.. estate.Nodes.Select(n => n.Role == "service-node-manager" ? n with { Address = host } : n)] };
        Assert.Equal(60, MxOne.Figure(together, "move-seconds"));
    }

    [Fact]
    public void Fifteen_thousand_phones_register_in_375_seconds()
    {
        Assert.Equal(375, MxOne.Figure(MxOne.Estate(), "registration-seconds"));
        Assert.Equal(6.25, MxOne.Draft(MxOne.Estate()).Single(static s => s.Row == "registration").Minutes.Usual);
    }

    [Theory]
    [InlineData(23_000, 115)]
    [InlineData(23_001, 116)]
    [InlineData(200, 1)]
    public void Users_are_looked_through_by_pages_of_two_hundred(long users, double pages) => Assert.Equal(pages, MxOne.Figure(MxOne.Estate(users: users), "user-pages"));

    [Theory]
    [InlineData("weekend-of-60-hours", 200, 60)]
    [InlineData("weekend-of-48-hours", 250, 48)]
    public void Twelve_thousand_users_are_sent_in_a_weekend(string choice, double perHour, double hours)
    {
        Estate estate = MxOne.Estate(users: 12_000, policies: [("regeneration-rate", choice)]);
        NamedFigure rate = MxOne.Named(estate, "regeneration-users-per-hour");
        Assert.Equal(perHour, rate.Value);
        Assert.True(rate.Derived);
        Assert.Equal(hours * 60, MxOne.Draft(estate).Single(static s => s.Row == "send").Minutes.Usual);
    }

    [Fact]
    public void More_servers_than_the_source_speaks_of_are_told()
    {
        Estate estate = MxOne.Estate(servers: 12);
        Assert.Contains(NetworksPlanner.Explain(estate, MxOne.Pack, PolicySet.Of(MxOne.Pack, estate)), static t => t.ToString().Contains("at most 10 servers; this estate has 12"));
    }
}
