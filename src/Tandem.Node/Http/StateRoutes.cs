using Tandem.Core;
using Tandem.Core.Calls;
using Tandem.Core.Schema;
using Tandem.History;
using Tandem.Node.Events;

namespace Tandem.Node.Http;

/// <param name="Next">The name to ask after for the next page; null on the last.</param>
public sealed record AgentPage(IReadOnlyList<AgentView> Agents, string? Next);
public sealed record CallList(IReadOnlyList<CallView> Calls);
public sealed record SkillGroupList(IReadOnlyList<SkillGroupView> SkillGroups);
public sealed record PhoneList(IReadOnlyList<PhoneView> Phones);

/// <summary>A call's way, step by step.</summary>
/// <param name="Live">False: as history has it.</param>
/// <param name="Omitted">Steps beyond what is kept of one call.</param>
public sealed record WhyView(string Instance, string Call, bool Live, string Dialed, string Calling, string CallType, string State, string? Label,
    int Omitted, IReadOnlyList<StepView> Steps);

/// <summary>What is now.</summary>
static class StateRoutes
{
    public static void Map(RouteGroupBuilder routes, Node node)
    {
        var reading = new StateReading(node);
        var history = new HistoryQueries(node.HistoryPath, node.Instance);
        RouteGroupBuilder state = routes.MapGroup("").WithTags("state");

        state.MapGet("/snapshot", reading.SnapshotAsync).WithName("snapshot")
            .WithSummary("The whole state at a number. GET events?after=NUMBER continues it without a gap.");
        state.MapGet("/status", () => StatusView.OfAsync(node)).WithName("status")
            .WithSummary("How the node is: journal, snapshot, history, counts, SIP figures, refusals, alarms.");
        state.MapGet("/calls", async () => new CallList(await reading.CallsAsync())).WithName("calls").WithSummary("The calls that are now, by arrival.");
        state.MapGet("/calls/{call}", (string call) => CallAsync(node, call)).WithName("call").WithSummary("A call that is now.");
        state.MapGet("/calls/{call}/why", (string call) => WhyAsync(node, history, call)).WithName("why")
            .WithSummary("A call's path through its script: what was looked at, chosen, and why. Of calls that are now, and of those in history.");
        state.MapGet("/agents", async (string? after, int? limit) =>
        {
            int most = limit ?? 200;
            if (most is < 1 or > StateReading.PieceMax) throw new HttpError(400, "bad-limit", $"'limit' is {most}", $"write 1 to {StateReading.PieceMax}");
            (List<AgentView> agents, bool more) = await reading.AgentsAsync(after ?? "", most);
            return new AgentPage(agents, more ? agents[^1].Agent : null);
        }).WithName("agents").WithSummary("Agents by name, in pages.").ProducesError(400);
        state.MapGet("/agents/{agent}", async (string agent) =>
            await node.AskAsync(c => c.FindAgent(agent) is { } found ? Views.Of(found, c) : null) ?? throw Answers.For(Rejection.UnknownAgent, agent))
            .WithName("agent").WithSummary("One agent.");
        state.MapGet("/skill-groups", async () => new SkillGroupList(await reading.SkillGroupsAsync())).WithName("skill-groups")
            .WithSummary("Skill groups with what waits and who is there.");
        state.MapGet("/phones", async () => new PhoneList(await reading.PhonesAsync())).WithName("phones")
            .WithSummary("Phones, whether they can be reached, and who is logged in there.");
    }

    public static CallId CallIdOf(string text) => EntityId.TryParse(text, out long id)
        ? new CallId(id)
        : throw new HttpError(400, "bad-call", $"'{text}' is no call", "write it as `calls` shows it, e.g. 1-4711");

    static async Task<CallView> CallAsync(Node node, string text)
    {
        CallId id = CallIdOf(text);
        return await node.AskAsync(c => c.FindCall(id) is { } call ? Views.Of(call, c) : null) ?? throw Answers.For(Rejection.UnknownCall, text);
    }

    static async Task<WhyView> WhyAsync(Node node, HistoryQueries history, string text)
    {
        CallId id = CallIdOf(text);
        WhyView? live = await node.AskAsync(c => c.FindCall(id) is { } call ? Live(call, c) : null);
        if (live is not null) return live;
        CallHistory? ended = await HistoryRoutes.FindAsync(node, history, id.Value);
        if (ended is null || ended.Routes.Count == 0)
            throw new HttpError(404, "unknown-call", $"neither the state nor history knows a route of call '{text}'", "`calls` and `history` list what there is");
        return await node.AskAsync(c => Ended(id, ended, c));
    }

    static WhyView Live(Call call, ContactCentre centre)
    {
        CallView view = Views.Of(call, centre);
        return new(centre.Instance, view.Call, true, call.Dialed, call.Calling, call.CallType, view.State, null, call.RouteOmitted, [.. call.Route.Select(s => Views.Of(s, centre))]);
    }

    static WhyView Ended(CallId id, CallHistory history, ContactCentre centre)
    {
        RouteCallDetail route = history.Routes[^1];
        // What it began with is the route's, how it ended the caller's own part's.
        string state = history.Parts.Count > 0 ? Views.Words(((Disposition)history.Parts[0].Disposition).ToString()) : "ended";
        return new(centre.Instance, id.ToString(), false, route.Dialed, route.Calling, route.CallType, state, route.Label, 0,
            [.. history.Routes.SelectMany(static r => r.Steps).Select(s => Views.Of(s, centre))]);
    }
}
