using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;

namespace Tandem.Upgrade.Tests.Readiness;

/// <summary>An estate of ICM 4.5.2 that is ready for 4.6.2, to be spoiled in one place by each test.</summary>
static class TestEstates
{
    /// <summary>A Monday; the first window begins on the Saturday after.</summary>
    public static readonly DateOnly Today = new(2027, 1, 11);
    public static readonly LocalDate FirstDay = new(2027, 1, 16);
    static readonly LocalDate s_saved = new(2027, 1, 8);

    public static PackLibrary Packs { get; } = new(PackLibrary.Installed);
    public static Pack Icm { get; } = Packs.Load("icm-4.6.2");
    public static Pack Ucce { get; } = Packs.Load("ucce-7.5");

    public static Estate Ready { get; } = new()
    {
        Name = "Larkmoor", Product = "Cisco ICM", Release = "4.5.2", Zone = "America/New_York", File = "estate.yaml",
        Nodes =
        [
            Node("router-a", "router", "controller", "A"), Node("logger-a", "logger", "controller", "A"), Node("router-b", "router", "controller", "B"), Node("logger-b", "logger", "controller", "B"),
            Node("pg-1a", "pg", "pg-1", "A"), Node("pg-1b", "pg", "pg-1", "B"), Node("aw-1", "aw-distributor", "aw-1", ""), Node("hds-1", "aw-hds-webview", "hds-1", ""),
        ],
        Networks = [new("visible", "visible", "192.0.2.0/24", "192.0.2.1", 3)],
        Peripherals = [new("claims", "aspect", "8.3", "pg-1", Verified: true, 4)],
        Customisations =
        [
            new("custom-report", "claims by hour", s_saved, Reviewed: true, 5), new("database-object", "wallboard view", s_saved, Reviewed: true, 6), new("cti", "screen pop", s_saved, Reviewed: true, 7),
        ],
        Facts = new Dictionary<string, string>
        {
            ["application-gateway"] = "2.0",
            ["system-healthy"] = "yes",
            ["release-notes-read"] = "yes",
            ["field-notices-read"] = "yes",
            ["only-upgrade"] = "yes",
            ["redundancy-known"] = "yes",
            ["webview-users-told"] = "yes",
            ["cti-toolkit"] = "yes",
            ["cco-contract"] = "yes",
            ["media-checked"] = "yes",
        },
        Windows = [new("night-1", FirstDay.At(new LocalTime(22, 0)), "America/New_York", 10, 8)],
        Engineers = [new("Ines Calloway", "+1 212 555 0117", [], 9), new("Tobias Renn", "+1 312 555 0163", [], 10)],
        Contacts = [.. new[] { "customer", "carrier", "switch-vendor", "tac" }.Select(static (role, i) => new Contact($"desk of {role}", role, "+1 212 555 0101", "", 11 + i))],
        DefaultRoutePlan = new(InPlace: true, s_saved, 20),
        Media = new(new LocalDate(2027, 1, 5), 2, 21),
        Lab = new(new LocalDate(2026, 12, 12), MeetsRequirements: true, 22),
        Freeze = new(new LocalDate(2027, 1, 15), 23),
    };

    public static EstateNode Node(string name, string role, string unit, string side) => new()
    {
        Name = name, Role = role, Unit = unit, Side = side, Release = "4.5.2", Address = $"192.0.2.{name.Sum(static c => c) % 200 + 20}", Line = 30 + name.Length,
        Hardware = new(2048, 1000, 30, 4096, 40),
        Software = new Dictionary<string, string>
        {
            ["os"] = "windows-nt 4.0 SP6a", ["sql"] = "sql-server 6.5 SP5a", ["pcanywhere"] = "10.5", ["ie"] = "5.5 SP2", ["infomaker"] = "7.0.3",
            ["iis"] = "4.0", ["jdk"] = "1.3.1", ["servlet"] = "3.1", ["jaguar"] = "3.6.1",
        },
        Saved = new[] { "database", "registry", "icr-bin", "custom-folders", "route-print", "ipconfig", "netstat" }.ToDictionary(static i => i, static _ => s_saved),
    };

    public static Estate With(this Estate estate, string node, Func<EstateNode, EstateNode> changed) =>
        estate with { Nodes = [.. estate.Nodes.Select(n => n.Name == node ? changed(n) : n)] };

    public static Estate WithSoftware(this Estate estate, string node, string component, string? version) => estate.With(node, n =>
    {
        var software = new Dictionary<string, string>(n.Software);
        if (version is null) software.Remove(component);
        else software[component] = version;
        return n with { Software = software };
    });

    public static Estate Choosing(this Estate estate, string policy, string choice) =>
        estate with { Policies = new Dictionary<string, string>(estate.Policies) { [policy] = choice } };

    /// <summary>Everything of this release, as an estate that is upgraded as a whole.</summary>
    public static Estate AllAt(this Estate estate, string release) => estate with { Release = release, Nodes = [.. estate.Nodes.Select(n => n with { Release = release })] };

    public static ReadinessReport Judged(this Estate estate, Pack? pack = null) =>
        Upgrade.Readiness.Readiness.Judge(estate, pack ?? Icm, PolicySet.Of(pack ?? Icm, estate), Today);

    public static IReadOnlyList<Finding> Findings(this Estate estate, string check, Pack? pack = null) => [.. estate.Judged(pack).Findings.Where(f => f.Check == check)];

    public static Finding Worst(this Estate estate, string check, Pack? pack = null) => estate.Findings(check, pack).MaxBy(static f => f.Verdict)!;
}
