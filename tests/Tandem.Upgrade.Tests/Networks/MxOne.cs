using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;

namespace Tandem.Upgrade.Tests.Networks;

/// <summary>The installed pack, and estates as the upgrade document's example: service nodes, the two managers, gateways, a PC.</summary>
static class MxOne
{
    public static Pack Pack { get; } = new PackLibrary(PackLibrary.Installed).Load("mx-one-7");

    /// <param name="servers">All servers together: service nodes, and one for each manager.</param>
    public static Estate Estate(int servers = 6, string platform = "vmware", long users = 23_000, long phones = 15_000, params (string Policy, string Choice)[] policies) => new()
    {
        Name = "example", Product = "Mitel MX-ONE", Release = "6.3", Zone = "Europe/Stockholm", Platform = platform, File = "estate.yaml",
        Nodes =
        [
            .. Enumerable.Range(1, Math.Max(1, servers - 2)).Select(static n => Node($"sn-{n}", "service-node", $"10.1.66.{30 + n}")),
            .. servers > 1 ? [Node("snm", "service-node-manager", "10.1.66.50")] : Array.Empty<EstateNode>(),
            .. servers > 2 ? [Node("pm", "provisioning-manager", "10.1.66.51")] : Array.Empty<EstateNode>(),
            Node("mgu-1", "media-gateway", "10.1.66.61"), Node("mgu-2", "media-gateway", "10.1.66.62"), Node("pc", "pc", "10.1.66.5"),
        ],
        Counts = new Dictionary<string, long> { ["users"] = users, ["phones"] = phones },
        Policies = policies.ToDictionary(static p => p.Policy, static p => p.Choice),
    };

    public static IReadOnlyList<DraftStep> Draft(Estate estate) => NetworksPlanner.Draft(estate, Pack, PolicySet.Of(Pack, estate));

    public static double Figure(Estate estate, string id) => Named(estate, id).Value;

    public static NamedFigure Named(Estate estate, string id) => NetworksPlanner.Figures(estate, Pack, PolicySet.Of(Pack, estate)).Single(f => f.Id == id);

    public static NetworksModel Model(Estate estate) => new(NetworksPlanner.Nodes(estate, Pack), NetworksPlanner.Addresses(estate));

    public static void Play(IEstateModel model, DraftStep step, string at)
    {
        foreach (Change change in step.Changes)
            if (change.At == at) model.Apply(change);
    }

    static EstateNode Node(string name, string role, string address) => new() { Name = name, Role = role, Unit = name, Release = "6.3", Address = address };
}
