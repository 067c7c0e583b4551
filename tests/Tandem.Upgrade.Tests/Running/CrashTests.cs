using Tandem.Upgrade.Running;

namespace Tandem.Upgrade.Tests.Running;

public sealed class CrashTests
{
    /// <summary>The tool is killed at each use of its terminal in turn: before and after each line of the record.</summary>
    [Fact]
    public void A_run_that_is_killed_at_any_instant_goes_on_and_does_nothing_twice()
    {
        int uses = UsesOfWholeRun();
        Assert.True(uses > 30, $"{uses} uses");
        for (int at = 1; at <= uses; at++)
        {
            string ran = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            using var run = new RunFolder(Plans.Four($"echo once >> '{ran}'"));
            bool wasKilled = Kill(run, at);
            ScriptedTerminal after = AfterCrash(ran);
            Assert.Equal(RunOutcome.Finished, run.Run(after));
            Assert.Single(File.ReadAllLines(ran));
            File.Delete(ran);
            RecordCheck check = RunRecord.Verify(run.Path);
            Assert.True(check.IsWhole, $"killed at {at}: {string.Join("; ", check.Damages)}");
            Assert.Equal(4, check.Entries.Count(static e => e.What == RunFact.StepDone));
            Assert.Equal(4, check.Entries.Where(static e => e.What == RunFact.StepBegun).DistinctBy(static e => e.Step).Count());
            Assert.Equal(4, check.Entries.Count(static e => e.What == RunFact.StepBegun));
            Assert.True(wasKilled);
        }
    }

    [Fact]
    public void A_step_in_progress_at_a_crash_is_asked_about_and_its_command_not_run_again()
    {
        using var folder = new RunFolder(Plans.Four("echo hello"));
        // Begun, recorded, asked to run, yes; the command ends, and the tool dies over saying so.
        var dies = new ScriptedTerminal(ScriptedTerminal.Will) { KilledAt = 5 };
        Assert.Throws<KilledException>(() => folder.Run(dies));
        ScriptedTerminal after = ScriptedTerminal.Of();
        folder.Run(after);
        Assert.Equal("Was it done?", after.Questions[0].Ask.Form);
        Assert.Equal(["run", "done", "failed"], after.Questions[0].Replies.Take(3).Select(static r => r.Word));
        Assert.Contains(after.Screens[0].Warnings, static w => w.ToString().Contains("its end is not recorded", StringComparison.Ordinal));
        Assert.Single(folder.Entries, static e => e.What == RunFact.Evidence);
    }

    [Fact]
    public void A_command_whose_end_was_not_seen_is_told()
    {
        using var folder = new RunFolder(Plans.Four("echo hello; exit 0"));
        // Over the command's output, before its end is recorded.
        var dies = new DyingOutput(ScriptedTerminal.Willing());
        Assert.Throws<KilledException>(() => folder.Run(dies));
        ScriptedTerminal after = ScriptedTerminal.Of();
        folder.Run(after);
        Assert.Contains(after.Screens[0].Warnings, static w => w.ToString().Contains("Its command was begun at", StringComparison.Ordinal));
        RecordCheck check = RunRecord.Verify(folder.Path);
        Assert.True(check.IsWhole);
        string output = check.Entries.First(static e => e["kind"] == "command-begun")["file"];
        Assert.Equal("hello\n", File.ReadAllText(Path.Combine(folder.Path, output)));
        Assert.Contains(after.Screens[0].Warnings, w => w.ToString().Contains(output, StringComparison.Ordinal));
        Assert.Empty(check.Unnamed);
    }

    [Fact]
    public void A_back_out_that_is_killed_goes_on_where_it_was()
    {
        string[] script = ["begin", "done", "begin", "done", "begin", "go", "", "", "Bo", "back-out", "yes", "calls fail", "done"];
        using var folder = new RunFolder(Plans.Four());
        Assert.Equal(RunOutcome.Paused, folder.Run(ScriptedTerminal.Of(script)));
        ScriptedTerminal after = ScriptedTerminal.Of("begin", "done", "done");
        Assert.Equal(RunOutcome.BackedOutOrFailed, folder.Run(after));
        Assert.Equal("Stop ra", after.Screens[0].Title.ToString());
        Assert.Equal(["Restore rb", "Stop ra", "Start rb"], folder.Entries.Where(static e => e.What == RunFact.BackOutActionDone).Select(static e => e["do"]));
        Assert.Equal(RunFact.BackedOut, folder.Entries[^1].What);
    }

    static int UsesOfWholeRun()
    {
        using var folder = new RunFolder(Plans.Four("true"));
        ScriptedTerminal terminal = ScriptedTerminal.Willing();
        folder.Run(terminal);
        return terminal.Uses;
    }

    static bool Kill(RunFolder folder, int at)
    {
        try
        {
            folder.Run(ScriptedTerminal.Willing(at));
            return false;
        }
        catch (KilledException)
        {
            return true;
        }
    }

    /// <summary>Looks whether the command ran before it says done.</summary>
    static ScriptedTerminal AfterCrash(string ran) => new(question =>
        question.Replies.Any(static r => r.Word == "run") && !File.Exists(ran) ? "run" : ScriptedTerminal.Will(question));

    sealed class DyingOutput(ScriptedTerminal inner) : IRunTerminal
    {
        public void Show(Screen screen) => inner.Show(screen);
        public void Say(Texts.Text text) => inner.Say(text);
        public void Output(string line) => throw new KilledException();
        public string? Ask(Question question) => inner.Ask(question);
    }
}
