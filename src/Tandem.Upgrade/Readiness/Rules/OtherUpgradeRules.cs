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
            LocalDate? day = other.Date ?? WindowOf(facts, other)?.Start.Date;
            if (StageOf(facts, other) is not { } stage) yield return check.NotKnown(other.Component, Text.Of("the sources say nothing about it"), Text.Of("Plan it apart from this upgrade, with days of test between."), other.Line);
            else if (day is not { } planned || facts.Windows.Count == 0) yield return check.NotKnown(other.Component, Text.Of("{0} has no day yet", other.To), Text.Of(check.Check.Remedy), other.Line);
            else yield return Apart(check, other, stage, planned);
        }
    }

    static Finding Apart(CheckInHand check, OtherUpgrade other, Stage stage, LocalDate day)
    {
        EstateFacts facts = check.Facts;
        int days = facts.Pack.Order.Find(static s => s.Changes == Product)?.TestDays ?? 0;
        MaintenanceWindow nearest = facts.Windows.MinBy(w => Math.Abs(Between(w.Start.Date, day)))!;
        int apart = Math.Abs(Between(nearest.Start.Date, day));
        bool comesBefore = day < facts.FirstDay;
        if (comesBefore && IsAfterProduct(facts, stage) && !MayPrecede(check, other))
            return check.Fail(other.Component, Text.Of("{0} on {1} comes before {2} {3}, whose first window is on {4}", other.To, CheckInHand.Day(day), facts.Pack.Product, facts.Pack.Release, CheckInHand.Day(facts.FirstDay!.Value)), other.Line);
        return stage.Alone && apart < days
            ? check.Fail(other.Component, Text.Of("{0} on {1} is {2} days from the window {3}; {4} are wanted", other.To, CheckInHand.Day(day), apart, nearest.Name, days), other.Line)
            : check.Pass(other.Component, Text.Of("{0} on {1} is {2} days from the nearest window, {3}", other.To, CheckInHand.Day(day), apart, nearest.Name), other.Line);
    }

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
            || (other.Date is { } day && day >= w.Start.Date && day <= w.Ends.InZone(DateTimeZoneProviders.Tzdb[w.Zone]).Date));

    public static Stage? StageOf(EstateFacts facts, OtherUpgrade other) =>
        facts.Pack.Order.Find(s => s.Id == other.Component) ?? facts.Pack.Order.Find(s => s.Changes == other.Component);

    static int Between(LocalDate from, LocalDate to) => Period.DaysBetween(from, to);
}
