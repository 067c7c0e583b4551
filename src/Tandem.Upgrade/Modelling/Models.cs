using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Modelling;

/// <summary>The model that a plan is played on.</summary>
public static class Models
{
    /// <exception cref="UpgradeException">The pack has no method that is played.</exception>
    public static IEstateModel Of(Plan plan, Pack pack) => pack.Method switch
    {
        Method.Sides => new SidesModel(plan.Nodes, release => Releases.Rung(pack.Ladder, release), plan.Policies.FirstOrDefault(static p => p.Id == "pg-lag")?.Value ?? 1,
            hasDefaultPlan: plan.Findings.All(static f => f.Check != "default-route-plan" || f.Verdict == Verdict.Pass)),
        Method.Networks => new NetworksModel(plan.Nodes),
        _ => throw new UpgradeException($"{pack.Id} has rules only: there is nothing to play"),
    };
}
