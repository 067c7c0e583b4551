using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Running;

/// <summary>
/// Minutes of one state of the estate, planned and actual. The actual ones are the plan's timeline stretched over the instants at
/// which the steps began and ended; a wait between two steps counts as what the later one begins with. The pause between two
/// windows is left out, as it is in the plan.
/// </summary>
/// <param name="Kind">routes: who routes; not-redundant: a unit without a second node.</param>
/// <param name="ActualMinutes">As far as steps were done.</param>
public sealed record ExposureReport(string Kind, string Name, double PlannedMinutes, double ActualMinutes)
{
    public const string Routes = "routes", NotRedundant = "not-redundant";

    public static IReadOnlyList<ExposureReport> Of(Plan plan, RunState state)
    {
        IReadOnlyList<Anchor> anchors = AnchorsOf(plan, state);
        var sums = new Dictionary<(string Kind, string Name), (double Planned, double Actual)>();
        foreach (Segment segment in plan.Timeline)
        {
            double planned = segment.EndMinute - segment.StartMinute, actual = Actual(anchors, segment.StartMinute, segment.EndMinute);
            Add(Routes, segment.Routes);
            foreach (string unit in segment.NotRedundant) Add(NotRedundant, unit);

            void Add(string kind, string name)
            {
                (double Planned, double Actual) sum = sums.GetValueOrDefault((kind, name));
                sums[(kind, name)] = (sum.Planned + planned, sum.Actual + actual);
            }
        }
        return [.. sums.OrderByDescending(static s => s.Key.Kind, StringComparer.Ordinal).ThenBy(static s => s.Key.Name, StringComparer.Ordinal)
            .Select(static s => new ExposureReport(s.Key.Kind, s.Key.Name, Math.Round(s.Value.Planned, 1), Math.Round(s.Value.Actual, 1)))];
    }

    /// <summary>At a minute of the plan so much had passed in fact.</summary>
    readonly record struct Anchor(double Planned, double Actual);

    static List<Anchor> AnchorsOf(Plan plan, RunState state)
    {
        List<Anchor> anchors = [];
        double passed = 0, planned = 0;
        DateTimeOffset until = DateTimeOffset.MinValue;
        string window = "";
        foreach (Step step in plan.Steps.Where(s => state[s.Id].Progress == StepProgress.Done).OrderBy(static s => s.StartMinute).ThenBy(static s => s.EndMinute))
        {
            (DateTimeOffset begun, DateTimeOffset ended) = (state[step.Id].Begun!.Value, state[step.Id].Ended!.Value);
            // Steps beside each other count once.
            planned = Math.Max(planned, step.StartMinute);
            anchors.Add(new Anchor(planned, passed));
            if (step.Window == window && begun > until) passed += (begun - until).TotalMinutes;
            anchors.Add(new Anchor(planned, passed));
            passed += Math.Max(0, (ended - (begun > until ? begun : until)).TotalMinutes);
            planned = Math.Max(planned, step.EndMinute);
            anchors.Add(new Anchor(planned, passed));
            if (ended > until) until = ended;
            window = step.Window;
        }
        return anchors;
    }

    static double Actual(IReadOnlyList<Anchor> anchors, double start, double end) => At(anchors, end) - At(anchors, start);

    /// <summary>Between two anchors in proportion; before the first nothing, after the last no more.</summary>
    static double At(IReadOnlyList<Anchor> anchors, double minute)
    {
        if (anchors.Count == 0 || minute <= anchors[0].Planned) return 0;
        for (int i = 1; i < anchors.Count; i++)
        {
            if (minute > anchors[i].Planned) continue;
            (Anchor a, Anchor b) = (anchors[i - 1], anchors[i]);
            return b.Planned > a.Planned ? a.Actual + (b.Actual - a.Actual) * (minute - a.Planned) / (b.Planned - a.Planned) : a.Actual;
        }
        return anchors[^1].Actual;
    }
}
