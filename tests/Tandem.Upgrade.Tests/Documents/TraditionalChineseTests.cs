using System.Text.RegularExpressions;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;
using Tandem.Yaml;

namespace Tandem.Upgrade.Tests.Documents;

public sealed class TraditionalChineseTests
{
    static Language Chinese => Language.Load("zh-Hant", PackLibrary.Installed);

    [Fact]
    public void Every_form_of_the_documents_is_translated()
    {
        Language language = Chinese;
        using (new Written(language: language)) { }
        using (new Written(SomePlan.Nothing(), SomePlan.EmptyPack(), language)) { }
        Plan plan = SomePlan.Plan();
        Pack pack = SomePlan.Pack();
        pack.Tests.AddRange([
            new() { Id = "history", Area = "Areo", Do = "Doo", Criterion = "Criterio", At = ["simplex"], Needs = ["hds"] },
            new() { Id = "default", Area = "Areo", Do = "Doo", Criterion = "Criterio", At = ["switch"], Routes = "network" }]);
        using (new Written(plan with { Steps = [plan.Steps[0] with { Id = "0", InService = false, Window = "" }, .. plan.Steps] }, pack, language)) { }
        Assert.Empty(language.Missing.Except(SomePlan.PackWords));
    }

    [Fact]
    public void Documents_of_another_language_stand_in_a_folder_of_its_tag()
    {
        using var written = new Written(language: Chinese);
        Assert.True(File.Exists(Path.Combine(written.Folder, "zh-Hant", "05-chronology.html")));
        Assert.False(File.Exists(Path.Combine(written.Folder, "05-chronology.html")));
        Assert.Equal("zh-Hant", written.Xml("plan.html").DocumentElement!.GetAttribute("lang"));
    }

    [Fact]
    public void Words_that_are_values_are_translated_and_data_are_not()
    {
        using var written = new Written(language: Chinese);
        var first = written.Rows("05-chronology.json", "steps")[0];
        Assert.Equal("Side B", first.GetProperty("data").GetProperty("routing").GetString());
        Assert.Equal("B側", first.GetProperty("text").GetProperty("routing").GetString());
        Assert.Equal("週六 2027-01-16 22:00 +08:00", first.GetProperty("text").GetProperty("begins").GetString());
        Assert.Equal("路由：B側\n無備援：中央控制器", first.GetProperty("text").GetProperty("exposure").GetString());
        foreach (string name in written.Ending(".html")) Assert.DoesNotMatch(new Regex("(Mon|Tue|Wed|Thu|Fri|Sat|Sun) 20", RegexOptions.None, TimeSpan.FromSeconds(5)), written.Text(name));
    }

    [Fact]
    public void A_translation_has_the_places_of_its_form()
    {
        var file = Assert.IsType<YamlMap>(YamlReader.Read(File.ReadAllText(Path.Combine(PackLibrary.Installed, "translations", "zh-Hant.yaml"))));
        Assert.InRange(file.Pairs.Count, 250, 1000);
        Assert.Equal(file.Pairs.Count, file.Pairs.Select(static p => p.Key.Value).Distinct(StringComparer.Ordinal).Count());
        foreach ((YamlText key, YamlTree value) in file.Pairs) Assert.Equal(Places(key.Value), Places(Assert.IsType<YamlText>(value).Value));
    }

    static string Places(string form) => string.Join(' ', Regex.Matches(form, @"\{\d\}", RegexOptions.None, TimeSpan.FromSeconds(5)).Select(static m => m.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
}
