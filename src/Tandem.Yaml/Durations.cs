using System.Globalization;
using System.Text;

namespace Tandem.Yaml;

/// <summary>Time spans as people write them: <c>500ms</c>, <c>20s</c>, <c>1m30s</c>, <c>8h</c>. A bare 0 needs no unit.</summary>
public static class Durations
{
    // Largest first: each unit once, in this order.
    static readonly (string Unit, long Ms)[] s_units = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    public static bool TryParse(ReadOnlySpan<char> text, out long ms)
    {
        ms = 0;
        if (text is "0") return true;
        int next = 0;
        while (!text.IsEmpty)
        {
            int digits = text.IndexOfAnyExceptInRange('0', '9');
            if (digits is <= 0 or > 9) return false;
            long count = long.Parse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            text = text[digits..];
            int letters = text.IndexOfAnyInRange('0', '9');
            ReadOnlySpan<char> unit = letters < 0 ? text : text[..letters];
            while (next < s_units.Length && !unit.SequenceEqual(s_units[next].Unit)) next++;
            if (next == s_units.Length) return false;
            ms += count * s_units[next++].Ms;
            text = text[unit.Length..];
        }
        return next > 0;
    }

    public static string Format(long ms)
    {
        if (ms <= 0) return ms == 0 ? "0s" : $"-{Format(-ms)}";
        var text = new StringBuilder();
        foreach ((string unit, long size) in s_units)
        {
            if (ms / size > 0) text.Append(ms / size).Append(unit);
            ms %= size;
        }
        return text.ToString();
    }
}
