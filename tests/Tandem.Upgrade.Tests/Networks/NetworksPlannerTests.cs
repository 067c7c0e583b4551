using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;

namespace Tandem.Upgrade.Tests.Networks;

public sealed class NetworksPlannerTests
{
    static string[] Rows(Estate estate, bool inService) => [.. MxOne.Draft(estate).Where(s => s.InService == inService).Select(static s => s.Row)];

    [Fact]
    public void A_virtual_system_is_moved_in_two_parts_with_a_gate_between_them() =>
        Assert.Equal(["firmware", "part-1", "gate", "part-2", "reload", "addresses", "registration", "tests", "watch", "standby"], Rows(MxOne.Estate(), inService: true));

    [Theory]
    [InlineData("two", "migration")]
    [InlineData("three", "shadow")]
    public void Bare_metal_has_three_moves_of_cables_and_parks_the_old_system(string networks, string parkedOn)
    {
        Estate estate = MxOne.Estate(platform: "bare-metal", policies: [("bare-metal-networks", networks)]);
        DraftStep[] steps = [.. MxOne.Draft(estate).Where(static s => s.InService)];
        Assert.Equal(["firmware", "part-1", "gate", "part-2", "cables-3", "reload"], steps.Take(6).Select(static s => s.Row));
        Assert.All(steps[1].Changes, static c => Assert.Equal("none", c.Network));
        Assert.All(steps[4].Changes, c => Assert.Equal(parkedOn, c.Network));
        Assert.Equal(6, steps[4].Changes.Count);
    }

    [Fact]
    public void A_shadow_network_of_the_estate_is_used_unless_the_policy_parks_on_migration()
    {
        Estate estate = MxOne.Estate(platform: "bare-metal") with { Networks = [new EstateNetwork("shadow-66", "shadow", "10.1.66.0/24", "", 0)] };
        Assert.All(Parked(estate), static c => Assert.Equal("shadow", c.Network));
        Assert.All(Parked(estate with { Policies = new Dictionary<string, string> { ["old-parked"] = "migration" } }), static c => Assert.Equal("migration", c.Network));
    }

    static IReadOnlyList<Change> Parked(Estate estate) => MxOne.Draft(estate).Single(static s => s.Row == "cables-3").Changes;

    [Fact]
    public void Bare_metal_that_becomes_virtual_is_unplugged_and_its_successor_moved()
    {
        Estate estate = MxOne.Estate() with { Facts = new Dictionary<string, string> { ["old-platform"] = "bare-metal" } };
        string[] titles = [.. MxOne.Draft(estate).Where(static s => s.InService).Select(static s => s.Title.ToString())];
        Assert.StartsWith("First move of the cables", titles[1]);
        Assert.StartsWith("Part 2", titles[3]);
        Assert.StartsWith("Third move of the cables", titles[4]);
    }

    [Fact]
    public void Data_is_sent_before_service_node_manager_and_that_before_provisioning_manager()
    {
        IReadOnlyList<DraftStep> steps = MxOne.Draft(MxOne.Estate());
        string[] rows = [.. steps.Select(static s => s.Row)];
        int send = Array.IndexOf(rows, "send"), snm = Array.IndexOf(rows, "restore-snm"), pm = Array.IndexOf(rows, "restore-pm");
        Assert.InRange(send, 0, snm - 1);
        Assert.InRange(snm, send + 1, pm - 1);
        Assert.Equal([steps[snm].Id], steps[pm].After);
        Assert.Equal(["security-off", "send", "security-on"], rows[(send - 1)..(send + 2)]);
        Assert.True(Array.IndexOf(rows, "replay") > pm);
        Assert.True(Array.IndexOf(rows, "collect") < send);
    }

    [Fact]
    public void A_security_check_that_stays_on_is_not_switched() =>
        Assert.DoesNotContain("security-off", Rows(MxOne.Estate(policies: [("security-check", "on")]), inService: false));

    [Fact]
    public void Every_step_waits_for_one_before_it_and_the_window_holds_all_of_the_service()
    {
        HashSet<string> known = [];
        foreach (DraftStep step in MxOne.Draft(MxOne.Estate()))
        {
            Assert.All(step.After, id => Assert.Contains(id, known));
            Assert.True(known.Add(step.Id), step.Id);
            Assert.Equal(step.InService ? "cut-over" : "", step.Together);
            Assert.NotEmpty(step.Source);
        }
    }

