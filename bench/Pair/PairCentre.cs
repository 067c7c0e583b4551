using System.Globalization;
using System.Net;

namespace Tandem.Bench.Pair;

/// <summary>
/// The contact centre of the pair's benchmarks. Callers of 1000 find agents at once, those of 1001 phones that ring until told,
/// those of 1002 a queue that one agent serves in order. All phones at one address, callers over one trunk.
/// </summary>
sealed record PairCentre(int Talkers, int Ringers, int Others = 0)
{
    public const string Callers = "127.0.0.9", Talk = "1000", Ring = "1001", Line = "1002";
    public const string LineAgent = "line1";

    public IEnumerable<string> TalkAgents => Names("talk", Talkers);
    public IEnumerable<string> RingAgents => Names("ring", Ringers);
    /// <summary>Logged in, on a break.</summary>
    public IEnumerable<string> OtherAgents => Names("other", Others);

    static IEnumerable<string> Names(string of, int count) => Enumerable.Range(1, count).Select(i => of + i.ToString("D5", CultureInfo.InvariantCulture));

    static string Range(string of, int count, string what) => count == 0 ? "" : $"\n  - range: {of}{{00001..{count:D5}}}\n    {what}";

    public string Yaml(IPEndPoint phones) => $"""
        instance: bench
        settings: {"{"}default-label: busy, ring-time: 3m, wrap-up: 0s, calls-max: 100000{"}"}
        dialed-numbers:
          1000: talk
          1001: ring
          1002: line
        call-types:
          talk: talk
          ring: ring
          line: line
        skill-groups:
          talk: {"{}"}
          ring: {"{}"}
          line: {"{}"}
          other: {"{}"}
        agents:{Agents("talk", Talkers)}{Agents("ring", Ringers)}{Agents("other", Others)}
          - range: line{"{"}1..1{"}"}
            phone: line{"{"}1..1{"}"}
            skill-groups: [line]
        phones:{Phones("talk", Talkers)}{Phones("ring", Ringers)}{Phones("other", Others)}
          - range: line{"{"}1..1{"}"}
            address: {phones}
        trunks:
          callers: {"{"}address: "{Callers}:5999", sources: ["{Callers}"]{"}"}
        scripts:
          talk:
            nodes:
              wait: {"{"}queue: {"{"}to: [talk], overflow: sorry, wait-max: 60m{"}"}{"}"}
              sorry: {"{"}busy: {"}"}
          ring:
            nodes:
              wait: {"{"}queue: {"{"}to: [ring], overflow: sorry, wait-max: 60m{"}"}{"}"}
              sorry: {"{"}busy: {"}"}
          line:
            nodes:
              wait: {"{"}queue: {"{"}to: [line], overflow: sorry, wait-max: 60m{"}"}{"}"}
              sorry: {"{"}busy: {"}"}

        """.Replace("PHONES", phones.ToString(), StringComparison.Ordinal);

    static string Agents(string of, int count) => Range(of, count, $"phone: {of}{{00001..{count:D5}}}\n    skill-groups: [{of}]");
    static string Phones(string of, int count) => Range(of, count, "address: PHONES");
}
