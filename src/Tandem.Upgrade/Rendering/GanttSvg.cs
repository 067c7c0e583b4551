using NodaTime;
using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rendering;

/// <summary>A panel below the other for each window, all at one scale, with the hours of the zone above.</summary>
static class GanttSvg
{
    const double Left = 330, Right = 52, Head = 58, RowHeight = 22, Gap = 20, Foot = 34;
    const double PlotWidth = PictureSvg.Width - Left - Right;

    /// <summary>A panel that is longer is drawn at a scale of its own, lest the others shrink to nothing.</summary>
    const double CommonHoursMax = 24;

    public static string Of(GanttChart chart, Figure figure, Language language, string id)
    {
        double height = chart.Panels.Sum(static p => Head + (p.Bars.Count * RowHeight) + Gap) + Foot;
        Markup svg = PictureSvg.Begin(figure, language, id, height);
        HashSet<string> routes = [.. chart.Panels.SelectMany(static p => p.Bars).SelectMany(static b => b.Pieces).Select(static p => p.Routes)];
        string[] used = [.. RoutingColours.Known.Where(routes.Contains), .. routes.Except(RoutingColours.Known).Order(StringComparer.Ordinal)];
        RoutingColours.WritePatterns(svg, id, used);

        double common = chart.Panels.Select(static p => (p.Ends - p.Begins).TotalHours).Where(static h => h <= CommonHoursMax).DefaultIfEmpty(CommonHoursMax).Max();
        DateTimeZone zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(chart.Zone) ?? DateTimeZone.Utc;
        double top = 0;
        foreach (GanttPanel panel in chart.Panels)
        {
            double hours = (panel.Ends - panel.Begins).TotalHours;
            new Drawing(svg, panel, zone, language, id, top, PlotWidth / (hours <= CommonHoursMax ? common : hours)).Write();
            top += Head + (panel.Bars.Count * RowHeight) + Gap;
        }
        double x = PictureSvg.Legend(svg, language, id, used, 8, top + 12);
        svg.Void("rect", ("x", N(x)), ("y", N(top + 2)), ("width", "22"), ("height", "13"), ("fill", "#eef2f5"), ("stroke", "#b9c4cd"), ("stroke-width", "0.6"));
        svg.Element("text", language.Say("window"), ("x", N(x + 28)), ("y", N(top + 12)), ("fill", "#3c4650"), ("font-size", "11"));
        if (chart.Panels.Any(static p => p.Bars.Any(static b => b.PointOfNoReturn)))
        {
            x += 28 + (MarkdownTable.Width(language.Say("window")) * 6.4) + 22;
            svg.Void("line", ("x1", N(x + 11)), ("y1", N(top)), ("x2", N(x + 11)), ("y2", N(top + 16)), ("stroke", "#a3282a"), ("stroke-width", "1.6"), ("stroke-dasharray", "4 2.5"));
            svg.Element("text", language.Say("point of no cheap return"), ("x", N(x + 20)), ("y", N(top + 12)), ("fill", "#3c4650"), ("font-size", "11"));
        }
        return svg.Close().ToString();
    }

    static string N(double number) => PictureSvg.N(number);

    sealed class Drawing(Markup svg, GanttPanel panel, DateTimeZone zone, Language language, string id, double top, double scale)
    {
        readonly double _first = top + Head;
        readonly double _bottom = top + Head + (panel.Bars.Count * RowHeight);

        double X(DateTimeOffset at) => Left + ((at - panel.Begins).TotalHours * scale);

        public void Write()
        {
            svg.Open("g").Element("text", language.Say(panel.Title), ("x", "8"), ("y", N(top + 22)), ("font-size", "14"), ("font-weight", "600"), ("fill", "#1d2730"));
            if (panel is { WindowBegins: { } begins, WindowEnds: { } ends })
                svg.Void("rect", ("x", N(X(begins))), ("y", N(_first - 2)), ("width", N(X(ends) - X(begins))), ("height", N(_bottom - _first + 4)), ("fill", "#eef2f5"), ("stroke", "#b9c4cd"), ("stroke-width", "0.8"));
            Hours();
            for (int i = 0; i < panel.Bars.Count; i++) Bar(panel.Bars[i], _first + (i * RowHeight));
            svg.CloseLine();
        }

