using System.Text.Json;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Tests.Planning;

namespace Tandem.Upgrade.Tests.Documents;

/// <summary>What the documents of the examples say of their nights: lines at the steps that they mean, cases when they can be tested.</summary>
public sealed class NightTests
{
    const string GoNoGo = "Go or no-go before side B";
    const string InPlace = "default-route-plan: {in-place: true, tested: 2026-11-17}", NotInPlace = "default-route-plan: {in-place: false}";

    static Written Write(string yaml, string pack = "icm-4.6.2") => new(Planned.Plan(yaml, pack), Planned.Packs.Load(pack));

    static (string Do, string Step, DateTimeOffset At)[] Sheet(Written written, string window) =>
        [.. written.Rows("13-run-sheet.json", "sheet:" + window).Select(static r => r.GetProperty("data")).Select(static d =>
            (string.Join(' ', d.GetProperty("do").EnumerateArray().Select(static l => l.GetString())), d.GetProperty("step").GetString()!, d.GetProperty("at").GetDateTimeOffset()))];

    static string[] Cases(Written written, string table) => [.. written.Rows("10-tests.json", table).Select(static r => r.GetProperty("data").GetProperty("case").GetString()!)];

    static string[] AtMidpoint(Written written) => [.. written.Rows("11-go-no-go.json", "midpoint").Select(static r => r.GetProperty("data").GetProperty("id").GetString()!)];

    [Theory]
    [InlineData(0)]
    [InlineData(45)]
    public void A_line_of_the_run_sheet_moves_with_its_step(int longer)
    {
        using Written written = Write(Planned.Example("icm-4.5-small").With("midpoint: 30", $"midpoint: {30 + longer}"));
        var sheet = Sheet(written, "night-1");
        int go = Array.FindIndex(sheet, static l => l.Do.StartsWith(GoNoGo, StringComparison.Ordinal));
        Step six = written.Plan.Steps.Single(static s => s.Id == "6");
        Assert.Equal(six.Begins, sheet[go].At);
        Assert.Equal("6", sheet[go + 1].Step);
        Assert.Equal(written.Plan.Steps.Single(static s => s.Id == "3").Begins.AddMinutes(-15), sheet.Single(static l => l.Do.Contains("15 minutes away", StringComparison.Ordinal)).At);
    }

    [Fact]
    public void A_night_of_gateways_only_has_no_line_of_the_switch()
    {
        using Written written = Write(Planned.Example("icm-4.5-two-sites"));
        string[] windows = [.. written.Plan.Windows.Where(static w => w.UsedMinutes > 0).Select(static w => w.Name)];
        Assert.True(windows.Length > 1);
        foreach (string line in (string[])[GoNoGo, "Tell carrier and customer", "Second confirmation", "Row 4", "Row 5", "Rows 7 and 8", "Ask the carrier", "Look through alarms", "Go through the acceptance list"])
            Assert.Single(windows.SelectMany(w => Sheet(written, w)), l => l.Do.StartsWith(line, StringComparison.Ordinal));
        // Each night has its roll and its report.
        foreach (string line in (string[])["Open the conference", "Report at the end"])
            Assert.All(windows, w => Assert.Single(Sheet(written, w), l => l.Do.StartsWith(line, StringComparison.Ordinal)));
        var last = Sheet(written, windows[^1]);
        Assert.Equal(written.Plan.Steps.Max(static s => s.Ends).AddHours(48), last[^1].At);
    }

    [Fact]
    public void Numbers_of_an_own_order_are_not_rows_of_the_guide()
    {
        Plan plan = SomePlan.Plan();
        Pack pack = SomePlan.Pack();
        pack.RunSheet.Add(new() { Row = "3", Do = "Sheeto" });
        using var rows = new Written(plan, pack);
        using var own = new Written(plan with { Steps = [.. plan.Steps.Select(static s => s with { RoutingColumn = "" })] }, pack);
        Assert.Equal(3, Sheet(rows, "night 1").Count(static l => l.Do == "Sheeto"));
        Assert.Equal(2, Sheet(own, "night 1").Count(static l => l.Do == "Sheeto"));
    }

