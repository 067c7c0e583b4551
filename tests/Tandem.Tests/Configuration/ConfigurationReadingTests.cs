using Tandem.Core.Schema;
using Tandem.Node.ConfigurationFiles;
using Tandem.Yaml;

namespace Tandem.Tests.ConfigurationFiles;

public sealed class ConfigurationReadingTests : IDisposable
{
    readonly ConfigurationDesk _desk = new();

    [Fact]
    public void A_range_makes_many_agents_and_their_phones()
    {
        Configuration made = _desk.Good("""
            skill-groups: {sales: }
            agents:
              - range: agent{0001..5000}
                phone: agent{0001..5000}
                skill-groups: [sales]
              - name: ana
            phones:
              - range: agent{0001..5000}
                address: 127.0.0.1:7000
              - range: fixed{1..3}
                address: 127.0.0.1:{7001..7003}
            """);

        Assert.Equal(5001, made.Agents.Count);
        Assert.Equal("agent0042", made.Agents[41].Name);
        Assert.Equal("agent0042", made.Agents[41].Phone);
        Assert.Equal("127.0.0.1:7003", made.Phones[^1].Address);
        Assert.All(made.Phones, phone => Assert.True(phone.SealedCredentials.IsEmpty));
    }

    [Fact]
    public void Every_kind_of_node_is_read()
    {
        Configuration made = _desk.Good("""
            skill-groups: {sales: , support: }
            call-types: {vip: s}
            trunks: {carrier: {address: "192.0.2.1:5060;transport=tcp", prefixes: ["+"]}}
            holidays: {h: [2026-12-25, --01-01]}
            scripts:
              s:
                start: begin
                nodes:
                  begin: {start: {next: set}}
                  set: {set: {variables: {tries: "1"}, next: if}}
                  if: {if: {condition: tries > 1, then: switch, else: time}}
                  switch: {switch: {value: calling, cases: {"030": percent}, otherwise: time}}
                  time: {time: {zone: Europe/Berlin, open-hours: [{days: mon-fri, hours: 08:00-18:00}, fri-mon 22:00-06:00], holidays: h, open: percent, closed: release, holiday: busy}}
                  percent: {percent: {queue: 30, requalify: 70}}
                  queue: {queue: {to: [sales, {group: support, priority: 5}], next: wait, overflow: dequeue, wait-max: 60s, overflow-when: ready(sales) == 0}}
                  wait: {wait: {time: 1m30s, next: dequeue}}
                  dequeue: {dequeue: {from: support, next: go-to}}
                  go-to: {go-to: {label: external:+4930123, failed: go, ring-time: 30s}}
                  go: {go-to-script: s}
                  busy: busy
                  release: {release: 486}
                  requalify: {requalify: {call-type: vip, next: busy}}
            """);

        Dictionary<string, ScriptNode> nodes = made.Scripts[0].Nodes.ToDictionary(node => node.Name);
        Assert.Equal(14, nodes.Values.Select(node => node.KindCase).Distinct().Count());
        Assert.Equal([0b001_1111, 0b111_0001], nodes["time"].Time.Periods.Select(period => period.Days));
        Assert.Equal(22 * 60, nodes["time"].Time.Periods[1].FromMinute);
        Assert.Equal(new QueueTarget { SkillGroup = "support", Priority = 5 }, nodes["queue"].Queue.Targets[1]);
        Assert.Equal(60_000, nodes["queue"].Queue.WaitMaxMs);
        Assert.Equal(90_000, nodes["wait"].Wait.TimeMs);
        Assert.Equal("+4930123", nodes["go-to"].Label.Label.External);
        Assert.Equal(486, nodes["release"].Release.Status);
        Assert.Equal("192.0.2.1:5060;transport=tcp", made.Trunks[0].Address);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("500ms", 500)]
    [InlineData("1m30s", 90_000)]
    [InlineData("8h", 28_800_000)]
    [InlineData("1s500ms", 1_500)]
    public void A_time_span_is_read(string text, long ms)
    {
        Assert.True(Durations.TryParse(text, out long read));
        Assert.Equal(ms, read);
        if (ms > 0) Assert.Equal(text, Durations.Format(ms));
    }

    [Theory]
    [InlineData("")]
    [InlineData("20")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("1s1m")]
    [InlineData("1s1s")]
    [InlineData("1.5s")]
    [InlineData("9999999999h")]
    public void What_is_no_time_span_is_refused(string text) => Assert.False(Durations.TryParse(text, out _));

    public void Dispose() => _desk.Dispose();
}
