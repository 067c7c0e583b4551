using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;

namespace Tandem.Upgrade.Tests.Readiness;

/// <summary>Rules for systems that are replaced, each judged by a pack of its own: what the rule needs, and nothing else.</summary>
public sealed class ReplacementTests
{
    static readonly Estate s_vmware = new()
    {
        Name = "Vintersund", Product = "Test", Release = "6.2", Zone = "Europe/Stockholm", Platform = "vmware",
        Nodes = [new() { Name = "sn-1", Role = "service-node", Unit = "sn-1", Release = "6.2", Address = "192.0.2.30" }, new() { Name = "pm-1", Role = "provisioning-manager", Unit = "pm-1", Release = "6.2", Address = "192.0.2.50" }],
        Networks = [new("net", "production", "192.0.2.0/24", "192.0.2.1", 1), new("mig", "migration", "192.0.2.0/24", "192.0.2.1", 2), new("old", "shadow", "192.0.2.0/24", "192.0.2.1", 3)],
        Counts = new Dictionary<string, long> { ["users"] = 23000, ["extensions"] = 15000 },
    };

    static Verdict Judge(Estate estate, string id, params (string Key, string Value)[] with)
    {
        var pack = new Pack
        {
            Id = "test", Product = "Test", Release = "7.x", Method = Method.Networks, Sources = [],
            Checks = [new Check { Id = id, Title = id, Failing = "not-ready", Remedy = "do it", With = with.ToDictionary(static w => w.Key, static w => w.Value), Source = "test#1" }],
        };
        return Upgrade.Readiness.Readiness.Judge(estate, pack, PolicySet.Of(pack, estate), TestEstates.Today).Findings.Max(static f => f.Verdict);
    }

    static Estate Without(string purpose) => s_vmware with { Networks = [.. s_vmware.Networks.Where(n => n.Purpose != purpose)] };
    static Estate Saying(string fact, string value) => s_vmware with { Facts = new Dictionary<string, string> { [fact] = value } };

    [Theory]
    [InlineData("vmware", "shadow", Verdict.NotReady)]
    [InlineData("vmware", "migration", Verdict.NotReady)]
    [InlineData("vmware", "none", Verdict.Pass)]
    [InlineData("bare-metal", "shadow", Verdict.Pass)]
    [InlineData("azure", "none", Verdict.Warn)]
    public void Networks_are_as_many_as_the_platform_needs(string platform, string missing, Verdict verdict) =>
        Assert.Equal(verdict, Judge(Without(missing) with { Platform = platform }, "networks-three", ("vmware", "3"), ("bare-metal", "2")));

    [Fact]
    public void Migration_has_the_prefix_and_gateway_of_every_network_of_Production()
    {
        (string, string)[] with = [("first", "production"), ("second", "migration")];
        Assert.Equal(Verdict.Pass, Judge(s_vmware, "network-same-prefix", with));
        Assert.Equal(Verdict.NotReady, Judge(s_vmware with { Networks = [.. s_vmware.Networks, new("net-2", "production", "198.51.100.0/24", "198.51.100.1", 4)] }, "network-same-prefix", with));
        Assert.Equal(Verdict.NotReady, Judge(Without("migration"), "network-same-prefix", with));
    }

    [Theory]
    [InlineData("pc", Verdict.Pass)]
    [InlineData("router", Verdict.Pass)]
    [InlineData("nobody", Verdict.NotReady)]
    [InlineData("no", Verdict.NotReady)]
    public void A_fact_has_one_of_the_values_that_count(string value, Verdict verdict) =>
        Assert.Equal(verdict, Judge(Saying("migration-gateway", value), "gateway-reachable", ("fact", "migration-gateway"), ("values", "pc, router")));

    [Theory]
    [InlineData("2027-01-11", Verdict.Pass)]
    [InlineData("2027-01-12", Verdict.NotReady)]
    public void A_day_that_is_still_to_come_does_not_count(string day, Verdict verdict) =>
        Assert.Equal(verdict, Judge(Saying("regen-collected", day), "regen-collected", ("fact", "regen-collected")));

