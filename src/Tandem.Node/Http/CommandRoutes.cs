using System.Security.Cryptography;
using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Schema;

namespace Tandem.Node.Http;

/// <param name="Phone">None: the agent's own.</param>
public sealed record LoginBody(string? Phone);
/// <param name="Reason">A reason code or its name.</param>
public sealed record ReasonBody(System.Text.Json.JsonElement? Reason);
public sealed record ExtendBody(int? Seconds);

/// <summary>What agents and administrators ask for.</summary>
static class CommandRoutes
{
    public static void Map(RouteGroupBuilder routes, Node node)
    {
        RouteGroupBuilder agent = routes.MapGroup("/agents/{agent}").WithTags("commands");
        Command<LoginBody>(agent, "/login", "agent-login", "Logs the agent in at a phone; the agent is not ready then.", (http, name, body) =>
            SendAsync(node, http, new Entry { AgentLoggedIn = new AgentLoggedIn { Agent = name, Phone = body.Phone ?? "" } }, name));
        Command<ReasonBody>(agent, "/logout", "agent-logout", "Logs the agent out, after the call if there is one.", async (http, name, body) =>
            await SendAsync(node, http, new Entry { AgentLoggedOut = new AgentLoggedOut { Agent = name, Reason = await ReasonAsync(node, body) } }, name));
        Command<NoBody>(agent, "/ready", "agent-ready", "Makes the agent ready; ends wrap-up.", (http, name, _) =>
            SendAsync(node, http, new Entry { AgentMadeReady = new AgentMadeReady { Agent = name } }, name));
        Command<ReasonBody>(agent, "/not-ready", "agent-not-ready", "Makes the agent not ready, after the call if there is one.", async (http, name, body) =>
            await SendAsync(node, http, new Entry { AgentMadeNotReady = new AgentMadeNotReady { Agent = name, Reason = await ReasonAsync(node, body) } }, name));
        Command<ExtendBody>(agent, "/wrap-up/extend", "wrap-up-extend", "Gives the agent more time after a call.", (http, name, body) =>
        {
            if (body.Seconds is not { } seconds) throw Body.BadField("seconds", "is missing", "write 1 to 3600");
            return SendAsync(node, http, new Entry { WrapUpExtended = new WrapUpExtended { Agent = name, ByMs = seconds * 1000L } }, name);
        });
        routes.MapPost("/calls/{call}/release", (HttpContext http, string call) =>
                SendAsync(node, http, new Entry { CallReleased = new CallReleased { Call = StateRoutes.CallIdOf(call).Value } }, call))
            .WithName("call-release").WithTags("commands").WithSummary("Ends a call.").ProducesError(400);
    }

    sealed record NoBody;

    static void Command<T>(RouteGroupBuilder routes, string path, string name, string summary, Func<HttpContext, string, T, Task<Done>> run)
        where T : notnull
    {
        RouteHandlerBuilder route = routes.MapPost(path, async (HttpContext http, string agent) => await run(http, agent, await Body.ReadAsync<T>(http)))
            .WithName(name).WithSummary(summary).ProducesError(400).ProducesError(409).ProducesError(422);
        if (typeof(T) != typeof(NoBody)) route.Takes<T>();
    }

    static async Task<Done> SendAsync(Node node, HttpContext http, Entry entry, string subject)
    {
        Rejection rejection = await ProposeAsync(node, http, entry);
        return rejection == Rejection.None ? new Done() : throw Answers.For(rejection, subject);
    }

    /// <summary>Proposes a command under the request's actor and key.</summary>
    public static async Task<Rejection> ProposeAsync(Node node, HttpContext http, Entry entry)
    {
        string actor = Header(http, "X-Tandem-Actor", 64) ?? "admin";
        string? key = Header(http, "Idempotency-Key", 100);
        // The same key with another command is another command: never is something said to be done that was not.
        string? request = key is null ? null : $"{actor}/{key}/{Convert.ToHexStringLower(SHA256.HashData(entry.ToByteArray()).AsSpan(0, 6))}";
        try
        {
            return await node.CommandAsync(entry, actor, request).WaitAsync(TimeSpan.FromSeconds(Routes.AnswerSeconds), http.RequestAborted);
        }
        catch (TimeoutException)
        {
            throw new HttpError(503, "no-answer", "the journal has not answered yet: the command may still be carried out", "repeat it with the same Idempotency-Key");
        }
    }

    static string? Header(HttpContext http, string name, int most)
    {
        string value = http.Request.Headers[name].ToString();
        if (value.Length == 0) return null;
        return value.Length <= most && value.All(static c => c is > ' ' and < '\x7f')
            ? value
            : throw new HttpError(400, "bad-header", $"header '{name}' is too long or holds odd characters", $"use 1 to {most} printable ASCII characters without blanks");
    }

    static async Task<int> ReasonAsync(Node node, ReasonBody body)
    {
        switch (body.Reason)
        {
            case null or { ValueKind: System.Text.Json.JsonValueKind.Null }:
                return 0;
            case { ValueKind: System.Text.Json.JsonValueKind.Number } number when number.TryGetInt32(out int code):
                return code;
            case { ValueKind: System.Text.Json.JsonValueKind.String } text:
                string name = text.GetString()!;
                if (int.TryParse(name, System.Globalization.NumberStyles.None, null, out int written)) return written;
                return await node.AskAsync(c => c.Configuration?.ReasonCodes.FirstOrDefault(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Code)
                    ?? throw Answers.For(Rejection.UnknownReason, name);
            default:
                throw Body.BadField("reason", "is neither a code nor a name", "write e.g. 2 or \"lunch\"");
        }
    }
}
