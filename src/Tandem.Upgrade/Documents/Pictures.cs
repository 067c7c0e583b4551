using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>What a figure shows, as data: drawn by <see cref="Rendering.PictureSvg"/>.</summary>
public abstract record Picture(string Zone);

/// <summary>A panel for each window that is used, and one for what is prepared before them.</summary>
public sealed record GanttChart(string Zone, IReadOnlyList<GanttPanel> Panels) : Picture(Zone)
{
    public static GanttChart Of(Plan plan)
    {
        List<GanttPanel> panels = [];
        foreach (IGrouping<string, Step> steps in plan.Steps.GroupBy(static s => s.Window, StringComparer.Ordinal))
        {
            PlannedWindow? window = plan.Windows.FirstOrDefault(w => w.Name == steps.Key);
            DateTimeOffset begins = steps.Min(static s => s.Begins), ends = steps.Max(static s => s.Ends);
            if (window is not null) (begins, ends) = (Earlier(begins, window.Begins), Earlier(window.Ends, ends) == ends ? window.Ends : ends);
            if (ends <= begins) ends = begins.AddHours(1);
            Text title = window is null ? Text.Of("Before the windows") : Text.Of("Window {0}", window.Name);
            panels.Add(new GanttPanel(title, begins, ends, window?.Begins, window?.Ends, [.. steps.Select(s => Bar(plan, s))]));
        }
        return new GanttChart(plan.Zone, [.. panels.OrderBy(static p => p.Begins)]);
    }

    static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    static GanttBar Bar(Plan plan, Step step)
    {
        List<GanttPiece> pieces = [];
        foreach (Segment segment in plan.SegmentsOf(step))
        {
            DateTimeOffset begins = step.Begins.AddMinutes(Math.Max(segment.StartMinute, step.StartMinute) - step.StartMinute);
            DateTimeOffset ends = step.Begins.AddMinutes(Math.Min(segment.EndMinute, step.EndMinute) - step.StartMinute);
            if (pieces.Count > 0 && pieces[^1].Routes == segment.Routes) pieces[^1] = pieces[^1] with { Ends = ends };
            else pieces.Add(new GanttPiece(begins, ends, segment.Routes));
        }
        // What nobody notices changes nothing in who routes, and the timeline does not have it.
        if (pieces.Count == 0) pieces.Add(new GanttPiece(step.Begins, step.Ends, ""));
        return new GanttBar(step.Id, step.Title, step.Minutes.Usual, step.BackOut.PointOfNoReturn, pieces);
    }
}

public sealed record GanttPanel(Text Title, DateTimeOffset Begins, DateTimeOffset Ends, DateTimeOffset? WindowBegins, DateTimeOffset? WindowEnds, IReadOnlyList<GanttBar> Bars);

public sealed record GanttBar(string Step, Text Title, double Minutes, bool PointOfNoReturn, IReadOnlyList<GanttPiece> Pieces);

/// <param name="Routes">As <see cref="Segment.Routes"/>; empty while nothing changes.</param>
public sealed record GanttPiece(DateTimeOffset Begins, DateTimeOffset Ends, string Routes);

/// <summary>Who routes in every minute, pauses between windows left out.</summary>
public sealed record RoutingStrip(string Zone, IReadOnlyList<Segment> Segments) : Picture(Zone);
