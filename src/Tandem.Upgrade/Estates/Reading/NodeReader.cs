using System.Net;
using NodaTime;
using Tandem.Upgrade.Modelling;
using Tandem.Yaml;

namespace Tandem.Upgrade.Estates.Reading;

/// <summary>The nodes, and what must hold between them.</summary>
sealed class NodeReader(Product product, string release, Names sites, Names clusterNodes)
{
    const int PriorityDefault = 100;

    readonly List<(EstateNode Node, Mapping Keys)> _nodes = [];

    public Names Names { get; } = new("node");

    public IReadOnlyList<EstateNode> Read(IEnumerable<Mapping> items)
    {
        foreach (Mapping keys in items) _nodes.Add((One(keys), keys));
        CheckSides();
        CheckAddresses();
        return [.. _nodes.Select(static n => n.Node)];
    }

    /// <summary>Of gateways where the product has such, else of all nodes.</summary>
    public Names GatewayUnits()
    {
        var units = new Names("PG unit");
        bool anyGateway = product.Roles.Values.Any(static r => r.Group == SidesModel.Gateways);
        foreach ((EstateNode node, _) in _nodes)
            if (node.Unit.Length > 0 && (!anyGateway || product.GroupOf(node.Role) == SidesModel.Gateways)) units.Add(node.Unit);
        return units;
    }

    EstateNode One(Mapping keys)
    {
        string name = Names.Define(keys);
        string role = Role(keys.Required("role", "write its role, such as router, logger or pg"));
        string unit = keys.Optional("unit") is { } field ? Reading.Names.Fit(field, "name the unit") ?? "" : "";
        var node = new EstateNode
        {
            Name = name,
            Role = role,
            Unit = unit.Length > 0 ? unit : product.GroupOf(role) == SidesModel.Controller ? SidesModel.Controller : name,
            Side = Side(keys.Optional("side")),
            Site = keys.Optional("site") is { } site ? sites.Refer(site) : sites.All.Count() == 1 ? sites.All.First() : "",
            Release = keys.Optional("release")?.Text() ?? release,
            Address = keys.Optional("address")?.Address() ?? "",
            Priority = keys.Optional("priority")?.Integer(0, 1_000_000) ?? PriorityDefault,
            Hardware = Hardware(keys.Optional("hardware")),
            Software = Software(keys.Optional("software")),
            Saved = Saved(keys.Optional("saved")),
            CtiManagers = clusterNodes.ReferToAll(keys.Optional("cti-managers")),
            Endpoints = keys.Optional("endpoints")?.Count() ?? 0,
            Line = keys.Whole.Line,
        };
        keys.Done();
        return node;
    }

    string Role(Field? field)
    {
        if (field?.Text("write a role") is not { } role) return "";
        if (product.IsKnown && !product.Roles.ContainsKey(role))
            field.Reject($"{product.Name} has no role '{role}'", NearestName.Of(role, product.Roles.Keys) is { } near
                ? $"did you mean '{near}'?"
                : $"known: {string.Join(", ", product.Roles.Keys)}");
        return role;
    }

    static string Side(Field? field)
    {
        const string right = "write A or B, or leave it out for a node alone";
        switch (field?.Text(right))
        {
            case null: return "";
            case "A" or "a": return "A";
            case "B" or "b": return "B";
            case var other:
                field.Reject($"'{other}' is no side", right);
                return "";
        }
    }

    static Hardware? Hardware(Field? field)
    {
        if (field?.Map("write ram, cpu, cpu-load and disk-free") is not { } keys) return null;
        var hardware = new Hardware(
            keys.Optional("ram")?.Megabytes(), keys.Optional("cpu")?.Megahertz(), keys.Optional("cpu-load")?.Percent(), keys.Optional("disk-free")?.Megabytes(), field.Line);
        keys.Done();
        return hardware;
    }

