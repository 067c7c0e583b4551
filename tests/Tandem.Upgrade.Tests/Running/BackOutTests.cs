using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Running;

namespace Tandem.Upgrade.Tests.Running;

public sealed class BackOutTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_step_in_progress_is_backed_out_by_its_own_actions_in_order(int step)
    {
        using var folder = new RunFolder(Plans.Four());
        Assert.Equal(RunOutcome.BackedOutOrFailed, folder.Run(BacksOut(folder.Plan, $"{step}", afterIt: false)));
        AssertBackedOut(folder, $"{step}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void With_nothing_in_progress_the_last_step_that_ended_is_backed_out(int step)
    {
        using var folder = new RunFolder(Plans.Four());
        Assert.Equal(RunOutcome.BackedOutOrFailed, folder.Run(BacksOut(folder.Plan, $"{step}", afterIt: true)));
        AssertBackedOut(folder, $"{step}");
    }

    [Fact]
    public void A_run_that_was_backed_out_is_over()
    {
        using var folder = new RunFolder(Plans.Four());
        folder.Run(BacksOut(folder.Plan, "2", afterIt: false));
        ScriptedTerminal again = ScriptedTerminal.Of("begin");
        Assert.Equal(RunOutcome.BackedOutOrFailed, folder.Run(again));
        Assert.Empty(again.Questions);
    }

    [Fact]
    public void Nothing_is_backed_out_without_a_yes()
    {
        using var folder = new RunFolder(Plans.Four());
        folder.Run(ScriptedTerminal.Of("begin", "back-out", "no", "done"));
        Assert.DoesNotContain(folder.Entries, static e => e.What == RunFact.BackOutBegun);
        Assert.Contains(folder.Entries, static e => e.What == RunFact.StepDone);
    }

    [Fact]
    public void Before_anything_was_begun_there_is_no_back_out()
    {
        using var folder = new RunFolder(Plans.Four());
        ScriptedTerminal terminal = ScriptedTerminal.Of("back-out");
        folder.Run(terminal);
        Assert.DoesNotContain(terminal.Questions[0].Replies, static r => r.Word == "back-out");
    }

    [Fact]
    public void Steps_in_progress_beside_each_other_are_all_undone_the_later_one_first_and_nothing_twice()
    {
        BackOutAction common = Plans.Back("Start rb", "rb");
        using var folder = new RunFolder(Plans.Of(
            Plans.Step("1", "Controller", 0, 90, ["ra"], [], [common]),
            Plans.Step("9.aw1", "Upgrade aw1", 90, 120, ["aw1"], [], [Plans.Back("Restore aw1", "aw1"), common], "1"),
            Plans.Step("9.aw2", "Upgrade aw2", 90, 120, ["aw2"], [], [Plans.Back("Restore aw2", "aw2"), common], "1")));
        folder.Run(ScriptedTerminal.Of("begin", "done", "9.aw1", "begin", "other", "9.aw2", "begin", "back-out", "yes", "calls fail", "done", "done", "done"));
        Assert.Equal(["Restore aw2", "Start rb", "Restore aw1"], folder.Entries.Where(static e => e.What == RunFact.BackOutActionDone).Select(static e => e["do"]));
        Assert.Equal(RunFact.BackedOut, folder.Entries[^1].What);
    }

    static ScriptedTerminal BacksOut(Plan plan, string step, bool afterIt)
    {
        int done = 0;
        bool begun = false;
        return new ScriptedTerminal(question =>
        {
            bool isHere = done == plan.Steps.ToList().FindIndex(s => s.Id == step) + (afterIt ? 1 : 0) && (afterIt || begun);
            if (isHere && question.Replies.Any(static r => r.Word == "back-out")) return "back-out";
            string answer = ScriptedTerminal.Will(question);
            if (answer == "begin") begun = true;
            if (answer == "done" && question.Ask.Form == "How did it end?") (done, begun) = (done + 1, false);
            return answer;
        });
    }

    static void AssertBackedOut(RunFolder folder, string step)
    {
        RunEntry begun = Assert.Single(folder.Entries, static e => e.What == RunFact.BackOutBegun);
        Assert.Equal((step, "it must be"), (begun["steps"], begun["reason"]));
        Step planned = folder.Plan.Steps.First(s => s.Id == step);
        Assert.Equal(planned.BackOut.Actions.Select(static a => a.Do.ToString()), folder.Entries.Where(static e => e.What == RunFact.BackOutActionDone).Select(static e => e["do"]));
        Assert.Equal(RunFact.BackedOut, folder.Entries[^1].What);
    }
}
