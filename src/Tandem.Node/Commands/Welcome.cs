using Tandem.Core.Schema;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Http;

namespace Tandem.Node.Commands;

/// <summary>What `up` tells when the node lives: what listens where, whom to call, what to try next.</summary>
static class Welcome
{
    const int NumbersMax = 10, PhonesMax = 20;

    public static async Task PrintAsync(Node node, HttpEdge http, IReadOnlyList<DrawnPassword> drawn)
    {
        Core.Schema.Configuration configuration = await node.AskAsync(static c => c.Configuration) ?? new Core.Schema.Configuration();
        string sip = $"{node.SipAddress}".Replace("udp:", "", StringComparison.Ordinal);
        Console.WriteLine($"""

              Tandem {Node.Release}, node {node.Options.Name}, instance {node.Instance}

              SIP       {sip}, UDP and TCP
              HTTP      {http.Address}  (token in {AccessToken.PathIn(node.DataDirectory)})
              call      {NumbersOf(configuration)}
              agents    {Counted(configuration.Agents.Count, "agent")} in {Counted(configuration.SkillGroups.Count, "skill group")}
            """);
        PrintPhones(node, configuration, sip, drawn);
        Console.WriteLine("""

              try next  ./tandem try --calls 50 --agents 5     phones, agents and callers that need no telephone
                        ./tandem status                        calls, agents, queues likewise
              stop      Ctrl-C; nothing is lost

            """);
    }

    static string NumbersOf(Core.Schema.Configuration configuration)
    {
        string numbers = string.Join(", ", configuration.DialedNumbers.Take(NumbersMax).Select(static n => $"{n.Number} ({n.CallType})"));
        return numbers.Length == 0 ? "no dialed numbers are configured" : configuration.DialedNumbers.Count > NumbersMax ? numbers + ", ..." : numbers;
    }

    static void PrintPhones(Node node, Core.Schema.Configuration configuration, string sip, IReadOnlyList<DrawnPassword> drawn)
    {
        string kept = Path.Combine(node.DataDirectory, "phone-passwords");
        if (drawn.Count == 0)
        {
            Console.WriteLine($"  phones    {configuration.Phones.Count}{(File.Exists(kept) ? $"; drawn passwords in {kept}" : "")}");
            return;
        }
        Console.WriteLine($"  phones    registrar {sip}; shown once, kept in {kept}");
        foreach (DrawnPassword phone in drawn.Take(PhonesMax))
        {
            AgentDefinition? agent = configuration.Agents.FirstOrDefault(a => a.Phone == phone.Phone);
            Console.WriteLine($"            user {phone.Phone}  password {phone.Password}{(agent is null ? "" : $"  of agent {agent.Name}")}");
        }
        if (drawn.Count > PhonesMax) Console.WriteLine($"            and {drawn.Count - PhonesMax} more");
    }

    static string Counted(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
