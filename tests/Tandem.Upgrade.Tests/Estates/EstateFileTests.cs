using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;

namespace Tandem.Upgrade.Tests.Estates;

public sealed class EstateFileTests(TestPacks packs) : IClassFixture<TestPacks>
{
    /// <summary>Line 6 is the first below.</summary>
    const string Head = """
        estate: Test
        product: Cisco ICM
        release: 4.5.2
        zone: Europe/Berlin
        sites: [{name: east}]

        """;

    const string Nodes = """
        nodes:
          - {name: router-a, role: router, side: A}
          - {name: pg-1a, role: pg, unit: pg-1, side: A}

        """;

    EstateReading Read(string text) => EstateFile.Parse(text, "e.yaml", packs.Library);

    Estate Right(string text)
    {
        EstateReading reading = Read(text);
        Assert.Empty(reading.Problems);
        return reading.Estate!;
    }

    string[] Wrong(string text)
    {
        EstateReading reading = Read(text);
        Assert.Null(reading.Estate);
        return [.. reading.Problems.Select(static p => p.ToString())];
    }

    [Theory]
    [MemberData(nameof(EstateExamples.Names), MemberType = typeof(EstateExamples))]
    public void Every_example_is_read_without_a_word(string example)
    {
        EstateReading reading = EstateFile.Load(EstateExamples.PathOf(example), new PackLibrary(PackLibrary.Installed));
        Assert.Empty(reading.Problems);
        Assert.NotEmpty(reading.Estate!.Nodes);
    }

    [Fact]
    public void The_two_site_example_has_what_it_says()
    {
        Estate estate = EstateFile.Load(EstateExamples.PathOf("icm-4.5-two-sites.yaml")).Estate!;
        Assert.Equal(4, estate.Nodes.Where(static n => n.Role == "pg").Select(static n => n.Unit).Distinct().Count());
        Assert.Equal(["night-1", "night-2", "night-3"], estate.Windows.Select(static w => w.Name));
        Assert.Equal(9, estate.Windows[2].Hours);
        Assert.Equal(24, estate.CallsPerHour.Count);
        EstateNode logger = estate.Nodes.Single(static n => n.Name == "logger-b");
        Assert.Equal((2048, 1000, 36, 11 * 1024), (logger.Hardware!.RamMb, logger.Hardware.CpuMhz, logger.Hardware.CpuLoadPercent, logger.Hardware.DiskFreeMb));
        Assert.Equal("sql-server 6.5 SP5a", logger.Software["sql"]);
        Assert.Equal(new LocalDate(2026, 11, 19), logger.Saved["database"]);
    }

    [Fact]
    public void All_errors_are_told_at_once_with_their_lines()
    {
        Assert.Equal(
        [
            "e.yaml:2: product: unknown product 'Cisco ICN'; did you mean 'Cisco ICM' (icm-4.6.2)?",
            "e.yaml:4: zone: there is no time zone 'Europe/Berlni'; did you mean 'Europe/Berlin'?",
            "e.yaml:7: nodes[1].sides: unknown key 'sides'; did you mean 'side'?",
            "e.yaml:8: nodes[2].site: there is no site 'west'; the estate has none: add the site, or leave this out",
            "e.yaml:9: nodes[3].hardware.cpu-load: '120%' is no such percentage; write a percentage from 0% to 100%, such as 35%",
            "e.yaml:9: nodes[3].hardware.ram: '2 gigs' is no such quantity; write a size such as 1536MB, 1.5GB or 2GB",
            "e.yaml:10: nodes[4].name: there is a node 'logger-A' already, at e.yaml:7; give each a name of its own",
            "e.yaml:11: windos: unknown key 'windos'; did you mean 'windows'?",
            "e.yaml:12: counts.agents: '-5' is negative; write a whole number, 0 or more",
        ],
        Wrong("""
            estate: Test
            product: Cisco ICN
            release: 4.5.2
            zone: Europe/Berlni
            sites:
            nodes:
              - {name: logger-a, role: logger, sides: A}
              - {name: router-a, role: router, site: west}
              - {name: pg-1, role: pg, hardware: {ram: 2 gigs, cpu-load: 120%}}
              - {name: logger-A, role: logger}
            windos: []
            counts: {agents: -5}
            """));
    }

