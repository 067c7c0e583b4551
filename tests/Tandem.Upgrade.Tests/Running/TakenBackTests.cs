using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Running;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Tests.Running;

/// <summary>Back-outs of single units, after which the run goes on.</summary>
public sealed class TakenBackTests
{
    /// <summary>A controller, and two gateways that go back by themselves.</summary>
    static Plan Gateways()
    {
        Plan plan = Plans.Of(
            Plans.Step("1", "Controller", 0, 90, ["ra"], [new Change("ra", Change.End, Release: "4.6.2")], [Restore("ra")]),
            Plans.Step("10.aw1", "Upgrade aw1", 90, 120, ["aw1"], [new Change("aw1", Change.End, Release: "4.6.2")], [Restore("aw1")], "1"),
            Plans.Step("10.aw2", "Upgrade aw2", 120, 150, ["aw2"], [new Change("aw2", Change.End, Release: "4.6.2")], [Restore("aw2")], "1"));
        return plan with { Nodes = [.. plan.Nodes.Select(static n => n.Role == "aw" ? n with { Group = "gateways", Unit = n.Name } : n)] };
    }

    static BackOutAction Restore(string node) => new(Text.Of("Restore {0}", node), [node], 15, [new Change(node, Change.End, Release: "4.5.2")]);

    static readonly string[] s_all = ["begin", "done", "10.aw1", "begin", "done", "begin", "done"];

    static string[] Done(RunFolder folder) => [.. folder.Entries.Where(static e => e.What == RunFact.BackOutActionDone).Select(static e => e["do"])];

    [Fact]
    public void Backing_out_one_gateway_takes_only_it_back_and_the_run_goes_on()
    {
        using var folder = new RunFolder(Gateways());
        ScriptedTerminal terminal = ScriptedTerminal.Of([.. s_all, "back-out", "yes", "no calls", "done", "again", "begin", "done", "finish"]);
        Assert.Equal(RunOutcome.Finished, folder.Run(terminal));
        Assert.Contains(terminal.Screens, static s => s.Title.ToString() == "Take aw2 back to 4.5.2?");
        Assert.DoesNotContain(terminal.Screens, static s => s.Title.ToString().StartsWith("Back out to", StringComparison.Ordinal));
        Assert.Equal(["Restore aw2"], Done(folder));
        Assert.Contains("The run is finished: Two sites is at 4.6.2.", terminal.Said);
        RunReport report = RunReport.Of(folder.Plan, folder.Entries);
        Assert.Null(report.BackOut);
        Assert.Equal(["10.aw2"], Assert.Single(report.TakenBack).FromSteps);
    }

    [Fact]
    public void A_gateway_that_is_left_is_told_at_the_end_with_its_release()
    {
        using var folder = new RunFolder(Gateways());
        ScriptedTerminal terminal = ScriptedTerminal.Of([.. s_all, "back-out", "yes", "no calls", "done", "later", "finish", "yes"]);
        Assert.Equal(RunOutcome.BackedOutOrFailed, folder.Run(terminal));
        Assert.Contains("The run is finished: Two sites is at 4.6.2, but not these: aw2 (4.5.2).", terminal.Said);
        Assert.Equal(["aw2 (4.5.2)"], RunReport.Of(folder.Plan, folder.Entries).Exceptions);
    }

    [Fact]
    public void The_whole_estate_goes_back_the_latest_gateway_first_and_the_controller_last()
    {
        using var folder = new RunFolder(Gateways());
        ScriptedTerminal terminal = ScriptedTerminal.Of([.. s_all, "back-out", "yes", "no calls", "done", "estate", "yes", "all is bad", "done", "done"]);
        Assert.Equal(RunOutcome.BackedOutOrFailed, folder.Run(terminal));
        Assert.Equal(["Restore aw2", "Restore aw1", "Restore ra"], Done(folder));
        Assert.Contains("The run was backed out: Two sites is at 4.5.2.", terminal.Said);
    }

    [Fact]
    public void The_whole_estate_may_be_chosen_at_once()
    {
        using var folder = new RunFolder(Gateways());
        folder.Run(ScriptedTerminal.Of([.. s_all, "back-out", "estate", "yes", "all is bad", "done", "done", "done"]));
        Assert.Equal(["Restore aw2", "Restore aw1", "Restore ra"], Done(folder));
        Assert.True(new RunState(folder.Plan, folder.Entries).IsBackedOut);
    }

