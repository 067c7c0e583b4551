using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>What was saved, node by node, and what the upgrade overwrites.</summary>
static class SavedRules
{
    public static IEnumerable<Finding> Saved(CheckInHand check)
    {
        EstateFacts facts = check.Facts;
        HashSet<string> listed = Listed(check);
        foreach (EstateNode node in facts.Estate.Nodes)
        {
            SavedItem[] wanted = [.. facts.Pack.Saves.Where(s => listed.Contains(s.Id) && (s.Of.Count == 0 || s.Of.Contains(node.Role)))];
            bool all = true;
            foreach (SavedItem item in wanted)
            {
                if (Missing(check, node, item) is not { } missing) continue;
                all = false;
                yield return missing;
            }
            if (all) yield return check.Pass(node.Name, wanted.Length > 0 ? Text.Of("saved: {0}", string.Join(", ", wanted.Select(i => $"{i.Id} {CheckInHand.Day(node.Saved[i.Id])}"))) : Text.Of("nothing of it is to be saved"), node.Line);
        }
        if (facts.Estate.Nodes.Count == 0) yield return check.NotKnown("", Text.Of("the estate names no nodes"), Text.Of("Add the nodes with what was saved of them."));
    }

    /// <summary>Null when it is there.</summary>
    static Finding? Missing(CheckInHand check, EstateNode node, SavedItem item)
    {
        const string whenPolicy = "engineer-saves", inTheRun = "before-each-node", engineer = "engineer";
        Text evidence;
        if (!node.Saved.TryGetValue(item.Id, out LocalDate day)) evidence = Text.Of("not saved: {0} ({1})", item.Title, item.Id);
        else if (day > check.Facts.Today) evidence = Text.Of("to be saved on {0}, which is still to come: {1} ({2})", CheckInHand.Day(day), item.Title, item.Id);
        else return null;
        bool later = item.By == engineer && check.Policies.Has(whenPolicy) && check.Policies.Choice(whenPolicy) == inTheRun;
        if (later) return check.Warn(node.Name, evidence, node.Line, Text.Of("The engineer saves it right before the node, by the method of procedure."));
        return item.Command.Length > 0
            ? check.Fail(node.Name, evidence, node.Line, Text.Of("Run {0} at the node, keep the result, and write the day into its `saved`.", item.Command.Replace("{node}", node.Name, StringComparison.Ordinal)))
            : check.Fail(node.Name, evidence, node.Line);
    }

    /// <summary>The ids of the list that the policy takes; the check's parameters name each list's.</summary>
    static HashSet<string> Listed(CheckInHand check)
    {
        const string policy = "save-list";
        return check.Policies.Has(policy)
            ? [.. check.With(check.Policies.Choice(policy)).Split(' ', StringSplitOptions.RemoveEmptyEntries)]
            : [.. check.Facts.Pack.Saves.Select(static s => s.Id)];
    }

    /// <summary>Reports and database objects of the customer's own that would be overwritten.</summary>
    public static IEnumerable<Finding> Customisations(CheckInHand check)
    {
        string kind = check.With("kind");
        Customisation[] own = [.. check.Facts.Estate.Customisations.Where(c => c.Kind == kind)];
        foreach (Customisation one in own)
        {
            if (one.Saved is not { } day) yield return check.Fail(one.Name, Text.Of("not saved"), one.Line);
            else if (day > check.Facts.Today) yield return check.Fail(one.Name, Text.Of("to be saved on {0}, which is still to come", CheckInHand.Day(day)), one.Line);
            else yield return check.Pass(one.Name, Text.Of("saved on {0}", CheckInHand.Day(day)), one.Line);
        }
        if (own.Length == 0) yield return None(check, kind);
    }

    public static IEnumerable<Finding> CtiReviewed(CheckInHand check)
    {
        string kind = check.With("kind");
        Customisation[] own = [.. check.Facts.Estate.Customisations.Where(c => c.Kind == kind)];
        foreach (Customisation one in own)
            yield return one.Reviewed ? check.Pass(one.Name, Text.Of("reviewed"), one.Line) : check.Fail(one.Name, Text.Of("not reviewed"), one.Line);
        if (own.Length == 0) yield return None(check, kind);
    }

    static Finding None(CheckInHand check, string kind) => check.Facts.IsSilentAbout(kind)
        ? check.NotKnown("", Text.Of("the estate says nothing about customisations"), Text.Of("Ask whether there are any, and write them into `customisations`; or `{0}: none` into `facts`.", kind))
        : check.Pass("", Text.Of("the estate's customisations name none of this kind"));
}
