using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;

namespace Tandem.Upgrade.Tests.Readiness;

public sealed class MatrixTests
{
    static SoftwareLine Line(Estate estate, string node, string component) => estate.Judged().Software.Single(l => l.Node == node && l.Component == component);

    [Theory]
    [InlineData("windows-nt 4.0 SP6a", Verdict.Pass)]
    [InlineData("Windows-NT 4.0 SP6A", Verdict.Pass)]
    [InlineData("windows-nt 4.0 SP6", Verdict.NotReady)]
    [InlineData("windows-nt 4.0 SP5", Verdict.NotReady)]
    [InlineData("windows-2000 SP2", Verdict.Pass)]
    [InlineData("windows-2000 SP1", Verdict.NotReady)]
    [InlineData("windows-nt", Verdict.NotReady)]
    public void Windows_is_NT_4_with_SP6a_or_2000_with_SP2(string os, Verdict verdict) => Assert.Equal(verdict, Line(TestEstates.Ready.WithSoftware("router-a", "os", os), "router-a", "os").Verdict);

    [Theory]
    [InlineData("5.5 SP1", Verdict.NotReady)]
    [InlineData("5.5 SP2", Verdict.Pass)]
    [InlineData("6.0", Verdict.Pass)]
    public void Internet_Explorer_may_be_later(string ie, Verdict verdict) => Assert.Equal(verdict, Line(TestEstates.Ready.WithSoftware("pg-1a", "ie", ie), "pg-1a", "ie").Verdict);

    [Theory]
    [InlineData("11.0")]
    [InlineData("10.0")]
    public void PCAnywhere_is_exactly_10_5(string version) => Assert.Equal(Verdict.NotReady, Line(TestEstates.Ready.WithSoftware("pg-1a", "pcanywhere", version), "pg-1a", "pcanywhere").Verdict);

    [Fact]
    public void An_old_component_is_told_with_what_would_do()
    {
        Finding found = TestEstates.Ready.WithSoftware("aw-1", "infomaker", "6.5").Worst("software");
        Assert.Equal((Verdict.NotReady, "aw-1", "InfoMaker: 6.5; accepted: 7.0.3"), (found.Verdict, found.Subject, found.Evidence.ToString()));
    }

    [Fact]
    public void A_component_that_nobody_wrote_down_is_not_known()
    {
        Finding found = TestEstates.Ready.WithSoftware("aw-1", "ie", null).Worst("software");
        Assert.Equal((Verdict.Warn, "not known: ie"), (found.Verdict, found.Evidence.ToString()));
    }

    [Fact]
    public void One_browser_is_enough_for_WebView()
    {
        Estate netscape = TestEstates.Ready.WithSoftware("hds-1", "ie", "4.0").WithSoftware("hds-1", "netscape", "4.7");
        Assert.Equal(Verdict.Pass, Line(netscape, "hds-1", "ie").Verdict);
        Assert.Equal(Verdict.Pass, netscape.Worst("software").Verdict);
        Assert.Equal(Verdict.NotReady, netscape.WithSoftware("hds-1", "netscape", "4.5").Worst("software").Verdict);
        Assert.Equal(Verdict.NotReady, TestEstates.Ready.WithSoftware("pg-1a", "ie", "4.0").WithSoftware("pg-1a", "netscape", "4.7").Worst("software").Verdict);
    }

    [Theory]
    [InlineData("windows-nt 4.0 SP6a", "4.0", Verdict.Pass)]
    [InlineData("windows-nt 4.0 SP6a", "5.0", Verdict.NotReady)]
    [InlineData("windows-2000 SP2", "4.0", Verdict.NotReady)]
    [InlineData("windows-2000 SP2", "5.0", Verdict.Pass)]
    public void IIS_goes_with_Windows(string os, string iis, Verdict verdict) =>
        Assert.Equal(verdict, Line(TestEstates.Ready.WithSoftware("hds-1", "os", os).WithSoftware("hds-1", "iis", iis), "hds-1", "iis").Verdict);

    [Fact]
    public void Jaguar_is_3_6_1_or_either_release_as_the_policy_has_it()
    {
        Estate old = TestEstates.Ready.WithSoftware("hds-1", "jaguar", "3.5");
        Assert.Equal(Verdict.NotReady, old.Worst("software").Verdict);
        Assert.Equal(Verdict.Pass, old.Choosing("jaguar-release", "3.5-or-3.6.1").Worst("software").Verdict);
    }

    [Theory]
    [InlineData("ram")]
    [InlineData("cpu")]
    [InlineData("cpu-load")]
    [InlineData("disk")]
    public void Hardware_that_nobody_measured_never_passes(string check)
    {
        Assert.Equal(Verdict.Warn, TestEstates.Ready.With("router-a", static n => n with { Hardware = null }).Worst(check).Verdict);
        Assert.Equal(Verdict.Warn, TestEstates.Ready.With("router-a", static n => n with { Hardware = new(null, null, null, null, 1) }).Worst(check).Verdict);
    }

