using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tandem.Core;
using Tandem.Journal;
using Tandem.Yaml;

namespace Tandem.Node.Http;

/// <summary>Every answer that is not a success, in one shape.</summary>
/// <param name="Error">What is wrong, in words.</param>
/// <param name="Do">What to do about it.</param>
/// <param name="Reason">For programs: a short word that stays the same.</param>
/// <param name="Problems">Of a configuration: all that is wrong, by file and line.</param>
public sealed record ErrorAnswer(string Error, string Do, string Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ProblemView>? Problems = null);

/// <param name="Text">File, line, field and what is wrong, in one line.</param>
public sealed record ProblemView(string File, int Line, string Field, string Wrong, string Right, bool Warning, string Text);

/// <summary>A command was carried out, or had been before: a retry.</summary>
public sealed record Done(string Outcome = "done");

static class Json
{
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions());
    /// <summary>For what another of our own programs says: a newer release tells more.</summary>
    public static readonly JsonSerializerOptions Lenient = new(Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        // Answers are JSON, never HTML: names stay readable.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.TypeInfoResolver ??= new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver();
        return options;
    }
}

/// <summary>An error that ends a request: thrown anywhere below a route, answered in one place.</summary>
sealed class HttpError(int status, string reason, string error, string @do, IReadOnlyList<ProblemView>? problems = null) : Exception(error)
{
    public int Status { get; } = status;
    public ErrorAnswer Answer { get; } = new(error, @do, reason, problems);
}

static class Answers
{
    public static Task WriteAsync(HttpContext context, int status, ErrorAnswer answer)
    {
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "2";
        return context.Response.WriteAsJsonAsync(answer, Json.Options, "application/json", context.RequestAborted);
    }

    /// <summary>What the core's refusals are called outside.</summary>
    public static HttpError For(Rejection rejection, string subject)
    {
        (int status, string error, string @do) = rejection switch
        {
            Rejection.UnknownAgent => (404, $"there is no agent '{subject}'", "`agents` lists them"),
            Rejection.UnknownCall => (404, $"there is no call '{subject}' now", "`calls` lists those that are, `history` those that were"),
            Rejection.UnknownPhone => (404, "there is no such phone", "name one that `phones` lists, or give the agent one in the configuration"),
            Rejection.UnknownReason => (422, "there is no such reason code", "use a code or name of reason-codes in the configuration"),
            Rejection.PhoneInUse => (409, "another agent is logged in at this phone", "log that agent out, or name another phone"),
            Rejection.AlreadyLoggedIn => (409, $"agent '{subject}' is logged in already", "log out first to change the phone"),
            Rejection.NotLoggedIn => (409, $"agent '{subject}' is not logged in", "log in first"),
            Rejection.PhoneOutOfService => (409, $"the phone of agent '{subject}' cannot be reached", "let the phone register; `phones` shows which have"),
            Rejection.NotInWrapUp => (409, $"agent '{subject}' is not in wrap-up", "extend it while the state is work-ready or work-not-ready"),
            Rejection.InvalidConfiguration => (422, "the contact centre cannot run on this configuration", "POST it with dryRun to see what is wrong"),
            Rejection.OtherInstance => (409, "this is another instance's configuration", "correct 'instance:' in it"),
            Rejection.TooLong => (422, "a value is too long or too large", "wrap-up is extended by 1 to 3600 seconds; an Idempotency-Key has at most 100 characters"),
            Rejection.NoConfiguration => (409, "the contact centre has no configuration yet", "apply one first"),
            Rejection.UnknownLeg or Rejection.LegInOtherState => (409, "the call has gone on meanwhile", "read it again"),
            Rejection.NodeIsLeaving => (409, "this side is leaving", "start it first: `pair start`"),
            // Not of the command but of its way into the journal: to be tried again.
            _ => (503, $"the node could not pass the command on ({Events.Views.Words(rejection.ToString())})", "try again with the same Idempotency-Key"),
        };
        return new HttpError(status, Events.Views.Words(rejection.ToString()), error, @do);
    }

    public static HttpError For(RefusedException refused) => refused.Reason == Refusal.TooLarge
        ? new HttpError(413, "too-large", refused.Message, "make it smaller: an entry of the journal holds at most 1 MB")
        : new HttpError(503, Events.Views.Words(refused.Reason.ToString()), refused.Message, "try again with the same Idempotency-Key");

    public static HttpError Stopping => new(503, "stopping", "the node is stopping", "start it again, or ask the other side");
}