    Dictionary<string, string> Software(Field? field)
    {
        var software = new Dictionary<string, string>(StringComparer.Ordinal);
        if (field?.Map("write components with their versions, such as os: windows-nt 4.0 SP6a") is not { } keys) return software;
        foreach (string component in keys.Keys)
        {
            WarnOfSlip(component, keys[component], product.Components);
            if (keys[component].Text("write its version") is { } version) software[component] = version;
        }
        return software;
    }

    Dictionary<string, LocalDate> Saved(Field? field)
    {
        var saved = new Dictionary<string, LocalDate>(StringComparer.Ordinal);
        if (field?.Map("write what was saved with the day, such as registry: 2027-01-10") is not { } keys) return saved;
        foreach (string item in keys.Keys)
        {
            WarnOfSlip(item, keys[item], product.SavedItems);
            if (keys[item].Date() is { } day) saved[item] = day;
        }
        return saved;
    }

    static void WarnOfSlip(string key, Field field, IReadOnlyList<string> known)
    {
        if (!known.Contains(key, StringComparer.Ordinal) && NearestName.Of(key, known) is { } near)
            field.Warn($"'{key}' is not known", $"did you mean '{near}'?");
    }

    /// <summary>At most one node of a role is on each side of a unit, and two of a sided role are A and B.</summary>
    void CheckSides()
    {
        var first = new Dictionary<(string Unit, string Role, string Side), (EstateNode Node, Mapping Keys)>();
        // One that is written twice was told already.
        (EstateNode Node, Mapping Keys)[] nodes = [.. _nodes.Where(static n => n.Node.Name.Length > 0).DistinctBy(static n => n.Node.Name, StringComparer.OrdinalIgnoreCase)];
        ILookup<(string, string), EstateNode> together = nodes.ToLookup(static n => (n.Node.Unit, n.Node.Role), static n => n.Node);
        foreach ((EstateNode node, Mapping keys) in nodes)
        {
            bool alone = together[(node.Unit, node.Role)].Count() == 1;
            if (node.Side.Length == 0)
            {
                // A side that was written and is wrong was told already.
                if (!alone && product.IsSided(node.Role) && !keys.Has("side"))
                    keys.Whole.Reject($"'{node.Name}' is not the only {node.Role} of unit '{node.Unit}', and has no side", "write side: A or side: B, or give it a unit of its own");
            }
            else if (!first.TryAdd((node.Unit, node.Role, node.Side), (node, keys)))
            {
                (EstateNode other, Mapping at) = first[(node.Unit, node.Role, node.Side)];
                string free = node.Side == "A" ? "B" : "A";
                bool isFree = together[(node.Unit, node.Role)].All(n => n.Side != free);
                keys["side"].Reject($"unit '{node.Unit}' has side {node.Side} of its {node.Role} already: '{other.Name}', at {at.Whole.Place}",
                    isFree ? $"write side: {free}" : "give it a unit of its own");
            }
        }
    }

    /// <summary>Nodes of different roles may be installed on one machine; two of one role hardly are.</summary>
    void CheckAddresses()
    {
        var first = new Dictionary<IPAddress, (EstateNode Node, Mapping Keys)>();
        foreach ((EstateNode node, Mapping keys) in _nodes)
        {
            if (node.Address.Length == 0 || first.TryAdd(IPAddress.Parse(node.Address), (node, keys))) continue;
            (EstateNode other, Mapping at) = first[IPAddress.Parse(node.Address)];
            string wrong = $"'{other.Name}' has the address {node.Address} already, at {at["address"].Place}";
            if (other.Role == node.Role) keys["address"].Reject(wrong, "give each node an address of its own");
            else keys["address"].Warn(wrong, "they are taken for one machine; give each its own address if they are two");
        }
    }

    /// <summary>An address in none of the networks is probably a slip.</summary>
    public void WarnOfStrayAddresses(IReadOnlyList<IPNetwork> networks)
    {
        if (networks.Count == 0) return;
        foreach ((EstateNode node, Mapping keys) in _nodes)
            if (node.Address.Length > 0 && !networks.Any(n => n.Contains(IPAddress.Parse(node.Address))))
                keys["address"].Warn($"{node.Address} is in none of the networks", $"known: {string.Join(", ", networks.Distinct())}");
    }
}
