using NodaTime;

namespace Tandem.Core.Scripts;

/// <summary>Day and minute on a wall clock somewhere.</summary>
readonly record struct LocalTime(int Year, int Month, int Day, int DayOfWeek, int Minute)
{
    /// <param name="unixUs">Wall time; microseconds since 1970 UTC.</param>
    /// <param name="zone">IANA name; unknown ones are read as UTC (they do not pass validation).</param>
    public static LocalTime At(long unixUs, string zone)
    {
        DateTimeZone in_ = DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) ?? DateTimeZone.Utc;
        // Clamped to what a calendar can tell: a journal's clock can be set to anything.
        long ms = Math.Clamp(unixUs / 1000, 0, 253_370_764_800_000);
        LocalDateTime local = NodaTime.Instant.FromUnixTimeMilliseconds(ms).InZone(in_).LocalDateTime;
        return new LocalTime(local.Year, local.Month, local.Day, (int)local.DayOfWeek - 1, (local.Hour * 60) + local.Minute);
    }

    public string Date => $"{Year:0000}-{Month:00}-{Day:00}";

    /// <summary>A period may reach over midnight: then its days name the day on which it begins.</summary>
    public bool IsIn(Schema.Period period)
    {
        bool today = (period.Days & (1 << DayOfWeek)) != 0;
        if (period.FromMinute <= period.ToMinute) return today && Minute >= period.FromMinute && Minute < period.ToMinute;
        bool yesterday = (period.Days & (1 << ((DayOfWeek + 6) % 7))) != 0;
        return (today && Minute >= period.FromMinute) || (yesterday && Minute < period.ToMinute);
    }

    public override string ToString() => $"{Date} {Minute / 60:00}:{Minute % 60:00}";
}
