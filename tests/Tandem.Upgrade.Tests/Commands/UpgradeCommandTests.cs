using System.Text.Json;
using Tandem.Upgrade.Tests.Planning;

namespace Tandem.Upgrade.Tests.Commands;

public sealed class UpgradeCommandTests : IDisposable
{
    static readonly string[] s_day = ["--today", "2026-11-21"];
    readonly UpgradeProcess _tandem = new();

    public void Dispose() => _tandem.Dispose();

    [Fact]
    public void The_example_is_ready_planned_rehearsed_and_begun()
    {
        // The run judges by the day on which it is begun, and no option says another.
        string estate = _tandem.Write("estate.yaml", Planned.ExampleOf("icm-4.5-two-sites", DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime)));
        (int code, string said, string wrong) = _tandem.Run(["check", estate, "--to", "icm-4.6.2"]);
        Assert.True(code == 0, said + wrong);
        Assert.Contains("ready", said, StringComparison.Ordinal);

        (code, said, wrong) = _tandem.Run(["plan", estate, "--to", "icm-4.6.2", "--out", "plan", "--language", "zh-Hant"]);
        Assert.True(code == 0, said + wrong);
        Assert.Empty(wrong);
        foreach (string file in (string[])["plan.json", "plan.html", "gantt.svg", "calendar.ics", "zh-Hant/plan.html"]) Assert.True(File.Exists(_tandem.PathOf($"plan/{file}")), $"{file} is missing");

        (code, said, wrong) = _tandem.Run("rehearse", "plan", "--runs", "1000");
        Assert.True(code == 0, said + wrong);
        Assert.True(File.Exists(_tandem.PathOf("plan/rehearsal.json")));

        // Nobody answers: it pauses, and says how to go on.
        (code, said, wrong) = _tandem.Run("run", "plan", "--who", "Ann", "--plain");
        Assert.True(code == 5, $"{code}: {said}{wrong}");
        Assert.Equal(0, _tandem.Run("run", "plan", "--verify").Code);

        File.AppendAllText(_tandem.PathOf("plan/plan.json"), " ");
        (code, said, wrong) = _tandem.Run("run", "plan", "--verify");
        Assert.True(code == 4, $"{code}: {said}{wrong}");
    }

    [Fact]
    public void What_is_refused_writes_nothing_and_says_why()
    {
        string estate = _tandem.Write("estate.yaml", Planned.Example("icm-4.5-small").With("release: 4.5.2", "release: 3.0.1"));
        (int code, string said, string wrong) = _tandem.Run(["plan", estate, "--to", "icm-4.6.2", "--out", "plan", .. s_day]);
        Assert.Equal(1, code);
        Assert.Contains("REFUSED", said, StringComparison.Ordinal);
        Assert.Contains("4.1.x", said, StringComparison.Ordinal);
        Assert.Contains("nothing was written", wrong, StringComparison.Ordinal);
        Assert.Equal([estate], Directory.GetFileSystemEntries(_tandem.Folder));
    }

    [Fact]
    public void What_is_not_ready_is_planned_and_not_run()
    {
        string estate = _tandem.Write("estate.yaml", Planned.Example("icm-4.5-not-ready"));
        (int code, string said, _) = _tandem.Run(["check", estate, "--to", "icm-4.6.2", "--json", .. s_day]);
        Assert.Equal(1, code);
        string[] notReady = [.. JsonElement.Parse(said).GetProperty("findings").EnumerateArray().Where(static f => f.GetProperty("verdict").GetString() == "notReady").Select(static f => f.GetProperty("check").GetString()!).Distinct()];
        foreach (string check in (string[])["default-route-plan", "saved", "media", "lab", "custom-reports"]) Assert.Contains(check, notReady);

        (code, said, string wrong) = _tandem.Run(["plan", estate, "--to", "icm-4.6.2", "--out", "plan", .. s_day]);
        Assert.True(code == 0, said + wrong);
        (code, said, wrong) = _tandem.Run("run", "plan", "--who", "Ann", "--plain");
        Assert.Equal(2, code);
        Assert.Contains("default rout", said + wrong, StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(_tandem.PathOf("plan/run.jsonl")));
    }

    [Fact]
    public void All_errors_of_a_file_are_told_at_once_with_their_lines()
    {
        string estate = _tandem.Write("estate.yaml", """
            estate: Wrong
            product: Cisco ICN
            release: 4.5.2
            zone: Europe/Zuri
            nods: []
            windows:
              - name: night
                start: tomorrow
                hours: -3
            """);
        (int code, _, string wrong) = _tandem.Run("check", estate, "--to", "icm-4.6.2");
        Assert.Equal(2, code);
        foreach (string part in (string[])["estate.yaml:2:", "Cisco ICM", "estate.yaml:4:", "Europe/Zurich", "estate.yaml:5:", "nodes", "estate.yaml:8:", "estate.yaml:9:"]) Assert.Contains(part, wrong, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("icm-4.6", "icm-4.6.2")]
    [InlineData("mxone", "mx-one-7")]
    [InlineData("uccce-7.5", "ucce-7.5")]
    public void An_unknown_pack_names_the_nearest(string asked, string near)
    {
        (int code, _, string wrong) = _tandem.Run("check", _tandem.Write("estate.yaml", Planned.Example("icm-4.5-small")), "--to", asked);
        Assert.Equal(2, code);
        Assert.Contains($"did you mean {near}", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_other_things_in_it_is_left_alone()
    {
        string estate = _tandem.Write("estate.yaml", Planned.Example("icm-4.5-small"));
        (int code, _, string wrong) = _tandem.Run(["plan", estate, "--to", "icm-4.6.2", "--out", ".", .. s_day]);
        Assert.Equal(2, code);
        Assert.Contains("other things", wrong, StringComparison.Ordinal);
        Assert.Equal([estate], Directory.GetFileSystemEntries(_tandem.Folder));
    }

    [Fact]
    public void Wrong_use_names_what_was_probably_meant()
    {
        (int code, _, string wrong) = _tandem.Run("plna");
        Assert.Equal(2, code);
        Assert.Contains("did you mean 'plan'", wrong, StringComparison.Ordinal);
        Assert.Equal(2, _tandem.Run("check", "nowhere.yaml", "--to", "icm-4.6.2").Code);
        Assert.Equal(2, _tandem.Run("rehearse", "nowhere").Code);
    }

    [Fact]
    public void Packs_are_listed_with_their_sources()
    {
        (int code, string said, _) = _tandem.Run("packs");
        Assert.Equal(0, code);
        foreach (string part in (string[])["icm-4.6.2", "24564", "mx-one-7", "ucce-7.5"]) Assert.Contains(part, said, StringComparison.Ordinal);
        Assert.Contains("Side A or B", _tandem.Run("packs", "icm-4.6.2").Out, StringComparison.Ordinal);
    }
}
