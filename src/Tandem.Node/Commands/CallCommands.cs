using System.CommandLine;
using System.Text.Json;

namespace Tandem.Node.Commands;

/// <summary>Calls that are and were: why, history, call release; and the events as they come.</summary>
static class CallCommands
{
    public static IEnumerable<Command> All => [Why(), History(), Call(), Events()];

    static Command Why()
    {
        var call = new Argument<string>("CALL") { Description = "As `calls` and `history` show it, e.g. 1-4711" };
        var command = new Command("why", "A call's path through its script: what was chosen, and why") { call };
        command.SetAction(async (line, stop) =>
        {
            using NodeClient node = NodeClient.Open(line.GetValue(CommandLine.Data)!);
            JsonElement why = await node.GetAsync($"calls/{Uri.EscapeDataString(line.GetValue(call)!)}/why", stop);
            if (line.GetValue(CommandLine.Json)) Shown.Print(why);
            else ShowWhy(why);
        });
        return command;
    }

    static void ShowWhy(JsonElement why)
    {
        string label = why.Text("label");
        Console.WriteLine(Shown.Safe($"Call {why.Text("call")}: {why.Text("calling")} dialed {why.Text("dialed")}, call type {why.Text("callType")}, {why.Text("state")}{(label.Length > 0 ? $", label {label}" : "")}"));
        Shown.Table(["time", "script", "node", "what", "choice", "reason"],
        [
            .. why.Items("steps").Select(static s => new[] { s.Time("time", "HH:mm:ss.fff"), s.Text("script"), s.Text("node"), s.Text("kind"), s.Text("choice"), s.Text("reason") }),
        ], "No script decided about this call.");
        if (why.Text("omitted") != "0") Console.WriteLine($"{why.Text("omitted")} later steps were not kept.");
    }

    static Command History()
    {
        var last = new Option<int>("--last") { Description = "How many calls", HelpName = "N", DefaultValueFactory = static _ => 20 };
        var command = new Command("history", "Finished calls with their parts, the latest first; or: verify") { last, VerifyCommand.Create() };
        command.SetAction(async (line, stop) =>
        {
            using NodeClient node = NodeClient.Open(line.GetValue(CommandLine.Data)!);
            JsonElement calls = await node.GetAsync($"history/calls?last={line.GetValue(last)}", stop);
            if (line.GetValue(CommandLine.Json)) Shown.Print(calls);
            else ShowHistory(calls);
        });
        return command;
    }

    static void ShowHistory(JsonElement calls) => Shown.Table(
        ["call", " part", "began", "from", "dialed", "skill group", "agent", "device", "ended as", " queued", " rang", " talked", " held", " wrap-up", " status"],
        [
            .. from call in calls.Items("calls")
               from p in call.Items("parts")
               let first = p.Text("part") == "0"
               select new[]
               {
                   first ? call.Text("call") : "", p.Text("part"), p.Time("started"), first ? p.Text("calling") : "", first ? p.Text("dialed") : "", p.Text("skillGroup"),
                   p.Text("agent"), p.Text("device"), p.Text("disposition"), p.Seconds("queueSeconds"), p.Seconds("ringSeconds"), p.Seconds("talkSeconds"),
                   p.Seconds("holdSeconds"), p.Seconds("workSeconds"), p.Text("status"),
               },
        ], "No call has ended yet.");

    static Command Call()
    {
        var call = new Argument<string>("CALL") { Description = "As `calls` shows it, e.g. 1-4711" };
        var release = new Command("release", "Ends the call");
        release.SetAction(async (line, stop) =>
        {
            using NodeClient node = NodeClient.Open(line.GetValue(CommandLine.Data)!);
            JsonElement done = await node.PostAsync($"calls/{Uri.EscapeDataString(line.GetValue(call)!)}/release", null, stop);
            if (line.GetValue(CommandLine.Json)) Shown.Print(done);
            else Console.WriteLine($"Call {line.GetValue(call)} is released.");
        });
        return new Command("call", "Acts on a call") { call, release };
    }

    static Command Events()
    {
        var after = new Option<string?>("--after") { Description = "Begin after this event's number instead of with a snapshot", HelpName = "NUMBER" };
        var command = new Command("events", "Changes as they come, a line each: number, kind, JSON. Until Ctrl-C") { after };
        command.SetAction(async (line, stop) =>
        {
            using NodeClient node = NodeClient.Open(line.GetValue(CommandLine.Data)!);
            using StreamReader events = await node.FollowAsync(line.GetValue(after), stop);
            string number = "-", kind = "";
            while (await events.ReadLineAsync(stop) is { } text)
            {
                if (text.StartsWith("id: ", StringComparison.Ordinal)) number = text[4..];
                else if (text.StartsWith("event: ", StringComparison.Ordinal)) kind = text[7..];
                else if (text.StartsWith("data: ", StringComparison.Ordinal)) Console.WriteLine($"{number} {kind} {text[6..]}");
            }
            throw new NodeException("the node ended the stream: it stops, or this reader was too slow");
        });
        return command;
    }
}
