using System.Globalization;
using System.Text;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Running;

/// <param name="Key"><c>role:ROLE</c> or <c>row:ROW</c>.</param>
/// <param name="Minutes">The median of what was measured.</param>
public sealed record LearnedDuration(string Key, double Minutes, int Measured, double Planned);

/// <summary>
/// What a run teaches about durations, in the form in which an estate has them as `learned:`. A step that brings one node to the
/// new release teaches about the node's role, any other about its row. Tests are left out: their minutes are the customer's; so
/// are steps that took several tries, and those whose end nobody saw because the tool was stopped meanwhile.
/// </summary>
public sealed record LearnedDurations(string Estate, string Pack, DateTimeOffset Measured, IReadOnlyList<LearnedDuration> Durations)
{
    /// <summary>A step that took less than this part of its least planned time was not carried out while the clock ran.</summary>
    const double Unlikely = 0.1;

    /// <summary>Steps that were too short to be learned from, with their actual and least planned minutes.</summary>
    public IReadOnlyList<(string Step, double Minutes, double Least)> LeftOut { get; init; } = [];

    public const string FileName = "learned.yaml";

    public static LearnedDurations Of(Plan plan, RunReport report)
    {
        List<(string Key, double Minutes, double Planned)> measured = [];
        List<(string, double, double)> leftOut = [];
        foreach (StepReport done in report.Steps.Where(static s => s.IsMeasured))
        {
            Step step = plan.Steps.First(s => s.Id == done.Id);
            if (step.IsTest) continue;
            if ((done.Ended!.Value - done.Begun!.Value).TotalMinutes < step.Minutes.Min * Unlikely) leftOut.Add((step.Id, done.ActualMinutes!.Value, step.Minutes.Min));
            else measured.Add((KeyOf(plan, step), done.ActualMinutes!.Value, done.PlannedMinutes));
        }
        return new LearnedDurations(plan.Estate, plan.Pack, report.Begun, [.. measured.GroupBy(static m => m.Key, StringComparer.Ordinal).OrderBy(static g => g.Key, StringComparer.Ordinal)
            .Select(static g => new LearnedDuration(g.Key, Median([.. g.Select(static m => m.Minutes)]), g.Count(), Median([.. g.Select(static m => m.Planned)])))]) { LeftOut = leftOut };
    }

    static string KeyOf(Plan plan, Step step) =>
        step.Nodes is [var only] && step.Changes.Any(c => c.Node == only && c.Release is not null) && plan.Nodes.FirstOrDefault(n => n.Name == only) is { } node
            ? $"role:{node.Role}"
            : $"row:{step.Row}";

    /// <summary>Of an even number the mean of the middle two. At least a tenth of a minute: a duration of nothing is none.</summary>
    static double Median(double[] minutes)
    {
        Array.Sort(minutes);
        int middle = minutes.Length / 2;
        double median = minutes.Length % 2 == 1 ? minutes[middle] : (minutes[middle - 1] + minutes[middle]) / 2;
        return Math.Max(0.1, Math.Round(median, 1));
    }

    public string ToYaml()
    {
        var yaml = new StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"# Minutes measured in the run of {OneLine(Estate)} to {OneLine(Pack)}, begun {Measured.UtcDateTime:yyyy-MM-dd}.\n");
        yaml.Append("# To use them, copy these lines into the estate's file and plan again; they replace the pack's durations.\n");
        foreach ((string step, double minutes, double least) in LeftOut)
            yaml.Append(CultureInfo.InvariantCulture, $"# Left out: step {OneLine(step)} took {minutes:0.#} minutes, less than a tenth of the plan's least, {least:0.#}.\n");
        if (Durations.Count == 0) yaml.Append("# Nothing was measured: no step was done in one try, in a likely time and without the tool being stopped.\nlearned: {}\n");
        else yaml.Append("learned:\n");
        foreach (LearnedDuration one in Durations)
            yaml.Append(CultureInfo.InvariantCulture, $"  \"{one.Key}\": {one.Minutes:0.#}  # planned {one.Planned:0.#}, measured {one.Measured} {(one.Measured == 1 ? "time" : "times")}\n");
        return yaml.ToString();
    }

    static string OneLine(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c));
}
