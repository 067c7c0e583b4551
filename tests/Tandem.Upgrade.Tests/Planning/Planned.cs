using System.Text.Json;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Tests.Planning;

/// <summary>Examples, changed a little as text, and what is planned of them: read from the JSON, as a user's program would.</summary>
static class Planned
{
    public static readonly PackLibrary Packs = new(PackLibrary.Installed);
    public static readonly DateOnly Today = new(2026, 11, 21);

    public static string Example(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "examples", "estates", name + ".yaml"));

    /// <summary>The example moved by whole weeks, so that it is ready on this day as it is on <see cref="Today"/>.</summary>
    public static string ExampleOf(string name, DateOnly day)
    {
        int weeks = (int)Math.Floor((day.DayNumber - Today.DayNumber) / 7.0);
        return System.Text.RegularExpressions.Regex.Replace(Example(name), @"\b20\d\d-\d\d-\d\d(?=\b|T)",
            m => DateOnly.ParseExact(m.Value, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture).AddDays(7 * weeks).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    public static Estate Read(string yaml)
    {
        EstateReading reading = EstateFile.Parse(yaml, "estate.yaml", Packs);
        Assert.True(reading.Estate is not null, string.Join('\n', reading.Problems));
        return reading.Estate;
    }

    public static PlanResult Result(string yaml, string pack = "icm-4.6.2") => Planner.Plan(Read(yaml), Packs.Load(pack), Today);

    public static Plan Plan(string yaml, string pack = "icm-4.6.2")
    {
        PlanResult result = Result(yaml, pack);
        Assert.True(result.Plan is not null, string.Join('\n', result.Findings.Where(static f => f.Verdict == Verdict.Refused).Select(static f => $"{f.Check} {f.Subject}: {f.Evidence}")));
        return result.Plan;
    }

    public static JsonElement Json(string yaml, string pack = "icm-4.6.2") => JsonSerializer.SerializeToElement(Plan(yaml, pack), PlanFile.Json);

    public static Finding Refusal(string yaml, string check, string pack = "icm-4.6.2")
    {
        PlanResult result = Result(yaml, pack);
        Assert.Null(result.Plan);
        return Assert.Single(result.Findings, f => f.Check == check && f.Verdict == Verdict.Refused);
    }

    /// <summary>The example with one text in place of another, which must be there.</summary>
    public static string With(this string yaml, string text, string instead)
    {
        Assert.Contains(text, yaml, StringComparison.Ordinal);
        return yaml.Replace(text, instead, StringComparison.Ordinal);
    }
}
