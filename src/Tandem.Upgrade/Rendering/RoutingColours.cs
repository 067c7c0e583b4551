using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rendering;

/// <summary>
/// Who routes, as a colour and a letter. The colours differ in lightness, and what is out of the ordinary is hatched, so that a
/// grey printer and a colour-blind reader tell them apart.
/// </summary>
sealed record RoutingColours(string Fill, string Ink, string Letter, string Hatch, Text Name)
{
    public static readonly IReadOnlyList<string> Known = ["A", "B", "old", "new", "network", "nobody", ""];

    public static RoutingColours Of(string routes) => routes switch
    {
        "A" => new("#2f6690", "#ffffff", "A", "", Text.Of("side A")),
        "B" => new("#f0c869", "#3a2c00", "B", "", Text.Of("side B")),
        "new" => new("#2f6690", "#ffffff", "N", "", Text.Of("the new system")),
        "old" => new("#f0c869", "#3a2c00", "O", "", Text.Of("the old system")),
        "network" => new("#ffffff", "#2b2b2b", "D", "#8a6fb0", Text.Of("the network's default plan")),
        "nobody" => new("#7a1f1f", "#ffffff", "–", "#2b0606", Text.Of("nobody")),
        "" => new("#dfe4e8", "#3c4650", "", "", Text.Of("preparation, unnoticed")),
        _ => new("#9bbf9b", "#1f331f", "?", "", new Text("{0}", [routes])),
    };

    public bool IsHatched => Hatch.Length > 0;

    /// <summary>A pattern's name in a drawing; ids are of the whole page.</summary>
    public static string PatternOf(string drawing, string routes) => $"{drawing}-hatch-{routes}";

    public string FillIn(string drawing, string routes) => IsHatched ? $"url(#{PatternOf(drawing, routes)})" : Fill;

    public static void WritePatterns(Markup svg, string drawing, IEnumerable<string> used)
    {
        svg.Open("defs");
        foreach (string routes in used)
        {
            RoutingColours colours = Of(routes);
            if (!colours.IsHatched) continue;
            svg.Open("pattern", ("id", PatternOf(drawing, routes)), ("width", "6"), ("height", "6"), ("patternUnits", "userSpaceOnUse"), ("patternTransform", "rotate(45)"))
                .Void("rect", ("width", "6"), ("height", "6"), ("fill", colours.Fill))
                .Void("rect", ("width", "2.4"), ("height", "6"), ("fill", colours.Hatch)).Close();
        }
        svg.Close();
    }
}
