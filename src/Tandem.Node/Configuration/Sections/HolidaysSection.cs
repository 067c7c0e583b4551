using NodaTime.Text;
using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles.Sections;

/// <summary>Holiday calendars: names with lists of days.</summary>
static class HolidaysSection
{
    public static void Read(Field section, Reading reading)
    {
        foreach (Entry entry in Entries.Of(section))
        {
            reading.Names.Define(Named.HolidayCalendar, entry.Name, entry.Body);
            var calendar = new HolidayCalendar { Name = entry.Name };
            Field days = entry.Body;
            if (entry.InList)
            {
                if (entry.Map() is not { } map) continue;
                days = map.Required("days", "list the days") ?? entry.Body with { Tree = new YamlList(entry.Body.Line, []) };
                map.Done();
            }
            foreach (Field day in days.Items())
            {
                if (day.Text("write a day such as 2026-12-25, or --12-25 for every year") is not { } text) continue;
                if (IsDay(text)) calendar.Days.Add(text);
                else day.Reject($"'{text}' is no day", "write a day such as 2026-12-25, or --12-25 for every year");
            }
            reading.Made.Holidays.Add(calendar);
        }
    }

    // 2000 is a leap year: --02-29 is a day of some years.
    static bool IsDay(string text) =>
        LocalDatePattern.Iso.Parse(text.StartsWith("--", StringComparison.Ordinal) ? $"2000-{text[2..]}" : text).Success;
}
