using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Node.ConfigurationFiles;
using Tandem.Yaml;

namespace Tandem.Node.Http;

/// <param name="Name">For messages only; nothing is read or written under it.</param>
public sealed record ConfigurationFileBody(string? Name, string? Text);

/// <param name="DryRun">Tell what would change, and change nothing.</param>
public sealed record ConfigurationBody(IReadOnlyList<ConfigurationFileBody>? Files, bool DryRun = false);

/// <param name="Changes">In words, a line each; empty when nothing differs.</param>
/// <param name="Passwords">Drawn for new phones: told this once; the data directory keeps them in phone-passwords.</param>
public sealed record ConfigurationAnswer(bool Applied, bool DryRun, IReadOnlyList<string> Changes, IReadOnlyList<ProblemView> Warnings, IReadOnlyList<DrawnPassword> Passwords);

static class ConfigurationRoutes
{
    const int FilesMax = 1_000, NameLengthMax = 260;

    public static void Map(RouteGroupBuilder routes, Node node)
    {
        RouteGroupBuilder group = routes.MapGroup("/configuration").WithTags("configuration");
        group.MapGet("", async () => ToJson(await node.AskAsync(static c => c.Configuration) ?? new Core.Schema.Configuration { Instance = node.Instance }))
            .WithName("configuration").WithSummary("The configuration in force, without secrets.");
        // As a delegate of its own type: a lambda would count as one that writes its answer itself.
        Func<HttpContext, Task<ConfigurationAnswer>> apply = http => ApplyAsync(node, http);
        group.MapPost("", apply)
            .WithName("configuration-apply").WithSummary("Validates files as a whole, tells what they change, and applies them as one entry.")
            .Takes<ConfigurationBody>().Produces<ConfigurationAnswer>().ProducesError(400).ProducesError(409).ProducesError(413).ProducesError(422);
    }

    static async Task<ConfigurationAnswer> ApplyAsync(Node node, HttpContext http)
    {
        ConfigurationBody body = await Body.ReadAsync<ConfigurationBody>(http);
        if (body.Files is not { Count: > 0 and <= FilesMax }) throw Body.BadField("files", "holds no files, or too many", $"send 1 to {FilesMax} of {{\"name\": ..., \"text\": ...}}");
        var texts = new List<ConfigurationText>();
        foreach (ConfigurationFileBody file in body.Files)
        {
            if (file is not { Name.Length: > 0 and <= NameLengthMax } || file.Name.Any(char.IsControl)) throw Body.BadField($"files[{texts.Count}].name", "is missing, or no name", "name the file as messages are to call it");
            if (file.Text is null) throw Body.BadField($"files[{texts.Count}].text", "is missing", "send the file's content");
            texts.Add(new ConfigurationText(file.Name, file.Text));
        }

        ConfigurationOutcome outcome = await node.Configurations.TakeAsync(texts, entry => CommandRoutes.ProposeAsync(node, http, entry), body.DryRun);
        List<ProblemView> problems = [.. outcome.Problems.Select(static p => new ProblemView(p.File, p.Line, p.Field, p.Wrong, p.Right, p.IsWarning, p.ToString()))];
        if (outcome.Changes is null && outcome.Rejection == Rejection.InvalidConfiguration)
        {
            int errors = problems.Count(static p => !p.Warning);
            throw new HttpError(422, "invalid-configuration", $"the configuration has {errors} {(errors == 1 ? "error" : "errors")}; nothing was applied", "correct what 'problems' names", problems);
        }
        if (outcome.Rejection != Rejection.None) throw Answers.For(outcome.Rejection, "");
        return new ConfigurationAnswer(outcome.Applied, body.DryRun, outcome.Changes!, problems, outcome.Drawn);
    }

    /// <summary>As protocol buffers' JSON, without the fields that the schema marks as sealed.</summary>
    static JsonNode ToJson(IMessage configuration)
    {
        JsonNode json = JsonNode.Parse(new JsonFormatter(JsonFormatter.Settings.Default).Format(configuration))!;
        Strip(json, configuration.Descriptor);
        return json;
    }

    static void Strip(JsonNode? json, MessageDescriptor type)
    {
        if (json is JsonArray items)
        {
            foreach (JsonNode? item in items) Strip(item, type);
            return;
        }
        if (json is not JsonObject fields) return;
        foreach (FieldDescriptor field in type.Fields.InDeclarationOrder())
        {
            if (field.GetOptions()?.GetExtension(MarksExtensions.Sealed) == true) fields.Remove(field.JsonName);
            else if (field.FieldType == FieldType.Message) Strip(fields[field.JsonName], field.MessageType);
        }
    }
}
