using System.Text.Json;

namespace Tandem.Node.Http;

/// <summary>Bodies of requests, with errors that name the field.</summary>
static class Body
{
    /// <summary>An empty body reads as `{}`.</summary>
    public static async Task<T> ReadAsync<T>(HttpContext context)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        ReadOnlySpan<byte> json = bytes.Length == 0 ? "{}"u8 : bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json.Options) ?? throw Bad("the body is null", "");
        }
        catch (JsonException e)
        {
            throw Bad(e.Message.Split(" Path:")[0], e.Path is { Length: > 2 } path ? path[2..] : "");
        }
    }

    static HttpError Bad(string what, string field) =>
        new(400, "bad-body", field.Length > 0 ? $"field '{field}' of the body: {what}" : $"the body: {what}", "send a JSON object as /openapi/v1.json describes it");

    public static HttpError BadField(string field, string wrong, string right) => new(400, "bad-field", $"field '{field}' {wrong}", right);
}
