using Tandem.Node.ConfigurationFiles;
using Tandem.Yaml;

namespace Tandem.Tests.ConfigurationFiles;

public sealed class ConfigurationProblemTests : IDisposable
{
    readonly ConfigurationDesk _desk = new();

    [Theory]
    // Keys and types
    [InlineData("agnets: {}", "centre.yaml:1: agnets: unknown key 'agnets'; did you mean 'agents'?")]
    [InlineData("settings:\n  ring-tiem: 20s", "centre.yaml:2: settings.ring-tiem: unknown key 'ring-tiem'; did you mean 'ring-time'?")]
    [InlineData("settings: [a]", "centre.yaml:1: settings: is a list; write keys with values here")]
    [InlineData("settings: {ring-time: 20}", "centre.yaml:1: settings.ring-time: '20' is not a time span; write a time such as 500ms, 20s or 1m30s, at most 3m")]
    [InlineData("settings: {ring-time: 5m}", "centre.yaml:1: settings.ring-time: '5m' is too long; write a time such as 500ms, 20s or 1m30s, at most 3m")]
    [InlineData("settings: {ring-time: 0s}", "centre.yaml:1: settings.ring-time: is no time at all; write a time such as 500ms, 20s or 1m30s")]
    [InlineData("settings: {calls-max: many}", "centre.yaml:1: settings.calls-max: 'many' is not such a number; write a whole number from 1 to 1000000")]
    [InlineData("settings: {digest-algorithms: [md6]}", "centre.yaml:1: settings.digest-algorithms[1]: 'md6' is no digest algorithm known here; write md5 or sha-256")]
    [InlineData("phones: {7: {external-calls: maybe}}", "centre.yaml:1: phones.7.external-calls: 'maybe' is neither; write true or false")]
    [InlineData("reason-codes: {32767: mine}", "centre.yaml:1: reason-codes.32767: '32767' is no reason code; write a number from 1 to 19999: higher ones are the system's own")]
    [InlineData("agents: [ana", "centre.yaml:2: this is not YAML: While parsing a flow sequence, did not find expected ',' or ']'.; check indentation, colons and quotes at this line")]
    // Zones, days, addresses
    [InlineData("settings: {zone: Europe/Berlim}", "centre.yaml:1: settings.zone: there is no time zone 'Europe/Berlim'; did you mean 'Europe/Berlin'?")]
    [InlineData("holidays: {c: [2026-02-30]}", "centre.yaml:1: holidays.c[1]: '2026-02-30' is no day; write a day such as 2026-12-25, or --12-25 for every year")]
    [InlineData("phones: {7: {address: 192.0.2.300:5060}}", "centre.yaml:1: phones.7.address: '192.0.2.300:5060' is no address; write HOST:PORT, if need be with ;transport=tcp, e.g. 192.0.2.7:5060 or [2001:db8::7]:5060")]
    [InlineData("phones: {7: {address: example.org:5060}}", "centre.yaml:1: phones.7.address: 'example.org:5060' is a host name, and a phone without a password is known by its IP address; write the IP address, or give it a password")]
    [InlineData("trunks: {t: {address: 192.0.2.1, sources: [nowhere]}}", "centre.yaml:1: trunks.t.sources[1]: 'nowhere' is no address of a peer; write an IP address or IP:PORT, e.g. 192.0.2.7 or [2001:db8::7]:5060")]
    // References and labels
    [InlineData("agents: {ana: {phone: 101}}\nphones: {110: }", "centre.yaml:1: agents.ana.phone: there is no phone '101'; did you mean '110'?")]
    [InlineData("agents: {ana: {skill-groups: [slaes]}}\nskill-groups: {sales: }", "centre.yaml:1: agents.ana.skill-groups[1]: there is no skill group 'slaes'; did you mean 'sales'?")]
    [InlineData("dialed-numbers: {1000: sales}", "centre.yaml:1: dialed-numbers.1000: there is no call type 'sales'; define it or name one that exists")]
    [InlineData("dialed-numbers: {1000: {}}", "centre.yaml:1: dialed-numbers.1000: 'call-type' is missing; name the call type whose script takes the calls")]
    [InlineData("agents: {ana: }\nsettings: {default-label: agent:ana}", "centre.yaml:2: settings.default-label: a default label may not name an agent or a skill group: it applies when nobody can choose one; write extension:NAME, external:NUMBER, busy or release:STATUS")]
    [InlineData("settings: {default-label: extension:9}", "centre.yaml:1: settings.default-label: there is no phone '9'; define it or name one that exists")]
    [InlineData("settings: {default-label: release:200}", "centre.yaml:1: settings.default-label: '200' is no SIP status that ends a call; write a status from 400 to 699, e.g. release:486")]
    [InlineData("settings: {default-label: nirvana}", "centre.yaml:1: settings.default-label: 'nirvana' is no label; write agent:NAME, group:NAME, extension:NAME, external:NUMBER, busy or release:STATUS")]
    // Twice
    [InlineData("agents:\n  ana:\n  bo:\n  ana:", "centre.yaml:4: agents.ana: 'ana' comes twice, first at centre.yaml:2; keep one of the two")]
    [InlineData("agents:\n  - range: a{1..3}\n  - name: a2", "centre.yaml:3: agents[2]: agent 'a2' is defined twice, first at centre.yaml:2; keep one of the two or rename it")]
    [InlineData("agents:\n  - range: a{1..3}\n    phone: p{1..2}", "centre.yaml:3: agents[1].phone: 'p{1..2}' does not go with the 3 names; write one value for all, or a range of as many")]
    [InlineData("agents: [{range: 'a{5..1}'}]", "centre.yaml:1: agents[1]: 'a{5..1}' is no range of names; write e.g. agent{0001..5000}, at most 200000 names")]
    public void A_problem_tells_its_place_and_what_would_be_right(string yaml, string problem)
    {
        LoadedConfiguration loaded = _desk.Load(yaml);

        Assert.Null(loaded.Configuration);
        Assert.Equal([problem], _desk.Lines(loaded));
    }