    [Fact]
    public void Less_than_recommended_is_told()
    {
        Estate estate = TestEstates.Ready.With("hds-1", static n => n with { Hardware = new(1536, 700, 30, 1536, 1) });
        Assert.Equal(Verdict.Warn, estate.Worst("ram").Verdict);
        Assert.Equal(Verdict.Warn, estate.Worst("disk").Verdict);
        Assert.Equal(Verdict.Refused, estate.Choosing("hds-webview-ram", "2-gb").Worst("ram").Verdict);
    }

    [Fact]
    public void A_WebView_server_is_measured_by_the_row_that_the_policy_names()
    {
        EstateNode webview = TestEstates.Node("web-1", "webview", "web-1", "") with { Hardware = new(512, 700, 30, 600, 1) };
        Estate estate = TestEstates.Ready with { Nodes = [.. TestEstates.Ready.Nodes, webview] };
        Assert.Equal(Verdict.Refused, estate.Worst("ram").Verdict);
        Assert.Equal(Verdict.Pass, estate.Choosing("webview-hardware", "as-aw-distributor").Worst("ram").Verdict);
        Assert.Equal(Verdict.Warn, estate.Choosing("webview-hardware", "as-aw-distributor").Worst("disk").Verdict);
    }

    [Fact]
    public void The_table_holds_for_ICM_whatever_the_policy() =>
        Assert.Equal(Verdict.Refused, TestEstates.Ready.With("router-a", static n => n with { Hardware = new(1024, 700, 30, 4096, 1) }).Choosing("hardware-table", "nam-only").Worst("ram").Verdict);

    [Fact]
    public void What_is_missing_is_in_the_list_of_materials_as_a_difference()
    {
        IReadOnlyList<MaterialLine> materials = TestEstates.Ready.With("router-a", static n => n with { Hardware = new(1024, 400, 30, 4096, 1) }).WithSoftware("router-a", "ie", "5.0").Judged().Materials;
        MaterialLine[] router = [.. materials.Where(static m => m.For == "router-a")];
        Assert.Equal(["512 MB", "500 MHz", "", "5.5 SP2 or later"], router.Select(static m => m.Buy));
        Assert.Equal(["1024 MB", "400 MHz", "4096 MB", "5.0"], router.Select(static m => m.Have));
    }

    [Fact]
    public void The_stages_come_in_the_order_of_the_guide_with_seven_days_between()
    {
        Estate estate = TestEstates.Ready with { OtherUpgrades = [new("sql", "sql-server 7.0 SP3", "", new LocalDate(2027, 2, 6), 50)] };
        IReadOnlyList<PathStage> path = estate.Judged().Path;
        Assert.Equal(["hardware", "product", "sql", "windows-2000"], path.Select(static s => s.Id));
        Assert.Equal([null, new DateOnly(2027, 1, 16), new DateOnly(2027, 1, 24), new DateOnly(2027, 2, 13)], path.Select(static s => s.Earliest));
        Assert.Equal([false, true, true, true], path.Select(static s => s.Needed));
    }

    [Fact]
    public void A_stage_that_is_there_already_takes_no_days_of_test()
    {
        Estate estate = TestEstates.Ready;
        foreach (EstateNode node in TestEstates.Ready.Nodes.Where(static n => n.Software.ContainsKey("sql"))) estate = estate.WithSoftware(node.Name, "sql", "sql-server 7.0 SP3");
        PathStage[] last = [.. estate.Judged().Path.TakeLast(2)];
        Assert.Equal([("sql", false, new DateOnly(2027, 1, 24)), ("windows-2000", true, new DateOnly(2027, 1, 24))], last.Select(static s => (s.Id, s.Needed, s.Earliest!.Value)));
    }

    [Fact]
    public void CallManager_and_IP_IVR_come_between_ICM_and_SQL_where_there_are_such()
    {
        Estate estate = TestEstates.Ready.AllAt("3.0") with { Peripherals = [new("voice", "call-manager", "3.2", "pg-1", Verified: true, 4)] };
        Assert.Equal(["hardware", "product-first", "product", "call-manager", "ip-ivr", "sql", "windows-2000"], estate.Judged().Path.Select(static s => s.Id));
    }

    [Fact]
    public void Worst_findings_of_a_check_come_first()
    {
        IReadOnlyList<Finding> ram = TestEstates.Ready.With("hds-1", static n => n with { Hardware = new(1024, 700, 30, 4096, 1) }).Findings("ram");
        Assert.Equal("hds-1", ram[0].Subject);
        Assert.Equal(TestEstates.Ready.Nodes.Count, ram.Count);
    }
}
