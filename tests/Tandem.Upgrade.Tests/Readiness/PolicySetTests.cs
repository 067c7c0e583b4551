using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;

namespace Tandem.Upgrade.Tests.Readiness;

public sealed class PolicySetTests
{
    [Fact]
    public void What_the_estate_does_not_choose_is_the_packs_default()
    {
        PolicySet set = PolicySet.Of(TestEstates.Icm, TestEstates.Ready.Choosing("pg-lag", "two"));
        Assert.Equal(("two", 2), (set.Choice("pg-lag"), set.Value("pg-lag")));
        Assert.Equal(("table", 5, 10), (set.Choice("switchover-outage"), set.Value("switchover-outage"), set.ValueMax("switchover-outage")));
        PolicyTaken lag = set.Taken.Single(static t => t.Id == "pg-lag");
        Assert.False(lag.IsDefault);
        Assert.Equal("one", Assert.Single(lag.Others).Choice);
        Assert.Equal(TestEstates.Icm.Policies.Keys, set.Taken.Select(static t => t.Id));
    }

    [Fact]
    public void Unknown_policies_and_choices_are_told_together_with_the_nearest()
    {
        Estate estate = TestEstates.Ready.Choosing("pg-lagg", "one").Choosing("window-length", "8-10-hour");
        string said = Assert.Throws<UpgradeException>(() => PolicySet.Of(TestEstates.Icm, estate)).Message;
        Assert.Contains("no policy 'pg-lagg'; did you mean 'pg-lag'?", said, StringComparison.Ordinal);
        Assert.Contains("no choice '8-10-hour'; did you mean '8-10-hours'?", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_that_no_code_judges_is_told()
    {
        Pack pack = TestEstates.Packs.Load(TestEstates.Icm.Id);
        pack.Checks.Add(new Check { Id = "moon", Title = "", Failing = "warn", Remedy = "", Source = "tandem#x" });
        Assert.Contains("moon", Assert.Throws<UpgradeException>(() => TestEstates.Ready.Judged(pack)).Message, StringComparison.Ordinal);
    }
}