    [Fact]
    public void A_gateway_that_failed_goes_back_without_the_one_beside_it()
    {
        using var folder = new RunFolder(Gateways());
        folder.Run(ScriptedTerminal.Of("begin", "done", "10.aw1", "begin", "other", "10.aw2", "begin", "done", "failed no calls", "back-out", "yes", "no calls", "done"));
        Assert.Equal(["Restore aw1"], Done(folder));
        var state = new RunState(folder.Plan, folder.Entries);
        Assert.Equal((StepProgress.BackedOut, StepProgress.Done), (state["10.aw1"].Progress, state["10.aw2"].Progress));
    }

    [Fact]
    public void A_run_that_is_killed_anywhere_between_a_part_and_the_whole_goes_on_and_undoes_nothing_twice()
    {
        string[] script = [.. s_all, "back-out", "yes", "no calls", "done", "estate", "yes", "all is bad", "done", "done"];
        ScriptedTerminal whole = ScriptedTerminal.Of(script);
        using (var folder = new RunFolder(Gateways())) folder.Run(whole);
        for (int at = 1; at <= whole.Uses; at++)
        {
            using var folder = new RunFolder(Gateways());
            var answers = new Queue<string>(script);
            Assert.Throws<KilledException>(() => folder.Run(new ScriptedTerminal(_ => answers.Dequeue()) { KilledAt = at }));
            Assert.Equal(RunOutcome.BackedOutOrFailed, folder.Run(new ScriptedTerminal(question => Next(question, folder))));
            Assert.Equal(["Restore aw2", "Restore aw1", "Restore ra"], Done(folder));
            Assert.True(RunRecord.Verify(folder.Path).IsWhole);
        }
    }

    /// <summary>Goes on from wherever it is: forward to the end, the last gateway back, and then everything.</summary>
    static string Next(Question question, RunFolder folder)
    {
        bool tookBack = folder.Entries.Any(static e => e.What == RunFact.BackOutActionDone);
        if (question.Ask.Form == "Which step?") return question.Replies[0].Word;
        if (question.Ask.Form.StartsWith("Take back only", StringComparison.Ordinal)) return tookBack ? "estate" : "yes";
        if (question.Replies.Any(static r => r.Word == "estate")) return "estate";
        if (question.Replies.Any(static r => r.Word == "finish")) return "back-out";
        return ScriptedTerminal.Will(question);
    }

    [Fact]
    public void A_line_to_verify_a_node_is_shown_where_the_node_starts_and_not_where_it_is_upgraded()
    {
        Plan plan = Plans.Of(
            Plans.Step("1", "Upgrade side A", 0, 90, ["ra"], [new Change("ra", Change.Begin, Runs: false), new Change("ra", Change.End, Release: "4.6.2")], [Restore("ra")]),
            Plans.Step("4", "Start side A", 90, 95, ["ra"], [new Change("ra", Change.End, Runs: true)], [Restore("ra")], "1"));
        MethodLine[] method = [new("upgrade", Text.Of("Run setup"), "", Text.None, 1, "t#1"), new("verify", Text.Of("See that it routes"), "", Text.None, 1, "t#1")];
        using var folder = new RunFolder(plan with { Nodes = [.. plan.Nodes.Select(n => n.Name == "ra" ? n with { Method = method } : n)] });
        ScriptedTerminal terminal = ScriptedTerminal.Of("begin", "done");
        folder.Run(terminal);
        static string[] Do(Screen screen) => [.. screen.Parts.Where(static p => p.Heading.ToString() == "Do at ra").SelectMany(static p => p.Lines).Select(static l => l.ToString())];
        Assert.Equal(["Run setup"], Do(terminal.Screens[0]));
        Assert.Equal(["See that it routes"], Do(terminal.Screens[^1]));
    }

    [Fact]
    public void A_step_that_took_no_time_teaches_nothing_and_the_file_says_so()
    {
        using var folder = new RunFolder(Plans.Four());
        folder.Run(ScriptedTerminal.Of("begin", "done"));
        string yaml = LearnedDurations.Of(folder.Plan, RunReport.Of(folder.Plan, folder.Entries)).ToYaml();
        Assert.Contains("# Left out: step 1 took 0 minutes, less than a tenth of the plan's least, 90.", yaml, StringComparison.Ordinal);
        Assert.Contains("learned: {}", yaml, StringComparison.Ordinal);
    }
}