    [Theory]
    [InlineData("default-route-plan: {tested: 16.1.2027}", "e.yaml:9: default-route-plan.tested: '16.1.2027' is no day of the calendar; write a date as 2027-01-16")]
    [InlineData("freeze: {from: 2027-02-30}", "e.yaml:9: freeze.from: '2027-02-30' is no day of the calendar; write a date as 2027-01-16")]
    [InlineData("freeze: {from: 9999-12-31}", "e.yaml:9: freeze.from: 9999-12-31 is not of these times; write a date as 2027-01-16")]
    [InlineData("windows: [{name: n, start: 9999-12-31T22:00, hours: 8}]", "e.yaml:9: windows[1].start: '9999-12-31T22:00' is no local date and time; write local date and time as 2027-01-16T22:00")]
    [InlineData("calls-per-hour: [1, 2, 3]", "e.yaml:9: calls-per-hour: has 3 values; write 24, one for each hour of the day from 0 to 23")]
    [InlineData("peripherals: [{name: acd, kind: definity, pg: pg-2}]", "e.yaml:9: peripherals[1].pg: there is no PG unit 'pg-2'; did you mean 'pg-1'?")]
    [InlineData("peripherals: [{name: acd, kind: definity, pg: controller}]", "e.yaml:9: peripherals[1].pg: there is no PG unit 'controller'; known: pg-1")]
    [InlineData("engineers: [{name: Ana, windows: [night-1]}]", "e.yaml:9: engineers[1].windows[1]: there is no window 'night-1'; the estate has none: add the window, or leave this out")]
    [InlineData("other-upgrades: [{component: sql, to: 7.0, window: night-1}]", "e.yaml:9: other-upgrades[1].window: there is no window 'night-1'; the estate has none: add the window, or leave this out")]
    [InlineData("windows: [{name: n, start: 2027-01-16T22:00, end: 2027-01-16T20:00}]", "e.yaml:9: windows[1].end: the window ends before it begins; it begins at 2027-01-16T22:00; write an end after that, at most 168 hours later")]
    [InlineData("windows: [{name: n, start: 2027-01-16T22:00}]", "e.yaml:9: windows[1]: 'hours' is missing; write how long it is, such as hours: 8, or its end")]
    [InlineData("windows: [{name: n, start: 2027-01-16T22:00, hours: 0.0}]", "e.yaml:9: windows[1].hours: '0.0' is not such a number; write hours, more than 0 and at most 168")]
    [InlineData("windows: [{name: n, start: tonight, hours: 8}]", "e.yaml:9: windows[1].start: 'tonight' is no local date and time; write local date and time as 2027-01-16T22:00")]
    [InlineData("order: [{upgrade: [router-b]}]", "e.yaml:9: order[1].upgrade[1]: there is no node 'router-b'; did you mean 'router-a'?")]
    [InlineData("order: [{stop: [router-a], start: [router-a]}]", "e.yaml:9: order[1]: it says stop and start at once; write one of stop, upgrade, start, test with its nodes")]
    [InlineData("policies: {pg-lags: two}", "e.yaml:9: policies.pg-lags: there is no policy 'pg-lags'; did you mean 'pg-lag'?")]
    [InlineData("policies: {pg-lag: three}", "e.yaml:9: policies.pg-lag: policy 'pg-lag' has no choice 'three'; known: one, two")]
    [InlineData("learned: {role:pgs: 25}", "e.yaml:9: learned.role:pgs: Cisco ICM has no role 'pgs'; did you mean 'pg'?")]
    [InlineData("learned: {pg: 25}", "e.yaml:9: learned.pg: 'pg' says neither a role nor a row; write role:pg or row:6")]
    [InlineData("platform: vm-ware", "e.yaml:9: platform: 'vm-ware' is not known here; did you mean 'vmware'?")]
    [InlineData("networks: [{name: v, purpose: visible, prefix: 192.0.2.0/24, gateway: 198.51.100.1}]", "e.yaml:9: networks[1].gateway: 198.51.100.1 is not in 192.0.2.0/24; write the gateway's address in this network")]
    [InlineData("test-minutes: {midpoint: -1}", "e.yaml:9: test-minutes.midpoint: '-1' is not such a number; write minutes, from 0 to 10080")]
    [InlineData("clusters: [{name: c, nodes: [{name: s, role: subscriber}]}]", "e.yaml:9: clusters[1]: the cluster has no publisher; write role: publisher for one of its nodes")]
    public void What_is_wrong_is_told_with_what_would_be_right(string line, string told) => Assert.Equal([told], Wrong(Head + Nodes + line));

