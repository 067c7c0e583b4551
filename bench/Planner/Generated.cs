using NodaTime;
using Tandem.Upgrade.Estates;

namespace Tandem.Bench.Planner;

/// <summary>An estate of ICM 4.5.2 that was never: one central controller, the rest duplexed gateways and workstations over many sites.</summary>
static class Generated
{
    /// <summary>Everything that readiness asks for is there, so that only the size counts.</summary>
    public static Estate Estate(int nodes, int sites, int engineers, LocalDate today)
    {
        string Site(int i) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"site-{i % sites + 1}");
        List<EstateNode> made = [];
        foreach (string side in new[] { "A", "B" })
        {
            string site = Site(side == "A" ? 0 : 1), letter = side == "A" ? "a" : "b";
            made.Add(Node($"rtr-{letter}", "router", "controller", side, site, today));
            made.Add(Node($"lgr-{letter}", "logger", "controller", side, site, today));
        }
        // Of what is left a tenth are workstations and one of twenty-five an HDS; the others are pairs.
        int left = nodes - made.Count, workstations = Math.Max(1, left / 10), servers = Math.Max(1, left / 25), pairs = (left - workstations - servers) / 2;
        for (int i = 0; i < workstations; i++) made.Add(Node($"aw-{i + 1}", "aw-distributor", $"aw-{i + 1}", "", Site(i), today));
        for (int i = 0; i < servers; i++) made.Add(Node($"hds-{i + 1}", "aw-hds", $"hds-{i + 1}", "", Site(i), today));
        for (int i = 0; i < pairs; i++)
            foreach (string side in new[] { "A", "B" })
                made.Add(Node($"pg-{i + 1}{(side == "A" ? "a" : "b")}", "pg", $"pg-{i + 1}", side, Site(i), today));
        while (made.Count < nodes) made.Add(Node($"aw-{++workstations}", "aw-distributor", $"aw-{workstations}", "", Site(workstations), today));

        LocalDate first = today.PlusDays(30);
        return new Estate
        {
            Name = $"{nodes} nodes on {sites} sites",
            Product = "Cisco ICM",
            Release = "4.5.2",
            Zone = "Europe/Vienna",
            Sites = [.. Enumerable.Range(0, sites).Select(i => new Site(Site(i), "Europe/Vienna", 1))],
            Nodes = made,
            Windows = [.. Enumerable.Range(0, 60).Select(i => new MaintenanceWindow($"night {i + 1}", first.PlusDays(i).At(new LocalTime(21, 0)), "Europe/Vienna", 10, 1))],
            Engineers = [.. Enumerable.Range(1, engineers).Select(static i => new Engineer($"engineer {i}", "", [], 1))],
            // Fifty workstations do not fit into the night of the switch.
            Policies = new Dictionary<string, string> { ["clients-window"] = "staggered" },
            DefaultRoutePlan = new DefaultRoutePlan(InPlace: true, today.PlusDays(-1), 1),
            Media = new Media(first.PlusDays(-10), 2, 1),
            Lab = new Lab(today.PlusDays(-7), MeetsRequirements: true, 1),
            Freeze = new Freeze(first, 1),
            TestMinutes = new Dictionary<string, double> { ["midpoint"] = 60, ["end"] = 30 },
            CallsPerHour = [.. Enumerable.Range(0, 24).Select(static h => h is >= 8 and < 20 ? 12_000.0 : 1_500.0)],
            File = "generated",
        };
    }

    static EstateNode Node(string name, string role, string unit, string side, string site, LocalDate today) => new()
    {
        Name = name,
        Role = role,
        Unit = unit,
        Side = side,
        Site = site,
        Release = "4.5.2",
        Hardware = new Hardware(4096, 1000, 20, 8000, 1),
        Software = new Dictionary<string, string> { ["os"] = "windows-nt 4.0 SP6a", ["sql"] = "sql-server 6.5 SP5a", ["pcanywhere"] = "10.5", ["ie"] = "5.5 SP2", ["infomaker"] = "7.0.3" },
        Saved = new[] { "database", "registry", "icr-bin", "custom-folders", "route-print", "ipconfig", "netstat" }.ToDictionary(static s => s, _ => today),
        Line = 1,
    };
}
