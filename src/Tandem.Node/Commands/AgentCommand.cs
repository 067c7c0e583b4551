using System.CommandLine;
using System.Text.Json;
using Tandem.Node.Http;

namespace Tandem.Node.Commands;

/// <summary>`agent NAME login | logout | ready | not-ready | extend`.</summary>
static class AgentCommand
{
    public static Command Create()
    {
        var agent = new Argument<string>("NAME") { Description = "The agent, as `agents` shows it" };
        var phone = new Option<string?>("--phone") { Description = "Where; without it the agent's own phone", HelpName = "PHONE" };
        var reason = new Argument<string?>("REASON") { Description = "A reason code or its name", Arity = ArgumentArity.ZeroOrOne };
        var why = new Argument<string>("REASON") { Description = "A reason code or its name" };
        var seconds = new Argument<int>("SECONDS") { Description = "1 to 3600" };
        return new Command("agent", "Logs an agent in or out, changes the state")
        {
            agent,
            Action(new Command("login", "Logs in; not ready then") { phone }, agent, "login", line => new LoginBody(line.GetValue(phone))),
            Action(new Command("logout", "Logs out, after the call if there is one") { reason }, agent, "logout", line => Because(line.GetValue(reason))),
            Action(new Command("ready", "Makes ready; ends wrap-up"), agent, "ready", static _ => null),
            Action(new Command("not-ready", "Makes not ready, after the call if there is one") { why }, agent, "not-ready", line => Because(line.GetValue(why))),
            Action(new Command("extend", "Gives more wrap-up time") { seconds }, agent, "wrap-up/extend", line => new ExtendBody(line.GetValue(seconds))),
        };
    }

    static ReasonBody Because(string? reason) => new(reason is null ? null : JsonSerializer.SerializeToElement(reason));

    static Command Action(Command command, Argument<string> agent, string path, Func<ParseResult, object?> body)
    {
        command.SetAction(async (line, stop) =>
        {
            string name = line.GetValue(agent)!;
            using NodeClient node = NodeClient.Open(line.GetValue(CommandLine.Data)!);
            await node.PostAsync($"agents/{Uri.EscapeDataString(name)}/{path}", body(line), stop);
            JsonElement now = await node.GetAsync($"agents/{Uri.EscapeDataString(name)}", stop);
            if (line.GetValue(CommandLine.Json)) Shown.Print(now);
            else Console.WriteLine(Shown.Safe(Sentence(now)));
        });
        return command;
    }

    static string Sentence(JsonElement a)
    {
        string reason = a.Text("reasonName"), phone = a.Text("phone"), next = a.Text("next"), until = a.Time("wrapUpUntil");
        return $"{a.Text("agent")} is {a.Text("state")}{(reason.Length > 0 ? $" ({reason})" : "")}{(phone.Length > 0 ? $" at phone {phone}" : "")}"
            + $"{(until.Length > 0 ? $" until {until}" : "")}{(next.Length > 0 ? $", then {next}" : "")}.";
    }
}
