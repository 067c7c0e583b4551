using System.Globalization;
using NodaTime;
using NodaTime.Extensions;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>Instants and lengths as an engineer reads them.</summary>
sealed class RunTimes(Plan plan)
{
    readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(plan.Zone) ?? DateTimeZone.Utc;

    /// <summary>Hours and minutes in the plan's zone.</summary>
    public string Time(DateTimeOffset at) => Local(at).ToString("HH':'mm", CultureInfo.InvariantCulture);

    public string DayAndTime(DateTimeOffset at) => Local(at).ToString("yyyy'-'MM'-'dd HH':'mm", CultureInfo.InvariantCulture);

    LocalDateTime Local(DateTimeOffset at) => at.ToInstant().InZone(_zone).LocalDateTime;

    /// <summary>Whole minutes, then hours, then days; never negative.</summary>
    public static string Length(double minutes)
    {
        long whole = (long)Math.Round(Math.Abs(minutes), MidpointRounding.AwayFromZero);
        return whole switch
        {
            < 120 => string.Create(CultureInfo.InvariantCulture, $"{whole} min"),
            < 48 * 60 => string.Create(CultureInfo.InvariantCulture, $"{whole / 60} h {whole % 60:00} min"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{whole / 1440} d {whole % 1440 / 60} h"),
        };
    }

    public static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>Late when positive.</summary>
    public static double MinutesBehind(Step step, StepRun run, DateTimeOffset now) =>
        run.Begun is { } begun ? Math.Max((begun - step.Begins).TotalMinutes, (now - step.Ends).TotalMinutes) : (now - step.Begins).TotalMinutes;

    public Text Behind(Step step, StepRun run, DateTimeOffset now)
    {
        double minutes = MinutesBehind(step, run, now);
        if (Math.Abs(minutes) < 1) return Text.Of("On time by the plan.");
        return minutes > 0 ? Text.Of("{0} behind the plan.", Length(minutes)) : Text.Of("{0} ahead of the plan.", Length(minutes));
    }

    public PlannedWindow? WindowOf(Step step) => plan.Windows.FirstOrDefault(w => w.Name == step.Window);

    public Text Window(Step step, DateTimeOffset now)
    {
        if (WindowOf(step) is not { } window) return Text.Of("It is {0}.", Time(now));
        if (now < window.Begins) return Text.Of("It is {0}; the window {1} begins in {2}.", Time(now), window.Name, Length((window.Begins - now).TotalMinutes));
        if (now > window.Ends) return Text.Of("It is {0}; the window {1} ended {2} ago.", Time(now), window.Name, Length((now - window.Ends).TotalMinutes));
        return Text.Of("It is {0}; {1} left in the window {2}.", Time(now), Length((window.Ends - now).TotalMinutes), window.Name);
    }

    public bool IsOutsideWindow(Step step, DateTimeOffset now) => WindowOf(step) is { } window && (now < window.Begins || now > window.Ends);
}

/// <summary>Who routes around a step, by the plan's timeline.</summary>
/// <param name="Before">Empty at the first step.</param>
sealed record PlannedRoutes(string Before, string During, string After)
{
    public static PlannedRoutes Of(Plan plan, Step step)
    {
        string before = "", after = "";
        List<string> during = [];
        foreach (Segment segment in plan.Timeline)
        {
            if (segment.EndMinute <= step.StartMinute) before = segment.Routes;
            else if (segment.StartMinute >= step.EndMinute)
            {
                after = segment.Routes;
                break;
            }
            else
            {
                if (segment.StartMinute < step.StartMinute) before = segment.Routes;
                if (during.Count == 0 || during[^1] != segment.Routes) during.Add(segment.Routes);
                if (segment.EndMinute > step.EndMinute) after = segment.Routes;
            }
            if (after.Length > 0) break;
        }
        if (after.Length == 0 && plan.Timeline.Count > 0) after = plan.Timeline[^1].Routes;
        return new PlannedRoutes(before, during.Count > 0 ? string.Join(", ", during.Select(static r => RouteWords.Of(r))) : RouteWords.Of(before).ToString(), after);
    }
}
