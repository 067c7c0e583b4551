using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning.Networks;
using Tandem.Upgrade.Readiness;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning;

/// <summary>
/// The method of three networks: a new system is built on Migration with the addresses of the old one; in the window the old
/// one leaves Production, and only then the new one comes. The old one stays until the new one is accepted.
/// </summary>
public static class NetworksPlanner
{
    /// <exception cref="UpgradeException">The estate has no service node, or a platform or role that the pack does not know.</exception>
    public static IReadOnlyList<DraftStep> Draft(Estate estate, Pack pack, PolicySet policies)
    {
        var of = new Replacement(estate, pack, policies);
        var list = new DraftList(of);
        new Preparation(of).AddTo(list);
        new CutOver(of, new Outage(of)).AddTo(list);
        return list.Steps;
    }

    /// <summary>As the window finds them: the old system on Production, its successor <c>NAME.new</c> on Migration.</summary>
    /// <exception cref="UpgradeException">As <see cref="Draft"/>.</exception>
    public static IReadOnlyList<PlannedNode> Nodes(Estate estate, Pack pack)
    {
        var of = new Replacement(estate, pack, PolicySet.Of(pack, estate));
        var procedures = new Procedures(of);
        List<PlannedNode> nodes = [];
        foreach (EstateNode node in estate.Nodes)
        {
            bool moved = of.Moved.Contains(node);
            bool isPc = node == of.Pc;
            nodes.Add(procedures.Planned(node, node.Name, node.Release, isPc ? NetworksModel.Migration : NetworksModel.Production, moved ? Lines.OfOld : Lines.All));
            if (moved) nodes.Add(procedures.Planned(node, NetworksModel.NewOf(node.Name), pack.Release, NetworksModel.Migration, Lines.OfNew));
            if (isPc && of.PcIsGateway)
                nodes.Add(new PlannedNode(NetworksModel.GatewayOn(node.Name), NetworksModel.StandInGateway, "Stand-in default gateway", NetworksModel.Tools, node.Name, "", node.Site, "", NetworksModel.Migration, []));
        }
        return nodes;
    }

    /// <summary>By the old node's name: what its successor is reached at, too.</summary>
    public static IReadOnlyDictionary<string, string> Addresses(Estate estate) =>
        estate.Nodes.Where(static n => n.Address.Length > 0).ToDictionary(static n => n.Name, static n => n.Address, StringComparer.Ordinal);

    /// <exception cref="UpgradeException">As <see cref="Draft"/>.</exception>
    public static IReadOnlyList<NamedFigure> Figures(Estate estate, Pack pack, PolicySet policies)
    {
        var of = new Replacement(estate, pack, policies);
        return NetworksFigures.Of(of, new Outage(of));
    }

    /// <summary>Why the numbers are what they are, for people.</summary>
    /// <exception cref="UpgradeException">As <see cref="Draft"/>.</exception>
    public static IReadOnlyList<Text> Explain(Estate estate, Pack pack, PolicySet policies)
    {
        var of = new Replacement(estate, pack, policies);
        return NetworksExplanation.Of(of, new Outage(of));
    }
}
