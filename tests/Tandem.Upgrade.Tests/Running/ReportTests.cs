using System.Text.Json;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Running;
using Tandem.Yaml;

namespace Tandem.Upgrade.Tests.Running;

public sealed class ReportTests
{
    /// <summary>Upgrades of a router and three workstations, with the minutes that they take in fact.</summary>
    static RunFolder Measured()
    {
        var folder = new RunFolder(Plans.Of(
            Plans.Step("1", "Controller", 0, 90, ["ra", "rb"], [new Change("ra", Change.End, Release: "4.6.2")], []),
            Plans.Step("2", "Change over", 90, 100, ["ra"], [], [], "1"),
            Plans.Step("9.aw1", "Upgrade aw1", 100, 130, ["aw1"], [new Change("aw1", Change.End, Release: "4.6.2")], [], "2"),
            Plans.Step("9.aw2", "Upgrade aw2", 130, 160, ["aw2"], [new Change("aw2", Change.End, Release: "4.6.2")], [], "9.aw1"),
            Plans.Step("5", "Test", 160, 190, [], [], [], "9.aw2") with { IsTest = true }));
        var minutes = new Queue<double>([80, 12.5, 20, 41, 60]);
        folder.Run(new ScriptedTerminal(question =>
        {
            string answer = ScriptedTerminal.Will(question);
            if (answer == "done") folder.Clock.Advance(minutes.Dequeue());
            // A wait of five minutes before the third step.
            else if (answer == "begin" && minutes.Count == 3) folder.Clock.Advance(5);
            return answer;
        }));
        return folder;
    }

    [Fact]
    public void Planned_and_actual_minutes_stand_beside_each_other()
    {
        using RunFolder folder = Measured();
        var output = new StringWriter();
        Assert.Equal(0, UpgradeRun.Report(folder.Path, output));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder.Path, "run-report.json")));
        JsonElement report = json.RootElement;
        Assert.Equal("finished", report.GetProperty("outcome").GetString());
        Assert.Equal([80, 12.5, 20, 41, 60], report.GetProperty("steps").EnumerateArray().Select(static s => s.GetProperty("actualMinutes").GetDouble()));
        Assert.Equal([-10, 2.5, -10, 11, 30], report.GetProperty("steps").EnumerateArray().Select(static s => s.GetProperty("differenceMinutes").GetDouble()));
        Assert.Equal((190, 213.5, 23.5), (report.GetProperty("plannedMinutes").GetDouble(), report.GetProperty("actualMinutes").GetDouble(), report.GetProperty("differenceMinutes").GetDouble()));
        Assert.Contains("| 1 | Controller | 2026-12-05 00:00 | 2026-12-05 00:00 | 2026-12-05 01:20 | 90 | 80 | -10 | 0 | done |", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(output.ToString(), File.ReadAllText(Path.Combine(folder.Path, "run-report.md")));
    }

    [Fact]
    public void Exposure_is_the_timeline_stretched_over_what_happened_and_a_wait_belongs_to_what_follows()
    {
        using RunFolder folder = Measured();
        RunReport report = RunReport.Of(folder.Plan, folder.Entries);
        Assert.Equal(
            [("routes", "A", 90, 126), ("routes", "B", 90, 80), ("routes", "network", 10, 12.5), ("not-redundant", "central controller", 160, 158.5)],
            report.Exposure.Select(static e => (e.Kind, e.Name, e.PlannedMinutes, e.ActualMinutes)));
    }

    [Fact]
    public void What_was_measured_is_learned_by_role_or_row_and_reads_as_an_estate_has_it()
    {
        using RunFolder folder = Measured();
        Assert.Equal(0, UpgradeRun.Report(folder.Path, TextWriter.Null));
        string yaml = File.ReadAllText(Path.Combine(folder.Path, "learned.yaml"));
        var map = Assert.IsType<YamlMap>(Assert.IsType<YamlMap>(YamlReader.Read(yaml)).Pairs.Single(static p => p.Key.Value == "learned").Value);
        // 20 and 41 minutes for two workstations: the median is in the middle. The test is the customer's and not learned.
        Assert.Equal([("role:aw", "30.5"), ("row:1", "80"), ("row:2", "12.5")], map.Pairs.Select(static p => (p.Key.Value, ((YamlText)p.Value).Value)));
        Assert.Contains("copy these lines into the estate's file", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_was_interrupted_or_tried_twice_teaches_nothing()
    {
        using var folder = new RunFolder(Plans.Four());
        folder.Run(ScriptedTerminal.Of("begin"));
        folder.Clock.Advance(600);
        folder.Run(ScriptedTerminal.Of("done", "begin", "failed it hangs", "again", "done"));
        RunReport report = RunReport.Of(folder.Plan, folder.Entries);
        Assert.Equal([StepProgress.Done, StepProgress.Done], report.Steps.Take(2).Select(static s => s.Progress));
        Assert.DoesNotContain(report.Steps, static s => s.IsMeasured);
        Assert.Empty(LearnedDurations.Of(folder.Plan, report).Durations);
        Assert.IsType<YamlMap>(YamlReader.Read(LearnedDurations.Of(folder.Plan, report).ToYaml()));
    }

    [Fact]
    public void A_back_out_is_reported_with_its_reason_and_minutes()
    {
        using var folder = new RunFolder(Plans.Four());
        folder.Run(new ScriptedTerminal(question =>
        {
            folder.Clock.Advance(2);
            return folder.Entries.Any(static e => e.What == RunFact.StepBegun) && question.Replies.Any(static r => r.Word == "back-out") ? "back-out" : ScriptedTerminal.Will(question);
        }));
        RunReport report = RunReport.Of(folder.Plan, folder.Entries);
        Assert.Equal("backed-out", report.Outcome);
        BackOutReport back = report.BackOut!;
        Assert.Equal(("it must be", 30, 4, 2, 2), (back.Reason, back.PlannedMinutes, back.ActualMinutes, back.ActionsDone, back.Actions));
    }

    [Fact]
    public void What_people_type_makes_no_markup_in_the_report()
    {
        using var folder = new RunFolder(Plans.Four());
        folder.Run(ScriptedTerminal.Of("note <script>|[x](y)", "pause"));
        var output = new StringWriter();
        UpgradeRun.Report(folder.Path, output);
        Assert.Contains(@"\<script>\|\[x](y)", output.ToString(), StringComparison.Ordinal);
    }
}