    [Fact]
    public void What_nobody_wrote_was_not_done_where_it_is_asked_for()
    {
        Assert.Equal(Verdict.NotReady, Judge(s_vmware, "licences", ("fact", "licences")));
        Assert.Equal(Verdict.NotReady, Judge(s_vmware, "capacity", ("fact", "capacity"), ("platforms", "vmware, hyper-v")));
        Assert.Equal(Verdict.Pass, Judge(s_vmware with { Platform = "bare-metal" }, "capacity", ("fact", "capacity"), ("platforms", "vmware, hyper-v")));
        Assert.Equal(Verdict.Pass, Judge(s_vmware, "media-gateway-firmware", ("fact", "media-gateway-firmware"), ("role", "media-gateway")));
    }

    [Theory]
    [InlineData("vSphere 8.0", Verdict.Pass)]
    [InlineData("Windows Server 2019", Verdict.NotReady)]
    [InlineData("yes", Verdict.Pass)]
    public void New_hardware_is_one_of_the_platforms_own(string value, Verdict verdict) =>
        Assert.Equal(verdict, Judge(Saying("new-hardware", value), "new-hardware", ("fact", "new-hardware"), ("vmware", "vSphere 8.0"), ("hyper-v", "Windows Server 2019, Windows Server 2022")));

    [Fact]
    public void A_PC_that_stands_in_for_the_gateway_is_told()
    {
        (string, string)[] with = [("fact", "migration-gateway"), ("value", "pc")];
        Assert.Equal(Verdict.NotReady, Judge(Saying("migration-gateway", "pc"), "duplicate-gateway", with));
        Assert.Equal(Verdict.Pass, Judge(Saying("migration-gateway", "router"), "duplicate-gateway", with));
        Assert.Equal(Verdict.Warn, Judge(s_vmware, "duplicate-gateway", with));
    }

    [Fact]
    public void A_Shadow_network_is_decided_on_bare_metal_alone()
    {
        (string, string)[] with = [("platform", "bare-metal"), ("policy", "bare-metal-networks")];
        Assert.Equal(Verdict.Pass, Judge(s_vmware, "shadow-on-bare-metal", with));
        Assert.Equal(Verdict.Pass, Judge(s_vmware with { Platform = "bare-metal" }, "shadow-on-bare-metal", with));
        Assert.Equal(Verdict.NotReady, Judge(Without("shadow") with { Platform = "bare-metal" }, "shadow-on-bare-metal", with));
    }

    [Fact]
    public void Many_users_want_a_manager_on_a_server_of_its_own()
    {
        (string, string)[] with = [("role", "provisioning-manager"), ("users", "23000"), ("extensions", "15000")];
        Estate shared = s_vmware.With("pm-1", static n => n with { Address = "192.0.2.30" });
        Assert.Equal(Verdict.Pass, Judge(s_vmware, "pm-standalone", with));
        Assert.Equal(Verdict.NotReady, Judge(shared, "pm-standalone", with));
        Assert.Equal(Verdict.Pass, Judge(shared with { Counts = new Dictionary<string, long> { ["users"] = 300 } }, "pm-standalone", with));
        Assert.Equal(Verdict.Warn, Judge(shared with { Counts = new Dictionary<string, long>() }, "pm-standalone", with));
    }

    [Theory]
    [InlineData("5.0", Verdict.NotReady)]
    [InlineData("6.2", Verdict.Pass)]
    public void Release_5_has_a_password_that_everybody_knows(string release, Verdict verdict) =>
        Assert.Equal(verdict, Judge(s_vmware with { Release = release }, "default-password", ("releases", "5.x"), ("password", "default")));

    [Fact]
    public void A_PC_reaches_both_networks()
    {
        Assert.Equal(Verdict.NotReady, Judge(s_vmware, "pc-access", ("role", "pc")));
        Assert.Equal(Verdict.Pass, Judge(s_vmware, "pc-access", ("role", "service-node")));
    }
}
