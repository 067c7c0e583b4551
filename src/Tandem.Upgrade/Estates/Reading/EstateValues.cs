using System.Globalization;
using System.Net;
using NodaTime;
using NodaTime.Text;
using Tandem.Yaml;

namespace Tandem.Upgrade.Estates.Reading;

/// <summary>
/// Values of estates that configurations have not. As <see cref="Field"/>'s own, they tell what is wrong and answer
/// something harmless.
/// </summary>
static class EstateValues
{
    const string DateRight = "write a date as 2027-01-16";
    const string TimeRight = "write local date and time as 2027-01-16T22:00";

    static readonly LocalDateTimePattern[] s_times =
    [
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm"),
    ];

    public static LocalDate? Date(this Field field)
    {
        if (field.Text(DateRight) is not { } text) return null;
        ParseResult<LocalDate> read = LocalDatePattern.Iso.Parse(text);
        if (read.Success && IsInReach(read.Value)) return read.Value;
        field.Reject(read.Success ? $"{text} is not of these times" : $"'{text}' is no day of the calendar", DateRight);
        return null;
    }

    public static LocalDateTime? DateAndTime(this Field field)
    {
        if (field.Text(TimeRight) is not { } text) return null;
        foreach (LocalDateTimePattern pattern in s_times)
            if (pattern.Parse(text) is { Success: true } read && IsInReach(read.Value.Date)) return read.Value;
        field.Reject($"'{text}' is no local date and time", TimeRight);
        return null;
    }

    /// <summary>An IANA zone that exists; UTC after telling that it does not.</summary>
    public static string Zone(this Field field)
    {
        const string right = "write an IANA zone such as Europe/Berlin";
        if (field.Text(right) is not { } text) return "UTC";
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(text) is not null) return text;
        string? near = NearestName.Of(text, DateTimeZoneProviders.Tzdb.Ids);
        field.Reject($"there is no time zone '{text}'", near is null ? right : $"did you mean '{near}'?");
        return "UTC";
    }

    public static double Number(this Field field, double min, double max, string right)
    {
        if (field.Text(right) is not { } text) return min;
        if (TryNumber(text, out double value) && value >= min && value <= max) return value;
        field.Reject($"'{text}' is not such a number", right);
        return min;
    }

    /// <summary>How many of something: a whole number, not negative.</summary>
    public static long Count(this Field field)
    {
        const string right = "write a whole number, 0 or more";
        if (field.Text(right) is not { } text) return 0;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)) return value;
        field.Reject(text.StartsWith('-') ? $"'{text}' is negative" : $"'{text}' is no number", right);
        return 0;
    }

    /// <summary>Of memory or disk, in MB.</summary>
    public static int? Megabytes(this Field field)
    {
        const string right = "write a size such as 1536MB, 1.5GB or 2GB";
        return Quantity(field, right, ("GB", 1024), ("TB", 1024 * 1024), ("MB", 1), ("", 1));
    }

    public static int? Megahertz(this Field field)
    {
        const string right = "write a clock rate such as 700MHz or 1.4GHz";
        return Quantity(field, right, ("MHz", 1), ("GHz", 1000), ("", 1));
    }

    public static int? Percent(this Field field)
    {
        const string right = "write a percentage from 0% to 100%, such as 35%";
        if (field.Text(right) is not { } text) return null;
        if (TryNumber(text.TrimEnd('%').TrimEnd(), out double value) && value is >= 0 and <= 100) return (int)Math.Ceiling(value);
        field.Reject($"'{text}' is no such percentage", right);
        return null;
    }

    public static string Address(this Field field)
    {
        const string right = "write an IP address such as 192.0.2.10";
        if (field.Text(right) is not { } text) return "";
        // IPAddress also takes 10.1 for 10.0.0.1, which nobody means.
        if (IPAddress.TryParse(text, out _) && (text.Contains(':') || text.Count(static c => c == '.') == 3)) return text;
        field.Reject($"'{text}' is no IP address", right);
        return "";
    }

    /// <summary>One of a few words; the first after telling that it is none.</summary>
    public static string OneOf(this Field field, params string[] known)
    {
        string right = $"write {string.Join(", ", known[..^1])} or {known[^1]}";
        if (field.Text(right) is not { } text) return known[0];
        if (Array.Find(known, k => k.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } found) return found;
        field.Reject($"'{text}' is not known here", NearestName.Of(text, known) is { } near ? $"did you mean '{near}'?" : right);
        return known[0];
    }

    /// <summary>Any text; a warning when it looks like a slip of a known word.</summary>
    public static string WordLike(this Field field, IEnumerable<string> known)
    {
        if (field.Text() is not { } text) return "";
        string[] words = [.. known];
        if (!words.Contains(text, StringComparer.Ordinal) && NearestName.Of(text, words) is { } near)
            field.Warn($"'{text}' is not known", $"did you mean '{near}'?");
        return text;
    }

    /// <summary>The items that are mappings; the others are told.</summary>
    public static IEnumerable<Mapping> Maps(this Field? field, string right)
    {
        foreach (Field item in field?.Items() ?? [])
        {
            if (item.IsNothing) item.Reject("is empty", right);
            else if (item.Map(right) is { } map) yield return map;
        }
    }

    /// <summary>Keys that the customer chose, with a value each.</summary>
    public static Dictionary<string, T> Pairs<T>(this Field? field, string right, Func<Field, T?> read) where T : notnull
    {
        var pairs = new Dictionary<string, T>(StringComparer.Ordinal);
        if (field?.Map(right) is not { } map) return pairs;
        foreach (string key in map.Keys)
            if (read(map[key]) is { } value) pairs[key] = value;
        return pairs;
    }

    /// <summary>Years beyond are slips, and near the calendar's ends nothing can be added to them.</summary>
    static bool IsInReach(LocalDate day) => day.Year is >= 1990 and <= 2200;

    static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    static int? Quantity(Field field, string right, params (string Unit, int Factor)[] units)
    {
        if (field.Text(right) is not { } text) return null;
        foreach ((string unit, int factor) in units)
        {
            if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)) continue;
            if (TryNumber(text[..^unit.Length].TrimEnd(), out double value) && value >= 0 && value * factor <= int.MaxValue)
                return (int)Math.Floor(value * factor);
            break;
        }
        field.Reject($"'{text}' is no such quantity", right);
        return null;
    }
}
