using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Tests.Readiness;

public sealed class GatewayTests
{
    static Estate PgAt(string release) => TestEstates.Ready.With("pg-1a", n => n with { Release = release }).With("pg-1b", n => n with { Release = release });

    /// <summary>A publisher and so many subscribers, of which the first two have CTI managers; side B of the PG keeps to the second.</summary>
    static Estate ClusterOf(int subscribers, params string[] ofSideA)
    {
        IEnumerable<ClusterNode> nodes = Enumerable.Range(1, subscribers).Select(static i => new ClusterNode($"sub-{i}", "subscriber", i switch { 1 => "primary", 2 => "backup", _ => "none" }, 60 + i));
        return TestEstates.Ready.With("pg-1a", n => n with { CtiManagers = ofSideA }).With("pg-1b", static n => n with { CtiManagers = ["sub-2"] }) with
        {
            Clusters = [new("voice", [new("pub", "publisher", "none", 60), .. nodes], 59)],
        };
    }

    [Theory]
    [InlineData("4.5.2", "one", Verdict.Pass)]
    [InlineData("4.1.3", "one", Verdict.Refused)]
    [InlineData("4.1.3", "two", Verdict.Pass)]
    [InlineData("4.0.1", "two", Verdict.Refused)]
    public void A_PG_may_be_as_far_behind_as_the_policy_says(string release, string policy, Verdict verdict)
    {
        Finding found = PgAt(release).Choosing("pg-lag", policy).Worst("gateway-lag");
        Assert.Equal(verdict, found.Verdict);
        Assert.StartsWith("pg-1", found.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void A_PG_of_the_central_controllers_own_release_goes_with_its_side() =>
        Assert.Equal(Verdict.Warn, TestEstates.Ready.AllAt("4.1.3").Worst("gateway-lag").Verdict);

    [Fact]
    public void A_PG_ahead_of_the_central_controller_is_refused() => Assert.Equal(Verdict.Refused, PgAt("4.6.2").Worst("gateway-lag").Verdict);

    [Fact]
    public void A_PG_of_an_unknown_release_is_refused() => Assert.Equal(Verdict.Refused, PgAt("7.0").Worst("gateway-lag").Verdict);

    [Fact]
    public void A_PG_at_the_publisher_of_a_cluster_of_three_is_refused()
    {
        Finding found = ClusterOf(2, "pub").Worst("publisher-in-cluster");
        Assert.Equal((Verdict.Refused, "pg-1a"), (found.Verdict, found.Subject));
        Assert.Contains("voice has 3 nodes", found.Evidence.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_PG_at_the_publisher_of_a_cluster_of_two_passes() => Assert.Equal(Verdict.Pass, ClusterOf(1, "pub").Findings("publisher-in-cluster").Single(static f => f.Subject == "pg-1a").Verdict);

    [Fact]
    public void The_publisher_of_a_larger_cluster_is_refused_whatever_the_policy() =>
        Assert.Equal(Verdict.Refused, ClusterOf(2, "pub").Choosing("pg-at-publisher", "recommendation").Worst("publisher-in-cluster").Verdict);

    [Fact]
    public void Each_side_of_a_PG_at_a_CTI_manager_of_its_own_passes() => Assert.Equal(Verdict.Pass, ClusterOf(2, "sub-1").Worst("cti-cross-connect").Verdict);

    [Theory]
    [InlineData("sub-1", "sub-2")]
    [InlineData("sub-2")]
    [InlineData("sub-1", "sub-3")]
    public void A_PG_that_is_cross_connected_is_refused(params string[] managers)
    {
        Finding found = ClusterOf(4, managers).Worst("cti-cross-connect");
        Assert.Equal((Verdict.Refused, "pg-1a"), (found.Verdict, found.Subject));
    }

    [Theory]
    [InlineData("", "pg-1")]
    [InlineData("", "alone")]
    [InlineData("B", "alone")]
    public void A_PG_without_another_side_at_the_backup_CTI_manager_alone_is_refused(string side, string unit)
    {
        Finding found = ClusterOf(2, "sub-2").With("pg-1a", n => n with { Side = side, Unit = unit }).Worst("cti-cross-connect");
        Assert.Equal((Verdict.Refused, "pg-1a"), (found.Verdict, found.Subject));
    }

    [Fact]
    public void Sides_of_a_PG_of_ICM_at_one_CTI_manager_are_not_ready()
    {
        Assert.Equal(Verdict.NotReady, ClusterOf(2, "sub-2").Worst("cti-managers-same").Verdict);
        Assert.Equal(Verdict.Pass, ClusterOf(2, "sub-1").Worst("cti-managers-same").Verdict);
    }

    [Fact]
    public void A_PG_of_a_CallManager_that_says_nothing_is_not_known()
    {
        Estate silent = TestEstates.Ready with { Peripherals = [new("voice", "call-manager", "3.2", "pg-1", Verified: true, 4)] };
        Assert.Equal(Verdict.Warn, silent.Worst("cti-cross-connect").Verdict);
        Assert.Equal(Verdict.Warn, silent.Worst("publisher-in-cluster").Verdict);
    }

    [Fact]
    public void Unified_CCE_wants_a_second_CTI_manager_a_different_one_for_each_side_and_phones_that_rehome()
    {
        Pack pack = TestEstates.Ucce;
        Estate good = ClusterOf(2, "sub-1") with { Product = pack.Product, Release = "7.5", Facts = new Dictionary<string, string> { ["phones-rehome"] = "yes" } };
        Assert.All(good.Judged(pack).Findings, static f => Assert.Equal(Verdict.Pass, f.Verdict));

        Assert.Equal(Verdict.NotReady, good.With("pg-1b", static n => n with { CtiManagers = ["sub-1"] }).Worst("cti-managers-same", pack).Verdict);
        Assert.Equal(Verdict.Refused, good.With("pg-1a", static n => n with { CtiManagers = ["sub-1", "sub-2"] }).Worst("cti-cross-connect", pack).Verdict);
        Assert.Equal(Verdict.NotReady, (good with { Clusters = [new("voice", [new("sub-1", "subscriber", "primary", 1)], 1)] }).Worst("two-cti-managers", pack).Verdict);
        Assert.Equal(Verdict.NotReady, (good with { Facts = new Dictionary<string, string> { ["phones-rehome"] = "no" } }).Worst("phones-rehome", pack).Verdict);
        Assert.Equal(Verdict.Warn, (good with { Facts = new Dictionary<string, string>() }).Worst("phones-rehome", pack).Verdict);
    }
}
