using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness.Rules;

namespace Tandem.Upgrade.Readiness;

delegate IEnumerable<Finding> CheckRule(CheckInHand check);

/// <summary>The code of each check, by the id that packs give it.</summary>
static class CheckRules
{
    public static IReadOnlyDictionary<string, Verdict> Failures { get; } = new Dictionary<string, Verdict>(StringComparer.Ordinal)
    {
        ["refuse"] = Verdict.Refused,
        ["not-ready"] = Verdict.NotReady,
        ["warn"] = Verdict.Warn,
    };

    public static IReadOnlyDictionary<string, CheckRule> All { get; } = new Dictionary<string, CheckRule>(StringComparer.Ordinal)
    {
        ["path-direct"] = ReleaseRules.PathDirect,
        ["clients-release"] = ReleaseRules.ClientsRelease,
        ["pairs"] = SideRules.Pairs,
        ["sides-differ"] = SideRules.SidesDiffer,
        ["gateway-lag"] = SideRules.GatewayLag,

        ["ram"] = HardwareRules.Ram,
        ["cpu"] = HardwareRules.Cpu,
        ["cpu-load"] = HardwareRules.CpuLoad,
        ["disk"] = HardwareRules.Disk,
        ["software"] = SoftwareRules.ThirdParty,
        ["sql-2000"] = SoftwareRules.NoSql2000,
        ["application-gateway"] = SoftwareRules.ApplicationGateway,
        ["peripheral-verified"] = SoftwareRules.PeripheralVerified,
        ["nam"] = SoftwareRules.Nam,

        ["software-with-release"] = SoftwareWithReleaseRules.GoesWith,
        ["windows-with-product"] = OtherUpgradeRules.Alone,
        ["other-upgrade-days"] = OtherUpgradeRules.Days,

        ["publisher-in-cluster"] = ClusterRules.Publisher,
        ["cti-cross-connect"] = ClusterRules.CrossConnect,
        ["cti-managers-same"] = ClusterRules.SameCtiManager,
        ["two-cti-managers"] = ClusterRules.TwoCtiManagers,
        ["phones-rehome"] = FactRules.IsYes,

        ["saved"] = SavedRules.Saved,
        ["custom-reports"] = SavedRules.Customisations,
        ["database-objects"] = SavedRules.Customisations,
        ["cti-reviewed"] = SavedRules.CtiReviewed,

        ["default-route-plan"] = PreparationRules.DefaultRoutePlan,
        ["system-healthy"] = FactRules.IsYes,
        ["release-notes-read"] = FactRules.IsGiven,
        ["field-notices-read"] = FactRules.IsGiven,
        ["only-upgrade"] = FactRules.IsYes,
        ["redundancy-known"] = FactRules.IsYes,
        ["webview-users-told"] = FactRules.IsGiven,
        ["cti-toolkit"] = FactRules.IsYes,
        ["cco-contract"] = FactRules.IsYes,
        ["media-checked"] = FactRules.IsGiven,
        ["lab"] = PreparationRules.Lab,
        ["freeze"] = PreparationRules.Freeze,
        ["media"] = MediaRules.Ordered,
        ["copies"] = MediaRules.Copies,

        ["networks-three"] = NetworkRules.Enough,
        ["network-same-prefix"] = NetworkRules.SamePrefix,
        ["gateway-reachable"] = FactRules.IsGiven,
        ["duplicate-gateway"] = NetworkRules.StandInGateway,
        ["shadow-on-bare-metal"] = NetworkRules.ShadowDecided,
        ["backup-all"] = SavedRules.Saved,
        ["regen-collected"] = FactRules.IsGiven,
        ["licences"] = FactRules.IsGiven,
        ["new-hardware"] = FactRules.IsGiven,
        ["capacity"] = FactRules.IsGiven,
        ["media-gateway-firmware"] = FactRules.IsGiven,
        ["mac-freeze"] = FactRules.IsGiven,
        ["pc-access"] = ReplacementRules.HasRole,
        ["pm-standalone"] = ReplacementRules.StandAloneManager,
        ["default-password"] = ReplacementRules.DefaultPassword,

        ["windows"] = WindowRules.Windows,
        ["engineers"] = WindowRules.Engineers,
        ["contacts"] = WindowRules.Contacts,
        ["addresses"] = WindowRules.Addresses,
    };
}
