using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Tests.Networks;

public sealed class NetworksModelTests
{
    /// <summary>Platforms, with the policies that change the order of moves.</summary>
    public static TheoryData<string, string, string> Ways => new()
    {
        { "vmware", "two", "kept-updated" },
        { "hyper-v", "two", "kept-current" },
        { "vmware", "two", "replaced" },
        { "bare-metal", "two", "kept-updated" },
        { "bare-metal", "three", "kept-updated" },
        { "bare-metal", "two", "replaced" },
    };

    static Estate Estate(string platform, string networks, string gateways) =>
        MxOne.Estate(platform: platform, policies: [("bare-metal-networks", networks), ("media-gateways", gateways)]);

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_straight_order_breaks_no_rule_at_any_instant_and_ends_at_the_new_system(string platform, string networks, string gateways)
    {
        Estate estate = Estate(platform, networks, gateways);
        NetworksModel model = MxOne.Model(estate);
        Assert.Equal("old", model.Routes);
        Assert.True(model.Works);
        List<string> routes = [];
        foreach (DraftStep step in MxOne.Draft(estate).Where(static s => s.InService))
        {
            foreach (string at in new[] { Change.Begin, Change.End })
            {
                MxOne.Play(model, step, at);
                Assert.Empty(model.Violations);
                if (routes.Count == 0 || routes[^1] != model.Routes) routes.Add(model.Routes);
            }
        }
        Assert.Contains("nobody", routes);
        Assert.Equal("new", routes[^1]);
        Assert.True(model.Works);
        Assert.True(routes is ["old", "nobody", "new"] or ["nobody", "new"]);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_back_out_from_the_middle_or_the_end_of_a_step_returns_to_the_old_system_without_a_meeting(string platform, string networks, string gateways)
    {
        Estate estate = Estate(platform, networks, gateways);
        DraftStep[] steps = [.. MxOne.Draft(estate).Where(static s => s.InService)];
        for (int failed = 0; failed < steps.Length; failed++)
        {
            foreach (bool ended in new[] { false, true })
            {
                NetworksModel model = MxOne.Model(estate);
                for (int i = 0; i <= failed; i++)
                {
                    MxOne.Play(model, steps[i], Change.Begin);
                    if (i < failed || ended) MxOne.Play(model, steps[i], Change.End);
                }
                foreach (BackOutAction action in steps[failed].BackOut.Actions)
                {
                    foreach (Change change in action.Changes)
                    {
                        model.Apply(change);
                        Assert.Empty(model.Violations);
                    }
                }
                Assert.Equal("old", model.Routes);
                Assert.True(model.Works, $"after {steps[failed].Title}");
            }
        }
    }

    [Fact]
    public void A_new_machine_that_comes_before_the_old_one_has_left_is_found()
    {
        NetworksModel model = MxOne.Model(MxOne.Estate());
        model.Apply(new Change("sn-1.new", Change.End, Network: "production"));
        Assert.Contains(model.Violations, static v => v.Rule == "duplicate-address" && v.Unit == "sn-1" && v.Says.Contains("10.1.66.31"));
        Assert.Contains(model.Violations, static v => v.Rule == "systems-mixed");
        Assert.Equal("nobody", model.Routes);
        Assert.False(model.Works);
    }

    [Fact]
    public void An_old_machine_that_is_left_behind_is_mixed_with_the_new_system_though_no_address_is_there_twice()
    {
        NetworksModel model = MxOne.Model(MxOne.Estate());
        model.Apply(new Change("sn-1", Change.End, Network: "shadow"));
        model.Apply(new Change("sn-1.new", Change.End, Network: "production"));
        Assert.Equal("systems-mixed", Assert.Single(model.Violations).Rule);
    }

    [Fact]
    public void An_old_machine_on_migration_meets_its_successor_there()
    {
        NetworksModel model = MxOne.Model(MxOne.Estate(platform: "bare-metal"));
        model.Apply(new Change("sn-2", Change.End, Network: "migration"));
        Assert.Equal("duplicate-address", Assert.Single(model.Violations).Rule);
    }

    [Fact]
    public void Two_old_machines_without_addresses_in_the_estate_still_have_their_own()
    {
        NetworksModel model = new(NetworksPlanner.Nodes(MxOne.Estate(), MxOne.Pack));
        model.Apply(new Change("pm", Change.End, Network: "migration"));
        Assert.Equal("pm", Assert.Single(model.Violations).Unit);
    }

    [Fact]
    public void A_pc_that_keeps_the_gateways_address_on_production_is_found()
    {
        NetworksModel model = MxOne.Model(MxOne.Estate());
        Assert.Empty(model.Violations);
        model.Apply(new Change("pc.gateway", Change.End, Network: "production"));
        Assert.Equal("duplicate-gateway", Assert.Single(model.Violations).Rule);
    }

    [Fact]
    public void A_gateway_with_new_firmware_is_no_way_back_to_the_old_system()
    {
        NetworksModel model = MxOne.Model(MxOne.Estate());
        model.Apply(new Change("mgu-1", Change.End, Release: "7.x"));
        Assert.False(model.Works);
        Assert.Equal("old", model.Routes);
    }

    [Fact]
    public void While_nobody_routes_nothing_is_redundant()
    {
        NetworksModel model = MxOne.Model(MxOne.Estate());
        Assert.Empty(model.NotRedundant);
        model.Apply(new Change("sn-1", Change.End, Network: "none"));
        Assert.Equal(["system"], model.NotRedundant);
    }

    [Fact]
    public void A_copy_goes_its_own_way()
    {
        NetworksModel model = MxOne.Model(MxOne.Estate());
        IEstateModel copy = model.Copy();
        copy.Apply(new Change("sn-1", Change.End, Network: "shadow"));
        Assert.Equal("nobody", copy.Routes);
        Assert.Equal("old", model.Routes);
    }

    [Fact]
    public void A_change_of_an_unknown_node_is_an_error() =>
        Assert.Contains("sn-9", Assert.Throws<UpgradeException>(static () => MxOne.Model(MxOne.Estate()).Apply(new Change("sn-9", Change.End, Network: "none"))).Message);
}
