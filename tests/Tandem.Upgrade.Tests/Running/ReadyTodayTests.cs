using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Tests.Planning;

namespace Tandem.Upgrade.Tests.Running;

public sealed class ReadyTodayTests
{
    /// <summary>A real plan with its copies; the estate is changed before it is planned.</summary>
    static RunFolder Planned(Func<string, string> estate, Func<Plan, Plan> edited)
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("tandem-estate-").FullName, "estate.yaml");
        File.WriteAllText(file, estate(Tests.Planning.Planned.Example("icm-4.5-small")));
        PackLibrary packs = Tests.Planning.Planned.Packs;
        PlanResult result = Planner.Plan(Upgrade.Estates.EstateFile.Load(file, packs).Estate!, packs.Load("icm-4.6.2"), Tests.Planning.Planned.Today, packs.HashOf("icm-4.6.2"));
        var folder = new RunFolder(edited(result.Plan!));
        File.Copy(file, Path.Combine(folder.Path, "estate.yaml"));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        File.Copy(packs.PathOf("icm-4.6.2"), Path.Combine(folder.Path, "pack.yaml"));
        return folder;
    }

    static string NotReady(string yaml) => yaml.With("default-route-plan: {in-place: true", "default-route-plan: {in-place: false");

    [Fact]
    public void A_plan_with_its_findings_removed_by_hand_is_judged_again_and_not_begun()
    {
        using RunFolder folder = Planned(NotReady, static plan => plan with { Findings = [] });
        Assert.True(folder.Plan.IsReady);
        (int code, string output) = folder.Pipe("begin");
        Assert.Equal(2, code);
        Assert.Contains("The plan is not ready", output, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.RecordPath));
    }

    [Theory]
    [InlineData("estate.yaml")]
    [InlineData("pack.yaml")]
    public void A_copy_that_was_changed_or_is_missing_refuses_the_run(string copy)
    {
        using RunFolder folder = Planned(static y => y, static plan => plan);
        string path = Path.Combine(folder.Path, copy);
        File.AppendAllText(path, "# changed\n");
        (int code, string output) = folder.Pipe("begin");
        Assert.Equal(2, code);
        Assert.Contains("The plan was changed after it was made", output, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Contains("is missing", folder.Pipe("begin").Output, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.RecordPath));
    }

    static readonly Dictionary<string, Func<Plan, Plan>> s_edits = new()
    {
        ["one person less"] = static plan => plan with { Steps = [.. plan.Steps.Select(static s => s.Id == "3" ? s with { TwoPersons = false } : s)] },
        ["a command"] = static plan => plan with { Steps = [.. plan.Steps.Select(static s => s.Id == "1" ? s with { Command = "true" } : s)] },
        ["a total"] = static plan => plan with { Totals = plan.Totals with { SimplexMinutes = 1 } },
        ["no hashes"] = static plan => plan with { EstateHash = "", PackHash = "" },
    };

    [Theory]
    [InlineData("one person less")]
    [InlineData("a command")]
    [InlineData("a total")]
    [InlineData("no hashes")]
    public void A_plan_that_was_edited_by_hand_is_not_begun(string edit)
    {
        using RunFolder folder = Planned(static y => y, s_edits[edit]);
        (int code, string output) = folder.Pipe("begin");
        Assert.Equal(2, code);
        Assert.Contains("The plan was changed after it was made", output, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.RecordPath));
    }

    [Fact]
    public void A_step_with_a_command_of_the_estate_runs_it_and_files_what_it_says()
    {
        using RunFolder folder = Planned(static y => y + "\ncommands: {1: \"echo side A is upgraded\"}\n", static plan => plan);
        Assert.Equal(5, folder.Pipe("begin", "yes", "done").Code);
        string kept = Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, "evidence")));
        Assert.Contains("side A is upgraded", File.ReadAllText(kept), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_begun_is_not_judged_again()
    {
        using RunFolder folder = Planned(static y => y, static plan => plan);
        Assert.Equal(5, folder.Pipe("begin").Code);
        File.AppendAllText(Path.Combine(folder.Path, "estate.yaml"), "# changed\n");
        Assert.Equal(5, folder.Pipe("done").Code);
    }
}
