using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Modelling;

/// <summary>
/// Two systems with the same addresses, an old and a new one, on networks that are kept apart. Whichever stands complete on
/// Production serves; both may never meet there, nor on any other network.
/// </summary>
/// <remarks>
/// A node <c>x</c> and its successor <c>x.new</c> share the address of <c>x</c>. <c>pc.gateway</c> is the default gateway's
/// address on a PC that stands in for the gateway: where it is on a network, the PC has that address. That a node runs means
/// that it serves callers: its data is loaded and its phones are registered. Where it is connected is told by its network alone.
/// </remarks>
public sealed class NetworksModel : IEstateModel
{
    public const string Production = "production", Migration = "migration", Shadow = "shadow", None = "none";
    public const string Servers = "servers", Gateways = "gateways", Tools = "tools";
    public const string ServiceNode = "service-node", StandInGateway = "stand-in-gateway";
    /// <summary>The unit that is meant when nothing serves.</summary>
    public const string WholeSystem = "system";
    const string NewSuffix = ".new", GatewaySuffix = ".gateway";

    public static string NewOf(string node) => node + NewSuffix;
    public static string GatewayOn(string pc) => pc + GatewaySuffix;
    public static bool IsNew(string node) => node.EndsWith(NewSuffix, StringComparison.Ordinal);
    static string OldOf(string node) => IsNew(node) ? node[..^NewSuffix.Length] : node;

    sealed class Node(PlannedNode of, string address)
    {
        public PlannedNode Of { get; } = of;
        public string Address { get; } = address;
        public bool IsNew { get; } = NetworksModel.IsNew(of.Name);
        public string Network = of.Network;
        public string Release = of.Release;
        public bool Runs = true;
        public bool Serves => Network == Production && Runs;
    }

    readonly IReadOnlyDictionary<string, string> _addresses;
    readonly Node[] _nodes;
    readonly Dictionary<string, Node> _byName;
    /// <summary>What is replaced, by its old and its new half: servers, and gateways that get a successor.</summary>
    readonly Node[] _old, _new;
    /// <summary>Gateways that stay and serve whichever system is on Production.</summary>
    readonly Node[] _kept;
    readonly Node[] _standIns;

    /// <param name="addresses">By the old node's name; a node that is not in it has an address of its own.</param>
    public NetworksModel(IReadOnlyList<PlannedNode> nodes, IReadOnlyDictionary<string, string>? addresses = null)
    {
        _addresses = addresses ?? new Dictionary<string, string>(StringComparer.Ordinal);
        _nodes = [.. nodes.Select(n => new Node(n, _addresses.TryGetValue(OldOf(n.Name), out string? address) && address.Length > 0 ? address : OldOf(n.Name)))];
        _byName = _nodes.ToDictionary(static n => n.Of.Name, StringComparer.Ordinal);
        Node[] systems = [.. _nodes.Where(static n => n.Of.Group is Servers or Gateways)];
        _new = [.. systems.Where(static n => n.IsNew)];
        _old = [.. systems.Where(n => !n.IsNew && (n.Of.Group == Servers || _byName.ContainsKey(NewOf(n.Of.Name))))];
        _kept = [.. systems.Except(_new).Except(_old)];
        _standIns = [.. _nodes.Where(static n => n.Of.Role == StandInGateway)];
    }

    public string Routes => Serves(_old, _new) ? "old" : Serves(_new, _old) ? "new" : "nobody";

    static bool Serves(Node[] system, Node[] other)
    {
        Node[] core = [.. system.Where(static n => n.Of.Role == ServiceNode)];
        return core.Length > 0 && Array.TrueForAll(core, static n => n.Serves) && !Array.Exists(other, static n => n.Of.Role == ServiceNode && n.Network == Production);
    }

    /// <summary>What a system has of redundancy within itself, the method neither takes nor gives; while nobody routes there is none.</summary>
    public IReadOnlyList<string> NotRedundant => Routes == "nobody" ? [WholeSystem] : [];

    public IReadOnlyList<Violation> Violations
    {
        get
        {
            List<Violation> found = [];
            foreach (Node next in _new)
                foreach (Node old in _old)
                    if (next.Address == old.Address && next.Network == old.Network && next.Network != None)
                        found.Add(new("duplicate-address", old.Of.Name, $"{old.Of.Name} and {next.Of.Name} have one address ({next.Address}) on {next.Network} at once"));
            if (Array.Find(_old, static n => n.Network == Production) is { } left && Array.Find(_new, static n => n.Network == Production) is { } come)
                found.Add(new("systems-mixed", Servers, $"{left.Of.Name} of the old system and {come.Of.Name} of the new one are on production at once"));
            foreach (Node standIn in _standIns)
                if (standIn.Network == Production)
                    found.Add(new("duplicate-gateway", OldOf(standIn.Of.Name), $"{standIn.Of.Name}: the PC that stands in for the default gateway is on production with its address"));
            return found;
        }
    }

    public bool Works
    {
        get
        {
            string routes = Routes;
            if (routes == "nobody" || Violations.Count > 0) return false;
            if (!Array.TrueForAll(routes == "old" ? _old : _new, static n => n.Serves)) return false;
            // What is known to work with the old system is the firmware that it had.
            return Array.TrueForAll(_kept, n => n.Serves && (routes == "new" || n.Release == n.Of.Release));
        }
    }

    public string NetworkOf(string node) => _byName[node].Network;
    public bool Runs(string node) => _byName[node].Runs;

    public void Apply(Change change)
    {
        if (!_byName.TryGetValue(change.Node, out Node? node)) throw new UpgradeException($"the plan changes '{change.Node}', which is no node of it");
        if (change.Runs is { } runs) node.Runs = runs;
        if (change.Release is { } release) node.Release = release;
        if (change.Network is { } network) node.Network = network;
    }

    public IEstateModel Copy()
    {
        var copy = new NetworksModel([.. _nodes.Select(static n => n.Of)], _addresses);
        for (int i = 0; i < _nodes.Length; i++) (copy._nodes[i].Network, copy._nodes[i].Release, copy._nodes[i].Runs) = (_nodes[i].Network, _nodes[i].Release, _nodes[i].Runs);
        return copy;
    }
}