    [Theory]
    [InlineData("{name: x, role: routr}", "nodes[1].role: Cisco ICM has no role 'routr'; did you mean 'router'?")]
    [InlineData("{name: x, role: gatekeeper}", "nodes[1].role: Cisco ICM has no role 'gatekeeper'; known: router, logger, pg, aw-client")]
    [InlineData("{name: x, role: router, side: C}", "nodes[1].side: 'C' is no side; write A or B, or leave it out for a node alone")]
    [InlineData("{name: x, role: router, site: esat}", "nodes[1].site: there is no site 'esat'; did you mean 'east'?")]
    [InlineData("{name: x, role: pg, address: 192.0.2}", "nodes[1].address: '192.0.2' is no IP address; write an IP address such as 192.0.2.10")]
    [InlineData("{name: a/b, role: pg}", "nodes[1].name: 'a/b' is no fit name; use at most 64 letters, digits and - _ . and begin with a letter or digit")]
    [InlineData("{name: x, role: pg, cti-managers: [sub]}", "nodes[1].cti-managers[1]: there is no cluster node 'sub'; the estate has none: add the cluster node, or leave this out")]
    [InlineData("{role: pg}", "nodes[1]: 'name' is missing; name the node")]
    public void A_wrong_node_is_told(string node, string told) => Assert.Equal([$"e.yaml:7: {told}"], Wrong($"{Head}nodes:\n  - {node}\n"));

    [Fact]
    public void Two_nodes_of_a_sided_role_in_one_unit_must_be_A_and_B() => Assert.Equal(
        [
            "e.yaml:8: nodes[2].side: unit 'pg-1' has side A of its pg already: 'pg-1a', at e.yaml:7; write side: B",
            "e.yaml:10: nodes[4]: 'pg-2b' is not the only pg of unit 'pg-2', and has no side; write side: A or side: B, or give it a unit of its own",
        ],
        Wrong(Head + """
            nodes:
              - {name: pg-1a, role: pg, unit: pg-1, side: A}
              - {name: pg-1b, role: pg, unit: pg-1, side: A}
              - {name: pg-2a, role: pg, unit: pg-2, side: A}
              - {name: pg-2b, role: pg, unit: pg-2}
            """));

    [Fact]
    public void An_address_is_of_one_node_or_of_roles_that_share_a_machine()
    {
        const string nodes = """
            nodes:
              - {name: pg-1a, role: pg, address: 192.0.2.1}
              - {name: router-a, role: router, address: 192.0.2.1}

            """;
        EstateReading shared = Read(Head + nodes);
        Assert.NotNull(shared.Estate);
        Assert.Equal(["e.yaml:8: nodes[2].address: warning: 'pg-1a' has the address 192.0.2.1 already, at e.yaml:7; they are taken for one machine; give each its own address if they are two"], shared.Problems.Select(static p => p.ToString()));
        Assert.Contains("e.yaml:9: nodes[3].address: 'pg-1a' has the address 192.0.2.1 already, at e.yaml:7; give each node an address of its own", Wrong(Head + nodes + "  - {name: pg-1b, role: pg, address: 192.0.2.1}\n"));
    }