    [Theory]
    [InlineData("a: {wait: {time: 10s, next: b}}", "centre.yaml:4: scripts.s.nodes.a.wait.next: there is no node 'b'; define it or name one that exists (a)")]
    [InlineData("a: {wait: {time: 10s}, busy: }", "centre.yaml:4: scripts.s.nodes.a: a node is of one kind only, not wait and busy; write one of start, set, if, switch, time, percent, queue, dequeue, wait, go-to, go-to-script, busy, release, requalify")]
    [InlineData("a: {wiat: {time: 10s}}", "centre.yaml:4: scripts.s.nodes.a.wiat: unknown key 'wiat'; did you mean 'wait'?")]
    [InlineData("a: {percent: {a: 30, b: 60}}\n      b: busy", "centre.yaml:4: scripts.s.nodes.a.percent: the shares make 90 percent; write NODE: PERCENT pairs that make 100")]
    [InlineData("a: {if: {condition: ready(g}}", "centre.yaml:4: scripts.s.nodes.a.if.condition: 'ready(g': column 8: ')' is missing; see docs/scripts.md for what an expression may hold")]
    [InlineData("a: {time: {open-hours: [mon-fir 08:00-18:00]}}", "centre.yaml:4: scripts.s.nodes.a.time.open-hours[1]: 'mon-fir' names no days; write e.g. mon-fri, sat, 'mon,wed,fri' or daily")]
    [InlineData("a: {time: {open-hours: [mon 08:00-25:00]}}", "centre.yaml:4: scripts.s.nodes.a.time.open-hours[1]: '08:00-25:00' is no period of a day; write e.g. 08:00-18:00, 22:00-06:00 for over midnight, 00:00-24:00 for all day")]
    [InlineData("a: {time: {open-hours: always, holidays: h}}", "centre.yaml:4: scripts.s.nodes.a.time.holidays: there is no holiday calendar 'h'; define it or name one that exists")]
    [InlineData("a: {queue: {to: [g, {group: h, priority: 500}]}}", "centre.yaml:4: scripts.s.nodes.a.queue.to[2].priority: '500' is not such a number; write a whole number from 0 to 100")]
    [InlineData("a: {go-to: group:g}\n      b: busy", "centre.yaml:5: scripts.s.nodes.b: warning: no way leads from 'a' to this node; lead a node to it or remove it")]
    [InlineData("a: {go-to: external:030123}", "centre.yaml: scripts.s.nodes.a.go-to: warning: no trunk takes external number '030123'; give a trunk a prefix that it begins with")]
    public void A_problem_of_a_script_tells_its_node(string nodes, string problem) =>
        Assert.Equal([problem], _desk.ProblemsOf($"skill-groups: {{g: , h: }}\nscripts:\n  s: {{nodes:\n     {{{nodes.Replace("\n", ",\n")}}}}}"));

