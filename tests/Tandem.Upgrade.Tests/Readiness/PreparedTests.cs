using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Tests.Readiness;

public sealed class PreparedTests
{
    [Theory]
    [InlineData("system-healthy")]
    [InlineData("release-notes-read")]
    [InlineData("field-notices-read")]
    [InlineData("only-upgrade")]
    [InlineData("redundancy-known")]
    [InlineData("webview-users-told")]
    [InlineData("cti-toolkit")]
    [InlineData("cco-contract")]
    [InlineData("media-checked")]
    public void What_the_guide_asks_for_beforehand_is_told_when_nobody_wrote_it_down(string fact)
    {
        Estate silent = TestEstates.Ready with { Facts = TestEstates.Ready.Facts.Where(f => f.Key != fact).ToDictionary() };
        Finding warned = Assert.Single(silent.Judged().Findings, static f => f.Verdict != Verdict.Pass);
        Assert.Equal((fact, Verdict.Warn), (warned.Check, warned.Verdict));
        Estate denied = TestEstates.Ready with { Facts = new Dictionary<string, string>(TestEstates.Ready.Facts) { [fact] = "no" } };
        Assert.Equal(Verdict.Warn, denied.Worst(fact).Verdict);
    }

    [Theory]
    [InlineData("logger-a", "sql", "sql-server 7.0 SP3", "4.1.3", Verdict.Warn)]
    [InlineData("logger-a", "sql", "sql-server 7.0 SP3", "4.5.2", Verdict.Pass)]
    [InlineData("logger-a", "sql", "sql-server 6.5 SP5a", "4.1.3", Verdict.Pass)]
    [InlineData("pg-1a", "os", "windows-2000 SP2", "4.5.2", Verdict.Warn)]
    [InlineData("pg-1a", "os", "windows-2000 SP2", "4.6.2", Verdict.Pass)]
    public void Software_beside_a_release_that_is_older_than_it_needs_is_told(string node, string component, string version, string release, Verdict verdict) =>
        Assert.Equal(verdict, TestEstates.Ready.AllAt(release).WithSoftware(node, component, version).Worst("software-with-release").Verdict);

    [Theory]
    [InlineData("windows-2000", "windows-2000 SP9", Verdict.Warn)]
    [InlineData("windows-2000", "windows-2000 SP2", Verdict.Pass)]
    [InlineData("windows-2000", "SP2", Verdict.Pass)]
    [InlineData("sql", "7.0 SP3", Verdict.Pass)]
    [InlineData("sql", "sql-server 7.0", Verdict.Warn)]
    public void A_planned_version_that_the_pack_does_not_name_is_told_with_what_it_knows(string component, string to, Verdict verdict)
    {
        Finding found = (TestEstates.Ready with { OtherUpgrades = [new(component, to, "", new LocalDate(2027, 3, 1), 50)] }).Worst("software-with-release");
        Assert.Equal(verdict, found.Verdict);
        if (verdict == Verdict.Warn) Assert.EndsWith(component == "sql" ? "known: sql-server 7.0 SP3" : "known: windows-2000 SP2", found.Evidence.ToString(), StringComparison.Ordinal);
    }
}
