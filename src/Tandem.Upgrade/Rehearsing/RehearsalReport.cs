using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing.Chances;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>What came of playing a plan on a model: as <c>rehearsal.json</c> has it. Minutes count as the plan's do.</summary>
public sealed record RehearsalReport
{
    static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;
    public required string Estate { get; init; }
    public required string Pack { get; init; }
    public required string Zone { get; init; }
    public required StraightPlay Straight { get; init; }
    /// <summary>What the plan says and the model does not; empty for a plan that nobody edited.</summary>
    public required IReadOnlyList<Difference> Differences { get; init; }
    /// <summary>Two for each step, at its begin and at its end, in time.</summary>
    public required IReadOnlyList<FailureOutcome> Failures { get; init; }
    /// <summary>Steps from which on the way back is no longer cheap.</summary>
    public required IReadOnlyList<string> PointsOfNoReturn { get; init; }
    /// <summary>Null when no runs were asked for.</summary>
    public ChancesReport? Chances { get; init; }
    /// <summary>Worst first, then in time.</summary>
    public required IReadOnlyList<RehearsalFinding> Findings { get; init; }

    /// <summary>Nothing was found that makes the plan wrong. Warnings may remain.</summary>
    public bool IsClean => Findings.All(static f => f.Severity != Severity.Fails);

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <exception cref="UpgradeException">It is no report of a rehearsal.</exception>
    public static RehearsalReport FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<RehearsalReport>(json, s_json) ?? throw new UpgradeException("the report of the rehearsal is empty; rehearse the plan again");
        }
        catch (JsonException e)
        {
            throw new UpgradeException($"the report of the rehearsal cannot be read: {e.Message}; rehearse the plan again", e);
        }
    }
}

/// <summary>The plan as it is meant to go.</summary>
/// <param name="Segments">From the first step's begin to the last one's end, pauses between windows left out.</param>
/// <param name="Preparation">What callers notice of the steps before the first window: nothing, if the plan is right.</param>
/// <param name="Works">The model's judgement after the last step.</param>
public sealed record StraightPlay(IReadOnlyList<Segment> Segments, Exposure Exposure, Exposure Preparation, IReadOnlyList<PlayedViolation> Violations, IReadOnlyList<Pause> Pauses, bool Works)
{
    /// <summary>Who routes after the last step.</summary>
    public string RoutesAtEnd { get; init; } = "";
}

/// <summary>Minutes by what callers and operators have of them.</summary>
public sealed record Exposure
{
    public required double Minutes { get; init; }
    /// <summary>By who routes: A, B, network, nobody; old, new.</summary>
    public required IReadOnlyDictionary<string, double> Routed { get; init; }
    /// <summary>By the network's default plan, as the changes say.</summary>
    public required double DefaultPlanMinutes { get; init; }
    /// <summary>The same if the step that brings a side back does so as soon as it begins.</summary>
    public required double DefaultPlanMinutesLeast { get; init; }
    public required double NobodyMinutes { get; init; }
    /// <summary>The central system without redundancy, tests left out; minutes without any routing are among them.</summary>
    public required double SimplexMinutes { get; init; }
    /// <summary>The same while the step that goes on is a test.</summary>
    public required double SimplexTestMinutes { get; init; }
    /// <summary>By unit.</summary>
    public required IReadOnlyDictionary<string, double> NotRedundant { get; init; }
    /// <summary>Null when the estate says nothing of its calls.</summary>
    public CallCounts? Calls { get; init; }
}

/// <summary>Expected numbers of calls.</summary>
/// <param name="Offered">All that arrive in the time.</param>
/// <param name="DefaultRouted">While the network routes by its default plan.</param>
/// <param name="Lost">While nobody routes.</param>
/// <param name="OnSimplex">Routed by the system while it has no redundancy.</param>
public sealed record CallCounts(double Offered, double DefaultRouted, double Lost, double OnSimplex);

/// <summary>A rule that did not hold.</summary>
/// <param name="Minute">When it was first seen.</param>
/// <param name="Step">After whose change.</param>
/// <param name="Minutes">How long it did not hold in all; 0 for an instant between two changes.</param>
public sealed record PlayedViolation(double Minute, DateTimeOffset At, string Step, string Rule, string Unit, string Says, double Minutes);

/// <summary>The time between two windows, in which nobody works and the estate stays as it is.</summary>
public sealed record Pause(string AfterStep, string BeforeStep, DateTimeOffset Begins, DateTimeOffset Ends, string Routes, IReadOnlyList<string> NotRedundant);

/// <summary>Where the plan and the model, or two parts of the plan, disagree.</summary>
/// <param name="What">routes, not-redundant, times, totals, steps.</param>
public sealed record Difference(string What, double StartMinute, double EndMinute, string Planned, string Played, Text Says);

/// <summary>When in a step the failure shows: what is to be done at its begin is done; or all of it is, and found bad.</summary>
public enum FailurePoint { Begin, End }

/// <summary>A failure and its back-out.</summary>
public sealed record FailureOutcome
{
    public required string Step { get; init; }
    public required Text Title { get; init; }
    public required FailurePoint Point { get; init; }
    public required double Minute { get; init; }
    public required DateTimeOffset At { get; init; }
    /// <summary>Until other steps that went on at the time were finished; the back-out begins after that.</summary>
    public required double WaitMinutes { get; init; }
    public required double BackOutMinutes { get; init; }
    public required DateTimeOffset BackAt { get; init; }
    /// <summary>In the back-out, from the first minute in which the system does not route until it does for good; 0 when it always does.</summary>
    public required double ServiceMinutes { get; init; }
    /// <summary>From the failure on to the back-out's end, as all that follows.</summary>
    public required double NobodyMinutes { get; init; }
    public required double DefaultPlanMinutes { get; init; }
    public required double SimplexMinutes { get; init; }
    /// <summary>By how much the back-out ends after the step's window; 0 when it does not.</summary>
    public required double ExceededMinutes { get; init; }
    /// <summary>The estate works after the back-out.</summary>
    public required bool Works { get; init; }
    public required IReadOnlyList<PlayedViolation> Violations { get; init; }
    /// <summary>Units that had a second node before the upgrade and have none after the back-out.</summary>
    public required IReadOnlyList<string> NotRedundantAfter { get; init; }
    public required bool PointOfNoReturn { get; init; }
    public CallCounts? Calls { get; init; }

    public bool WindowExceeded => ExceededMinutes > 0;
}

/// <summary>Worst last. Fails: the plan is wrong. Warn: it may be meant. Told: a reader must know.</summary>
public enum Severity { Told, Warn, Fails }

/// <param name="Kind">difference, violation, no-routing, not-working, unfinished, back-out, back-out-violation, back-out-longer, not-redundant, window, chance, preparation, pause, point-of-no-return.</param>
/// <param name="Step">Empty when it is about no single step.</param>
public sealed record RehearsalFinding(string Kind, Severity Severity, string Step, double Minute, Text Says);
