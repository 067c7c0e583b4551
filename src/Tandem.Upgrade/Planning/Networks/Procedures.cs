using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning.Networks;

/// <summary>Whose lines of a role's method of procedure: the old machine's are those before the window.</summary>
enum Lines { All, OfOld, OfNew }

/// <summary>Nodes with their methods of procedure.</summary>
sealed class Procedures(Replacement of)
{
    const string BeforeTheWindow = "prepare";

    public PlannedNode Planned(EstateNode node, string name, string release, string network, Lines lines)
    {
        Role role = of.Pack.Roles[node.Role];
        IEnumerable<MethodStep> chosen = role.Method.Where(m => lines == Lines.All || m.Phase == BeforeTheWindow == (lines == Lines.OfOld));
        return new PlannedNode(name, node.Role, role.Name, role.Group, node.Unit, node.Side, node.Site, release, network,
            [.. chosen.Select(m => new MethodLine(m.Phase, Text.Of(m.Do), Command(m.Command, name), Text.Of(m.Expect), m.Minutes, m.Source))]);
    }

    /// <summary><c>{node}</c> is the node; the name of a policy in braces, the choice that was taken.</summary>
    string Command(string command, string node)
    {
        string filled = command.Replace("{node}", node, StringComparison.Ordinal);
        foreach (string policy in of.Pack.Policies.Keys) filled = filled.Replace($"{{{policy}}}", of.Policies.Choice(policy), StringComparison.Ordinal);
        return filled;
    }
}
