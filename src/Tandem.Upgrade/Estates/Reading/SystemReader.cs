using System.Net;
using Tandem.Yaml;

namespace Tandem.Upgrade.Estates.Reading;

/// <summary>What is around the nodes: sites, networks, peripherals, clusters.</summary>
static class SystemReader
{
    public static IReadOnlyList<Site> Sites(Field? field, string zone, Names names)
    {
        List<Site> sites = [];
        foreach (Mapping keys in field.Maps("write name and zone"))
        {
            sites.Add(new Site(names.Define(keys), keys.Optional("zone")?.Zone() ?? zone, keys.Whole.Line));
            keys.Done();
        }
        return sites;
    }

    public static IReadOnlyList<Cluster> Clusters(Field? field, Names clusterNodes)
    {
        var names = new Names("cluster");
        List<Cluster> clusters = [];
        foreach (Mapping keys in field.Maps("write name and nodes"))
        {
            string name = names.Define(keys);
            List<ClusterNode> nodes = [];
            foreach (Mapping node in keys.Required("nodes", "list its call managers").Maps("write name, role and cti-manager"))
                nodes.Add(ClusterNode(node, nodes, clusterNodes));
            if (nodes.Count > 0 && nodes.TrueForAll(static n => n.Role != "publisher"))
                keys.Whole.Reject("the cluster has no publisher", "write role: publisher for one of its nodes");
            clusters.Add(new Cluster(name, nodes, keys.Whole.Line));
            keys.Done();
        }
        return clusters;
    }

    static ClusterNode ClusterNode(Mapping keys, List<ClusterNode> before, Names names)
    {
        string name = names.Define(keys);
        string role = "subscriber";
        if (keys.Required("role", "write publisher or subscriber") is { } field)
        {
            role = field.OneOf("subscriber", "publisher");
            if (role == "publisher" && before.Find(static n => n.Role == "publisher") is { } first)
                field.Reject($"the cluster has a publisher already: '{first.Name}', line {first.Line}", "write subscriber");
        }
        string ctiManager = keys.Optional("cti-manager")?.OneOf("none", "primary", "backup") ?? "none";
        keys.Done();
        return new ClusterNode(name, role, ctiManager, keys.Whole.Line);
    }

    public static IReadOnlyList<Peripheral> Peripherals(Field? field, Product product, Names pgUnits)
    {
        var names = new Names("peripheral");
        List<Peripheral> peripherals = [];
        foreach (Mapping keys in field.Maps("write name, kind, release and pg"))
        {
            peripherals.Add(new Peripheral(
                names.Define(keys),
                keys.Required("kind", "write what it is, such as aspect or definity")?.WordLike(product.PeripheralKinds) ?? "",
                keys.Optional("release")?.Text() ?? "",
                pgUnits.Refer(keys.Required("pg", "name the unit of the PG that it is connected to")),
                keys.Optional("verified")?.Flag(),
                keys.Whole.Line));
            keys.Done();
        }
        return peripherals;
    }

    /// <param name="prefixes">Receives those that could be read.</param>
    public static IReadOnlyList<EstateNetwork> Networks(Field? field, List<IPNetwork> prefixes)
    {
        var names = new Names("network");
        List<EstateNetwork> networks = [];
        foreach (Mapping keys in field.Maps("write name, purpose, prefix and gateway"))
        {
            string name = names.Define(keys);
            string purpose = keys.Required("purpose", "write visible, private, production, migration or shadow")?.OneOf("visible", "private", "production", "migration", "shadow") ?? "";
            Field? prefixAt = keys.Optional("prefix"), gatewayAt = keys.Optional("gateway");
            IPNetwork? prefix = prefixAt is null ? null : Prefix(prefixAt);
            if (prefix is { } read) prefixes.Add(read);
            string gateway = gatewayAt?.Address() ?? "";
            if (prefix is { } around && gateway.Length > 0 && !around.Contains(IPAddress.Parse(gateway)))
                gatewayAt!.Reject($"{gateway} is not in {around}", "write the gateway's address in this network");
            networks.Add(new EstateNetwork(name, purpose, prefix?.ToString() ?? "", gateway, keys.Whole.Line));
            keys.Done();
        }
        return networks;
    }

    static IPNetwork? Prefix(Field field)
    {
        const string right = "write a prefix such as 192.0.2.0/24";
        if (field.Text(right) is not { } text) return null;
        if (IPNetwork.TryParse(text, out IPNetwork prefix)) return prefix;
        field.Reject($"'{text}' is no prefix of a network", right);
        return null;
    }
}
