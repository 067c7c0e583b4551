using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;
using Tandem.Upgrade.Tests.Documents;
using Tandem.Upgrade.Texts;
using Tandem.Yaml;

namespace Tandem.Upgrade.Tests.Planning;

public sealed class PlannerTranslationTests
{
    static Language Chinese => Language.Load("zh-Hant", PackLibrary.Installed);

    [Theory]
    [InlineData("icm-4.5-two-sites")]
    [InlineData("icm-4.5-small")]
    public void Every_document_of_an_example_is_in_Traditional_Chinese(string example)
    {
        Language language = Chinese;
        using (new Written(Planned.Plan(Planned.Example(example)), Planned.Packs.Load("icm-4.6.2"), language)) { }
        Assert.Empty(language.Missing);
    }

    [Theory]
    [InlineData("icm-4.5-two-sites", "release: 4.5.2", "release: 4.0.1")]
    [InlineData("icm-4.5-two-sites", "release: 4.5.2", "release: 4.1.3")]
    public void So_are_the_steps_of_gateways_that_go_with_their_side(string example, string text, string instead)
    {
        Language language = Chinese;
        Plan plan = Planned.Plan(Planned.Example(example).With(text, instead) + "\npolicies: {clients-window: staggered, pg-lag: one}\n");
        using (new Written(plan, Planned.Packs.Load("icm-4.6.2"), language)) { }
        Assert.Empty(language.Missing);
    }

    [Theory]
    [InlineData("icm-4.5-not-ready", "icm-4.6.2")]
    [InlineData("icm-4.5-two-sites", "icm-4.6.2")]
    [InlineData("ucce-7.5", "ucce-7.5")]
    [InlineData("mx-one-6-vmware", "mx-one-7")]
    [InlineData("mx-one-6-bare-metal", "mx-one-7")]
    public void Everything_that_is_found_of_an_example_is_in_Traditional_Chinese(string example, string pack) =>
        Assert.Empty(Unsaid(Planned.Read(Planned.Example(example)), Planned.Packs.Load(pack)));

    [Fact]
    public void So_is_what_is_found_of_an_estate_that_says_nothing()
    {
        var estate = new Estate { Name = "empty", Product = "Cisco ICM", Release = "3.0", Zone = "Europe/Berlin", File = "estate.yaml" };
        foreach (string pack in Planned.Packs.Ids) Assert.Empty(Unsaid(estate, Planned.Packs.Load(pack)));
    }

    [Fact]
    public void A_translation_has_the_places_of_its_form()
    {
        var file = Assert.IsType<YamlMap>(YamlReader.Read(File.ReadAllText(Path.Combine(PackLibrary.Installed, "translations-planner", "zh-Hant.yaml"))));
        foreach ((YamlText key, YamlTree value) in file.Pairs) Assert.Equal(Places(key.Value), Places(Assert.IsType<YamlText>(value).Value));
    }

    static IReadOnlyCollection<string> Unsaid(Estate estate, Pack pack)
    {
        Language language = Chinese;
        var report = Upgrade.Readiness.Readiness.Judge(estate, pack, PolicySet.Of(pack, estate), Planned.Today);
        foreach (Text text in report.Findings.SelectMany(static f => new[] { f.Title, f.Evidence, f.Remedy }).Concat(report.Path.Select(static p => p.Title))) language.Say(text);
        return language.Missing;
    }

    static string[] Places(string form) => [.. Enumerable.Range(0, 10).Select(static n => $"{{{n}}}").Where(form.Contains)];
}
