using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;

namespace Tandem.Upgrade.Readiness;

/// <summary>An estate seen with a pack's eyes on one day.</summary>
sealed class EstateFacts
{
    readonly ILookup<string, EstateNode> _byGroup;

    public EstateFacts(Estate estate, Pack pack, PolicySet policies, DateOnly today)
    {
        (Estate, Pack, Policies, Today) = (estate, pack, policies, LocalDate.FromDateOnly(today));
        _byGroup = estate.Nodes.ToLookup(n => RoleOf(n)?.Group ?? "", StringComparer.Ordinal);
        GatewayUnits = [.. _byGroup[SidesModel.Gateways].GroupBy(static n => n.Unit, StringComparer.Ordinal)];
        Windows = [.. estate.Windows.OrderBy(static w => w.Begins)];
    }

    public Estate Estate { get; }
    public Pack Pack { get; }
    public PolicySet Policies { get; }
    public LocalDate Today { get; }
    /// <summary>By their beginning.</summary>
    public IReadOnlyList<MaintenanceWindow> Windows { get; }
    public IReadOnlyList<IGrouping<string, EstateNode>> GatewayUnits { get; }
    public IEnumerable<EstateNode> Controller => _byGroup[SidesModel.Controller];
    public IEnumerable<EstateNode> Gateways => _byGroup[SidesModel.Gateways];
    public IEnumerable<EstateNode> Clients => _byGroup[SidesModel.Clients];

    /// <summary>On which the first window begins, in its own zone; null when no window is known.</summary>
    public LocalDate? FirstDay => Windows.Count > 0 ? Windows[0].Start.Date : null;

    /// <summary>The one that ends last; nobody knows beforehand which windows stay unused, so that all of them count. Null when none is known.</summary>
    public MaintenanceWindow? LastWindow => Windows.MaxBy(static w => w.Ends);

    /// <summary>The day of a window's end, in its own zone.</summary>
    public static LocalDate EndDay(MaintenanceWindow window) => window.Ends.InZone(DateTimeZoneProviders.Tzdb[window.Zone]).Date;

    /// <summary>Null for a role that the pack does not have.</summary>
    public Role? RoleOf(EstateNode node) => Pack.Roles.GetValueOrDefault(node.Role);

    public int Rung(string release) => Releases.Rung(Pack.Ladder, release);

    /// <summary>What a node must have; another role's where a policy says whose row holds, null where the pack has none.</summary>
    public HardwareMinimum? HardwareOf(EstateNode node)
    {
        const string likeAnother = "webview-hardware", prefix = "as-";
        Role? role = RoleOf(node);
        if (node.Role == "webview" && Policies.Has(likeAnother) && Policies.Choice(likeAnother) is { } choice && choice.StartsWith(prefix, StringComparison.Ordinal))
            role = Pack.Roles.GetValueOrDefault(choice[prefix.Length..]) ?? role;
        return role?.Hardware;
    }

    /// <summary>The row's least in MB, unless a policy decides between two figures of the row.</summary>
    public int RamNeeded(EstateNode node, HardwareMinimum minimum) =>
        Pack.Checks.Find(static c => c.Id == "ram")?.With.TryGetValue(node.Role, out string? policy) == true ? (int)Policies.Value(policy) : minimum.RamMb;

    /// <summary>Nobody entered any customisation, nor that there is none of this kind (`facts: custom-report: none`).</summary>
    public bool IsSilentAbout(string kind) => Estate.Customisations.Count == 0 && !Estate.Facts.ContainsKey(kind);
}
