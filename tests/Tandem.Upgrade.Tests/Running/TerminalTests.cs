using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Running;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Tests.Running;

public sealed class TerminalTests
{
    [Fact]
    public void A_pipe_runs_a_plan_line_by_line()
    {
        using var folder = new RunFolder(Plans.Four());
        (int code, string output) = folder.Pipe("begin", "done", "be", "d", "begin", "go", "", "", "Bo", "done", "begin", "done", "finish");
        Assert.Equal(0, code);
        Assert.Contains("== Upgrade side A ==", output, StringComparison.Ordinal);
        Assert.Contains("The run is finished: Two sites is at 4.6.2.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_the_input_pauses_and_says_how_to_go_on()
    {
        using var folder = new RunFolder(Plans.Four());
        (int code, string output) = folder.Pipe("begin");
        Assert.Equal(5, code);
        Assert.Contains($"tandem upgrade run {folder.Path}", output, StringComparison.Ordinal);
        Assert.Equal(RunFact.Paused, folder.Entries[^1].What);
        (code, output) = folder.Pipe("done");
        Assert.Equal(5, code);
        Assert.Contains("? Was it done?", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_back_out_by_a_pipe_ends_with_1()
    {
        using var folder = new RunFolder(Plans.Four());
        (int code, string output) = folder.Pipe("begin", "back-out", "yes", "calls fail", "done", "done");
        Assert.Equal(1, code);
        Assert.Contains("was backed out: Two sites is at 4.5.2", output, StringComparison.Ordinal);
    }

    [Fact]
    public void First_letters_of_two_words_are_not_enough()
    {
        var question = new Question(Text.Of("?"), [new Reply("begin", Text.None), new Reply("back-out", Text.None), new Reply("9", Text.None), new Reply("9.aw1", Text.None)]);
        Assert.Null(question.Match("b"));
        Assert.Equal("begin", question.Match("BE")?.Word);
        Assert.Equal("9", question.Match("9")?.Word);
        Assert.Equal("9.aw1", question.Match("9.")?.Word);
        Assert.Null(question.Match(""));
    }

    [Fact]
    public void A_terminal_shows_brackets_as_they_are_and_obeys_no_escape()
    {
        var output = new StringWriter();
        RunTerminal terminal = RunTerminal.On(new StringReader("ok"), output, Language.English);
        terminal.Show(new Screen { Title = Text.Of("Stop [ra]"), Warnings = [Text.Of("[red]x")], Parts = [new Part(Text.Of("Do"), [Text.Of("{0}", "a\u001b[2Jb")])] });
        terminal.Output("[/] \u0007 50%");
        Assert.Equal("ok", terminal.Ask(new Question(Text.Of("Which?"), [new Reply("[x]", Text.Of("y"), "FILE", Text.Of("in progress"))])));
        string shown = output.ToString();
        Assert.Contains("Stop [ra]", shown, StringComparison.Ordinal);
        Assert.Contains("! [red]x", shown, StringComparison.Ordinal);
        Assert.Contains("a\uFFFD[2Jb", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("\u0007", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_runs_without_a_name_and_nothing_without_a_plan()
    {
        using var folder = new RunFolder(Plans.Four());
        var output = new StringWriter();
        Assert.Equal(2, UpgradeRun.Run(new RunOptions(folder.Path, " ", true, TextReader.Null, output, folder.Clock, Language.English)));
        Assert.Contains("--who NAME", output.ToString(), StringComparison.Ordinal);
        File.Delete(PlanFile.PathIn(folder.Path));
        Assert.Equal(2, folder.Pipe().Code);
        Assert.Equal(2, UpgradeRun.Verify(folder.Path, TextWriter.Null));
        Assert.Equal(2, UpgradeRun.Report(folder.Path, TextWriter.Null));
    }

    [Fact]
    public void Everything_that_a_run_says_is_translated()
    {
        string packs = Directory.CreateTempSubdirectory("tandem-packs-").FullName;
        Directory.CreateDirectory(Path.Combine(packs, "translations"));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "packs", "translations-run", "zh-Hant.yaml"), Path.Combine(packs, "translations", "zh-Hant.yaml"));
        Language chinese = Language.Load("zh-Hant", packs);
        Directory.Delete(packs, recursive: true);

        string[][] runs =
        [
            ["begin", "yes", "evidence", "", "green", "note", "slow", "done", "skip", "begin", "failed it hangs", "again", "done", "begin", "no-go", "", "it is late", "begin", "go", "", "", "ana", "Bo", "x y", "pause"],
            ["done", "begin", "done", "finish"],
            [],
            ["begin", "yes", "run", "maybe", "no", "done", "back-out", "yes", "it is late", "done", "done"],
        ];
        using var finished = new RunFolder(Plans.Four("false"));
        using var backedOut = new RunFolder(Plans.Four("false"));
        RunFolder[] folders = [finished, finished, finished, backedOut];
        var output = new StringWriter();
        for (int i = 0; i < runs.Length; i++)
            UpgradeRun.Run(new RunOptions(folders[i].Path, "Ana", true, new StringReader(string.Join('\n', runs[i])), output, folders[i].Clock, chinese));
        UpgradeRun.Report(finished.Path, output, chinese);
        UpgradeRun.Report(backedOut.Path, output, chinese);
        UpgradeRun.Verify(finished.Path, output, chinese);
        RunSession.RefuseNotReady(Plans.Four(), new PlainTerminal(TextReader.Null, output, chinese, echoes: true));
        File.AppendAllText(Path.Combine(finished.Path, PlanFile.Name), " ");
        UpgradeRun.Verify(finished.Path, output, chinese);

        HashSet<string> ofThePlan = [.. finished.Plan.Steps.SelectMany(static s => new[] { s.Title, s.Expect, s.BackOut.Trigger, s.BackOut.Lost }.Concat(s.BackOut.Actions.Select(static a => a.Do))).Select(static t => t.Form),
            .. finished.Plan.Nodes.SelectMany(static n => n.Method).SelectMany(static m => new[] { m.Do.Form, m.Expect.Form })];
        Assert.Equal([], chinese.Missing.Where(m => !ofThePlan.Contains(m)));
        Assert.Contains("升級", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Translations_have_the_places_of_their_English_forms()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "packs", "translations-run", "zh-Hant.yaml");
        var map = Assert.IsType<Yaml.YamlMap>(Yaml.YamlReader.Read(File.ReadAllText(file)));
        Assert.True(map.Pairs.Count > 80);
        Assert.Equal(map.Pairs.Count, map.Pairs.Select(static p => p.Key.Value).Distinct(StringComparer.Ordinal).Count());
        Assert.All(map.Pairs, static pair =>
        {
            string said = Assert.IsType<Yaml.YamlText>(pair.Value).Value;
            for (int i = 0; i < 5; i++) Assert.Equal(pair.Key.Value.Contains($"{{{i}}}", StringComparison.Ordinal), said.Contains($"{{{i}}}", StringComparison.Ordinal));
        });
    }
}
