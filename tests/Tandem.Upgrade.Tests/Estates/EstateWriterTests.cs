using Tandem.Upgrade.Estates;

namespace Tandem.Upgrade.Tests.Estates;

public sealed class EstateWriterTests
{
    /// <summary>Every key, and values that YAML would take for something else.</summary>
    const string Everything = """
        estate: "null"
        product: 'Box: one, two {three} # four'
        release: "4.50"
        zone: Europe/Berlin
        platform: hyper-v
        sites: [{name: east}, {name: west, zone: Europe/London}]
        clusters:
          - {name: voice, nodes: [{name: pub, role: publisher}, {name: sub, role: subscriber, cti-manager: backup}]}
        networks: [{name: v, purpose: visible, prefix: 2001:db8::/64, gateway: "2001:db8::1"}]
        nodes:
          - name: pg-1a
            role: pg
            unit: pg-1
            side: A
            site: west
            release: 4.1.3
            address: 2001:db8::7
            priority: 7
            hardware: {ram: 1000, cpu-load: 0%}
            software: {os: "windows-nt 4.0 SP6a", note: "- # it's \"quoted\""}
            saved: {registry: 2027-01-10}
            cti-managers: [pub, sub]
            endpoints: 12
          - {name: bare, role: pg, site: east, hardware: {}}
        peripherals: [{name: acd, kind: definity, release: "3", pg: pg-1, verified: false}]
        customisations: [{kind: cti, name: "pop, of: screens", saved: 2027-01-09, reviewed: true}, {kind: cti, name: other}]
        counts: {agents: 0, phones: 12345678901}
        facts: {application-gateway: "2.0"}
        windows:
          - {name: n1, start: 2027-01-16T22:00, end: 2027-01-17T05:20, zone: America/New_York}
          - {name: n2, start: 2027-01-18T22:00, hours: 8.25}
        engineers: [{name: Ana, phone: +1 212 555 0100, windows: [n2]}, {name: 王小明}]
        contacts: [{name: Desk, role: carrier, phone: "0", mail: a@b.example}]
        default-route-plan: {in-place: true}
        media: {copies: 2}
        lab: {}
        freeze: {from: 2027-01-15}
        other-upgrades: [{component: sql, to: 7.0, window: n2, date: 2027-02-01}]
        policies: {pg-lag: two}
        test-minutes: {midpoint: 30.5, end: 0}
        calls-per-hour: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 0.5]
        order: [{stop: [bare]}, {upgrade: [bare, pg-1a], minutes: 40}, {test: []}]
        learned: {role:pg: 25, row:6: 70}
        """;

    static Estate Read(string text)
    {
        EstateReading reading = EstateFile.Parse(text, "e.yaml");
        Assert.Empty(reading.Problems);
        return reading.Estate!;
    }

    [Theory]
    [MemberData(nameof(EstateExamples.Names), MemberType = typeof(EstateExamples))]
    public void An_example_that_is_written_is_read_as_it_was(string example)
    {
        Estate estate = EstateFile.Load(EstateExamples.PathOf(example)).Estate!;
        Assert.Equal(EstateExamples.Content(estate), EstateExamples.Content(Read(EstateWriter.ToYaml(estate))));
    }

    [Fact]
    public void Every_key_comes_back_as_it_was()
    {
        Estate estate = Read(Everything);
        string content = EstateExamples.Content(estate);
        Assert.Equal(content, EstateExamples.Content(Read(EstateWriter.ToYaml(estate))));
        Assert.Contains("pop, of: screens", content, StringComparison.Ordinal);
    }

    [Fact]
    public void Things_stand_one_a_line_and_nothing_empty_is_written()
    {
        string[] lines = EstateWriter.ToYaml(Read("estate: E\nproduct: P\nrelease: 4.5\nzone: UTC\nnodes: [{name: a, role: pg, hardware: {ram: 2GB}}, {name: b, role: pg}]\nlab: {}\n")).TrimEnd().Split('\n');
        Assert.Equal(
        [
            "# An estate for tandem upgrade. docs/upgrade/estate-file.md says what each key means.",
            "estate: E",
            "product: P",
            "release: 4.5",
            "zone: UTC",
            "nodes:",
            "- name: a",
            "  role: pg",
            "  unit: a",
            "  hardware: {ram: 2GB}",
            "- {name: b, role: pg, unit: b}",
            "lab: {meets-requirements: false}",
        ], lines.Select(static l => l.Replace("{ ", "{", StringComparison.Ordinal).Replace(" }", "}", StringComparison.Ordinal)));
    }
}
