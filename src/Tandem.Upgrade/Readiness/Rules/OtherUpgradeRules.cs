using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>Other upgrades of the same machines: never in the product's window, in the order of the sources, with days of test between.</summary>
static class OtherUpgradeRules
{
    const string Product = "product";

    public static IEnumerable<Finding> Alone(CheckInHand check)
    {
        IReadOnlyList<OtherUpgrade> others = check.Facts.Estate.OtherUpgrades;
        if (others.Count == 0) yield return check.Pass("", Text.Of("the estate plans no other upgrade"));
        foreach (OtherUpgrade other in others)
        {
            if (StageOf(check.Facts, other) is { Alone: false }) yield return check.Pass(other.Component, Text.Of("need not be apart"), other.Line);
            else if (WindowOf(check.Facts, other) is { } window) yield return check.Fail(other.Component, Text.Of("{0} is planned in the window {1} of {2}", other.To, window.Name, check.Facts.Pack.Product), other.Line);
            else if (other.Date is null) yield return check.NotKnown(other.Component, Text.Of("{0} has no day yet", other.To), Text.Of(check.Check.Remedy), other.Line);
            else yield return check.Pass(other.Component, Text.Of("{0} is planned for {1}, apart from every window of {2}", other.To, CheckInHand.Day(other.Date.Value), check.Facts.Pack.Product), other.Line);
        }
    }

    public static IEnumerable<Finding> Days(CheckInHand check)
    {
        EstateFacts facts = check.Facts;
        if (facts.Estate.OtherUpgrades.Count == 0) yield return check.Pass("", Text.Of("the estate plans no other upgrade"));
        foreach (OtherUpgrade other in facts.Estate.OtherUpgrades)
        {
            if (StageOf(facts, other) is not { } stage) yield return check.NotKnown(other.Component, Text.Of("the sources say nothing about it"), Text.Of("Plan it apart from this upgrade, with days of test between."), other.Line);
            else if (DayOf(facts, other) is not { } planned || facts.Windows.Count == 0) yield return check.NotKnown(other.Component, Text.Of("{0} has no day yet", other.To), Text.Of(check.Check.Remedy), other.Line);
            else
            {
                yield return FromProduct(check, other, stage, planned);
                foreach (OtherUpgrade earlier in facts.Estate.OtherUpgrades)
                    if (StageOf(facts, earlier) is { } before && facts.Pack.Order.IndexOf(before) < facts.Pack.Order.IndexOf(stage) && DayOf(facts, earlier) is { } day)
                        yield return FromStage(check, other, planned, earlier, day, before.TestDays);
            }
        }
    }

    /// <summary>After the product it counts from the end of the last window, before it to the beginning of the first.</summary>
    static Finding FromProduct(CheckInHand check, OtherUpgrade other, Stage stage, LocalDate day)
    {
        EstateFacts facts = check.Facts;
        MaintenanceWindow first = facts.Windows[0], last = facts.LastWindow!;
        LocalDate begins = first.Start.Date, ends = EstateFacts.EndDay(last);
        string planned = CheckInHand.Day(day), from = CheckInHand.Day(begins), until = CheckInHand.Day(ends);
        if (day < begins)
        {
            int before = Period.DaysBetween(day, begins);
            if (IsAfterProduct(facts, stage) && !MayPrecede(check, other))
                return check.Fail(other.Component, Text.Of("{0} on {1} comes before {2} {3}, whose first window is on {4}", other.To, planned, facts.Pack.Product, facts.Pack.Release, from), other.Line);
            return stage.Alone && before < stage.TestDays
                ? check.Fail(other.Component, Text.Of("{0} on {1} is {2} days before the first window, {3}, on {4}; {5} are wanted", other.To, planned, before, first.Name, from, stage.TestDays), other.Line)
                : check.Pass(other.Component, Text.Of("{0} on {1} is {2} days before the first window, {3}, on {4}", other.To, planned, before, first.Name, from), other.Line);
        }
        if (day < ends)
            return stage.Alone
                ? check.Fail(other.Component, Text.Of("{0} on {1} comes before the last window, {2}, has ended on {3}", other.To, planned, last.Name, until), other.Line)
                : check.Pass(other.Component, Text.Of("{0} on {1} goes beside the windows, which end with {2} on {3}", other.To, planned, last.Name, until), other.Line);
        int after = Period.DaysBetween(ends, day), wanted = facts.Pack.Order.Find(static s => s.Changes == Product)?.TestDays ?? 0;
        return stage.Alone && after < wanted
            ? check.Fail(other.Component, Text.Of("{0} on {1} is {2} days after the end of the last window, {3}, on {4}; {5} are wanted", other.To, planned, after, last.Name, until, wanted), other.Line)
            : check.Pass(other.Component, Text.Of("{0} on {1} is {2} days after the end of the last window, {3}, on {4}", other.To, planned, after, last.Name, until), other.Line);
    }

    /// <summary>Another upgrade that the pack's order has before this one.</summary>
    /// <param name="wanted">Days of test after the earlier one.</param>
    static Finding FromStage(CheckInHand check, OtherUpgrade other, LocalDate day, OtherUpgrade earlier, LocalDate earlierDay, int wanted)
    {
        string planned = CheckInHand.Day(day), before = CheckInHand.Day(earlierDay);
        int apart = Period.DaysBetween(earlierDay, day);
        if (apart < 0) return check.Fail(other.Component, Text.Of("{0} on {1} comes before {2} on {3}, which is first in the order", other.To, planned, earlier.To, before), other.Line);
        return apart < wanted
            ? check.Fail(other.Component, Text.Of("{0} on {1} is {2} days after {3} on {4}; {5} are wanted", other.To, planned, apart, earlier.To, before, wanted), other.Line)
            : check.Pass(other.Component, Text.Of("{0} on {1} is {2} days after {3} on {4}", other.To, planned, apart, earlier.To, before), other.Line);
    }

    static LocalDate? DayOf(EstateFacts facts, OtherUpgrade other) => other.Date ?? WindowOf(facts, other)?.Start.Date;

    /// <summary>A policy may let a component come earlier: SQL Server 7 from ICM 4.5.0 on. Its figure is the least release.</summary>
    static bool MayPrecede(CheckInHand check, OtherUpgrade other)
    {
        const string early = "4.5.0-and-later";
        return check.Check.With.TryGetValue(other.Component, out string? policy) && check.Policies.Choice(policy) == early
            && Releases.Compare(check.Facts.Estate.Release, check.Policies.Value(policy).ToString(System.Globalization.CultureInfo.InvariantCulture)) >= 0;
    }

    static bool IsAfterProduct(EstateFacts facts, Stage stage) => facts.Pack.Order.IndexOf(stage) > facts.Pack.Order.FindIndex(static s => s.Changes == Product);

    /// <summary>The product's window that it would fall into, by name or by day.</summary>
    static MaintenanceWindow? WindowOf(EstateFacts facts, OtherUpgrade other) =>
        facts.Windows.FirstOrDefault(w => (other.Window.Length > 0 && w.Name == other.Window)
            || (other.Date is { } day && day >= w.Start.Date && day <= EstateFacts.EndDay(w)));

    public static Stage? StageOf(EstateFacts facts, OtherUpgrade other) =>
        facts.Pack.Order.Find(s => s.Id == other.Component) ?? facts.Pack.Order.Find(s => s.Changes == other.Component);
}
