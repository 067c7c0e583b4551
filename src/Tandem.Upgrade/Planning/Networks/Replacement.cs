using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Readiness;

namespace Tandem.Upgrade.Planning.Networks;

/// <summary>What is replaced by what, and how it is moved: what every step asks of the estate.</summary>
sealed class Replacement
{
    const string BareMetal = "bare-metal", VMware = "vmware", HyperV = "hyper-v";

    /// <exception cref="UpgradeException">A platform or a role that the pack does not know, or no service node.</exception>
    public Replacement(Estate estate, Pack pack, PolicySet policies)
    {
        (Estate, Pack, Policies) = (estate, pack, policies);
        NewPlatform = Known("platform", estate.Platform);
        OldPlatform = estate.Facts.TryGetValue("old-platform", out string? old) ? Known("facts: old-platform", old) : NewPlatform;
        foreach (EstateNode node in estate.Nodes)
            if (!pack.Roles.ContainsKey(node.Role)) throw new UpgradeException($"{estate.File}:{node.Line}: {node.Name} has the role '{node.Role}'; {pack.Id} knows {string.Join(", ", pack.Roles.Keys)}");

        Servers = [.. estate.Nodes.Where(n => pack.Roles[n.Role].Group == NetworksModel.Servers)];
        if (!Servers.Any(static n => n.Role == NetworksModel.ServiceNode)) throw new UpgradeException($"{estate.File}: there is no service node; write at least one node with `role: {NetworksModel.ServiceNode}`");
        EstateNode[] gateways = [.. estate.Nodes.Where(n => pack.Roles[n.Role].Group == NetworksModel.Gateways)];
        bool replaced = policies.Choice("media-gateways") == "replaced";
        Moved = replaced ? [.. Servers, .. gateways] : Servers;
        KeptGateways = replaced ? [] : gateways;
        UpdatesFirmware = KeptGateways.Count > 0 && policies.Choice("media-gateways") == "kept-updated";
        Pc = estate.Nodes.FirstOrDefault(n => pack.Roles[n.Role].Group == NetworksModel.Tools);
        PcIsGateway = Pc is not null && estate.Facts.GetValueOrDefault("migration-gateway", "pc") == "pc";
        HasShadow = !OldIsCabled || policies.Choice("bare-metal-networks") == "three" || estate.Networks.Any(static n => n.Purpose == NetworksModel.Shadow);
        ParkedOn = HasShadow && policies.Choice("old-parked") == NetworksModel.Shadow ? NetworksModel.Shadow : NetworksModel.Migration;
    }

    public Estate Estate { get; }
    public Pack Pack { get; }
    public PolicySet Policies { get; }

    public string NewPlatform { get; }
    public string OldPlatform { get; }
    /// <summary>Moved by cables, and not by a virtual machine's settings.</summary>
    public bool OldIsCabled => OldPlatform == BareMetal;
    public bool NewIsCabled => NewPlatform == BareMetal;
    public bool HasShadow { get; }
    /// <summary>Where a cabled old system waits for its acceptance.</summary>
    public string ParkedOn { get; }

    public IReadOnlyList<EstateNode> Servers { get; }
    /// <summary>What has a successor: the servers, and media gateways that are replaced.</summary>
    public IReadOnlyList<EstateNode> Moved { get; }
    public IReadOnlyList<EstateNode> KeptGateways { get; }
    public bool UpdatesFirmware { get; }
    public EstateNode? Pc { get; }
    public bool PcIsGateway { get; }

    /// <summary>Nodes at one address are one machine and move once: a manager that is installed on a service node.</summary>
    public int Machines => Moved.Select(static n => n.Address.Length > 0 ? n.Address : n.Name).Distinct(StringComparer.Ordinal).Count();

    public long Users => Count("users", "extensions", "phones");
    public long Phones => Count("phones", "extensions", "users");

    public IReadOnlyList<string> OldNames => [.. Moved.Select(static n => n.Name)];
    public IReadOnlyList<string> NewNames => [.. Moved.Select(static n => NetworksModel.NewOf(n.Name))];

    public IReadOnlyList<string> NewNamesOf(string role) => [.. Moved.Where(n => n.Role == role).Select(static n => NetworksModel.NewOf(n.Name))];

    /// <exception cref="UpgradeException">The pack lacks the row, which is an error of the pack.</exception>
    public ChronologyRow Row(string act) =>
        Pack.Chronology.Find(r => r.Act == act) ?? throw new UpgradeException($"pack {Pack.Id}: its chronology has no row with `act: {act}`");

    public Figure Figure(string id) =>
        Pack.Figures.TryGetValue(id, out Figure? figure) ? figure : throw new UpgradeException($"pack {Pack.Id}: it has no figure '{id}'");

    public Minutes MinutesOf(string figure)
    {
        Figure f = Figure(figure);
        return new Minutes(f.Min, f.Value, f.Max, f.Derived);
    }

    /// <summary>What the customer measured of a row replaces the pack's.</summary>
    public Minutes Learned(string row, Minutes minutes) => Estate.Learned.TryGetValue("row:" + row, out double learned)
        ? new Minutes(Math.Min(minutes.Min, learned), learned, Math.Max(minutes.Max, learned))
        : minutes;

    long Count(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            if (Estate.Counts.TryGetValue(name, out long count)) return count;
        return Estate.Nodes.Sum(static n => n.Endpoints);
    }

    string Known(string where, string platform) => platform is VMware or HyperV or BareMetal ? platform
        : throw new UpgradeException($"{Estate.File}: {where} is '{platform}'; write {VMware}, {HyperV} or {BareMetal}");
}
