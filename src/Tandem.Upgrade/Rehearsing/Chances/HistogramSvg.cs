using System.Globalization;
using System.Security;
using System.Text;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rehearsing.Chances;

/// <summary>A histogram as a drawing that stands for itself: runs that end in time in blue, later ones in red, the window's end as a line.</summary>
public static class HistogramSvg
{
    const int Width = 720, Height = 300, Left = 56, Right = 16, Top = 44, Bottom = 52;

    public static string Draw(Histogram histogram, string title, Language language)
    {
        double begin = histogram.From, end = histogram.From + histogram.BinMinutes * histogram.Counts.Count;
        // A limit so far away that the bins would shrink to nothing is told at the edge.
        double? limit = histogram.LimitMinutes;
        bool hasLine = limit is { } at && Math.Max(end, at) - Math.Min(begin, at) <= 8 * Math.Max(30, end - begin);
        if (hasLine) (begin, end) = (Math.Min(begin, limit!.Value), Math.Max(end, limit.Value));
        int most = Math.Max(1, histogram.Counts.Max());
        double X(double minutes) => Left + (minutes - begin) / (end - begin) * (Width - Left - Right);
        double Y(double count) => Height - Bottom - count / most * (Height - Top - Bottom);

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{Escape(title)}</title>\n<rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>\n");
        Write(Left, 20, "start", title, "#111", 14);
        foreach (int count in new[] { 0, most / 2, most }.Distinct())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(count):0.#}\" y2=\"{Y(count):0.#}\" stroke=\"#ddd\"/>\n");
            Write(Left - 6, Y(count) + 4, "end", count.ToString(CultureInfo.InvariantCulture), "#555", 12);
        }
        for (int i = 0; i < histogram.Counts.Count; i++)
        {
            if (histogram.Counts[i] == 0) continue;
            double from = histogram.From + i * histogram.BinMinutes, x = X(from), y = Y(histogram.Counts[i]);
            string colour = from >= limit ? "#b3261e" : "#2f6fb2";
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{Math.Max(1, X(from + histogram.BinMinutes) - x - 1):0.##}\" height=\"{Height - Bottom - y:0.##}\" fill=\"{colour}\"><title>{from:0.#}–{from + histogram.BinMinutes:0.#}: {histogram.Counts[i]}</title></rect>\n");
        }
        double step = Step(end - begin);
        for (double minutes = Math.Ceiling(begin / step) * step; minutes <= end + 1e-6; minutes += step) Write(X(minutes), Height - Bottom + 16, "middle", HoursAndMinutes(minutes), "#555", 12);
        Write((Left + Width - Right) / 2.0, Height - 14, "middle", language.Say("hours and minutes from the begin of the window; height: number of runs"), "#555", 12);
        if (limit is { } last)
        {
            double x = Math.Clamp(X(last), Left, Width - Right);
            if (hasLine) svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:0.##}\" x2=\"{x:0.##}\" y1=\"{Top - 8}\" y2=\"{Height - Bottom}\" stroke=\"#b3261e\" stroke-width=\"2\" stroke-dasharray=\"5 3\"/>\n");
            string says = language.Say("the window ends at {0}", HoursAndMinutes(last));
            bool right = x > Width / 2.0;
            Write(x + (right ? -4 : 4), Top - 2, right ? "end" : "start", hasLine ? says : right ? says + " →" : "← " + says, "#b3261e", 12);
        }
        return svg.Append("</svg>\n").ToString();

        void Write(double x, double y, string anchor, string text, string colour, int size) =>
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\" fill=\"{colour}\" font-size=\"{size}\">{Escape(text)}</text>\n");
    }

    /// <summary>Six to twelve marks.</summary>
    static double Step(double minutes)
    {
        foreach (double step in (ReadOnlySpan<double>)[1, 2, 5, 10, 15, 30, 60, 120, 240, 480])
            if (minutes / step <= 10) return step;
        return 1440 * Math.Ceiling(minutes / 1440 / 10);
    }

    public static string HoursAndMinutes(double minutes) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(Math.Round(minutes) / 60):0}:{Math.Round(minutes) % 60:00}");

    static string Escape(string text) => SecurityElement.Escape(text);
}