    [Fact]
    public void An_address_in_none_of_the_networks_is_told_as_a_warning()
    {
        EstateReading reading = Read(Head + "networks: [{name: v, purpose: visible, prefix: 192.0.2.0/24}]\nnodes: [{name: pg-1, role: pg, address: 192.0.3.7}]\n");
        Assert.NotNull(reading.Estate);
        Assert.Equal(["e.yaml:7: nodes[1].address: warning: 192.0.3.7 is in none of the networks; known: 192.0.2.0/24"], reading.Problems.Select(static p => p.ToString()));
    }

    [Fact]
    public void A_slip_in_a_component_an_item_or_a_kind_is_a_warning() => Assert.Equal(
        [
            "e.yaml:6: nodes[1].saved.regstry: warning: 'regstry' is not known; did you mean 'registry'?",
            "e.yaml:6: nodes[1].software.pcanywere: warning: 'pcanywere' is not known; did you mean 'pcanywhere'?",
            "e.yaml:7: peripherals[1].kind: warning: 'defnity' is not known; did you mean 'definity'?",
        ],
        Read(Head + "nodes: [{name: pg-1, role: pg, software: {pcanywere: 10.5}, saved: {regstry: 2027-01-10}}]\nperipherals: [{name: acd, kind: defnity, pg: pg-1}]\n")
            .Problems.Select(static p => p.ToString()));

    [Fact]
    public void Windows_that_overlap_are_told_also_across_zones()
    {
        Assert.Equal(["e.yaml:11: windows[2].start: window 'night-2' begins before 'night-1' (line 10) has ended; begin at 2027-01-17T05:00 or later, or make one window of the two"],
            Wrong(Head + Nodes + """
                windows:
                  - {name: night-1, start: 2027-01-16T22:00, hours: 8}
                  - {name: night-2, start: 2027-01-17T04:30, zone: Europe/London, hours: 2}
                  - {name: night-3, start: 2027-01-18T22:00, hours: 2}
                """));
    }

    [Fact]
    public void Windows_come_earliest_first_and_one_may_begin_where_another_ends() => Assert.Equal(["first", "second"],
        Right(Head + Nodes + """
            windows:
              - {name: second, start: 2027-01-17T06:00, hours: 2}
              - {name: first, start: 2027-01-16T22:00, hours: 8}
            """).Windows.Select(static w => w.Name));

    [Fact]
    public void The_hours_to_an_end_count_the_change_of_the_clocks() =>
        Assert.Equal(7, Right(Head + Nodes + "windows: [{name: n, start: 2027-03-27T22:00, end: 2027-03-28T06:00}]").Windows[0].Hours);

    [Theory]
    [InlineData("2027-03-28T02:30", "the clocks of Europe/Berlin skip 02:30 on that day")]
    [InlineData("2027-10-31T02:30", "the clocks of Europe/Berlin show 02:30 twice on that day")]
    public void A_window_that_begins_while_clocks_change_is_told_as_a_warning(string start, string told)
    {
        EstateReading reading = Read($"{Head}{Nodes}windows: [{{name: n, start: {start}, hours: 4}}]");
        Assert.NotNull(reading.Estate);
        Assert.Equal(told, Assert.Single(reading.Problems).Wrong);
    }

    [Theory]
    [InlineData("icm")]
    [InlineData("ICM-4.6.2")]
    [InlineData("cisco icm")]
    public void A_product_may_be_named_by_its_pack_too(string product) =>
        Assert.Equal("Cisco ICM", Right(Head.Replace("Cisco ICM", product, StringComparison.Ordinal) + Nodes).Product);

