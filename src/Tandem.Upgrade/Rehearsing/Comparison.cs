using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>The plan's timeline and totals against those that the model shows.</summary>
static class Comparison
{
    const double Least = 0.01;

    public static IEnumerable<Difference> Of(Plan plan, StraightPlay played)
    {
        List<Difference> found = [];
        Segment[] planned = [.. plan.Timeline.Where(static s => s.EndMinute - s.StartMinute >= PlayEvent.Least).OrderBy(static s => s.StartMinute)];
        foreach ((double begin, double end, Segment? said, Segment? shown) in Beside(planned, played.Segments))
        {
            if (said is null) Add(found, "times", begin, end, "", shown!.Routes);
            else if (shown is null) Add(found, "times", begin, end, said.Routes, "");
            else
            {
                if (said.Routes != shown.Routes) Add(found, "routes", begin, end, said.Routes, shown.Routes);
                string wanted = Units(said.NotRedundant), seen = Units(shown.NotRedundant);
                if (wanted != seen) Add(found, "not-redundant", begin, end, wanted, seen);
            }
        }
        return [.. found.Select(Told), .. Clocks(planned, played.Segments), .. Totals(plan, played)];
    }

    /// <summary>Stretches in which neither side changes; what one side does not have is null.</summary>
    static IEnumerable<(double Begin, double End, Segment? Planned, Segment? Played)> Beside(IReadOnlyList<Segment> planned, IReadOnlyList<Segment> played)
    {
        double[] borders = [.. planned.Concat(played).SelectMany(static s => new[] { s.StartMinute, s.EndMinute }).Order()];
        int p = 0, q = 0;
        for (int i = 0; i + 1 < borders.Length; i++)
        {
            (double begin, double end) = (borders[i], borders[i + 1]);
            if (end - begin < PlayEvent.Least) continue;
            double middle = (begin + end) / 2;
            while (p < planned.Count && planned[p].EndMinute < middle) p++;
            while (q < played.Count && played[q].EndMinute < middle) q++;
            Segment? said = p < planned.Count && planned[p].StartMinute < middle ? planned[p] : null;
            Segment? shown = q < played.Count && played[q].StartMinute < middle ? played[q] : null;
            if (said is not null || shown is not null) yield return (begin, end, said, shown);
        }
    }

    /// <summary>What goes on from the stretch before is made longer.</summary>
    static void Add(List<Difference> found, string what, double begin, double end, string planned, string played)
    {
        int last = found.FindLastIndex(d => d.What == what);
        if (last >= 0 && found[last] is var before && before.Planned == planned && before.Played == played && begin - before.EndMinute < PlayEvent.Least) found[last] = before with { EndMinute = end };
        else found.Add(new Difference(what, begin, end, planned, played, Text.None));
    }

    static Difference Told(Difference difference)
    {
        string begin = StepChecks.Number(difference.StartMinute), end = StepChecks.Number(difference.EndMinute);
        return difference with
        {
            Says = difference switch
            {
                { What: "routes" } => Text.Of("minutes {0} to {1}: by the plan {2} routes, by the model {3}", begin, end, difference.Planned, difference.Played),
                { What: "not-redundant" } => Text.Of("minutes {0} to {1}: not redundant by the plan: {2}; by the model: {3}", begin, end, difference.Planned, difference.Played),
                { Planned: "" } => Text.Of("minutes {0} to {1}: the timeline says nothing, and by the model {2} routes", begin, end, difference.Played),
                _ => Text.Of("minutes {0} to {1}: the timeline has {2} routing where the plan has no step", begin, end, difference.Planned),
            },
        };
    }

    static IEnumerable<Difference> Clocks(IReadOnlyList<Segment> planned, IReadOnlyList<Segment> played)
    {
        int q = 0;
        for (int p = 0; p < planned.Count; p++)
        {
            Segment said = planned[p];
            if (p > 0 && planned[p - 1].EndMinute - said.StartMinute > Least)
                yield return new Difference("times", said.StartMinute, planned[p - 1].EndMinute, "", "", Text.Of("the timeline's segments overlap from minute {0} to {1}", StepChecks.Number(said.StartMinute), StepChecks.Number(planned[p - 1].EndMinute)));
            while (q < played.Count && played[q].EndMinute <= said.StartMinute + PlayEvent.Least) q++;
            if (q == played.Count || played[q].StartMinute > said.StartMinute + PlayEvent.Least) continue;
            DateTimeOffset begins = played[q].Begins.AddMinutes(said.StartMinute - played[q].StartMinute);
            if (Math.Abs((begins - said.Begins).TotalMinutes) > Least)
                yield return new Difference("times", said.StartMinute, said.EndMinute, Clock(said.Begins), Clock(begins), Text.Of("minute {0} is {1} by the timeline and {2} by the steps", StepChecks.Number(said.StartMinute), Clock(said.Begins), Clock(begins)));
        }
    }

    static IEnumerable<Difference> Totals(Plan plan, StraightPlay played)
    {
        Totals said = plan.Totals;
        Exposure shown = played.Exposure;
        double elapsed = played.Segments.Count == 0 ? 0 : played.Segments[^1].EndMinute - Math.Min(0, played.Segments[0].StartMinute);
        (string What, double Planned, double Played)[] sums =
        [
            ("elapsed", said.ElapsedMinutes, elapsed),
            ("simplex", said.SimplexMinutes, shown.SimplexMinutes),
            ("simplex during tests", said.SimplexTestMinutes, shown.SimplexTestMinutes),
            ("nobody routes", said.NobodyRoutesMinutes, shown.NobodyMinutes),
        ];
        foreach ((string what, double planned, double seen) in sums)
            if (Math.Abs(planned - seen) > Least) yield return Total(what, StepChecks.Number(planned), StepChecks.Number(seen));
        if (shown.DefaultPlanMinutes > said.DefaultRoutedMinutesMax + Least || shown.DefaultPlanMinutes < said.DefaultRoutedMinutesMin - Least)
            yield return Total("default plan", $"{StepChecks.Number(said.DefaultRoutedMinutesMin)}–{StepChecks.Number(said.DefaultRoutedMinutesMax)}", StepChecks.Number(shown.DefaultPlanMinutes));
    }

    static Difference Total(string what, string planned, string played) =>
        new("totals", 0, 0, planned, played, Text.Of("{0}: {1} minutes by the plan's totals, {2} by the model", what, planned, played));

    static string Units(IReadOnlyList<string> units) => units.Count == 0 ? "nothing" : string.Join(", ", units.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    static string Clock(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm zzz", System.Globalization.CultureInfo.InvariantCulture);
}