    [Fact]
    public void What_needs_a_stopped_server_is_tested_when_it_runs_again()
    {
        using Written written = Write(Planned.Example("icm-4.5-small"));
        string[] reports = ["historical-report", "historical-goes-on", "webview"];
        Assert.Empty(reports.Intersect(Cases(written, "simplex")));
        Assert.Empty(reports.Intersect(AtMidpoint(written)));
        Assert.Empty(reports.Except(Cases(written, "duplex")));
        Assert.Contains("real-time-report", Cases(written, "simplex"));
        Assert.Contains("because nothing that they need runs now: historical-report, historical-goes-on, webview.", written.Text("10-tests.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_upgraded_first_is_tested_at_the_midpoint()
    {
        string yaml = Planned.Example("icm-4.5-small");
        Plan plan = Planned.Plan(yaml);
        string hds = plan.Nodes.Single(static n => n.Role == "aw-hds-webview").Name;
        // As if the first client were the HDS: it starts with side A.
        plan = plan with { Steps = [.. plan.Steps.Select(s => s.Id == "4" ? s with { Changes = [.. s.Changes, new(hds, "end", Runs: true)] } : s)] };
        using var written = new Written(plan, Planned.Packs.Load("icm-4.6.2"));
        Assert.Contains("webview", Cases(written, "simplex"));
        Assert.Contains("webview", AtMidpoint(written));
    }

    [Fact]
    public void A_case_that_only_one_point_has_waits_and_is_not_lost()
    {
        Pack pack = SomePlan.Pack();
        pack.Tests.Add(new() { Id = "history", Area = "Areo", Do = "Doo", Criterion = "Criterio", At = ["simplex"], Needs = ["hds"] });
        pack.Tests.Add(new() { Id = "none-there", Area = "Areo", Do = "Doo", Criterion = "Criterio", At = ["before"], Needs = ["webview"] });
        using var written = new Written(pack: pack);
        Assert.Equal(["route-1", "report-1"], Cases(written, "simplex"));
        Assert.Equal(["route-1", "report-1", "history"], Cases(written, "duplex"));
        Assert.Equal(["route-1"], Cases(written, "before"));
    }

    [Fact]
    public void The_call_to_the_default_numbers_is_made_while_the_network_routes()
    {
        using Written written = Write(Planned.Example("icm-4.5-small"));
        Assert.Equal(["network-default"], Cases(written, "switch"));
        Assert.DoesNotContain("network-default", Cases(written, "simplex"));
        Assert.Contains("network-default", AtMidpoint(written));
    }

    [Fact]
    public void Without_a_default_plan_nobody_is_told_of_default_numbers()
    {
        using Written with = Write(Planned.Example("icm-4.5-small"));
        using Written without = Write(Planned.Example("icm-4.5-small").With(InPlace, NotInPlace));
        Assert.Contains("from here the network routes", with.Text("13-run-sheet.md"), StringComparison.Ordinal);
        Assert.Contains("your default plan routes", with.Text("12-notices.md"), StringComparison.Ordinal);
        Assert.DoesNotContain("nobody", with.Text("13-run-sheet.md"), StringComparison.Ordinal);

        Assert.Contains("from here nobody routes", without.Text("13-run-sheet.md"), StringComparison.Ordinal);
        Assert.Contains("nobody routes then", without.Text("12-notices.md"), StringComparison.Ordinal);
        foreach (string said in (string[])["the network routes", "your default plan routes", "default routing is", "default numbers"])
            foreach (string name in (string[])["12-notices.md", "13-run-sheet.md"]) Assert.DoesNotContain(said, without.Text(name), StringComparison.Ordinal);
        Assert.DoesNotContain("network-default", without.Text("10-tests.md"), StringComparison.Ordinal);
        Assert.DoesNotContain("Default routing during", without.Text("calendar.ics"), StringComparison.Ordinal);
    }

    [Fact]
    public void Preparation_has_days_and_no_hours()
    {
        using Written written = Write(Planned.Example("mx-one-6-vmware"), "mx-one-7");
        Step[] early = [.. written.Plan.Steps.Where(static s => !s.InService)];
        Assert.NotEmpty(early);
        JsonElement[] rows = [.. written.Rows("13-run-sheet.json", "preparation").Select(static r => r.GetProperty("data"))];
        Assert.Equal(early.Select(static s => s.Id), rows.Select(static r => r.GetProperty("step").GetString()!));
        Assert.All(rows, static r => Assert.Matches(@"^\d{4}-\d\d-\d\d$", r.GetProperty("day").GetString()!));
        // The collected data are sent for days.
        Assert.Contains("DTSTART;VALUE=DATE:20261128\r\nDTEND;VALUE=DATE:20261204\r\n", written.Text("calendar.ics"), StringComparison.Ordinal);
        Assert.Contains(rows, static r => r.GetProperty("last").GetString() == "2026-12-03");
        // All of the night's steps have hours in the calendar, and none of the preparation.
        int timed = written.Text("calendar.ics").Split("BEGIN:VEVENT").Count(static e => e.Contains("CATEGORIES:STEP", StringComparison.Ordinal) && e.Contains("DTSTART:", StringComparison.Ordinal));
        Assert.Equal(written.Plan.Steps.Count - early.Length, timed);
    }

    [Fact]
    public void The_longest_outage_counts_from_the_move()
    {
        using Written written = Write(Planned.Example("mx-one-6-vmware"), "mx-one-7");
        Step move = written.Plan.Steps.First(static s => s.Row == "part-1");
        Assert.Equal(move.Begins.AddHours(1), Sheet(written, move.Window).Single(static l => l.Do.StartsWith("The longest outage", StringComparison.Ordinal)).At);
    }
}
