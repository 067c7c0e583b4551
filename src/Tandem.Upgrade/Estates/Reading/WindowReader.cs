using NodaTime;
using NodaTime.TimeZones;
using Tandem.Yaml;

namespace Tandem.Upgrade.Estates.Reading;

/// <summary>The maintenance windows, earliest first.</summary>
sealed class WindowReader(string zone)
{
    /// <summary>A week: what is longer is no window.</summary>
    public const double HoursMax = 168;

    /// <summary>More than none; shorter than any step.</summary>
    public const double HoursMin = 0.01;

    public const string HoursRight = "write hours, more than 0 and at most 168";

    readonly List<(MaintenanceWindow Window, Mapping Keys)> _windows = [];

    public Names Names { get; } = new("window");

    public IReadOnlyList<MaintenanceWindow> Read(Field? field)
    {
        foreach (Mapping keys in field.Maps("write name, start and hours"))
            if (One(keys) is { } window) _windows.Add((window, keys));
        _windows.Sort(static (a, b) => a.Window.Begins.CompareTo(b.Window.Begins));
        CheckOverlaps();
        return [.. _windows.Select(static w => w.Window)];
    }

    MaintenanceWindow? One(Mapping keys)
    {
        string name = Names.Define(keys);
        Field? startAt = keys.Required("start", "write when it begins, such as 2027-01-16T22:00");
        LocalDateTime? start = startAt?.DateAndTime();
        string own = keys.Optional("zone")?.Zone() ?? zone;
        if (start is { } told) WarnOfClockChange(startAt!, told, own);
        double? hours = Hours(keys, start, own);
        keys.Done();
        return start is { } begin && hours is { } length ? new MaintenanceWindow(name, begin, own, length, keys.Whole.Line) : null;
    }

    /// <summary>Null after telling what is wrong.</summary>
    static double? Hours(Mapping keys, LocalDateTime? start, string zone)
    {
        Field? hoursAt = keys.Optional("hours"), endAt = keys.Optional("end");
        if (hoursAt is not null && endAt is not null)
        {
            endAt.Reject("the window has both 'hours' and 'end'", "keep one of the two");
            return null;
        }
        if (endAt is not null) return UntilEnd(endAt, start, zone);
        if (hoursAt is null)
        {
            keys.Whole.Reject("'hours' is missing", "write how long it is, such as hours: 8, or its end");
            return null;
        }
        return hoursAt.Number(HoursMin, HoursMax, HoursRight);
    }

    static double? UntilEnd(Field field, LocalDateTime? start, string zone)
    {
        if (field.DateAndTime() is not { } end || start is not { } begin) return null;
        DateTimeZone in_ = DateTimeZoneProviders.Tzdb[zone];
        double hours = (end.InZoneLeniently(in_).ToInstant() - begin.InZoneLeniently(in_).ToInstant()).TotalHours;
        if (hours is > 0 and <= HoursMax) return hours;
        field.Reject(hours <= 0 ? "the window ends before it begins" : "the window is longer than a week", $"it begins at {begin:uuuu-MM-dd'T'HH:mm}; write an end after that, at most {HoursMax} hours later");
        return null;
    }

    static void WarnOfClockChange(Field field, LocalDateTime start, string zone)
    {
        ZoneLocalMapping mapping = DateTimeZoneProviders.Tzdb[zone].MapLocal(start);
        if (mapping.Count == 0) field.Warn($"the clocks of {zone} skip {start:HH:mm} on that day", "write another hour; the window begins as much later as they go forward");
        else if (mapping.Count == 2) field.Warn($"the clocks of {zone} show {start:HH:mm} twice on that day", "the first is taken; write an hour before it if that matters");
    }

    void CheckOverlaps()
    {
        for (int i = 1; i < _windows.Count; i++)
        {
            (MaintenanceWindow later, Mapping keys) = _windows[i];
            // The one that ends last, which need not be the one just before.
            MaintenanceWindow before = _windows.Take(i).Select(static w => w.Window).MaxBy(static w => w.Ends)!;
            if (later.Begins >= before.Ends) continue;
            string end = before.Ends.InZone(DateTimeZoneProviders.Tzdb[later.Zone]).LocalDateTime.ToString("uuuu-MM-dd'T'HH:mm", null);
            keys["start"].Reject($"window '{later.Name}' begins before '{before.Name}' (line {before.Line}) has ended", $"begin at {end} or later, or make one window of the two");
        }
    }
}
