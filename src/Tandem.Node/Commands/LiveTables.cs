using System.CommandLine;
using System.Text.Json;

namespace Tandem.Node.Commands;

/// <summary>What is now: status, calls, agents, queues, phones. Once, or again every second.</summary>
static class LiveTables
{
    public static IEnumerable<Command> All =>
    [
        Live("status", "How the node is; of a pair, both sides", PairTables.ReadAsync, PairTables.Show),
        Live("calls", "The calls that are now", static (node, stop) => node.GetAsync("calls", stop), Calls),
        Live("agents", "Agents, their states and calls", AllAgentsAsync, Agents),
        Live("queues", "Skill groups: what waits, and who is there", static (node, stop) => node.GetAsync("skill-groups", stop), Queues),
        Live("phones", "Phones, and whether they can be reached", static (node, stop) => node.GetAsync("phones", stop), Phones),
    ];

    static Command Live(string name, string description, Func<NodeClient, CancellationToken, Task<JsonElement>> read, Action<JsonElement> show)
    {
        var watch = new Option<bool>("--watch") { Description = "Again every second, until Ctrl-C" };
        var command = new Command(name, description) { watch };
        command.SetAction(async (line, stop) =>
        {
            using NodeClient node = NodeClient.Open(line.GetValue(CommandLine.Data)!);
            do
            {
                JsonElement state = await read(node, stop);
                if (line.GetValue(watch) && Shown.IsTerminal && !line.GetValue(CommandLine.Json)) Console.Write("\x1b[H\x1b[2J\x1b[3J");
                if (line.GetValue(CommandLine.Json)) Shown.Print(state);
                else show(state);
                if (line.GetValue(watch)) await Task.Delay(1000, stop);
            }
            while (line.GetValue(watch));
        });
        return command;
    }

    internal static void Status(JsonElement s)
    {
        JsonElement journal = s.GetProperty("journal"), history = s.GetProperty("history"), counts = s.GetProperty("counts"), sip = s.GetProperty("sip");
        string failure = history.Text("failure");
        Shown.Table(["what", "how"],
        [
            ["node", $"{s.Text("node")} (side {s.Text("side")}), release {s.Text("release")}, instance {s.Text("instance")}, up {s.Seconds("uptimeSeconds")}"],
            ["journal", $"{journal.Text("state")}, position {s.Text("position")}, from {journal.Text("firstPosition")}{Because(journal.Text("reason"))}"],
            ["state", $"hash {s.Text("stateHash")}, newest snapshot at {s.Text("snapshotPosition")}, configuration of {s.Text("configurationPosition")}"],
            ["history", $"{history.Text("lag")} entries behind, {history.Text("queued")} records waiting{Because(failure)}"],
            ["calls", $"{counts.Text("calls")} now, {counts.Text("queued")} queued; {counts.Text("callsArrived")} arrived, {counts.Text("callsRefused")} refused"],
            ["agents", $"{counts.Text("loggedOn")} of {counts.Text("agents")} logged on, {counts.Text("available")} available"],
            ["phones", $"{counts.Text("phonesReachable")} of {counts.Text("phones")} reachable"],
            ["SIP", $"{sip.Text("address")}: {sip.Text("received")} received, {sip.Text("sent")} sent, {sip.Text("retransmissions")} repeated, {sip.Text("malformed")} malformed, {sip.Text("refused")} refused"],
            ["turned away", $"{sip.Text("callsTurnedAway")} calls while the journal took none; {counts.Text("rejections")} entries did nothing"],
            ["alarms", s.Text("alarms")],
        ], "");
    }

    static string Because(string reason) => reason.Length > 0 ? $": {reason}" : "";

    static void Calls(JsonElement s) => Shown.Table(["call", "state", " for", "from", "dialed", "call type", "at", "skill groups", "agent"],
    [
        .. s.Items("calls").Select(static c => new[]
        {
            c.Text("call"), c.Text("state"), c.Ago("arrived"), c.Text("calling"), c.Text("dialed"), c.Text("callType"),
            c.Text("node").Length > 0 ? $"{c.Text("script")}/{c.Text("node")}" : c.Text("script"), c.Text("skillGroups"), c.Text("agent"),
        }),
    ], "No calls now.");

    static async Task<JsonElement> AllAgentsAsync(NodeClient node, CancellationToken stop)
    {
        var all = new List<JsonElement>();
        string? after = "";
        while (after is not null)
        {
            JsonElement page = await node.GetAsync($"agents?limit=1000&after={Uri.EscapeDataString(after)}", stop);
            all.AddRange(page.Items("agents"));
            after = page.GetProperty("next").GetString();
        }
        return JsonSerializer.SerializeToElement(new { agents = all });
    }

    static void Agents(JsonElement s) => Shown.Table(["agent", "name", "state", " for", "why", "phone", "call", "then", "skill groups"],
    [
        .. s.Items("agents").Select(static a => new[]
        {
            a.Text("agent"), a.Text("name"), a.Text("state"), a.Text("state") == "logged-out" ? "" : a.Ago("since"), a.Text("reasonName"), a.Text("phone"),
            a.Text("call"), a.Text("next"), a.Text("skillGroups"),
        }),
    ], "No agents in the configuration.");

    static void Queues(JsonElement s) => Shown.Table(["skill group", " queued", " longest wait", " logged on", " available", " talking", " members"],
    [
        .. s.Items("skillGroups").Select(static g => new[]
        {
            g.Text("skillGroup"), g.Text("queued"), g.Text("queued") == "0" ? "" : g.Seconds("longestWaitSeconds"), g.Text("loggedOn"), g.Text("available"), g.Text("talking"), g.Text("members"),
        }),
    ], "No skill groups in the configuration.");

    static void Phones(JsonElement s) => Shown.Table(["phone", "reachable", "contact", "until", "agent", " calls"],
    [
        .. s.Items("phones").Select(static p => new[] { p.Text("phone"), p.Text("reachable"), p.Text("contact"), p.Time("expires"), p.Text("agent"), p.Text("legs") }),
    ], "No phones in the configuration.");
}
