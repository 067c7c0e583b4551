using System.Text.Json;
using Tandem.Upgrade.Documents;

namespace Tandem.Upgrade.Tests.Documents;

public sealed class DocumentJsonTests : IDisposable
{
    readonly Written _written = new();

    public void Dispose() => _written.Dispose();

    JsonElement[] Data(string name, string table) => [.. _written.Rows(name, table).Select(static r => r.GetProperty("data"))];

    [Fact]
    public void The_chronology_has_the_routing_column_word_for_word() =>
        Assert.Equal(["Side B", "Side B", "Network", "Side A", "Side A", "Side A", "Side A", "Side A or B", "Side A", "Side A", "ICM Active Side"],
            Data("05-chronology.json", "steps").Select(static d => d.GetProperty("routing").GetString()!));

    [Fact]
    public void Minutes_are_added_up_step_by_step() =>
        Assert.Equal([90, 120, 125, 130, 190, 280, 290, 295, 325, 415, 445], Data("05-chronology.json", "steps").Select(static d => d.GetProperty("cumulative").GetDouble()));

    [Fact]
    public void A_step_says_who_really_routes_and_what_is_not_redundant()
    {
        JsonElement four = Data("05-chronology.json", "steps")[3];
        Assert.Equal(["network", "A"], four.GetProperty("routes").EnumerateArray().Select(static e => e.GetString()!));
        Assert.Equal(["central controller"], four.GetProperty("not-redundant").EnumerateArray().Select(static e => e.GetString()!));
        Assert.Contains("routes: the network's default plan", _written.Rows("05-chronology.json", "steps")[3].GetProperty("text").GetProperty("exposure").GetString());
    }

    [Fact]
    public void Preparation_does_not_count_as_service()
    {
        var plan = SomePlan.Plan();
        plan = plan with { Steps = [plan.Steps[0] with { Id = "0", InService = false, Window = "", Begins = SomePlan.Begin.AddDays(-2), Ends = SomePlan.Begin.AddDays(-2).AddHours(1) }, .. plan.Steps] };
        using var written = new Written(plan);
        IReadOnlyList<JsonElement> rows = written.Rows("05-chronology.json", "steps");
        Assert.Equal(JsonValueKind.Null, rows[0].GetProperty("data").GetProperty("cumulative").ValueKind);
        Assert.Equal(90, rows[1].GetProperty("data").GetProperty("cumulative").GetDouble());
        Assert.Contains("Before the windows", written.Text("gantt.svg"));
        // It has a day, and no hours.
        Assert.Equal("2027-01-14", rows[0].GetProperty("data").GetProperty("begins").GetString());
        Assert.Equal(JsonValueKind.Null, rows[0].GetProperty("data").GetProperty("ends").ValueKind);
    }

    [Fact]
    public void Times_are_local_with_their_offset()
    {
        IReadOnlyList<JsonElement> rows = _written.Rows("05-chronology.json", "steps");
        Assert.Equal("Sat 2027-01-16 22:00 +08:00", rows[0].GetProperty("text").GetProperty("begins").GetString());
        Assert.Equal("23:30", rows[0].GetProperty("text").GetProperty("ends").GetString());
        Assert.Equal("Sun 00:00", rows[1].GetProperty("text").GetProperty("ends").GetString());
        Assert.Equal(SomePlan.Begin.AddMinutes(90), rows[0].GetProperty("data").GetProperty("ends").GetDateTimeOffset());
    }

    [Fact]
    public void An_offset_that_changes_in_the_night_is_seen()
    {
        var begin = new DateTimeOffset(2027, 3, 28, 1, 30, 0, TimeSpan.FromHours(1));
        var clock = new PlanClock("Europe/Berlin");
        Assert.Equal("Sun 2027-03-28 01:30 +01:00", clock.Says(begin).ToString());
        Assert.Equal("Sun 2027-03-28 03:30 +02:00", clock.Until(begin, begin.AddHours(1)).Lines[0].ToString());
    }

