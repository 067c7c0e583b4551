using NodaTime;
using Tandem.Upgrade.Modelling;

namespace Tandem.Upgrade.Estates;

/// <summary>What a customer has, and when and by whom it may be touched. Made by <see cref="EstateFile"/>.</summary>
public sealed record Estate
{
    public required string Name { get; init; }
    /// <summary>The pack's product: <c>Cisco ICM</c>.</summary>
    public required string Product { get; init; }
    /// <summary>What the central system runs now.</summary>
    public required string Release { get; init; }
    /// <summary>IANA zone of windows and sites that name none.</summary>
    public required string Zone { get; init; }
    /// <summary>Where the product is told apart further: <c>vmware</c>, <c>hyper-v</c>, <c>bare-metal</c>.</summary>
    public string Platform { get; init; } = "";
    public IReadOnlyList<Site> Sites { get; init; } = [];
    public IReadOnlyList<EstateNode> Nodes { get; init; } = [];
    public IReadOnlyList<Peripheral> Peripherals { get; init; } = [];
    public IReadOnlyList<Cluster> Clusters { get; init; } = [];
    public IReadOnlyList<EstateNetwork> Networks { get; init; } = [];
    public IReadOnlyList<Customisation> Customisations { get; init; } = [];
    /// <summary>By name: agents, users, extensions, phones.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>();
    /// <summary>Other facts by name, such as <c>application-gateway: 2.0</c>.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<MaintenanceWindow> Windows { get; init; } = [];
    public IReadOnlyList<Engineer> Engineers { get; init; } = [];
    public IReadOnlyList<Contact> Contacts { get; init; } = [];
    public DefaultRoutePlan? DefaultRoutePlan { get; init; }
    public Media? Media { get; init; }
    public Lab? Lab { get; init; }
    public Freeze? Freeze { get; init; }
    /// <summary>Other upgrades that are planned: Windows 2000, SQL Server 7.</summary>
    public IReadOnlyList<OtherUpgrade> OtherUpgrades { get; init; } = [];
    /// <summary>Choices for the pack's policies, by policy.</summary>
    public IReadOnlyDictionary<string, string> Policies { get; init; } = new Dictionary<string, string>();
    /// <summary>Minutes of the customer's own tests, by when: midpoint, end.</summary>
    public IReadOnlyDictionary<string, double> TestMinutes { get; init; } = new Dictionary<string, double>();
    /// <summary>Calls in each hour of the day, from 0 to 23; empty when nobody knows.</summary>
    public IReadOnlyList<double> CallsPerHour { get; init; } = [];
    /// <summary>An order of the customer's own, in place of the pack's; empty for the pack's.</summary>
    public IReadOnlyList<OrderedAct> Order { get; init; } = [];
    /// <summary>Durations learned in earlier runs, in minutes, by `role:ROLE` or `row:ROW`; they replace the pack's.</summary>
    public IReadOnlyDictionary<string, double> Learned { get; init; } = new Dictionary<string, double>();
    /// <summary>Local commands that carry steps out, by the step's id; the others are done by hand.</summary>
    public IReadOnlyList<StepCommand> Commands { get; init; } = [];
    /// <summary>The path of its file, for messages.</summary>
    public string File { get; init; } = "";
}

public sealed record Site(string Name, string Zone, int Line);

public sealed record EstateNode
{
    public required string Name { get; init; }
    /// <summary>A role of the pack: router, logger, pg, …</summary>
    public required string Role { get; init; }
    /// <summary>Nodes of one unit are redundant to each other: <c>pg-1</c>. The central controller's is its group.</summary>
    public required string Unit { get; init; }
    /// <summary>A, B, or empty for a node alone.</summary>
    public string Side { get; init; } = "";
    public string Site { get; init; } = "";
    /// <summary>Its own release; the estate's when it has none.</summary>
    public required string Release { get; init; }
    public string Address { get; init; } = "";
    /// <summary>Lower is earlier.</summary>
    public int Priority { get; init; } = 100;
    public Hardware? Hardware { get; init; }
    /// <summary>Component to version: <c>os: windows-nt 4.0 SP6a</c>.</summary>
    public IReadOnlyDictionary<string, string> Software { get; init; } = new Dictionary<string, string>();
    /// <summary>What was saved of it, and when; items are the pack's.</summary>
    public IReadOnlyDictionary<string, LocalDate> Saved { get; init; } = new Dictionary<string, LocalDate>();
    /// <summary>Nodes of a cluster to whose CTI manager it connects.</summary>
    public IReadOnlyList<string> CtiManagers { get; init; } = [];
    /// <summary>Of a media gateway or server: how much hangs on it.</summary>
    public long Endpoints { get; init; }
    public int Line { get; init; }
}

/// <summary>What is not known is null.</summary>
public sealed record Hardware(int? RamMb, int? CpuMhz, int? CpuLoadPercent, int? DiskFreeMb, int Line);

/// <summary>An ACD, PBX or VRU behind a PG.</summary>
public sealed record Peripheral(string Name, string Kind, string Release, string Pg, bool? Verified, int Line);

/// <summary>A cluster of call managers.</summary>
public sealed record Cluster(string Name, IReadOnlyList<ClusterNode> Nodes, int Line);

/// <param name="Role">publisher or subscriber.</param>
/// <param name="CtiManager">none, primary or backup.</param>
public sealed record ClusterNode(string Name, string Role, string CtiManager, int Line);

/// <param name="Purpose">visible, private, production, migration, shadow.</param>
public sealed record EstateNetwork(string Name, string Purpose, string Prefix, string Gateway, int Line);

/// <param name="Kind">custom-report, database-object, cti, application-gateway, …</param>
/// <param name="Saved">When it was saved; null: it was not.</param>
/// <param name="Reviewed">Somebody looked whether it fits the new release.</param>
public sealed record Customisation(string Kind, string Name, LocalDate? Saved, bool Reviewed, int Line);

/// <summary>From an instant on, for so long; written in a zone's local time.</summary>
public sealed record MaintenanceWindow(string Name, LocalDateTime Start, string Zone, double Hours, int Line)
{
    public Instant Begins => Start.InZoneLeniently(DateTimeZoneProviders.Tzdb[Zone]).ToInstant();
    public Instant Ends => Begins + Duration.FromHours(Hours);
}

/// <param name="Windows">In which windows; empty for all.</param>
public sealed record Engineer(string Name, string Phone, IReadOnlyList<string> Windows, int Line);

/// <param name="Role">customer, carrier, switch-vendor, tac, management, …</param>
public sealed record Contact(string Name, string Role, string Phone, string Mail, int Line);

public sealed record DefaultRoutePlan(bool InPlace, LocalDate? Tested, int Line);

public sealed record Media(LocalDate? Ordered, int Copies, int Line);

public sealed record Lab(LocalDate? Done, bool MeetsRequirements, int Line);

/// <param name="From">From when on nobody changes scripts or configuration.</param>
public sealed record Freeze(LocalDate? From, int Line);

/// <param name="Component">As a stage of the pack: sql, windows-2000, call-manager.</param>
public sealed record OtherUpgrade(string Component, string To, string Window, LocalDate? Date, int Line);

/// <summary>One act of an order that the customer wrote.</summary>
/// <param name="Do">stop, upgrade, start, test.</param>
public sealed record OrderedAct(string Do, IReadOnlyList<string> Nodes, double? Minutes, int Line);

/// <summary>What carries a step out, for <c>sh</c> on the machine of the run.</summary>
public sealed record StepCommand(string Step, string CommandLine, int Line);