        void Hours()
        {
            double hours = (panel.Ends - panel.Begins).TotalHours;
            int every = hours switch { <= 14 => 1, <= 28 => 2, <= 72 => 6, <= 240 => 24, _ => 168 };
            Instant end = Instant.FromDateTimeOffset(panel.Ends);
            ZonedDateTime begin = Instant.FromDateTimeOffset(panel.Begins).InZone(zone);
            Instant at = begin.ToInstant() - Duration.FromMinutes(begin.Minute) - Duration.FromSeconds(begin.Second);
            LocalDate? day = null;
            for (; at <= end; at += Duration.FromHours(1))
            {
                ZonedDateTime local = at.InZone(zone);
                if (at < begin.ToInstant() || (every < 24 ? local.Hour % every != 0 : local.Hour != 0 || (local.Date - begin.Date).Days * 24 % every != 0)) continue;
                double x = X(at.ToDateTimeOffset());
                bool isMidnight = local.Hour == 0;
                svg.Void("line", ("x1", N(x)), ("y1", N(_first - 6)), ("x2", N(x)), ("y2", N(_bottom + 2)), ("stroke", isMidnight ? "#8795a1" : "#cdd6dd"), ("stroke-width", isMidnight ? "1" : "0.7"));
                svg.Element("text", $"{local.Hour:00}:00", ("x", N(x)), ("y", N(_first - 10)), ("font-size", "10"), ("fill", "#55626d"), ("text-anchor", "middle"));
                if (day == local.Date) continue;
                day = local.Date;
                string date = $"{language.Say(Text.Of("{0}", local.DayOfWeek.ToString()[..3]))} {local.Date.ToString("uuuu-MM-dd", System.Globalization.CultureInfo.InvariantCulture)}";
                svg.Element("text", date, ("x", N(x - 14)), ("y", N(_first - 24)), ("font-size", "11"), ("font-weight", "600"), ("fill", "#3c4650"));
            }
        }

        void Bar(GanttBar bar, double y)
        {
            string title = language.Say(bar.Title);
            svg.Open("g").Element("title", $"{bar.Step}: {title}");
            svg.Element("text", PictureSvg.Short($"{bar.Step}  {title}", 50), ("x", "8"), ("y", N(y + 15)), ("font-size", "12"), ("fill", "#1d2730"));
            foreach (GanttPiece piece in bar.Pieces)
            {
                RoutingColours colours = RoutingColours.Of(piece.Routes);
                double from = X(piece.Begins), width = Math.Max(1.5, X(piece.Ends) - from);
                svg.Void("rect", ("x", N(from)), ("y", N(y + 4)), ("width", N(width)), ("height", "14"), ("fill", colours.FillIn(id, piece.Routes)), ("stroke", "#3c4650"), ("stroke-width", "0.6"));
                if (width >= 14 && colours.Letter.Length > 0)
                    svg.Element("text", colours.Letter, ("x", N(from + (width / 2))), ("y", N(y + 15)), ("font-size", "10"), ("text-anchor", "middle"), ("fill", colours.Ink));
            }
            svg.Element("text", language.Say("{0} min", PictureSvg.N(bar.Minutes)), ("x", N(Math.Min(X(bar.Pieces[^1].Ends), PictureSvg.Width - Right) + 5)), ("y", N(y + 15)), ("font-size", "10"), ("fill", "#55626d"));
            if (bar.PointOfNoReturn)
            {
                double x = X(bar.Pieces[0].Begins);
                svg.Void("line", ("x1", N(x)), ("y1", N(_first - 2)), ("x2", N(x)), ("y2", N(_bottom + 2)), ("stroke", "#a3282a"), ("stroke-width", "1.6"), ("stroke-dasharray", "4 2.5"));
            }
            svg.Close();
        }
    }
}
