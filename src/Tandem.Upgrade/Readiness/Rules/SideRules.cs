using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>Pairs of sides: whether they are complete and equal, and how far gateways are behind.</summary>
static class SideRules
{
    const string CentralController = "central controller";

    public static IEnumerable<Finding> Pairs(CheckInHand check)
    {
        EstateFacts facts = check.Facts;
        bool complete = true;
        foreach (string role in facts.Pack.Roles.Where(static r => r.Value.Group == Modelling.SidesModel.Controller && r.Value.Sided).Select(static r => r.Key))
        {
            foreach (string side in new[] { "A", "B" })
            {
                if (facts.Controller.Any(n => n.Role == role && n.Side == side)) continue;
                complete = false;
                yield return check.Fail(CentralController, Text.Of("no {0} of side {1} is named", facts.Pack.Roles[role].Name, side));
            }
        }
        if (complete) yield return check.Pass(CentralController, Text.Of("{0} nodes on two sides: {1}", facts.Controller.Count(), string.Join(", ", facts.Controller.Select(static n => n.Name))));
        foreach (IGrouping<string, EstateNode> unit in facts.GatewayUnits)
            if (unit.Count() == 1)
                yield return check.Warn(unit.Key, Text.Of("{0} has no second side: its peripherals are on their own while it is upgraded", unit.First().Name), unit.First().Line, Text.Of("Plan it for an hour without calls, or give it a second side."));
    }

    public static IEnumerable<Finding> SidesDiffer(CheckInHand check)
    {
        yield return OneRelease(check, CentralController, [.. check.Facts.Controller]);
        foreach (IGrouping<string, EstateNode> unit in check.Facts.GatewayUnits) yield return OneRelease(check, unit.Key, [.. unit]);
    }

    static Finding OneRelease(CheckInHand check, string unit, EstateNode[] nodes)
    {
        string[] releases = [.. nodes.Select(static n => n.Release).Distinct(StringComparer.Ordinal)];
        return releases.Length switch
        {
            0 => check.NotKnown(unit, Text.Of("no node of it is named"), Text.Of("Add its nodes.")),
            1 => check.Pass(unit, Text.Of("{0} run {1}", string.Join(", ", nodes.Select(static n => n.Name)), releases[0])),
            _ => check.Fail(unit, Text.Of("its nodes run different releases: {0}", string.Join(", ", nodes.Select(static n => $"{n.Name} {n.Release}"))), nodes.First(n => n.Release != nodes[0].Release).Line),
        };
    }

    /// <summary>
    /// A gateway is counted against the release that is reached: from row 4 on the central controller has it. One that runs what
    /// the central controller runs now can go with its side and then never lags at all.
    /// </summary>
    public static IEnumerable<Finding> GatewayLag(CheckInHand check)
    {
        EstateFacts facts = check.Facts;
        double allowed = check.Policies.Value("pg-lag");
        int target = facts.Rung(facts.Pack.Release), present = facts.Rung(facts.Estate.Release);
        foreach (EstateNode node in facts.Gateways)
        {
            int rung = facts.Rung(node.Release), lag = target - rung;
            if (rung < 0) yield return check.Fail(node.Name, Text.Of("its release {0} is on no rung of the ladder {1}", node.Release, string.Join(", ", facts.Pack.Ladder)), node.Line);
            else if (rung > present) yield return check.Fail(node.Name, Text.Of("runs {0}, ahead of the central controller's {1}; only the other way round do they work together", node.Release, facts.Estate.Release), node.Line, Text.Of("Bring it back to the central controller's release."));
            else if (lag <= allowed) yield return check.Pass(node.Name, Text.Of("runs {0}: versions behind {1}: {2}, allowed: {3}", node.Release, facts.Pack.Release, lag, allowed), node.Line);
            else if (rung == present)
                yield return check.Warn(node.Name, Text.Of("runs {0} as the central controller does: versions behind {1}: {2}, allowed: {3}, so it is upgraded together with its side", node.Release, facts.Pack.Release, lag, allowed), node.Line, Text.Of("Plan an engineer for it beside the central controller's."));
            else yield return check.Fail(node.Name, Text.Of("runs {0}: versions behind {1}: {2}, allowed: {3}", node.Release, facts.Pack.Release, lag, allowed), node.Line);
        }
        if (!facts.Gateways.Any()) yield return check.NotKnown("", Text.Of("the estate names no PG"), Text.Of("Add the PGs with their releases."));
    }
}
