using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;
using Tandem.Upgrade.Texts;
using Tandem.Yaml;

namespace Tandem.Upgrade.Tests.Networks;

public sealed class MxOnePackTests
{
    static Pack Pack => MxOne.Pack;

    [Fact]
    public void Every_fact_names_a_document_of_the_pack_and_a_section()
    {
        IEnumerable<string> sources =
        [
            .. Pack.Paths.Select(static p => p.Source), .. Pack.Order.Select(static o => o.Source), .. Pack.Roles.Values.Select(static r => r.Source),
            .. Pack.Roles.Values.SelectMany(static r => r.Method).Select(static m => m.Source), .. Pack.Figures.Values.Select(static f => f.Source),
            .. Pack.Policies.Values.SelectMany(static p => p.Choices).Select(static c => c.Source), .. Pack.Chronology.Select(static r => r.Source),
            .. Pack.Chronology.Where(static r => r.Minutes is not null).Select(static r => r.Minutes!.Source), .. Pack.Checks.Select(static c => c.Source),
            .. Pack.Saves.Select(static s => s.Source), .. Pack.Tests.Select(static t => t.Source), .. Pack.Notices.Select(static n => n.Source),
            .. Pack.RunSheet.Select(static r => r.Source), .. Pack.Acceptance.Select(static a => a.Source), .. Pack.Overwritten.Select(static o => o.Source),
        ];
        Assert.All(sources, static source => Assert.True(source.Split('#') is [var id, { Length: > 0 }] && Pack.Sources.Exists(s => s.Id == id), source));
    }

    [Fact]
    public void The_default_of_each_policy_is_one_of_its_choices() =>
        Assert.All(Pack.Policies, static p => Assert.Contains(p.Value.Choices, c => c.Id == p.Value.Default));

    [Fact]
    public void A_choice_that_a_policy_does_not_have_is_refused() =>
        Assert.Contains("'sometimes'", Assert.Throws<UpgradeException>(static () => PolicySet.Of(Pack, MxOne.Estate(policies: [("security-check", "sometimes")]))).Message);

    [Fact]
    public void Everything_that_the_pack_and_its_planner_say_is_translated()
    {
        var said = Assert.IsType<YamlMap>(YamlReader.Read(File.ReadAllText(Path.Combine(PackLibrary.Installed, "mx-one-7", "zh-Hant.yaml"))));
        var known = said.Pairs.ToDictionary(static p => p.Key.Value, static p => ((YamlText)p.Value).Value, StringComparer.Ordinal);
        string[] missing = [.. Texts().Where(static t => t.Any(char.IsLetter)).Distinct().Where(t => !known.ContainsKey(t))];
        Assert.Empty(missing);
        // A place that a translation drops or invents would leave a number out or print braces.
        Assert.All(known, static pair => Assert.Equal(Places(pair.Key), Places(pair.Value)));
    }

    static string[] Places(string form) => [.. Enumerable.Range(0, 9).Select(static n => $"{{{n}}}").Where(form.Contains)];

    static IEnumerable<string> Texts()
    {
        foreach (string text in (string[])
        [
            Pack.Summary, .. Pack.Figures.Values.Select(static f => f.Title), .. Pack.Order.Select(static o => o.Title),
            .. Pack.Roles.Values.Select(static r => r.Name), .. Pack.Roles.Values.SelectMany(static r => r.Method).SelectMany(static m => new[] { m.Do, m.Expect }),
            .. Pack.Policies.Values.SelectMany(static p => p.Choices.Select(static c => c.Title).Prepend(p.Question)),
            .. Pack.Chronology.SelectMany(static r => r.Evidence.Concat([r.Title, r.Routing, r.Expect, r.Trigger, r.Lost])),
            .. Pack.Checks.SelectMany(static c => new[] { c.Title, c.Remedy }), .. Pack.Saves.Select(static s => s.Title),
            .. Pack.Tests.SelectMany(static t => new[] { t.Area, t.Do, t.Criterion }), .. Pack.Notices.SelectMany(static n => new[] { n.To, n.Subject, n.Body }),
            .. Pack.RunSheet.SelectMany(static r => new[] { r.Do, r.Who }), .. Pack.Acceptance.Select(static a => a.Title), .. Pack.Overwritten.Select(static o => o.Title),
        ]) yield return text;
        foreach (string platform in (string[])["vmware", "hyper-v", "bare-metal"])
            foreach (int servers in (int[])[1, 6, 12])
                foreach (string outage in (string[])["moves-only", "ten-to-sixty"])
                    foreach (Text text in Said(MxOne.Estate(servers, platform, policies: [("outage", outage), ("bare-metal-networks", servers == 6 ? "two" : "three")]))) yield return text.Form;
        foreach (Text text in Said(MxOne.Estate(1, phones: 10, policies: ("media-gateways", "replaced")) with { TestMinutes = new Dictionary<string, double> { ["end"] = 1 } })) yield return text.Form;
        foreach (Text text in Said(MxOne.Estate() with { Facts = new Dictionary<string, string> { ["old-platform"] = "bare-metal" } })) yield return text.Form;
    }

    static IEnumerable<Text> Said(Estate estate)
    {
        PolicySet policies = PolicySet.Of(Pack, estate);
        return
        [
            .. NetworksPlanner.Explain(estate, Pack, policies), .. NetworksPlanner.Figures(estate, Pack, policies).SelectMany(static f => new[] { f.Title, f.How }),
            .. NetworksPlanner.Draft(estate, Pack, policies).SelectMany(static s => s.BackOut.Actions.Select(static a => a.Do).Concat([s.Title, s.Expect, s.BackOut.Trigger, s.BackOut.Lost])),
            .. NetworksPlanner.Nodes(estate, Pack).Select(static n => Text.Of(n.RoleName)),
        ];
    }
}
