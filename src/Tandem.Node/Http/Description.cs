using Microsoft.OpenApi;

namespace Tandem.Node.Http;

/// <summary>What the endpoints themselves do not tell: the token, headers, what the errors mean.</summary>
static class Description
{
    public const string AnyContent = "*/*";

    static readonly Dictionary<string, string> s_errors = new(StringComparer.Ordinal)
    {
        ["400"] = "The request is not understood; the answer names the field.",
        ["401"] = "The token is missing or wrong.",
        ["404"] = "There is no such instance, agent, call, ...",
        ["409"] = "It cannot be done in the present state.",
        ["413"] = "The body is too large.",
        ["422"] = "It is understood, but wrong: an unknown reason code, a configuration with errors ('problems' names them all).",
        ["503"] = "The journal takes nothing now, or the node starts or stops: try again with the same Idempotency-Key.",
    };

    public static void Complete(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Tandem",
            Version = "v1",
            Description = "State, events, commands, configuration and history of a contact centre. Every request but GET /health carries "
                + "'Authorization: Bearer TOKEN'. Commands take an Idempotency-Key: the same key with the same command is the same command. "
                + "Errors are {error, do, reason}: what is wrong, what to do, and a word for programs. Times are ISO 8601 in UTC.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "What stands in the file 'token' of the node's data directory." };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];

        foreach ((string path, IOpenApiPathItem item) in document.Paths)
            foreach ((HttpMethod method, OpenApiOperation operation) in item.Operations ?? [])
                Complete(path, method, operation);
    }

    static void Complete(string path, HttpMethod method, OpenApiOperation operation)
    {
        if (path == "/health") operation.Security = [];
        operation.Parameters ??= [];
        if (path.Contains("{instance}", StringComparison.Ordinal)) operation.Parameters.Insert(0, Parameter("instance", ParameterLocation.Path, "The contact centre's name, as its configuration says."));
        if (operation.OperationId == "events") operation.Parameters.Add(Parameter("Last-Event-ID", ParameterLocation.Header, "The number of the last event that was seen."));
        if (method == HttpMethod.Post)
        {
            operation.Parameters.Add(Parameter("Idempotency-Key", ParameterLocation.Header, "A retry with the same key is carried out once."));
            operation.Parameters.Add(Parameter("X-Tandem-Actor", ParameterLocation.Header, "Who asks, for history: agent:ana; 'admin' when missing."));
        }
        operation.RequestBody?.Content?.Remove(AnyContent);
        foreach ((string status, IOpenApiResponse response) in operation.Responses ?? [])
            if (s_errors.TryGetValue(status, out string? words) && path != "/health") response.Description = words;
    }

    static OpenApiParameter Parameter(string name, ParameterLocation location, string description) => new()
    {
        Name = name,
        In = location,
        Required = location == ParameterLocation.Path,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };
}