    [Fact]
    public void Findings_come_the_worst_first_with_counts_above()
    {
        Assert.Equal(["refused", "not ready", "warning", "pass"], Data("01-readiness.json", "counts").Select(static d => d.GetProperty("verdict").GetString()!));
        Assert.All(Data("01-readiness.json", "counts"), static d => Assert.Equal(1, d.GetProperty("count").GetDouble()));
        string[] tables = [.. _written.Json("01-readiness.json").GetProperty("blocks").EnumerateArray().Where(static b => b.GetProperty("kind").GetString() == "table").Select(static b => b.GetProperty("id").GetString()!)];
        Assert.Equal(["counts", "refused", "notready", "warn", "pass"], tables);
        Assert.Equal(33, Data("01-readiness.json", "refused")[0].GetProperty("line").GetInt32());
    }

    [Fact]
    public void What_should_have_been_ordered_is_told_before_the_table()
    {
        JsonElement[] blocks = [.. _written.Json("03-materials.json").GetProperty("blocks").EnumerateArray()];
        Assert.Equal("RAM 512 MB: the last day was Sun 2026-12-20", blocks[0].GetProperty("lines")[0].GetString());
        Assert.Equal("CD set: order by Mon 2027-01-11", blocks[1].GetProperty("lines")[0].GetString());
    }

    [Fact]
    public void The_matrix_is_of_components_by_nodes()
    {
        JsonElement[] rows = Data("04-third-party.json", "router");
        Assert.Equal("4.0 SP5", rows[0].GetProperty("node:North-rtr-b").GetString());
        Assert.Equal("refused", rows[1].GetProperty("worst").GetString());
        Assert.Equal("not needed", rows[1].GetProperty("node:North-rtr-a").GetString());
    }

    [Fact]
    public void A_role_of_many_nodes_has_more_tables_than_one()
    {
        var plan = SomePlan.Plan();
        plan = plan with { Software = [.. Enumerable.Range(1, 14).Select(i => plan.Software[0] with { Node = $"rtr-{i}" })] };
        using var written = new Written(plan);
        Assert.Single(written.Rows("04-third-party.json", "router-3"));
        Assert.Equal("4.0 SP6a", written.Rows("04-third-party.json", "router-3")[0].GetProperty("data").GetProperty("node:rtr-14").GetString());
    }

    [Fact]
    public void A_method_names_its_node_in_commands() =>
        Assert.Equal("route print > North-rtr-a.txt", Data("08-method.json", "prepare:North-rtr-a")[0].GetProperty("command").GetString());

    [Fact]
    public void Only_what_a_role_has_is_saved_of_its_node()
    {
        JsonElement[] lists = [.. _written.Json("08-method.json").GetProperty("blocks").EnumerateArray().Where(static b => b.GetProperty("kind").GetString() == "checklist")];
        Assert.Equal(["registry"], lists[0].GetProperty("items").EnumerateArray().Select(static i => i.GetProperty("id").GetString()!));
        Assert.Equal(["registry", "database"], lists[4].GetProperty("items").EnumerateArray().Select(static i => i.GetProperty("id").GetString()!));
        Assert.Equal("regedt32 North-hds-1", lists[4].GetProperty("items")[0].GetProperty("command").GetString());
    }

    [Fact]
    public void The_point_of_no_cheap_return_stands_before_its_step()
    {
        JsonElement[] blocks = [.. _written.Json("09-back-out.json").GetProperty("blocks").EnumerateArray()];
        int box = Array.FindIndex(blocks, static b => b.GetProperty("kind").GetString() == "notice");
        Assert.Equal("Point of no cheap return: step 6", blocks[box].GetProperty("title").GetString());
        Assert.Equal("Step 6", blocks[box + 1].GetProperty("text").GetString());
        string[] ways = [.. Data("09-back-out.json", "overview").Select(static d => d.GetProperty("return").GetString()!)];
        Assert.All(ways[..5], static w => Assert.Equal("open", w));
        Assert.Equal("point of no cheap return", ways[5]);
        Assert.All(ways[6..], static w => Assert.Equal("past the point of no cheap return", w));
    }

