using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Tests.Running;

public sealed class PlanFileTests
{
    [Fact]
    public void A_plan_is_read_as_it_was_written()
    {
        using var folder = new RunFolder(Plans.Four("echo '升級'"));
        byte[] written = File.ReadAllBytes(PlanFile.PathIn(folder.Path));
        Plan read = PlanFile.Load(folder.Path);
        PlanFile.Save(read, folder.Path);
        Assert.Equal(written, File.ReadAllBytes(PlanFile.PathIn(folder.Path)));
        Assert.Equal(folder.Plan.Steps.Select(static s => s.Begins), read.Steps.Select(static s => s.Begins));
        Assert.Equal(folder.Plan.Steps[2].BackOut.Lost, read.Steps[2].BackOut.Lost);
        Assert.Contains("echo '升級'".Replace("'", "\\u0027", StringComparison.Ordinal), File.ReadAllText(PlanFile.PathIn(folder.Path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 99", "format 99")]
    [InlineData("\"format\": 1,", "", "names no format")]
    [InlineData("\"verdict\": \"pass\"", "\"verdict\": \"fine\"", "plan.json:")]
    [InlineData("\"zone\": \"Europe/Stockholm\"", "\"zone\": null", "plan.json:")]
    [InlineData("\"id\": \"2\"", "\"id\": \"1\"", "two steps have the id 1")]
    public void A_file_that_is_no_plan_of_this_version_is_refused_with_what_to_do(string from, string to, string says)
    {
        using var folder = new RunFolder(Plans.Four());
        string path = PlanFile.PathIn(folder.Path), text = File.ReadAllText(path), changed = text.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        File.WriteAllText(path, changed);
        var e = Assert.Throws<UpgradeException>(() => PlanFile.Load(folder.Path));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Contains(" again", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("null")]
    public void What_is_no_json_of_a_plan_is_refused(string text)
    {
        using var folder = new RunFolder(Plans.Four());
        File.WriteAllText(PlanFile.PathIn(folder.Path), text);
        Assert.Throws<UpgradeException>(() => PlanFile.Load(folder.Path));
    }

    [Fact]
    public void A_plan_with_a_run_is_not_replaced_by_another()
    {
        using var folder = new RunFolder(Plans.Four());
        folder.Pipe("begin");
        PlanFile.Save(folder.Plan, folder.Path);
        var e = Assert.Throws<UpgradeException>(() => PlanFile.Save(folder.Plan with { Estate = "Other" }, folder.Path));
        Assert.Contains("another folder", e.Message, StringComparison.Ordinal);
        Assert.Equal("Two sites", PlanFile.Load(folder.Path).Estate);
    }
}
