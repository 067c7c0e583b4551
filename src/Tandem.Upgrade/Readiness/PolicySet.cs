using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;
using Tandem.Yaml;

namespace Tandem.Upgrade.Readiness;

/// <summary>Which choice holds for each of a pack's policies: the estate's, or else the pack's default.</summary>
public sealed class PolicySet
{
    readonly Dictionary<string, Choice> _choices = new(StringComparer.Ordinal);

    PolicySet(IReadOnlyList<PolicyTaken> taken) => Taken = taken;

    /// <summary>In the pack's order, for the plan to print.</summary>
    public IReadOnlyList<PolicyTaken> Taken { get; }

    /// <exception cref="UpgradeException">The estate names a policy or a choice that the pack does not know; all such are told, each with the nearest name.</exception>
    public static PolicySet Of(Pack pack, Estate estate)
    {
        List<string> wrong = [];
        foreach (string id in estate.Policies.Keys)
            if (!pack.Policies.ContainsKey(id)) wrong.Add($"{estate.File}: policies: {pack.Id} has no policy '{id}'; {Nearest(id, pack.Policies.Keys)}");

        List<PolicyTaken> taken = [];
        var set = new PolicySet(taken);
        foreach ((string id, Policy policy) in pack.Policies)
        {
            bool isOwn = estate.Policies.TryGetValue(id, out string? own);
            string wanted = isOwn ? own! : policy.Default;
            if (policy.Choices.Find(c => c.Id == wanted) is not { } choice)
            {
                wrong.Add(isOwn
                    ? $"{estate.File}: policies: '{id}' has no choice '{wanted}'; {Nearest(wanted, policy.Choices.Select(static c => c.Id))}"
                    : $"pack {pack.Id}: the default '{wanted}' of policy '{id}' is none of its choices");
                continue;
            }
            set._choices[id] = choice;
            taken.Add(new PolicyTaken(
                id, Text.Of(policy.Question), choice.Id, Text.Of(choice.Title), choice.Value, choice.ValueMax, choice.Id == policy.Default, choice.Source,
                [.. policy.Choices.Where(c => c != choice).Select(static c => new PolicyOther(c.Id, Text.Of(c.Title), c.Source))]));
        }
        return wrong.Count == 0 ? set : throw new UpgradeException(string.Join(Environment.NewLine, wrong));
    }

    public bool Has(string id) => _choices.ContainsKey(id);
    public double Value(string id) => Of(id).Value;
    /// <summary>The second figure of a range; 0 where the choice has none.</summary>
    public double ValueMax(string id) => Of(id).ValueMax;
    public string Choice(string id) => Of(id).Id;
    /// <summary>Where the sources say what was chosen.</summary>
    public string Source(string id) => Of(id).Source;

    Choice Of(string id) => _choices.TryGetValue(id, out Choice? choice) ? choice : throw new UpgradeException($"the pack has no policy '{id}'");

    static string Nearest(string wrong, IEnumerable<string> known)
    {
        string[] all = [.. known];
        return NearestName.Of(wrong, all) is { } near ? $"did you mean '{near}'?" : $"known: {string.Join(", ", all)}";
    }
}
