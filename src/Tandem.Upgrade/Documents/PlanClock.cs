using System.Globalization;
using NodaTime;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>Instants as the plan's readers have them on their wrists.</summary>
sealed class PlanClock(string zone)
{
    readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) ?? DateTimeZone.Utc;

    public ZonedDateTime Local(DateTimeOffset at) => Instant.FromDateTimeOffset(at).InZone(_zone);

    /// <summary>Mon to Sun: a value that languages translate.</summary>
    public string Weekday(DateTimeOffset at) => Local(at).DayOfWeek.ToString()[..3];

    /// <summary>2027-01-16 22:00 +08:00</summary>
    public string Clock(DateTimeOffset at) => Local(at).ToString("uuuu-MM-dd HH:mm o<+HH:mm>", CultureInfo.InvariantCulture);

    public string Time(DateTimeOffset at) => Local(at).ToString("HH:mm", CultureInfo.InvariantCulture);

    public DateOnly Day(DateTimeOffset at) => Local(at).Date.ToDateOnly();

    public DateTimeOffset MidnightOf(DateOnly day) => _zone.AtStartOfDay(LocalDate.FromDateOnly(day)).ToDateTimeOffset();

    public Text Says(DateTimeOffset at) => Text.Of("{0} {1}", Weekday(at), Clock(at));

    public Cell At(DateTimeOffset at) => Cell.Says(Says(at), at);

    /// <summary>Preparation has a day, and is done in its office hours.</summary>
    public Cell Begin(Step step) => step.InService ? At(step.Begins) : Cell.Day(Day(step.Begins));

    public Cell End(Step step) => step.InService ? Until(step.Begins, step.Ends) : Cell.Day(LastDay(step));

    /// <summary>Of a step that goes on for days; null when its first day is its last.</summary>
    public DateOnly? LastDay(Step step) => Day(step.Ends) is var last && last > Day(step.Begins) ? last : null;

    /// <summary>An end beside its begin: the time alone on the same day, with its weekday on the next.</summary>
    public Cell Until(DateTimeOffset begins, DateTimeOffset ends)
    {
        ZonedDateTime from = Local(begins), to = Local(ends);
        int days = Period.DaysBetween(from.Date, to.Date);
        if (from.Offset != to.Offset || days is < 0 or > 1) return At(ends);
        return Cell.Says(days == 0 ? Text.Of("{0}", Time(ends)) : Text.Of("{0} {1}", Weekday(ends), Time(ends)), ends);
    }
}
