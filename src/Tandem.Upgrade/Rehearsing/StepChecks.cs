using System.Globalization;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>What a plan says of its steps in two places, or must keep to by its own words.</summary>
static class StepChecks
{
    const double Least = 0.01;

    public static IEnumerable<Difference> Of(Plan plan)
    {
        var byId = new Dictionary<string, Step>(StringComparer.Ordinal);
        var windows = plan.Windows.DistinctBy(static w => w.Name).ToDictionary(static w => w.Name, StringComparer.Ordinal);
        foreach (Step step in plan.Steps)
            if (!byId.TryAdd(step.Id, step)) yield return Says(step, "", step.Id, Text.Of("there are two steps {0}", step.Id));
        foreach (Step step in plan.Steps)
        {
            foreach (Difference found in Times(step)) yield return found;
            foreach (Difference found in Order(step, byId)) yield return found;
            if (step.InService && InWindow(step, windows) is { } outside) yield return outside;
            foreach (Change change in step.Changes.Concat(step.BackOut.Actions.SelectMany(static a => a.Changes)))
                if (change.At is not (Change.Begin or Change.End))
                    yield return Says(step, change.At, "", Text.Of("step {0} changes {1} at '{2}', which is neither begin nor end: it is never done", step.Id, change.Node, change.At));
        }
        foreach (Difference found in TwoPlacesAtOnce(plan)) yield return found;
        foreach (Difference found in Sequence(plan)) yield return found;
    }

    static IEnumerable<Difference> Times(Step step)
    {
        double length = step.EndMinute - step.StartMinute, clock = (step.Ends - step.Begins).TotalMinutes;
        Minutes minutes = step.Minutes;
        if (length < 0) yield return Says(step, Number(length), "", Text.Of("step {0} ends before it begins", step.Id));
        if (Math.Abs(length - clock) > Least)
            yield return Says(step, Number(length), Number(clock), Text.Of("step {0} takes {1} minutes by its minutes and {2} by the clock", step.Id, Number(length), Number(clock)));
        if (!(0 <= minutes.Min && minutes.Min <= minutes.Usual && minutes.Usual <= minutes.Max))
            yield return Says(step, Range(minutes), "", Text.Of("step {0}: its least, usual and most minutes {1} are not in that order", step.Id, Range(minutes)));
        else if (length < minutes.Min - Least || length > minutes.Max + Least)
            yield return Says(step, Number(length), Range(minutes), Text.Of("step {0} is given {1} minutes, which is not within its {2}", step.Id, Number(length), Range(minutes)));
    }

    static IEnumerable<Difference> Order(Step step, Dictionary<string, Step> byId)
    {
        foreach (string id in step.After)
        {
            if (!byId.TryGetValue(id, out Step? before)) yield return Says(step, id, "", Text.Of("step {0} waits for step {1}, which does not exist", step.Id, id));
            else if ((before.Ends - step.Begins).TotalMinutes > Least) yield return Says(step, id, "", Text.Of("step {0} begins before step {1} has ended, for which it waits", step.Id, id));
        }
    }

    static Difference? InWindow(Step step, Dictionary<string, PlannedWindow> windows)
    {
        if (!windows.TryGetValue(step.Window, out PlannedWindow? window)) return Says(step, step.Window, "", Text.Of("step {0} lies in window '{1}', which does not exist", step.Id, step.Window));
        double outside = Math.Max((window.Begins - step.Begins).TotalMinutes, (step.Ends - window.Ends).TotalMinutes);
        return outside <= Least ? null : Says(step, step.Window, "", Text.Of("step {0} lies {1} minutes outside its window {2}", step.Id, Number(outside), step.Window));
    }

    static IEnumerable<Difference> TwoPlacesAtOnce(Plan plan)
    {
        foreach (IGrouping<string, Step> work in plan.Steps.Where(static s => s.Engineer.Length > 0).GroupBy(static s => s.Engineer, StringComparer.Ordinal))
        {
            Step? last = null;
            foreach (Step step in work.OrderBy(static s => s.Begins).ThenBy(static s => s.Ends))
            {
                if (last is not null && (last.Ends - step.Begins).TotalMinutes > Least)
                    yield return Says(step, last.Id, "", Text.Of("{0} works on steps {1} and {2} at once", work.Key, last.Id, step.Id));
                if (last is null || step.Ends > last.Ends) last = step;
            }
        }
    }

    /// <summary>Minutes and clock put the steps in the same order.</summary>
    static IEnumerable<Difference> Sequence(Plan plan)
    {
        Step? last = null;
        foreach (Step step in plan.Steps.Where(static s => s.InService).OrderBy(static s => s.StartMinute).ThenBy(static s => s.Begins))
        {
            if (last is not null && (last.Begins - step.Begins).TotalMinutes > Least)
                yield return Says(step, last.Id, "", Text.Of("step {0} comes after step {1} by its minutes and before it by the clock", step.Id, last.Id));
            last = step;
        }
    }

    static Difference Says(Step step, string planned, string played, Text says) => new("steps", step.StartMinute, step.EndMinute, planned, played, says);

    internal static string Number(double minutes) => Math.Round(minutes, 2).ToString("0.##", CultureInfo.InvariantCulture);

    static string Range(Minutes minutes) => $"{Number(minutes.Min)}/{Number(minutes.Usual)}/{Number(minutes.Max)}";
}
