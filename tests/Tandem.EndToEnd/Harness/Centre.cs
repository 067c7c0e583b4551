using System.Net;
using System.Text;

namespace Tandem.EndToEnd;

/// <summary>
/// A contact centre for tests. A carrier calls from 127.0.0.2, whatever the port; 1000 queues for sales. Agents' phones
/// have fixed addresses or register.
/// </summary>
sealed class Centre
{
    public const string Carrier = "127.0.0.2", Stranger = "127.0.0.3", OtherTrunk = "127.0.0.4";
    readonly StringBuilder _agents = new(), _phones = new(), _trunks = new(), _settings = new(), _numbers = new();

    public string RingTime { get; init; } = "10s";
    public string WrapUp { get; init; } = "1h";
    /// <summary>A number whose callers are kept for three seconds before they queue; empty: none.</summary>
    public string Treated { get; init; } = "";
    public int CallsMax { get; init; } = 20_000;
    /// <summary>Missed offers until an agent is made not ready.</summary>
    public int Misses { get; init; } = 1;

    /// <summary>An agent whose phone has this address.</summary>
    public Centre Agent(string name, string phone, EndPoint at, bool overTcp = false)
    {
        _agents.AppendLine($"  {name}: {{phone: {phone}, skill-groups: [sales]}}");
        return Phone(phone, at, overTcp);
    }

    /// <summary>Agents agent1, agent2, … on phones of the same names, all at one address: SIPp answers for them all.</summary>
    public Centre Agents(int count, EndPoint at)
    {
        for (int i = 1; i <= count; i++) Agent($"agent{i}", $"agent{i}", at);
        return this;
    }

    /// <summary>An agent whose phone registers with this password.</summary>
    public Centre RegisteringAgent(string name, string phone, string password)
    {
        _agents.AppendLine($"  {name}: {{phone: {phone}, skill-groups: [sales]}}");
        return RegisteringPhone(phone, password);
    }

    public Centre Phone(string phone, EndPoint at, bool overTcp = false, bool externalCalls = false)
    {
        _phones.AppendLine($"  {phone}: {{address: \"{at}{(overTcp ? ";transport=tcp" : "")}\"{(externalCalls ? ", external-calls: true" : "")}}}");
        return this;
    }

    public Centre RegisteringPhone(string phone, string password, string more = "")
    {
        _phones.AppendLine($"  {phone}: {{password: \"{password}\"{more}}}");
        return this;
    }

    /// <summary>A trunk to which external numbers with this prefix go.</summary>
    public Centre Trunk(string name, EndPoint at, string prefix)
    {
        _trunks.AppendLine($"  {name}: {{address: \"{at}\", prefixes: [\"{prefix}\"]}}");
        return this;
    }

    public Centre Setting(string line)
    {
        _settings.AppendLine($"  {line}");
        return this;
    }

    public override string ToString() => $"""
        instance: main
        settings:
          default-label: busy
          ring-time: {RingTime}
          wrap-up: {WrapUp}
          calls-max: {CallsMax}
          same-agent-again-after: 10s
          rona: {"{"}no-answer: {Misses}, busy: {Misses}, rejected: {Misses}, unreachable: {Misses}{"}"}
        {_settings}
        dialed-numbers:
          1000: sales
        {(Treated.Length > 0 ? $"  {Treated}: treated" : "")}
        call-types:
          sales: sales
        {(Treated.Length > 0 ? "  treated: treated" : "")}
        skill-groups:
          sales: {"{}"}
        agents:
        {Or(_agents, "  nobody: {skill-groups: [sales]}")}
        phones:
        {Or(_phones, "  none:")}
        trunks:
          carrier: {"{"}sources: ["{Carrier}"], address: "{Carrier}:5999", prefixes: []{"}"}
        {_trunks}
        scripts:
          sales:
            nodes:
              wait: {"{"}queue: {"{"}to: sales{"}"}{"}"}
        {(Treated.Length > 0 ? "  treated: {nodes: {first: {wait: {time: 3s, next: then}}, then: {queue: {to: sales}}}}" : "")}
        reason-codes:
          1: break
        """;

    static string Or(StringBuilder text, string otherwise) => text.Length > 0 ? text.ToString() : otherwise;
}
