using System.Globalization;
using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rendering;

/// <summary>Figures as SVG that needs nothing from outside, in a page and by itself.</summary>
public static class PictureSvg
{
    internal const string Font = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans TC', 'PingFang TC', 'Microsoft JhengHei', sans-serif";
    internal const double Width = 1040;

    public static string File(Figure figure, Language language) => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + Of(figure, language, figure.Id) + "\n";

    /// <param name="id">Unique in the page; begins every id within.</param>
    internal static string Of(Figure figure, Language language, string id) => figure.Picture switch
    {
        GanttChart chart => GanttSvg.Of(chart, figure, language, id),
        RoutingStrip strip => StripSvg.Of(strip, figure, language, id),
        _ => throw new InvalidOperationException($"a picture of kind {figure.Picture.GetType().Name} cannot be drawn"),
    };

    internal static Markup Begin(Figure figure, Language language, string id, double height)
    {
        var svg = new Markup();
        svg.Open("svg", ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", $"0 0 {N(Width)} {N(height)}"), ("width", N(Width)), ("height", N(height)), ("role", "img"),
            ("aria-labelledby", $"{id}-title {id}-desc"), ("font-family", Font), ("font-size", "12"), ("lang", language.Tag));
        svg.Element("title", language.Say(figure.Title), ("id", id + "-title")).Element("desc", language.Say(figure.Says), ("id", id + "-desc"));
        svg.Void("rect", ("width", N(Width)), ("height", N(height)), ("fill", "#ffffff"));
        return svg;
    }

    internal static string N(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Cut to so many letters of a terminal; what was cut is in a title beside it.</summary>
    internal static string Short(string text, int width)
    {
        if (MarkdownTable.Width(text) <= width) return text;
        var shorter = new System.Text.StringBuilder();
        int used = 1;
        foreach (System.Text.Rune rune in text.EnumerateRunes())
        {
            string letter = rune.ToString();
            used += MarkdownTable.Width(letter);
            if (used > width) break;
            shorter.Append(letter);
        }
        return shorter.ToString().TrimEnd() + "…";
    }

    /// <summary>Swatches with their words, from left to right.</summary>
    internal static double Legend(Markup svg, Language language, string id, IEnumerable<string> used, double x, double y)
    {
        foreach (string routes in used)
        {
            RoutingColours colours = RoutingColours.Of(routes);
            svg.Void("rect", ("x", N(x)), ("y", N(y - 10)), ("width", "22"), ("height", "13"), ("fill", colours.FillIn(id, routes)), ("stroke", "#3c4650"), ("stroke-width", "0.6"));
            if (colours.Letter.Length > 0 && !colours.IsHatched) svg.Element("text", colours.Letter, ("x", N(x + 11)), ("y", N(y + 0.5)), ("fill", colours.Ink), ("font-size", "10"), ("text-anchor", "middle"));
            string name = language.Say(colours.Name);
            svg.Element("text", name, ("x", N(x + 28)), ("y", N(y)), ("fill", "#3c4650"), ("font-size", "11"));
            x += 28 + (MarkdownTable.Width(name) * 6.4) + 22;
        }
        return x;
    }
}
