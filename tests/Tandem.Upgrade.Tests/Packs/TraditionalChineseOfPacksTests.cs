using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Tests.Readiness;
using Tandem.Yaml;

namespace Tandem.Upgrade.Tests.Packs;

public sealed class TraditionalChineseOfPacksTests
{
    public static TheoryData<string> Ids => ["icm-4.6.2", "ucce-7.5"];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Everything_that_the_pack_says_is_translated(string id)
    {
        Dictionary<string, string> known = Read(id);
        string[] texts = [.. Texts(TestEstates.Packs.Load(id)).Where(static t => t.Any(char.IsLetter)).Distinct()];
        Assert.Empty(texts.Except(known.Keys));
        // What the pack does not say any more would be carried along for ever.
        Assert.Empty(known.Keys.Except(texts));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_translation_has_the_places_of_its_form(string id) =>
        Assert.All(Read(id), static pair => Assert.Equal(Places(pair.Key), Places(pair.Value)));

    /// <summary>All files are read into one dictionary, so that the last one would win without a word.</summary>
    [Fact]
    public void No_form_is_said_in_two_ways()
    {
        string[] folders = [.. Directory.GetFiles(PackLibrary.Installed, "zh-Hant.yaml", SearchOption.AllDirectories).Select(static f => Path.GetFileName(Path.GetDirectoryName(f)!))];
        var pairs = folders.SelectMany(static folder => Pairs(Path.Combine(PackLibrary.Installed, folder, "zh-Hant.yaml")));
        Assert.Empty(pairs.GroupBy(static p => p.Form).Where(static g => g.Select(static p => p.Said).Distinct().Count() > 1).Select(static g => g.Key));
    }

    static Dictionary<string, string> Read(string id) =>
        Pairs(Path.Combine(PackLibrary.Installed, id, "zh-Hant.yaml")).ToDictionary(static p => p.Form, static p => p.Said, StringComparer.Ordinal);

    static IEnumerable<(string Form, string Said)> Pairs(string file) =>
        Assert.IsType<YamlMap>(YamlReader.Read(File.ReadAllText(file))).Pairs.Select(static p => (p.Key.Value, Assert.IsType<YamlText>(p.Value).Value));

    static string[] Places(string form) => [.. Enumerable.Range(0, 10).Select(static n => $"{{{n}}}").Where(form.Contains)];

    static IReadOnlyList<string> Texts(Pack pack) =>
    [
        pack.Summary, .. pack.Order.Select(static o => o.Title), .. pack.Roles.Values.Select(static r => r.Name),
        .. pack.Roles.Values.SelectMany(static r => r.Method).SelectMany(static m => new[] { m.Do, m.Expect }),
        .. pack.Policies.Values.SelectMany(static p => p.Choices.Select(static c => c.Title).Prepend(p.Question)),
        .. pack.Chronology.SelectMany(static r => r.Evidence.Concat([r.Title, r.Routing, r.Expect, r.Trigger, r.Lost])),
        .. pack.Saves.Select(static s => s.Title), .. pack.Checks.SelectMany(static c => new[] { c.Title, c.Remedy }),
        .. pack.Tests.SelectMany(static t => new[] { t.Area, t.Do, t.Criterion }), .. pack.Notices.SelectMany(static n => new[] { n.To, n.Subject, n.Body }),
        .. pack.RunSheet.SelectMany(static r => new[] { r.Do, r.Who }), .. pack.Acceptance.Select(static a => a.Title), .. pack.Overwritten.Select(static o => o.Title),
        .. pack.Figures.Values.SelectMany(static f => new[] { f.Title, f.Unit }),
    ];
}