    [Fact]
    public void What_the_core_would_refuse_is_refused_before()
    {
        string groups = string.Join(", ", Enumerable.Range(1, 201).Select(number => $"g{number}"));
        LoadedConfiguration loaded = _desk.Load($"skill-groups: {{{groups.Replace(",", ": ,")}: }}\nagents: {{ana: {{skill-groups: [{groups}]}}}}");

        Assert.Null(loaded.Configuration);
        Assert.Contains("agent ana is in more than 200 skill groups", Assert.Single(loaded.Problems).ToString());
    }

    [Fact]
    public void Warnings_do_not_keep_a_configuration_from_being_applied()
    {
        LoadedConfiguration loaded = _desk.Load("scripts: {s: {nodes: {a: busy, b: busy}}}");

        Assert.True(Assert.Single(loaded.Problems).IsWarning);
        Assert.NotNull(loaded.Configuration);
    }

    [Fact]
    public void All_problems_of_all_files_are_told_at_once_and_names_are_shared_by_the_files()
    {
        string folder = Directory.CreateDirectory(_desk.Folder["centre"]).FullName;
        File.WriteAllText(Path.Combine(folder, "b.yaml"), "agents:\n  ana: {phone: 999}\nskill-groups:\n  sales:\n");
        File.WriteAllText(Path.Combine(folder, "a.yaml"), "agents:\n  ana: {skill-groups: [sales]}\ncall-types: {x: nowhere}\ninstance: one\n");
        File.WriteAllText(Path.Combine(folder, "c.yaml"), "instance: two\n");

        string[] lines = _desk.Lines(_desk.LoadFrom(folder));

        Assert.Equal(
        [
            "centre/a.yaml:3: call-types.x: there is no script 'nowhere'; define it or name one that exists",
            "centre/b.yaml:2: agents.ana: agent 'ana' is defined twice, first at centre/a.yaml:2; keep one of the two or rename it",
            "centre/c.yaml:1: instance: 'instance' stands in two files, first at centre/a.yaml:4; keep one of the two",
        ], lines.Where(line => !line.Contains("999")));
        Assert.Contains("centre/b.yaml:2: agents.ana.phone: there is no phone '999'; define it or name one that exists", lines);
    }

    [Fact]
    public void Any_damage_to_the_ready_made_file_is_told_and_nothing_is_thrown()
    {
        string text = Repository.Read("examples/first-call/contact-centre.yaml");
        for (int at = 0; at < text.Length; at += 37)
        {
            _desk.Load(text.Remove(at, Math.Min(5, text.Length - at)));
            _desk.Load(text.Insert(at, "{"));
            _desk.Load(text[..at]);
        }
    }

    public void Dispose() => _desk.Dispose();
}
