using System.Globalization;
using System.Text.RegularExpressions;

namespace Tandem.Node.ConfigurationFiles;

/// <summary>
/// Many names in one: <c>agent{0001..5000}</c>. A text without braces stands for itself, as often as it is asked for.
/// </summary>
sealed partial record NameRange(string Before, int From, int Count, int Digits, string After)
{
    /// <summary>As many as the field's largest published design has agents, with room.</summary>
    public const int CountMax = 200_000;

    public bool IsRange => Count > 0;

    /// <summary>Null when the braces hold no range that rises, or too many names.</summary>
    public static NameRange? Parse(string text)
    {
        if (!text.Contains('{')) return new NameRange(text, 0, 0, 0, "");
        Match match = Pattern().Match(text);
        if (!match.Success) return null;
        int from = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        int to = int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture);
        if (to < from || to - from >= CountMax) return null;
        // Leading zeros count: 0001 means four digits, 1 means as many as it takes.
        int digits = match.Groups[2].Value.StartsWith('0') ? match.Groups[2].Length : 1;
        return new NameRange(match.Groups[1].Value, from, to - from + 1, digits, match.Groups[4].Value);
    }

    public string this[int index] => IsRange
        ? Before + (From + index).ToString($"D{Digits}", CultureInfo.InvariantCulture) + After
        : Before;

    [GeneratedRegex(@"^([^{}]*)\{(\d{1,9})\.\.(\d{1,9})\}([^{}]*)$")]
    private static partial Regex Pattern();
}
