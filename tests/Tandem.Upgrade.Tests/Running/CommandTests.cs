using System.Security.Cryptography;
using Tandem.Upgrade.Running;

namespace Tandem.Upgrade.Tests.Running;

public sealed class CommandTests
{
    [Fact]
    public void A_command_runs_after_a_yes_and_its_output_is_evidence()
    {
        using var folder = new RunFolder(Plans.Four("echo upgraded; echo careful >&2; printf 'no line feed'"));
        ScriptedTerminal terminal = ScriptedTerminal.Of("begin", "yes", "done");
        folder.Run(terminal);
        RunEntry evidence = Assert.Single(folder.Entries, static e => e.What == RunFact.Evidence);
        Assert.Equal(("command", "0"), (evidence["kind"], evidence["exitCode"]));
        byte[] output = File.ReadAllBytes(Path.Combine(folder.Path, evidence["file"]));
        Assert.Equal("upgraded\ncareful\nno line feed"u8, output);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(output)), evidence["sha256"]);
        Assert.Contains("| careful", terminal.Said);
        Assert.Contains("| no line feed", terminal.Said);
        Assert.Contains(folder.Entries, static e => e is { What: RunFact.StepDone, Step: "1" });
    }

    [Fact]
    public void A_command_does_not_run_without_a_yes()
    {
        string ran = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var folder = new RunFolder(Plans.Four($"touch '{ran}'"));
        folder.Run(ScriptedTerminal.Of("begin", "no", "run", "y", "no"));
        Assert.False(File.Exists(ran));
        Assert.DoesNotContain(folder.Entries, static e => e.What == RunFact.Evidence);
    }

    [Fact]
    public void A_command_that_fails_asks_whether_the_step_was_done()
    {
        using var folder = new RunFolder(Plans.Four("echo no space; exit 3"));
        ScriptedTerminal terminal = ScriptedTerminal.Of("begin", "yes", "failed no space");
        Assert.Equal(RunOutcome.BackedOutOrFailed, folder.Run(terminal));
        Assert.Equal("3", Assert.Single(folder.Entries, static e => e.What == RunFact.Evidence)["exitCode"]);
        Assert.Contains(terminal.Screens, static s => s.Warnings.Any(static w => w.ToString().Contains("ended with 3", StringComparison.Ordinal)));
        Assert.DoesNotContain(folder.Entries, static e => e.What == RunFact.StepDone);
    }

    [Fact]
    public void A_command_cannot_read_the_answers_of_the_run()
    {
        using var folder = new RunFolder(Plans.Four("cat; echo read all"));
        (int code, _) = folder.Pipe("begin", "yes", "done");
        Assert.Equal(5, code);
        Assert.Contains(folder.Entries, static e => e is { What: RunFact.StepDone, Step: "1" });
    }

    [Fact]
    public void A_filed_file_is_copied_and_its_hash_recorded()
    {
        using var folder = new RunFolder(Plans.Four());
        string file = folder.File("route print.txt", "0.0.0.0 via 10.0.0.1\n");
        folder.Run(ScriptedTerminal.Of("begin", $"evidence {file}", "evidence", "", "all lamps are green", "evidence /no/such/file"));
        RunEntry[] filed = [.. folder.Entries.Where(static e => e.What == RunFact.Evidence)];
        Assert.Equal(2, filed.Length);
        Assert.Equal("evidence/0003-route_print.txt", filed[0]["file"]);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder.Path, filed[0]["file"])));
        Assert.Equal(("typed", "all lamps are green", "1"), (filed[1]["kind"], filed[1]["text"], filed[1].Step));
    }
}
