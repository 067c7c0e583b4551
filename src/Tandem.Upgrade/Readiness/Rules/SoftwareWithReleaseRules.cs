using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>Software beside the release that a node runs today, and beside the one that comes. `with` has, by component: PRODUCT [VERSION] from RELEASE.</summary>
static class SoftwareWithReleaseRules
{
    public static IEnumerable<Finding> GoesWith(CheckInHand check)
    {
        EstateFacts facts = check.Facts;
        List<Finding> found = [.. facts.Estate.Nodes.SelectMany(node => AtNode(check, node)), .. facts.Estate.OtherUpgrades.SelectMany(other => Planned(check, other))];
        string[] unknown = [.. facts.Estate.Nodes.Where(node => check.Check.With.Keys.Any(component => IsUnknown(facts, node, component))).Select(static n => n.Name)];
        if (unknown.Length > 0) found.Add(check.NotKnown("", Text.Of("not known at {0}", string.Join(", ", unknown)), Text.Of("Look at the node and write its versions into `software`.")));
        if (facts.Estate.Nodes.Count == 0) found.Add(check.NotKnown("", Text.Of("the estate names no nodes"), Text.Of("Add the nodes with their software.")));
        return found.Count > 0 ? found : [check.Pass("", Text.Of("what the nodes run, and what is planned, goes with their releases"))];
    }

    static IEnumerable<Finding> AtNode(CheckInHand check, EstateNode node)
    {
        foreach ((string component, string rule) in check.Check.With)
        {
            string[] parts = rule.Split(" from ", StringSplitOptions.TrimEntries);
            if (parts.Length != 2) throw new UpgradeException($"pack {check.Facts.Pack.Id}: check '{check.Check.Id}': '{rule}' is not PRODUCT from RELEASE");
            if (!node.Software.TryGetValue(component, out string? have) || !ComponentVersion.Of(have).Meets(ComponentVersion.Of(parts[0]), orLater: true)) continue;
            if (Releases.Compare(node.Release, parts[1]) < 0)
                yield return check.Fail(node.Name, Text.Of("runs {0} with {1}; the sources know it from {2} on", have, node.Release, parts[1]), node.Line);
        }
    }

    /// <summary>To a version that the pack's stage does not name.</summary>
    static IEnumerable<Finding> Planned(CheckInHand check, OtherUpgrade other)
    {
        if (OtherUpgradeRules.StageOf(check.Facts, other) is not { To.Count: > 0 } stage) yield break;
        ComponentVersion to = ComponentVersion.Of(other.To);
        if (stage.To.Exists(known => IsOf(to, ComponentVersion.Of(known)))) yield break;
        yield return check.Fail(other.Component, Text.Of("an upgrade to {0} is planned; known: {1}", other.To, string.Join(", ", stage.To)), other.Line);
    }

    /// <summary>Who writes `component: sql` need not write the product again.</summary>
    static bool IsOf(ComponentVersion to, ComponentVersion known) => (to.Product.Length == 0 ? to with { Product = known.Product } : to).Meets(known, orLater: false);

    static bool IsUnknown(EstateFacts facts, EstateNode node, string component) =>
        !node.Software.ContainsKey(component) && facts.RoleOf(node)?.Software.Exists(r => r.Component == component) == true;
}
