using NodaTime;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>Calls by the hour of the day on the zone's clocks; within an hour they are spread evenly.</summary>
sealed class CallProfile
{
    readonly double[] _perHour = new double[24];
    readonly DateTimeZone _zone;

    CallProfile(IReadOnlyList<CallHour> calls, DateTimeZone zone)
    {
        _zone = zone;
        foreach (CallHour hour in calls)
        {
            if (hour.Hour is < 0 or > 23 || !(hour.Calls >= 0)) throw new UpgradeException($"the plan's calls name hour {hour.Hour} with {hour.Calls} calls; hours go from 0 to 23, and calls are not negative");
            _perHour[hour.Hour] += hour.Calls;
        }
    }

    /// <summary>Null when the plan has no calls.</summary>
    /// <exception cref="UpgradeException">The plan's zone or hours are wrong.</exception>
    public static CallProfile? Of(Plan plan)
    {
        DateTimeZone zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(plan.Zone)
            ?? throw new UpgradeException($"the plan's zone '{plan.Zone}' is no IANA time zone; write one such as Europe/Vienna");
        return plan.Calls.Count == 0 ? null : new CallProfile(plan.Calls, zone);
    }

    /// <summary>Expected calls; a local hour that clocks skip has none, one that they show twice has twice as many.</summary>
    public double Between(DateTimeOffset begins, double minutes)
    {
        Instant at = Instant.FromDateTimeOffset(begins), end = at + Duration.FromMinutes(minutes);
        double calls = 0;
        while (at < end)
        {
            NodaTime.TimeZones.ZoneInterval interval = _zone.GetZoneInterval(at);
            LocalDateTime local = at.WithOffset(interval.WallOffset).LocalDateTime;
            Instant next = at + Duration.FromHours(1) - Duration.FromNanoseconds(local.NanosecondOfDay % NodaConstants.NanosecondsPerHour);
            if (interval.HasEnd && interval.End < next) next = interval.End;
            if (end < next) next = end;
            calls += _perHour[local.Hour] * (next - at).TotalHours;
            at = next;
        }
        return calls;
    }
}
