using System.Globalization;
using System.Text.Json;
using Tandem.Node.Commands;

namespace Tandem.Node.Trial;

/// <summary>What the trial was like, and where the contact centre tells the same.</summary>
static class Summary
{
    public static async Task PrintAsync(Outcome o, NodeClient node, bool isTemporary)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

              calls           {o.Calls} in {o.Seconds:0.0} s: {o.Answered} answered, {o.Abandoned} abandoned, {o.Failed} failed
              time to answer  p50 {o.AnswerP50Seconds:0.0} s, p95 {o.AnswerP95Seconds:0.0} s, longest {o.AnswerMaxSeconds:0.0} s
              RTP             callers to agents {o.ToAgents.Received:N0} of {o.ToAgents.Sent:N0} packets, agents to callers {o.ToCallers.Received:N0} of {o.ToCallers.Sent:N0}
              taken           {string.Join(", ", o.Agents.Select(static a => $"{a.Agent} {a.Calls}"))}
            """));
        foreach ((string reason, int count) in o.Reasons) Console.WriteLine($"  failed          {count} {reason}");
        Console.WriteLine();
        string call = o.Example ?? "CALL";
        if (!isTemporary)
        {
            Console.WriteLine($"  look at them    ./tandem history --last {Math.Min(o.Calls, 20)}");
            Console.WriteLine($"                  ./tandem why {call}");
            return;
        }
        if (o.Example is not null) await PrintWhyAsync(node, call);
        Console.WriteLine("  to keep calls and look at them, run ./tandem up in another terminal and ./tandem try again; then");
        Console.WriteLine("                  ./tandem history --last 20");
        Console.WriteLine("                  ./tandem why CALL");
    }

    /// <summary>This node is gone in a moment: one call's path now.</summary>
    static async Task PrintWhyAsync(NodeClient node, string call)
    {
        try
        {
            JsonElement why = await node.GetAsync($"calls/{call}/why", CancellationToken.None);
            Console.WriteLine($"  why {call}: {why.Text("calling")} dialed {why.Text("dialed")}");
            foreach (JsonElement step in why.Items("steps")) Console.WriteLine(Shown.Safe($"    {step.Text("node")}: {step.Text("choice")}{(step.Text("reason") is { Length: > 0 } reason ? $" ({reason})" : "")}"));
            Console.WriteLine();
        }
        catch (NodeException)
        {
            // history is a moment behind: then without it
        }
    }
}
