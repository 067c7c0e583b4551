using System.Globalization;
using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>When, by whom, and who is told; and where the nodes are found.</summary>
static class WindowRules
{
    public static IEnumerable<Finding> Windows(CheckInHand check)
    {
        const string policy = "window-length", night = "midnight-to-seven";
        EstateFacts facts = check.Facts;
        if (facts.Windows.Count == 0) yield return check.Fail("", Text.Of("the estate names none"));
        foreach (MaintenanceWindow window in facts.Windows)
        {
            LocalDateTime end = window.Ends.InZone(DateTimeZoneProviders.Tzdb[window.Zone]).LocalDateTime;
            string begins = Written(window.Start), ends = Written(end);
            if (end.Date < facts.Today) yield return check.Fail(window.Name, Text.Of("{0} to {1} is over", begins, ends), window.Line);
            else if (facts.Policies.Has(policy) && window.Hours < facts.Policies.Value(policy))
                yield return check.Warn(window.Name, Text.Of("{0} to {1}: {2} hours, where {3} are usual", begins, ends, window.Hours, facts.Policies.Value(policy)), window.Line, Text.Of("See that the steps fit; the plan says which do not."));
            else if (facts.Policies.Has(policy) && facts.Policies.Choice(policy) == night && (window.Start.Hour >= 7 || end.Date != window.Start.Date || end.Hour > 7))
                yield return check.Warn(window.Name, Text.Of("{0} to {1} is not between midnight and seven", begins, ends), window.Line, Text.Of("Choose the hours with the fewest calls."));
            else yield return check.Pass(window.Name, Text.Of("{0} to {1}", begins, ends), window.Line);
        }
    }

    public static IEnumerable<Finding> Engineers(CheckInHand check)
    {
        EstateFacts facts = check.Facts;
        int wanted = facts.Pack.Chronology.Exists(static r => r.TwoPersons) ? 2 : 1;
        if (facts.Estate.Engineers.Count == 0) yield return check.Fail("", Text.Of("the estate names none"));
        else if (facts.Windows.Count == 0) yield return check.Pass("", Text.Of("named: {0}", string.Join(", ", facts.Estate.Engineers.Select(static e => e.Name))));
        else
        {
            foreach (MaintenanceWindow window in facts.Windows)
            {
                string[] there = [.. facts.Estate.Engineers.Where(e => e.Windows.Count == 0 || e.Windows.Contains(window.Name)).Select(static e => e.Name)];
                yield return there.Length == 0 ? check.Fail(window.Name, Text.Of("nobody is there"), window.Line)
                    : there.Length < wanted && window == facts.Windows[0] ? check.Fail(window.Name, Text.Of("only {0} is there; some steps want two persons", there[0]), window.Line)
                    : check.Pass(window.Name, Text.Of("there: {0}", string.Join(", ", there)), window.Line);
            }
        }
    }

    public static IEnumerable<Finding> Contacts(CheckInHand check)
    {
        foreach (string role in check.With("roles").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Contact? contact = check.Facts.Estate.Contacts.FirstOrDefault(c => c.Role == role);
            if (contact is null) yield return check.Fail(role, Text.Of("nobody is named"));
            else if (contact.Phone.Length == 0) yield return check.Warn(role, Text.Of("{0} has no telephone number", contact.Name), contact.Line);
            else yield return check.Pass(role, Text.Of("{0}, {1}", contact.Name, contact.Phone), contact.Line);
        }
    }

    public static IEnumerable<Finding> Addresses(CheckInHand check)
    {
        Estate estate = check.Facts.Estate;
        EstateNode[] without = [.. estate.Nodes.Where(static n => n.Address.Length == 0)];
        foreach (EstateNode node in without) yield return check.Fail(node.Name, Text.Of("no address is entered"), node.Line);
        foreach (IGrouping<string, EstateNode> same in estate.Nodes.Where(static n => n.Address.Length > 0).GroupBy(static n => n.Address, StringComparer.Ordinal).Where(static g => g.Count() > 1))
            yield return check.Fail(same.First().Name, Text.Of("{0} is the address of {1}", same.Key, string.Join(", ", same.Select(static n => n.Name))), same.First().Line);
        if (estate.Networks.Count == 0) yield return check.Warn("", Text.Of("the estate names no networks"), 0, Text.Of("Add the visible and the private network with their prefixes."));
        if (estate.Nodes.Count > 0 && without.Length == 0) yield return check.Pass("", Text.Of("every node has one: {0}", estate.Nodes.Count));
    }

    static string Written(LocalDateTime time) => time.ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