    [Theory]
    [InlineData("Mitel MXONE", "did you mean 'Mitel MX-ONE' (mx-one-7)?")]
    [InlineData("Cisco ICM Enterprise Edition", "did you mean 'Cisco ICM' (icm-4.6.2)?")]
    [InlineData("Definity", "there are packs of Cisco ICM (icm-4.6.2), Mitel MX-ONE (mx-one-7)")]
    public void An_unknown_product_names_the_nearest(string product, string right) =>
        Assert.Equal($"e.yaml:2: product: unknown product '{product}'; {right}", Wrong(Head.Replace("Cisco ICM", product, StringComparison.Ordinal) + Nodes)[0]);

    [Fact]
    public void A_misspelled_product_does_not_hide_what_else_is_wrong() =>
        Assert.Contains(Wrong(Head.Replace("ICM", "ICN", StringComparison.Ordinal) + Nodes.Replace("role: router", "role: ruoter", StringComparison.Ordinal)),
            static wrong => wrong.StartsWith("e.yaml:7: nodes[1].role: Cisco ICM has no role 'ruoter'", StringComparison.Ordinal));

    [Fact]
    public void What_a_node_does_not_say_is_the_packs_or_the_estates()
    {
        Estate estate = Right(Head + "nodes: [{name: router-a, role: router, side: a}, {name: pg-1, role: pg, release: 4.1.3}]\n");
        Assert.Equal(("controller", "A", "east", "4.5.2", 100), (estate.Nodes[0].Unit, estate.Nodes[0].Side, estate.Nodes[0].Site, estate.Nodes[0].Release, estate.Nodes[0].Priority));
        Assert.Equal(("pg-1", "", "4.1.3"), (estate.Nodes[1].Unit, estate.Nodes[1].Side, estate.Nodes[1].Release));
        Assert.Equal("Europe/Berlin", estate.Sites[0].Zone);
    }

    [Theory]
    [InlineData("ram: 2GB", 2048)]
    [InlineData("ram: 1.5 gb", 1536)]
    [InlineData("ram: 1536MB", 1536)]
    [InlineData("ram: 768", 768)]
    public void Memory_may_be_written_in_each_usual_way(string ram, int mb) =>
        Assert.Equal(mb, Right($"{Head}nodes: [{{name: pg-1, role: pg, hardware: {{{ram}, cpu: 1.4GHz, cpu-load: 35, disk-free: 4GB}}}}]\n").Nodes[0].Hardware!.RamMb);

    [Fact]
    public void A_file_that_is_not_there_names_the_one_that_was_meant()
    {
        string path = EstateExamples.PathOf("icm-4.5-smal.yaml");
        Assert.Equal([$"{path}: there is no such file; did you mean {EstateExamples.PathOf("icm-4.5-small.yaml")}?"], EstateFile.Load(path).Problems.Select(static p => p.ToString()));
    }

    [Fact]
    public void What_is_not_YAML_is_told_with_its_line()
    {
        string told = Assert.Single(Wrong("estate: Test\nproduct: [Cisco ICM\nrelease: 4.5.2\n"));
        Assert.StartsWith("e.yaml:2: this is not YAML: ", told, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EstateExamples.Names), MemberType = typeof(EstateExamples))]
    public void A_file_with_slips_is_read_or_told_and_never_breaks_the_reader(string example)
    {
        const string slips = " \n:{}[],-#'\"&*|>%@0A9";
        string right = File.ReadAllText(EstateExamples.PathOf(example));
        var random = new Random(20270116);
        for (int i = 0; i < 60; i++)
        {
            char[] text = right.ToCharArray();
            for (int slip = random.Next(1, 4); slip > 0; slip--) text[random.Next(text.Length)] = slips[random.Next(slips.Length)];
            EstateReading reading = EstateFile.Parse(new string(text), "e.yaml");
            Assert.Equal(reading.Estate is null, reading.Problems.Any(static p => !p.IsWarning));
        }
    }

    [Fact]
    public void An_empty_file_is_told() => Assert.StartsWith("e.yaml: the file is empty; ", Assert.Single(Wrong("# nothing\n")), StringComparison.Ordinal);
}
