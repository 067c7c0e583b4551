using Tandem.Upgrade.Modelling;

namespace Tandem.Upgrade.Planning;

/// <summary>Plays steps on a model: who routes in every minute, what is not redundant, and which rules do not hold.</summary>
static class TimelineReader
{
    public static (IReadOnlyList<Segment> Segments, IReadOnlyList<(double Minute, string Step, Violation Violation)> Violations) Read(IReadOnlyList<Step> steps, IEstateModel model)
    {
        List<Segment> segments = [];
        List<(double, string, Violation)> violations = [];
        HashSet<Violation> known = [];
        var events = new List<(double Minute, int Kind, int Index)>();
        Step[] service = [.. steps.Where(static s => s.InService)];
        for (int i = 0; i < service.Length; i++)
        {
            events.Add((service[i].StartMinute, 1, i));
            events.Add((service[i].EndMinute, 0, i));
        }
        // What ends comes before what begins; a step of no length ends after it has begun.
        events.Sort((a, b) => a.Minute != b.Minute ? a.Minute.CompareTo(b.Minute)
            : a.Index == b.Index ? b.Kind.CompareTo(a.Kind) : a.Kind != b.Kind ? a.Kind.CompareTo(b.Kind) : a.Index.CompareTo(b.Index));

        var open = new SortedSet<int>();
        string current = "";
        for (int e = 0; e < events.Count; e++)
        {
            (double minute, int kind, int index) = events[e];
            Step step = service[index];
            foreach (Change change in step.Changes)
                if (change.At == (kind == 1 ? Change.Begin : Change.End)) model.Apply(change);
            if (kind == 1) open.Add(index);
            else open.Remove(index);
            // A change of hands within one instant is not looked at half way.
            if (e + 1 < events.Count && events[e + 1].Minute <= minute + 1e-9 && events[e + 1].Kind == kind && events[e + 1].Index == index) continue;
            foreach (Violation violation in model.Violations)
                if (known.Add(violation)) violations.Add((minute, step.Id, violation));
            if (e + 1 >= events.Count || events[e + 1].Minute <= minute + 1e-9) continue;

            Step now = open.Count > 0 ? service[open.Min] : step;
            double end = events[e + 1].Minute;
            if (open.Count > 0) current = now.Id;
            var segment = new Segment(minute, end, now.Begins.AddMinutes(minute - now.StartMinute), now.Begins.AddMinutes(end - now.StartMinute), model.Routes, [.. model.NotRedundant], current);
            segments.Add(segment);
        }
        return (Merge(segments), violations);
    }

    /// <summary>Neighbours in one window that differ in nothing but their step are kept apart: a reader looks for the step.</summary>
    static List<Segment> Merge(List<Segment> segments)
    {
        List<Segment> merged = [];
        foreach (Segment segment in segments)
        {
            if (merged.Count > 0 && merged[^1] is var last && last.Step == segment.Step && last.Routes == segment.Routes && last.Ends == segment.Begins && last.NotRedundant.SequenceEqual(segment.NotRedundant))
                merged[^1] = last with { EndMinute = segment.EndMinute, Ends = segment.Ends };
            else merged.Add(segment);
        }
        return merged;
    }
}
