using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Running;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Tests.Running;

public sealed class RunSessionTests
{
    [Fact]
    public void A_plan_is_run_to_its_end_and_everything_is_recorded()
    {
        using var folder = new RunFolder(Plans.Four());
        Assert.Equal(RunOutcome.Finished, folder.Run(ScriptedTerminal.Willing()));
        Assert.Equal(
            ["Begun", "StepBegun 1", "StepDone 1", "StepBegun 2", "StepDone 2", "Confirmed 3", "Confirmed 3", "StepBegun 3", "StepDone 3", "StepBegun 4", "StepDone 4", "Finished"],
            folder.Entries.Select(static e => $"{e.What} {e.Step}".Trim()));
        Assert.All(folder.Entries, static e => Assert.Equal("Ana", e.Who));
        Assert.True(RunRecord.Verify(folder.Path).IsWhole);
    }

    [Fact]
    public void A_run_that_is_over_is_not_run_again()
    {
        using var folder = new RunFolder(Plans.Four());
        folder.Run(ScriptedTerminal.Willing());
        int lines = folder.Lines.Length;
        ScriptedTerminal again = ScriptedTerminal.Of();
        Assert.Equal(RunOutcome.Finished, folder.Run(again));
        Assert.Empty(again.Questions);
        Assert.Equal(lines, folder.Lines.Length);
    }

