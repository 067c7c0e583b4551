using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>How gateways hang on clusters of call managers.</summary>
static class ClusterRules
{
    const string PublisherRole = "publisher", Backup = "backup", None = "none";

    /// <summary>The ICM guide's: only in a cluster of two nodes may it be the publisher.</summary>
    public static IEnumerable<Finding> Publisher(CheckInHand check)
    {
        const string policy = "pg-at-publisher";
        foreach (EstateNode node in Connected(check))
        {
            foreach (string name in node.CtiManagers)
            {
                if (Find(check, name) is not var (cluster, manager))
                    yield return check.NotKnown(node.Name, Text.Of("is connected to {0}, which is in no cluster of the estate", name), Text.Of("Add the cluster with its nodes."), node.Line);
                else if (manager.Role != PublisherRole)
                    yield return check.Pass(node.Name, Text.Of("is connected to {0}, a {1} of {2}", name, manager.Role, cluster.Name), node.Line);
                else if (cluster.Nodes.Count <= check.Policies.Value(policy))
                    yield return check.Pass(node.Name, Text.Of("is connected to the publisher {0}; {1} has {2} nodes", name, cluster.Name, cluster.Nodes.Count), node.Line);
                else yield return check.Fail(node.Name, Text.Of("is connected to the publisher {0}; {1} has {2} nodes", name, cluster.Name, cluster.Nodes.Count), node.Line);
            }
        }
        foreach (Finding finding in Unconnected(check)) yield return finding;
    }

    /// <summary>
    /// Each side of a PG has a CTI manager of its own. A second one at the same side, or the backup at side A whose own is the
    /// primary, is the cross-connection; so is the backup at a PG that has no other side.
    /// </summary>
    public static IEnumerable<Finding> CrossConnect(CheckInHand check)
    {
        foreach (EstateNode node in Connected(check))
        {
            string managers = string.Join(", ", node.CtiManagers);
            bool atBackup = node.CtiManagers.Any(m => Find(check, m)?.Node.CtiManager == Backup);
            if (node.CtiManagers.Count > 1 && atBackup) yield return check.Fail(node.Name, Text.Of("is connected to {0}, the backup CTI manager among them", managers), node.Line);
            else if (node.CtiManagers.Count > 1) yield return check.Fail(node.Name, Text.Of("is connected to more than one CTI manager: {0}", managers), node.Line);
            else if (atBackup && node.Side == "A") yield return check.Fail(node.Name, Text.Of("is side A and connected to the backup CTI manager {0}", managers), node.Line);
            else if (atBackup && !IsSideOfPair(check, node)) yield return check.Fail(node.Name, Text.Of("is no side B of a pair, and connected only to the backup CTI manager {0}", managers), node.Line);
            else yield return check.Pass(node.Name, Text.Of("is connected to {0} only", managers), node.Line);
        }
        foreach (Finding finding in Unconnected(check)) yield return finding;
    }

    static bool IsSideOfPair(CheckInHand check, EstateNode node) =>
        node.Side.Length > 0 && check.Facts.Gateways.Any(other => other.Unit == node.Unit && other.Side.Length > 0 && other.Side != node.Side);

    public static IEnumerable<Finding> SameCtiManager(CheckInHand check)
    {
        foreach (IGrouping<string, EstateNode> unit in Connected(check).GroupBy(static n => n.Unit, StringComparer.Ordinal))
        {
            EstateNode[] sides = [.. unit];
            string[] shared = sides.Length < 2 ? [] : [.. sides[0].CtiManagers.Where(m => sides.Skip(1).Any(s => s.CtiManagers.Contains(m)))];
            if (sides.Length < 2) yield return check.NotKnown(unit.Key, Text.Of("only {0} says where it is connected", sides[0].Name), Text.Of("Write `cti-managers` at both sides."), sides[0].Line);
            else if (shared.Length > 0) yield return check.Fail(unit.Key, Text.Of("{0} are all connected to {1}", string.Join(", ", sides.Select(static s => s.Name)), string.Join(", ", shared)), sides[0].Line);
            else yield return check.Pass(unit.Key, Text.Of("its sides are connected to {0}", string.Join(", ", sides.SelectMany(static s => s.CtiManagers))), sides[0].Line);
        }
        foreach (Finding finding in Unconnected(check)) yield return finding;
    }

    public static IEnumerable<Finding> TwoCtiManagers(CheckInHand check)
    {
        foreach (Cluster cluster in check.Facts.Estate.Clusters)
        {
            string[] managers = [.. cluster.Nodes.Where(static n => n.CtiManager.Length > 0 && n.CtiManager != None).Select(static n => n.Name)];
            yield return managers.Length >= 2
                ? check.Pass(cluster.Name, Text.Of("CTI managers at {0}", string.Join(", ", managers)), cluster.Line)
                : check.Fail(cluster.Name, Text.Of("CTI managers: {0}; a second one takes over when its subscriber is lost", managers.Length), cluster.Line);
        }
        if (check.Facts.Estate.Clusters.Count == 0) yield return NoCluster(check);
    }

    static IEnumerable<EstateNode> Connected(CheckInHand check) => check.Facts.Gateways.Where(static n => n.CtiManagers.Count > 0);

    /// <summary>Gateways of a call manager that do not say where they are connected; or that there is nothing to say.</summary>
    static IEnumerable<Finding> Unconnected(CheckInHand check)
    {
        Estate estate = check.Facts.Estate;
        bool silent = false;
        foreach (EstateNode node in check.Facts.Gateways.Where(static n => n.CtiManagers.Count == 0))
        {
            if (!estate.Peripherals.Any(p => p.Kind == "call-manager" && (p.Pg == node.Unit || p.Pg == node.Name))) continue;
            silent = true;
            yield return check.NotKnown(node.Name, Text.Of("nobody wrote which CTI manager it is connected to"), Text.Of("Write `cti-managers` at the node."), node.Line);
        }
        if (silent || Connected(check).Any()) yield break;
        yield return estate.Clusters.Count > 0
            ? check.NotKnown("", Text.Of("no PG says which CTI manager it is connected to"), Text.Of("Write `cti-managers` at the PGs of the cluster."))
            : check.Pass("", Text.Of("the estate names no cluster of CallManagers, and no PG is connected to one"));
    }

    static Finding NoCluster(CheckInHand check) => check.NotKnown("", Text.Of("the estate names no cluster of CallManagers"), Text.Of("Add the cluster with its nodes."));

    static (Cluster Cluster, ClusterNode Node)? Find(CheckInHand check, string name)
    {
        foreach (Cluster cluster in check.Facts.Estate.Clusters)
            if (cluster.Nodes.FirstOrDefault(n => n.Name == name) is { } node) return (cluster, node);
        return null;
    }
}
