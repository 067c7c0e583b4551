using System.Text.Json;

namespace Tandem.EndToEnd.Http;

/// <summary>Configurations over the API: all or nothing.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public async Task All_errors_are_told_with_file_and_line_and_nothing_is_applied()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        string before = (await node.GetAsync("configuration")).GetRawText();
        JsonElement refused = await node.PostAsync("configuration", new
        {
            files = new[]
            {
                new { name = "people.yaml", text = "skill-groups:\n  sales:\nagents:\n  ana: {phone: 999, skill-groups: [sales]}\n  bo: {skill-groups: [slaes]}\n" },
                new { name = "numbers.yaml", text = "dialed-numbers:\n  1000: nothing\n" },
            },
        }).JsonAsync(422);
        string[] problems = [.. refused.GetProperty("problems").EnumerateArray().Where(p => p.Text("warning") == "False").Select(p => $"{p.Text("file")}:{p.Text("line")}")];
        Assert.Contains("people.yaml:4", problems);
        Assert.Contains("people.yaml:5", problems);
        Assert.Contains("numbers.yaml:2", problems);
        Assert.Equal(before, (await node.GetAsync("configuration")).GetRawText());
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_change_and_changes_nothing()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        string before = (await node.GetAsync("configuration")).GetRawText();
        string changed = ApiNode.Configuration.Replace("  103:\n", "  103:\n  104:\n", StringComparison.Ordinal);
        JsonElement told = await node.ApplyAsync(changed, dryRun: true).JsonAsync(200);
        Assert.Equal("False", told.Text("applied"));
        Assert.Contains("+ phone 104", told.GetProperty("changes").EnumerateArray().Select(c => c.GetString()));
        Assert.Empty(told.GetProperty("passwords").EnumerateArray());
        Assert.Equal(before, (await node.GetAsync("configuration")).GetRawText());
        Assert.DoesNotContain("104 ", File.ReadAllText(Path.Combine(node.Data, "phone-passwords")));
    }

    [Fact]
    public async Task Passwords_that_are_drawn_are_told_once_and_kept()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        string changed = ApiNode.Configuration.Replace("  103:\n", "  103:\n  104:\n", StringComparison.Ordinal);
        JsonElement applied = await node.ApplyAsync(changed).JsonAsync(200);
        JsonElement drawn = Assert.Single(applied.GetProperty("passwords").EnumerateArray());
        Assert.Equal("104", drawn.Text("phone"));
        Assert.Contains($"104 {drawn.Text("password")}\n", File.ReadAllText(Path.Combine(node.Data, "phone-passwords")));

        JsonElement again = await node.ApplyAsync(changed).JsonAsync(200);
        Assert.Equal("False", again.Text("applied"));
        Assert.Empty(again.GetProperty("changes").EnumerateArray());
        Assert.Empty(again.GetProperty("passwords").EnumerateArray());
    }

    [Fact]
    public async Task The_configuration_is_told_without_secrets()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        JsonElement configuration = await node.GetAsync("configuration");
        Assert.Equal(3, configuration.GetProperty("phones").GetArrayLength());
        Assert.DoesNotContain("sealed", configuration.GetRawText(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Another_instances_configuration_is_refused_also_in_a_dry_run()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        string other = ApiNode.Configuration.Replace("instance: main", "instance: other", StringComparison.Ordinal);
        Assert.Equal("other-instance", (await node.ApplyAsync(other).JsonAsync(409)).Text("reason"));
        Assert.Equal("other-instance", (await node.ApplyAsync(other, dryRun: true).JsonAsync(409)).Text("reason"));
    }

    [Theory]
    [InlineData("../../escape.yaml")]
    [InlineData("/etc/passwd")]
    public async Task A_files_name_is_for_messages_only(string name)
    {
        await using ApiNode node = await ApiNode.StartAsync();
        JsonElement refused = await node.ApplyAsync("agents: 5", name: name).JsonAsync(422);
        Assert.Equal(name, refused.GetProperty("problems")[0].Text("file"));
        Assert.Contains("agents", refused.GetProperty("problems")[0].Text("text"));
        Assert.Empty(Directory.GetFiles(node.Data, "escape*", SearchOption.AllDirectories));
    }
}