    [Fact]
    public void A_plan_that_is_not_ready_is_refused_with_all_that_stops_it_and_leaves_no_record()
    {
        Plan plan = Plans.Four() with
        {
            Findings =
            [
                new Finding("default-plan", Verdict.NotReady, "", Text.Of("No default route plan"), Text.Of("none in the file"), Text.Of("Agree on one with the carrier"), "test#2", 3),
                new Finding("backup", Verdict.NotReady, "logger-a", Text.Of("A backup is missing"), Text.None, Text.None, "test#2", 9),
                new Finding("hotfix", Verdict.Warn, "ra", Text.Of("A warning only"), Text.None, Text.None, "test#2", 9),
            ],
        };
        using var folder = new RunFolder(plan);
        (int code, string output) = folder.Pipe("begin");
        Assert.Equal(2, code);
        Assert.Contains("No default route plan", output, StringComparison.Ordinal);
        Assert.Contains("Agree on one with the carrier", output, StringComparison.Ordinal);
        Assert.Contains("logger-a", output, StringComparison.Ordinal);
        Assert.DoesNotContain("A warning only", output, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.RecordPath));
    }

    [Theory]
    [InlineData("Ana")]
    [InlineData("ANA")]
    [InlineData("  a n a ")]
    [InlineData("A.na")]
    public void One_person_cannot_confirm_twice(string second)
    {
        using var folder = new RunFolder(Plans.Of(Plans.Four().Steps[0] with { TwoPersons = true }));
        ScriptedTerminal terminal = ScriptedTerminal.Of("begin", "", second, "", "Bo");
        folder.Run(terminal);
        Assert.Contains(terminal.Said, static s => s.Contains("it takes a second person", StringComparison.Ordinal));
        RunEntry confirmed = Assert.Single(folder.Entries, static e => e.What == RunFact.Confirmed);
        Assert.Equal(("two-persons", "Ana", "Bo"), (confirmed["kind"], confirmed["first"], confirmed["second"]));
    }

    [Fact]
    public void A_step_for_two_does_not_begin_when_the_second_says_no()
    {
        using var folder = new RunFolder(Plans.Of(Plans.Four().Steps[0] with { TwoPersons = true }));
        Assert.Equal(RunOutcome.Paused, folder.Run(ScriptedTerminal.Of("begin", "Ana", "no")));
        Assert.DoesNotContain(folder.Entries, static e => e.What is RunFact.Confirmed or RunFact.StepBegun);
    }

    [Fact]
    public void A_go_is_asked_before_what_cannot_be_undone_cheaply_and_a_no_go_does_not_begin_it()
    {
        using var folder = new RunFolder(Plans.Four());
        RunOutcome outcome = folder.Run(ScriptedTerminal.Of("begin", "done", "begin", "done", "begin", "no-go calls are lost", "Chris"));
        Assert.Equal(RunOutcome.Paused, outcome);
        RunEntry said = Assert.Single(folder.Entries, static e => e.What == RunFact.Confirmed);
        Assert.Equal(("no-go", "Chris", "calls are lost"), (said["kind"], said["first"], said["reason"]));
        Assert.DoesNotContain(folder.Entries, static e => e is { What: RunFact.StepBegun, Step: "3" });

        Assert.Equal(RunOutcome.Finished, folder.Run(ScriptedTerminal.Willing()));
        Assert.Single(folder.Entries, static e => e["kind"] == "go");
    }

    [Fact]
    public void Nothing_can_be_skipped()
    {
        using var folder = new RunFolder(Plans.Four());
        ScriptedTerminal terminal = ScriptedTerminal.Of("skip", "2");
        Assert.Equal(RunOutcome.Paused, folder.Run(terminal));
        Assert.Contains(terminal.Said, static s => s.Contains("cannot be skipped", StringComparison.Ordinal));
        Assert.Contains(terminal.Said, static s => s.Contains("'2' is none of these: begin, note, evidence, pause", StringComparison.Ordinal));
        Assert.Equal(["Begun", "Paused"], folder.Entries.Select(static e => e.What.ToString()));
    }

    [Fact]
    public void Of_several_open_steps_the_person_chooses_and_one_that_waits_is_not_offered()
    {
        using var folder = new RunFolder(Plans.Of(
            Plans.Step("1", "Controller", 0, 90, ["ra"], [], []),
            Plans.Step("9.aw1", "Upgrade aw1", 90, 120, ["aw1"], [], [], "1"),
            Plans.Step("9.aw2", "Upgrade aw2", 90, 120, ["aw2"], [], [], "1"),
            Plans.Step("10", "Test", 120, 130, [], [], [], "9.aw1", "9.aw2")));
        ScriptedTerminal terminal = ScriptedTerminal.Of("begin", "done", "9.aw2", "begin", "other", "9.aw1", "begin", "done", "done", "begin", "done", "finish");
        Assert.Equal(RunOutcome.Finished, folder.Run(terminal));
        Question choice = terminal.Questions.First(static q => q.Ask.Form == "Which step?");
        Assert.Equal(["9.aw1", "9.aw2", "back-out"], choice.Replies.Select(static r => r.Word).Take(3));
        Assert.Equal(["1", "9.aw2", "9.aw1", "10"], folder.Entries.Where(static e => e.What == RunFact.StepBegun).Select(static e => e.Step));
        Assert.Equal(["1", "9.aw1", "9.aw2", "10"], folder.Entries.Where(static e => e.What == RunFact.StepDone).Select(static e => e.Step));
    }

    [Fact]
    public void A_failed_step_can_be_tried_again_and_leaving_it_is_a_failure()
    {
        using var folder = new RunFolder(Plans.Four());
        Assert.Equal(RunOutcome.BackedOutOrFailed, folder.Run(ScriptedTerminal.Of("begin", "failed the router hangs")));
        Assert.Equal("the router hangs", Assert.Single(folder.Entries, static e => e.What == RunFact.StepFailed)["reason"]);
        ScriptedTerminal later = ScriptedTerminal.Willing();
        Assert.Equal(RunOutcome.Finished, folder.Run(later));
        Assert.Contains(later.Screens[0].Warnings, static w => w.ToString().Contains("the router hangs", StringComparison.Ordinal));
        Assert.Equal(2, folder.Entries.Count(static e => e is { What: RunFact.StepBegun, Step: "1" }));
    }

    [Fact]
    public void A_screen_says_what_to_do_what_to_expect_who_routes_and_what_is_left()
    {
        using var folder = new RunFolder(Plans.Four());
        folder.Clock.Advance(20);
        ScriptedTerminal terminal = ScriptedTerminal.Of("begin", "done", "begin");
        folder.Run(terminal);
        string first = Shown(terminal.Screens[0]), last = Shown(terminal.Screens[^1]);
        Assert.Contains("It is 00:20; 6 h 40 min left in the window night 1.", first, StringComparison.Ordinal);
        Assert.Contains("Planned 00:00 to 01:30, 90 min.", first, StringComparison.Ordinal);
        Assert.Contains("20 min behind the plan.", first, StringComparison.Ordinal);
        Assert.Contains("Run setup", first, StringComparison.Ordinal);
        Assert.Contains("setup ra", first, StringComparison.Ordinal);
        Assert.DoesNotContain("Save the registry", first, StringComparison.Ordinal);
        Assert.Contains("All processes are up", first, StringComparison.Ordinal);
        Assert.Contains("there is nothing to undo", first, StringComparison.Ordinal);
        Assert.Contains("Now: side B", last, StringComparison.Ordinal);
        Assert.Contains("During the step: the network's default plan", last, StringComparison.Ordinal);
        Assert.Contains("After it: side A", last, StringComparison.Ordinal);
        Assert.Contains("70 min ahead of the plan.", last, StringComparison.Ordinal);
        Assert.Contains("30 min; calls are routed by the old release again after 10 min.", last, StringComparison.Ordinal);
        // The window ends at 07:00, and the way back takes 30 minutes.
        Assert.Contains("begin it by 06:30: in 6 h 10 min", last, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_outside_its_window_is_warned_of_and_recorded_as_such()
    {
        using var folder = new RunFolder(Plans.Four());
        folder.Clock.Advance(-60);
        ScriptedTerminal terminal = ScriptedTerminal.Of("begin");
        folder.Run(terminal);
        Assert.Contains("the window night 1 begins in 60 min", Shown(terminal.Screens[0]), StringComparison.Ordinal);
        Assert.Contains("outside the window", Shown(terminal.Screens[0]), StringComparison.Ordinal);
        Assert.Equal("outside", Assert.Single(folder.Entries, static e => e.What == RunFact.StepBegun)["window"]);
    }

    [Fact]
    public void Only_one_run_at_a_time_goes_on_in_a_folder()
    {
        using var folder = new RunFolder(Plans.Four());
        using (RunRecord.Open(folder.Path))
        {
            (int code, string output) = folder.Pipe("begin");
            Assert.Equal(2, code);
            Assert.Contains("another run goes on", output, StringComparison.Ordinal);
        }
        Assert.Equal(5, folder.Pipe("begin").Code);
    }

    static string Shown(Screen screen) => string.Join('\n', [screen.Title.ToString(), .. screen.Clock.Concat(screen.Warnings).Select(static t => t.ToString()),
        .. screen.Parts.SelectMany(static p => p.Lines.Prepend(p.Heading)).Select(static t => t.ToString())]);
}
