using System.Globalization;

namespace Tandem.Bench.Calls;

/// <summary>The contact centre of the benchmarks: all agents in one skill group at one address, callers over one trunk.</summary>
static class Centre
{
    public static string Yaml(int agents, int agentsPort, int callersPort) => $$$"""
        instance: bench
        settings: {default-label: busy, ring-time: 20s}
        dialed-numbers:
          1000: sales
          1001: spare
        call-types:
          sales: sales
          spare: spare
        skill-groups:
          sales: {}
          spare: {}
        agents:
          - range: agent{0001..{{{agents:D4}}}}
            phone: agent{0001..{{{agents:D4}}}}
            skill-groups: [sales]
          - range: spare{01..20}
            phone: agent{90001..90020}
            skill-groups: [spare]
        phones:
          - range: agent{0001..{{{agents:D4}}}}
            address: 127.0.0.1:{{{agentsPort}}}
          - range: agent{90001..90020}
            address: 127.0.0.1:{{{agentsPort + 1}}}
        trunks:
          callers: {address: "127.0.0.1:{{{callersPort}}}", sources: ["127.0.0.1:{{{callersPort}}}", "127.0.0.1:{{{callersPort + 1}}}"]}
        scripts:
          sales:
            nodes:
              wait: {queue: {to: [sales], overflow: sorry, wait-max: 15m}}
              sorry: {busy: }
          spare:
            nodes:
              wait: {queue: {to: [spare], overflow: sorry, wait-max: 15m}}
              sorry: {busy: }
        """;

    public static IEnumerable<string> Agents(int count) => Enumerable.Range(1, count).Select(static i => "agent" + i.ToString("D4", CultureInfo.InvariantCulture));
    public static IEnumerable<string> Spare => Enumerable.Range(1, 20).Select(static i => "spare" + i.ToString("D2", CultureInfo.InvariantCulture));
}
