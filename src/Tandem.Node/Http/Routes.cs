namespace Tandem.Node.Http;

/// <summary>All that the API offers, and its description.</summary>
static class Routes
{
    public const string Instance = "/api/v1/instances/{instance}";
    public const int AnswerSeconds = 10;

    public static void Describe(IServiceCollection services) => services.AddOpenApi("v1", static options => options.AddDocumentTransformer(static (document, _, _) =>
    {
        Description.Complete(document);
        return Task.CompletedTask;
    }));

    public static void Map(WebApplication app, Node node, CancellationToken stopping)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapGet("/health", () => HealthOf(node)).WithName("health").WithTags("node")
            .WithSummary("200 while the node works and its journal takes new calls; else 503 with the reason. Needs no token.")
            .Produces<Health>().Produces<Health>(503);

        RouteGroupBuilder instance = app.MapGroup(Instance);
        instance.AddEndpointFilter(async (context, next) =>
        {
            string asked = (string)context.HttpContext.GetRouteValue("instance")!;
            if (asked != node.Instance) throw new HttpError(404, "unknown-instance", $"there is no instance '{asked}' here", $"this node serves '{node.Instance}'");
            if (!node.IsLive) throw new HttpError(503, "starting", "the node is starting or stopping", "try again");
            return await next(context);
        });
        instance.ProducesError(401).ProducesError(404).ProducesError(503);
        StateRoutes.Map(instance, node);
        EventStream.Map(instance, node, stopping);
        HistoryRoutes.Map(instance, node);
        ConfigurationRoutes.Map(instance, node);
        CommandRoutes.Map(instance, node);
        Pair.PairRoutes.Map(app, instance, node);
        app.MapFallback("{*path}", static (HttpContext context) =>
        {
            throw new HttpError(404, "unknown-route", $"there is no {context.Request.Method} {context.Request.Path}", "GET /openapi/v1.json lists what there is");
        }).ExcludeFromDescription();
    }

    static IResult HealthOf(Node node)
    {
        string? why = !node.IsLive || node.IsLeaving ? "the node is starting or stopping"
            : !node.IsConfigured ? "no configuration is in force yet"
            : node.Journal.Health.State == Journal.JournalState.Accepting ? null
            : node.Journal.Health.Reason;
        return TypedResults.Json(new Health(why is null ? "up" : "impaired", why), Json.Options, statusCode: why is null ? 200 : 503);
    }

    public sealed record Health(string State, string? Reason);

    /// <summary>A JSON body, whatever the request calls it: one without a Content-Type is not a request for another route.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder builder)
        where T : notnull =>
        builder.Accepts<T>(isOptional: true, "application/json", Description.AnyContent);

    public static T ProducesError<T>(this T builder, int status)
        where T : IEndpointConventionBuilder =>
        builder.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(ErrorAnswer), ["application/json"]));
}