    [Fact]
    public void The_gate_takes_two_persons_and_the_gateways_address_off_the_pc()
    {
        DraftStep gate = MxOne.Draft(MxOne.Estate()).Single(static s => s.Row == "gate");
        Assert.True(gate.TwoPersons);
        Assert.Equal(new Change("pc.gateway", Change.End, Network: "none"), Assert.Single(gate.Changes));
    }

    [Fact]
    public void A_router_on_migration_needs_no_pc_in_its_place()
    {
        Estate estate = MxOne.Estate() with { Facts = new Dictionary<string, string> { ["migration-gateway"] = "router" } };
        Assert.DoesNotContain(NetworksPlanner.Nodes(estate, MxOne.Pack), static n => n.Role == "stand-in-gateway");
        Assert.Empty(MxOne.Draft(estate).Single(static s => s.Row == "gate").Changes);
    }

    [Fact]
    public void Firmware_is_loaded_early_and_activated_thirty_seconds_before_part_one()
    {
        DraftStep[] steps = [.. MxOne.Draft(MxOne.Estate())];
        int activate = Array.FindIndex(steps, static s => s.Row == "firmware"), load = Array.FindIndex(steps, static s => s.Row == "firmware-load");
        Assert.False(steps[load].InService);
        Assert.Equal(0.5, steps[activate].Minutes.Usual);
        Assert.Equal("part-1", steps[activate + 1].Row);
        Assert.DoesNotContain("firmware", Rows(MxOne.Estate(policies: [("media-gateways", "kept-current")]), inService: true));
    }

    [Fact]
    public void Old_nodes_begin_on_production_and_new_ones_on_migration()
    {
        IReadOnlyList<PlannedNode> nodes = NetworksPlanner.Nodes(MxOne.Estate(), MxOne.Pack);
        Assert.Equal(6, nodes.Count(static n => n.Group == "servers" && n.Network == "production" && n.Release == "6.3"));
        Assert.Equal(6, nodes.Count(static n => n.Group == "servers" && n.Network == "migration" && n.Release == "7.x" && n.Name.EndsWith(".new", StringComparison.Ordinal)));
        PlannedNode old = nodes.Single(static n => n.Name == "pm"), next = nodes.Single(static n => n.Name == "pm.new");
        Assert.All(old.Method, static m => Assert.Equal("prepare", m.Phase));
        Assert.DoesNotContain(next.Method, static m => m.Phase == "prepare");
        Assert.Contains(next.Method, static m => m.Command.Contains("customer_mp.tar"));
    }

    [Fact]
    public void The_choice_of_a_policy_reaches_the_command_lines()
    {
        Estate estate = MxOne.Estate(policies: [("template-archive", "ear"), ("backup-mode", "755")]);
        string commands = string.Join("\n", NetworksPlanner.Nodes(estate, MxOne.Pack).SelectMany(static n => n.Method).Select(static m => m.Command));
        Assert.Contains("customer_mp.ear /var/opt/mxone_pm_config/", commands);
        Assert.Contains("chmod 755 /home/eri_sn_admin/TSBackup\n", commands);
        Assert.DoesNotContain("{", commands);
    }

    [Theory]
    [InlineData("5.0 SP1")]
    [InlineData("5.0 SP7")]
    [InlineData("6.3")]
    [InlineData("7.0")]
    public void Releases_five_six_and_seven_go_directly(string release)
    {
        PathRule rule = MxOne.Pack.Paths.Single(p => p.From.Exists(f => Releases.IsOf(release, f)));
        Assert.Empty(rule.Through);
    }

    [Fact]
    public void Release_four_has_no_path() => Assert.DoesNotContain(MxOne.Pack.Paths, static p => p.From.Exists(static f => Releases.IsOf("4.1", f)));

    [Fact]
    public void A_platform_that_is_none_is_named_with_those_that_are()
    {
        string message = Assert.Throws<UpgradeException>(static () => MxOne.Draft(MxOne.Estate(platform: "xen"))).Message;
        Assert.Contains("'xen'", message);
        Assert.Contains("vmware, hyper-v or bare-metal", message);
    }

    [Fact]
    public void A_learned_duration_replaces_the_packs()
    {
        Estate estate = MxOne.Estate() with { Learned = new Dictionary<string, double> { ["row:reload"] = 25 } };
        Assert.Equal(new Minutes(2, 25, 25), MxOne.Draft(estate).Single(static s => s.Row == "reload").Minutes);
    }
}
