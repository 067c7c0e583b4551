using System.Net;
using Tandem.Yaml;

namespace Tandem.Upgrade.Estates.Reading;

/// <summary>The whole file, each section after those that it refers to.</summary>
sealed class EstateReader(Mapping root, Products products)
{
    public Estate Read()
    {
        string name = root.Required("estate", "write the estate's name")?.Text() ?? "";
        Product product = products.Read(root.Required("product", "name the product, such as Cisco ICM"));
        string release = root.Required("release", "write the release that it runs now, such as 4.5.2")?.Text() ?? "";
        string zone = root.Required("zone", "write an IANA zone such as Europe/Berlin")?.Zone() ?? "UTC";

        var sites = new Names("site");
        IReadOnlyList<Site> siteList = SystemReader.Sites(root.Optional("sites"), zone, sites);
        var clusterNodes = new Names("cluster node");
        IReadOnlyList<Cluster> clusters = SystemReader.Clusters(root.Optional("clusters"), clusterNodes);
        List<IPNetwork> prefixes = [];
        IReadOnlyList<EstateNetwork> networks = SystemReader.Networks(root.Optional("networks"), prefixes);
        var windows = new WindowReader(zone);
        IReadOnlyList<MaintenanceWindow> windowList = windows.Read(root.Optional("windows"));
        var nodes = new NodeReader(product, release, sites, clusterNodes);
        IReadOnlyList<EstateNode> nodeList = nodes.Read(Nodes().Maps("write name and role"));
        nodes.WarnOfStrayAddresses(prefixes);

        var estate = new Estate
        {
            Name = name,
            Product = product.Name,
            Release = release,
            Zone = zone,
            Platform = root.Optional("platform")?.OneOf("vmware", "hyper-v", "bare-metal") ?? "",
            Sites = siteList,
            Nodes = nodeList,
            Peripherals = SystemReader.Peripherals(root.Optional("peripherals"), product, nodes.GatewayUnits()),
            Clusters = clusters,
            Networks = networks,
            Customisations = ReadinessReader.Customisations(root.Optional("customisations")),
            Counts = root.Optional("counts").Pairs("write names with numbers, such as agents: 400", static f => f.Count()),
            Facts = root.Optional("facts").Pairs("write names with values, such as application-gateway: 2.0", static f => f.Text()),
            Windows = windowList,
            Engineers = ReadinessReader.Engineers(root.Optional("engineers"), windows.Names),
            Contacts = ReadinessReader.Contacts(root.Optional("contacts")),
            DefaultRoutePlan = ReadinessReader.DefaultRoutePlan(root.Optional("default-route-plan")),
            Media = ReadinessReader.Media(root.Optional("media")),
            Lab = ReadinessReader.Lab(root.Optional("lab")),
            Freeze = ReadinessReader.Freeze(root.Optional("freeze")),
            OtherUpgrades = ReadinessReader.OtherUpgrades(root.Optional("other-upgrades"), product, windows.Names),
            Policies = WishesReader.Policies(root.Optional("policies"), product),
            TestMinutes = WishesReader.TestMinutes(root.Optional("test-minutes")),
            CallsPerHour = WishesReader.CallsPerHour(root.Optional("calls-per-hour")),
            Order = WishesReader.Order(root.Optional("order"), nodes.Names),
            Learned = WishesReader.Learned(root.Optional("learned"), product),
            Commands = WishesReader.Commands(root.Optional("commands")),
        };
        root.Done();
        return estate;
    }

    Field? Nodes()
    {
        const string right = "list the nodes, with name and role";
        Field? field = root.Required("nodes", right);
        if (field?.Items().Count == 0) field.Reject("the estate has no node", right);
        return field;
    }
}
