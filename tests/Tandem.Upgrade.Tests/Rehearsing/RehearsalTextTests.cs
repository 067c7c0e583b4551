using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing;
using Tandem.Upgrade.Texts;
using Tandem.Yaml;

namespace Tandem.Upgrade.Tests.Rehearsing;

public sealed class RehearsalTextTests
{
    static RehearsalReport Report() => IcmNight.Rehearse(IcmNight.Plan() with { Calls = [.. Enumerable.Range(0, 24).Select(static h => new CallHour(h, 60))] }, runs: 200);

    [Fact]
    public void The_report_is_the_same_after_it_was_written_and_read()
    {
        RehearsalReport report = Report();
        string json = report.ToJson();
        var read = RehearsalReport.FromJson(json);

        Assert.Equal(json, read.ToJson());
        Assert.Equal(RehearsalText.Markdown(report, Language.English), RehearsalText.Markdown(read, Language.English));
        Assert.Contains("\"simplexMinutes\": 230", json, StringComparison.Ordinal);
        Assert.Contains("\"point\": \"begin\"", json, StringComparison.Ordinal);
        Assert.Throws<UpgradeException>(static () => RehearsalReport.FromJson("{"));
    }

    [Fact]
    public void The_markdown_has_what_a_reader_decides_by()
    {
        string markdown = RehearsalText.Markdown(Report(), Language.English);

        Assert.Contains("The plan passes", markdown, StringComparison.Ordinal);
        Assert.Contains("| network's default plan, at least and at most | 5–10 |", markdown, StringComparison.Ordinal);
        Assert.Contains("| 120–125 | 11-29 00:00 | 3 | the network's default plan | central controller |", markdown, StringComparison.Ordinal);
        Assert.Contains("| 5 | end, 11-29 01:10 | 11-29 03:20 | 130 | 0 | 10 | 130 | 10 | 0 |  | yes |", markdown, StringComparison.Ordinal);
        Assert.Contains("| ⚠ 6 | begin, 11-29 01:10", markdown, StringComparison.Ordinal);
        Assert.Contains("![](rehearsal-window-1.svg)", markdown, StringComparison.Ordinal);
        // Every table's rows have as many cells as its head.
        foreach (string table in markdown.Split("\n\n").Where(static p => p.StartsWith('|')))
            Assert.Single(table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static r => Regex.Count(r, @"(?<!\\)\|")).Distinct());
    }

    [Fact]
    public void The_histogram_is_a_drawing_with_a_bar_for_each_bin_and_the_windows_end()
    {
        RehearsalReport report = Report();
        (string name, string svg) = Assert.Single(RehearsalText.Files(report, Language.English), static f => f.Name.EndsWith(".svg", StringComparison.Ordinal));
        var drawing = XDocument.Parse(svg);

        Assert.Equal("rehearsal-window-1.svg", name);
        Assert.Equal(report.Chances!.Windows[0].Histogram.Counts.Count(static c => c > 0), drawing.Descendants().Count(static e => e.Name.LocalName == "rect" && e.HasElements));
        Assert.Contains("the window ends at 10:00", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void The_terminal_shows_what_callers_would_notice()
    {
        var shown = new StringWriter();
        RehearsalText.Show(Report(), Language.English, shown);

        string words = Regex.Replace(shown.ToString(), @"\s+", " ");
        Assert.Contains("230 without redundancy (60 more during tests), 5 to 10 on the network's default plan", words, StringComparison.Ordinal);
        Assert.Contains("The plan passes", words, StringComparison.Ordinal);
        Assert.Contains("other failures are backed out within the window", words, StringComparison.Ordinal);
    }

    /// <summary>Each form in the sources' own words: what nobody translated would be said in English among Chinese.</summary>
    [Fact]
    public void Every_sentence_of_the_rehearsal_has_its_Chinese()
    {
        var chinese = ((YamlMap)YamlReader.Read(File.ReadAllText(Path.Combine(PackLibrary.Installed, "translations-rehearsal", "zh-Hant.yaml")))!).Pairs
            .ToDictionary(static p => p.Key.Value, static p => ((YamlText)p.Value).Value, StringComparer.Ordinal);
        foreach ((string form, string said) in chinese)
            Assert.Equal(Regex.Matches(form, @"\{\d\}").Select(static m => m.Value).Order(), Regex.Matches(said, @"\{\d\}").Select(static m => m.Value).Order());

        string folder = Sources();
        string[] forms = [.. Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .SelectMany(static f => Regex.Matches(File.ReadAllText(f), """(?:Text\.Of|Say|Heading)\((?:"#+ ", )?"((?:[^"\\]|\\.)*)["]""", RegexOptions.NonBacktracking).Select(static m => m.Groups[1].Value)).Where(static f => f.Any(char.IsLetter)).Distinct()];
        Assert.True(forms.Length > 60, $"{forms.Length} forms were found below {folder}");
        Assert.Empty(forms.Except(chinese.Keys));
    }

    static string Sources()
    {
        string at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Tandem.slnx"))) at = Path.GetDirectoryName(at)!;
        return Path.Combine(at, "src", "Tandem.Upgrade", "Rehearsing");
    }
}
