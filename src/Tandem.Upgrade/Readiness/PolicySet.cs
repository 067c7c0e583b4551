using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;

namespace Tandem.Upgrade.Readiness;

/// <summary>Which choice holds for each of a pack's policies: the estate's, or else the pack's default.</summary>
public sealed class PolicySet
{
    readonly Dictionary<string, Choice> _taken = new(StringComparer.Ordinal);

    PolicySet() { }

    /// <exception cref="UpgradeException">The estate chooses what the pack does not know, or the pack's default is none of its choices.</exception>
    public static PolicySet Of(Pack pack, Estate estate)
    {
        var set = new PolicySet();
        foreach ((string id, Policy policy) in pack.Policies)
        {
            string wanted = estate.Policies.TryGetValue(id, out string? chosen) ? chosen : policy.Default;
            set._taken[id] = policy.Choices.Find(c => c.Id == wanted)
                ?? throw new UpgradeException($"{estate.File}: policies: {id} has no choice '{wanted}'; known: {string.Join(", ", policy.Choices.Select(static c => c.Id))}");
        }
        return set;
    }

    public double Value(string id) => Taken(id).Value;
    public double ValueMax(string id) => Taken(id).ValueMax;
    public string Choice(string id) => Taken(id).Id;

    Choice Taken(string id) => _taken.TryGetValue(id, out Choice? choice) ? choice : throw new UpgradeException($"the pack has no policy '{id}'");
}
