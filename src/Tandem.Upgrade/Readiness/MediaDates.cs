using NodaTime;

namespace Tandem.Upgrade.Readiness;

/// <summary>Between which days the CDs are ordered.</summary>
/// <param name="From">Not earlier, for the sake of newer fixes; null: at once.</param>
/// <param name="By">The last day on which they still come in time.</param>
sealed record MediaDates(LocalDate? From, LocalDate By)
{
    const string Policy = "media-lead", CalendarDays = "3-4-days";

    /// <summary>Null when there is no window yet, or no policy for it.</summary>
    public static MediaDates? Of(EstateFacts facts)
    {
        if (facts.FirstDay is not { } first || !facts.Policies.Has(Policy)) return null;
        int least = (int)facts.Policies.Value(Policy), most = (int)facts.Policies.ValueMax(Policy);
        return new MediaDates(most > 0 ? first.PlusDays(-most) : null, facts.Policies.Choice(Policy) == CalendarDays ? first.PlusDays(-least) : OrderBy(first, least));
    }

    /// <summary>The last business day after which so many full business days, Monday to Friday, pass before the day that it is needed on.</summary>
    public static LocalDate OrderBy(LocalDate needed, int fullBusinessDays)
    {
        LocalDate day = needed;
        for (int left = fullBusinessDays + 1; left > 0;)
        {
            day = day.PlusDays(-1);
            if (day.DayOfWeek is not (IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday)) left--;
        }
        return day;
    }
}