    [Fact]
    public void Three_points_are_tested_and_too_little_time_is_told()
    {
        Assert.Single(_written.Rows("10-tests.json", "before"));
        Assert.Equal(2, _written.Rows("10-tests.json", "simplex").Count);
        Assert.Equal(2, _written.Rows("10-tests.json", "duplex").Count);
        Assert.Contains("add up to 70 minutes, and the plan has 60", _written.Text("10-tests.md"));
        Assert.Contains("In step 5, from Sun 2027-01-17 00:10 +08:00", _written.Text("10-tests.md"));
    }

    [Fact]
    public void A_decision_to_turn_back_must_leave_time_for_the_way_back()
    {
        // The window ends at 08:00, and the way back from step 5 takes ten minutes.
        Assert.Contains("It is before Sun 2027-01-17 07:50 +08:00", _written.Text("11-go-no-go.md"));
        Assert.Equal(["sql", "lab", "disk", "tests", "people", "freeze"], Data("11-go-no-go.json", "begin").Select(static d => d.GetProperty("id").GetString()!));
        Assert.Equal(["route-1", "report-1", "latest", "faults"], Data("11-go-no-go.json", "midpoint").Select(static d => d.GetProperty("id").GetString()!));
    }

    [Fact]
    public void A_letter_has_the_times_of_the_plan()
    {
        Assert.Equal(["2027-01-13T22:00:00+08:00", "2027-01-17T06:25:00+08:00"], Data("12-notices.json", "letters").Select(static d => d.GetProperty("send").GetString()!));
        JsonElement[] times = Data("12-notices.json", "times-1");
        Assert.Equal([600, 290, 30, 7], times.Select(static t => t.GetProperty("minutes").GetDouble()));
        Assert.Equal("Calls follow the network's default plan", times[3].GetProperty("what").GetString());
        Assert.Equal("2027-01-17T00:00:00+08:00", times[3].GetProperty("from").GetString());
    }

    [Fact]
    public void Places_of_a_notice_are_filled_with_the_plan()
    {
        var pack = SomePlan.Pack();
        pack.Notices.Clear();
        pack.Notices.Add(new() { To = "carrier", Subject = "{1} at {0}", Body = "From {4} to {5}, {6} to {7} minutes.\nThank you.", HoursBefore = 1 });
        using var written = new Written(pack: pack);
        Assert.Contains("Cisco ICM at North", written.Text("12-notices.md"));
        Assert.Contains("From 2027-01-16 22:00 +08:00 to 2027-01-17 05:25 +08:00, 5 to 10 minutes.  \nThank you.", written.Text("12-notices.md"));
    }

    [Fact]
    public void The_run_sheet_goes_from_an_hour_before_to_two_days_after()
    {
        JsonElement[] rows = Data("13-run-sheet.json", "sheet:night 1");
        Assert.Equal(14, rows.Length);
        Assert.Equal("T−1:00", _written.Rows("13-run-sheet.json", "sheet:night 1")[0].GetProperty("text").GetProperty("t").GetString());
        Assert.Equal("2027-01-16T21:00:00+08:00", rows[0].GetProperty("at").GetString());
        // Two days from the end of the last step, which is at 445 minutes.
        Assert.Equal("T+55:25", _written.Rows("13-run-sheet.json", "sheet:night 1")[^1].GetProperty("text").GetProperty("t").GetString());
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8", "9.aw-2", "9.hds-1", "10.pg-1"], rows.Select(static r => r.GetProperty("step").GetString()!).Where(static s => s.Length > 0));
    }

    [Fact]
    public void Every_node_is_accepted_at_the_release_that_its_steps_lead_to() =>
        Assert.All(Data("14-acceptance.json", "nodes"), static d => Assert.Equal("4.6.2", d.GetProperty("to").GetString()));
}
