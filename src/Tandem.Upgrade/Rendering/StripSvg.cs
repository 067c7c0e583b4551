using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rendering;

/// <summary>A strip over the minutes of the plan: above who routes, below what is not redundant.</summary>
static class StripSvg
{
    const double Left = 20, Right = 24, Top = 26, High = 34, Low = 12, PlotWidth = PictureSvg.Width - Left - Right;
    static readonly double[] s_ticks = [10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 7200, 14400];

    public static string Of(RoutingStrip strip, Figure figure, Language language, string id)
    {
        Markup svg = PictureSvg.Begin(figure, language, id, Top + High + Low + 78);
        HashSet<string> routes = [.. strip.Segments.Select(static s => s.Routes)];
        string[] used = [.. RoutingColours.Known.Where(routes.Contains), .. routes.Except(RoutingColours.Known).Order(StringComparer.Ordinal)];
        RoutingColours.WritePatterns(svg, id, used);

        double first = strip.Segments[0].StartMinute, last = Math.Max(strip.Segments[^1].EndMinute, first + 1), scale = PlotWidth / (last - first);
        double X(double minute) => Left + ((minute - first) * scale);
        foreach ((double from, double to, string who) in Merged(strip.Segments, static s => s.Routes))
        {
            RoutingColours colours = RoutingColours.Of(who);
            double width = Math.Max(1.5, X(to) - X(from));
            svg.Open("g").Element("title", language.Say("{0}: minutes {1} to {2}", language.Say(colours.Name), N(from), N(to)));
            svg.Void("rect", ("x", N(X(from))), ("y", N(Top)), ("width", N(width)), ("height", N(High)), ("fill", colours.FillIn(id, who)), ("stroke", "#3c4650"), ("stroke-width", "0.7"));
            if (width >= 16 && !colours.IsHatched)
                svg.Element("text", colours.Letter, ("x", N(X(from) + (width / 2))), ("y", N(Top + 23)), ("font-size", "16"), ("font-weight", "600"), ("text-anchor", "middle"), ("fill", colours.Ink));
            svg.CloseLine();
        }
        foreach ((double from, double to, string alone) in Merged(strip.Segments, static s => s.NotRedundant.Count == 0 ? "" : "alone"))
            if (alone.Length > 0)
                svg.Void("rect", ("x", N(X(from))), ("y", N(Top + High + 4)), ("width", N(Math.Max(1.5, X(to) - X(from)))), ("height", N(Low)), ("fill", "#9aa5ae"), ("stroke", "#3c4650"), ("stroke-width", "0.5"));

        double every = s_ticks.FirstOrDefault(t => (last - first) / t <= 16, s_ticks[^1]);
        for (double minute = Math.Ceiling(first / every) * every; minute <= last + 0.01; minute += every)
        {
            svg.Void("line", ("x1", N(X(minute))), ("y1", N(Top + High + Low + 4)), ("x2", N(X(minute))), ("y2", N(Top + High + Low + 10)), ("stroke", "#55626d"), ("stroke-width", "0.8"));
            svg.Element("text", N(minute), ("x", N(X(minute))), ("y", N(Top + High + Low + 22)), ("font-size", "10"), ("text-anchor", "middle"), ("fill", "#55626d"));
            svg.Element("text", TimeAt(strip, minute), ("x", N(X(minute))), ("y", N(Top + High + Low + 35)), ("font-size", "10"), ("text-anchor", "middle"), ("fill", "#1d2730"));
        }
        svg.Element("text", language.Say("Minutes from the beginning of the first window, and local time"), ("x", N(Left)), ("y", "16"), ("font-size", "11"), ("fill", "#55626d"));
        double y = Top + High + Low + 60, x = PictureSvg.Legend(svg, language, id, used, Left, y);
        svg.Void("rect", ("x", N(x)), ("y", N(y - 9)), ("width", "22"), ("height", "10"), ("fill", "#9aa5ae"), ("stroke", "#3c4650"), ("stroke-width", "0.5"));
        svg.Element("text", language.Say("something is not redundant"), ("x", N(x + 28)), ("y", N(y)), ("font-size", "11"), ("fill", "#3c4650"));
        return svg.Close().ToString();
    }

    /// <summary>Where two windows meet, the begin of the later one.</summary>
    static string TimeAt(RoutingStrip strip, double minute)
    {
        Segment at = strip.Segments.LastOrDefault(s => s.StartMinute <= minute + 0.01) ?? strip.Segments[0];
        return new PlanClock(strip.Zone).Time(at.Begins.AddMinutes(minute - at.StartMinute));
    }

    static string N(double number) => PictureSvg.N(number);

    static List<(double From, double To, string Is)> Merged(IReadOnlyList<Segment> segments, Func<Segment, string> of)
    {
        List<(double From, double To, string Is)> merged = [];
        foreach (Segment segment in segments)
        {
            string now = of(segment);
            if (merged.Count > 0 && merged[^1].Is == now) merged[^1] = (merged[^1].From, segment.EndMinute, now);
            else merged.Add((segment.StartMinute, segment.EndMinute, now));
        }
        return merged;
    }
}
