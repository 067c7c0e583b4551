using System.Text.Json;
using Tandem.Node.Commands;
using Tandem.Node.ConfigurationFiles;

namespace Tandem.Node.Trial;

/// <summary>An agent of the trial, the phone and the number that callers dial to reach the agent's skill groups.</summary>
sealed record TrialAgent(string Name, string Phone, string Password, string Number);

/// <summary>Who plays: agents at their phones, and phones for the customers.</summary>
sealed record Cast(IReadOnlyList<TrialAgent> Agents, IReadOnlyList<(string Name, string Password)> Customers)
{
    const string UsualNumber = "1000";

    /// <summary>Chooses among those who are logged out and whose phones are not in use: nobody who works is disturbed.</summary>
    /// <exception cref="NodeException">There are not so many.</exception>
    public static async Task<Cast> ChooseAsync(NodeClient node, string data, int agents, CancellationToken stop)
    {
        JsonElement configuration = await node.GetAsync("configuration", stop);
        IReadOnlyDictionary<string, string> passwords = PhonePasswords.Open(data).All;
        HashSet<string> inUse = [.. (await node.GetAsync("phones", stop)).Items("phones").Where(static p => p.Text("reachable") == "yes" || p.Text("agent").Length > 0).Select(static p => p.Text("phone"))];
        HashSet<string> loggedOut = [];
        string after = "";
        do
        {
            JsonElement page = await node.GetAsync($"agents?limit=200&after={Uri.EscapeDataString(after)}", stop);
            foreach (JsonElement agent in page.Items("agents"))
                if (agent.Text("state") == "logged-out") loggedOut.Add(agent.Text("agent"));
            after = page.Text("next");
        }
        while (after.Length > 0);

        List<JsonElement> all = [.. List(configuration, "agents")];
        List<JsonElement> free = [.. all.Where(a => loggedOut.Contains(a.Text("name")) && passwords.ContainsKey(a.Text("phone")) && !inUse.Contains(a.Text("phone")))];
        if (agents > all.Count) throw new NodeException($"--agents {agents}: {Counted(all.Count, "agent is", "agents are")} configured; try --agents {all.Count}", NodeException.Usage);
        if (agents > free.Count)
            throw new NodeException($"--agents {agents}: {free.Count} of {Counted(all.Count, "agent is", "agents are")} free for a trial (logged out, with a phone that registers and is not in use)", NodeException.Usage);

        Dictionary<string, HashSet<string>> reach = Reach(configuration);
        string usual = reach.ContainsKey(UsualNumber) ? UsualNumber : reach.Keys.FirstOrDefault() ?? throw new NodeException("no dialed number leads to a skill group: there is nothing to try");
        var cast = new List<TrialAgent>();
        foreach (JsonElement agent in free.Take(agents))
        {
            List<string> groups = [.. List(agent, "skillGroups").Select(static g => g.GetString()!)];
            string? number = reach[usual].Overlaps(groups) ? usual : reach.FirstOrDefault(r => r.Value.Overlaps(groups)).Key;
            cast.Add(new TrialAgent(agent.Text("name"), agent.Text("phone"), passwords[agent.Text("phone")], number ?? usual));
        }
        HashSet<string> agentsPhones = [.. all.Select(static a => a.Text("phone"))];
        List<(string, string)> customers = [.. passwords.Where(p => !agentsPhones.Contains(p.Key) && List(configuration, "phones").Any(c => c.Text("name") == p.Key)).Select(static p => (p.Key, p.Value))];
        return customers.Count > 0 ? new Cast(cast, customers) : throw new NodeException("no phone is left to play the customer: configure one that is no agent's, such as 201 in examples/first-call");
    }

    /// <summary>The skill groups that a dialed number's calls queue for at first.</summary>
    static Dictionary<string, HashSet<string>> Reach(JsonElement configuration)
    {
        Dictionary<string, string> scripts = List(configuration, "callTypes").ToDictionary(static t => t.Text("name"), static t => t.Text("script"), StringComparer.Ordinal);
        Dictionary<string, JsonElement> nodes = List(configuration, "scripts").ToDictionary(static s => s.Text("name"), StringComparer.Ordinal);
        var reach = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (JsonElement number in List(configuration, "dialedNumbers"))
        {
            if (!scripts.TryGetValue(number.Text("callType"), out string? script) || !nodes.TryGetValue(script, out JsonElement graph)) continue;
            JsonElement queue = List(graph, "nodes").FirstOrDefault(static n => n.TryGetProperty("queue", out _));
            if (queue.ValueKind != JsonValueKind.Object) continue;
            reach[number.Text("number")] = [.. List(queue.GetProperty("queue"), "targets").Select(static t => t.Text("skillGroup"))];
        }
        return reach;
    }

    static IEnumerable<JsonElement> List(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    static string Counted(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";
}
