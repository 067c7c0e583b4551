using System.Globalization;
using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles;

/// <summary>Opening hours: <c>mon-fri 08:00-18:00</c>, <c>sat,sun 10:00-14:00</c>, <c>daily 22:00-06:00</c> (over midnight), <c>always</c>.</summary>
static class Periods
{
    const string Right = "write days and hours such as 'mon-fri 08:00-18:00', or always";
    static readonly string[] s_days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    public static IEnumerable<Period> Read(Field? field)
    {
        foreach (Field item in field?.Items() ?? [])
        {
            if (item.Tree is YamlMap)
            {
                if (item.Map() is not { } map) continue;
                string days = map.Required("days", "write e.g. mon-fri")?.Text() ?? "daily";
                string hours = map.Required("hours", "write e.g. 08:00-18:00")?.Text() ?? "00:00-24:00";
                map.Done();
                if (Parse(days, hours, item) is { } period) yield return period;
            }
            else if (item.Text(Right) is { } text)
            {
                string[] parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                Period? period = parts switch
                {
                    ["always"] => Parse("daily", "00:00-24:00", item),
                    [var days, var hours] => Parse(days, hours, item),
                    _ => null,
                };
                if (period is not null) yield return period;
                else if (parts.Length != 2) item.Reject($"'{text}' is no period", Right);
            }
        }
    }

    public static string Format(Period period) =>
        $"{string.Join(",", s_days.Where((_, day) => (period.Days & 1 << day) != 0))} {Clock(period.FromMinute)}-{Clock(period.ToMinute)}";

    static string Clock(int minute) => $"{minute / 60:00}:{minute % 60:00}";

    static Period? Parse(string days, string hours, Field where)
    {
        int mask = Days(days);
        if (mask == 0) where.Reject($"'{days}' names no days", "write e.g. mon-fri, sat, 'mon,wed,fri' or daily");
        string[] ends = hours.Split('-');
        int from = -1, to = -1;
        bool fit = ends.Length == 2 && TryMinute(ends[0], out from) && TryMinute(ends[1], out to) && from < 1440 && from != to;
        if (!fit) where.Reject($"'{hours}' is no period of a day", "write e.g. 08:00-18:00, 22:00-06:00 for over midnight, 00:00-24:00 for all day");
        return fit && mask != 0 ? new Period { Days = mask, FromMinute = from, ToMinute = to } : null;
    }

    static int Days(string text)
    {
        if (text == "daily") return 0b111_1111;
        int mask = 0;
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            int from = Array.IndexOf(s_days, ends[0]), to = Array.IndexOf(s_days, ends[^1]);
            if (ends.Length > 2 || from < 0 || to < 0) return 0;
            // fri-mon goes over the week's end.
            for (int day = from; ; day = (day + 1) % 7)
            {
                mask |= 1 << day;
                if (day == to) break;
            }
        }
        return mask;
    }

    static bool TryMinute(string text, out int minute)
    {
        minute = 0;
        string[] parts = text.Split(':');
        if (parts.Length != 2 || parts[0].Length is 0 or > 2 || parts[1].Length != 2) return false;
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int hours)) return false;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minutes)) return false;
        minute = hours * 60 + minutes;
        return minutes < 60 && minute <= 1440;
    }
}
