using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;

namespace Tandem.Upgrade.Planning.Networks;

/// <summary>Everything before the window: the new system is built, filled and tested on Migration while the old one serves.</summary>
sealed class Preparation(Replacement of)
{
    public void AddTo(DraftList list)
    {
        string networks = of.NewIsCabled ? "networks-cabled" : "networks", gateway = of.PcIsGateway ? "gateway-pc" : "gateway-router";
        list.Prepare(networks, Row(networks), []);
        list.Prepare(gateway, Row(gateway), of.PcIsGateway ? [of.Pc!.Name] : []);
        list.Prepare("deploy-" + of.NewPlatform, Times(of.MinutesOf("deploy-minutes-per-machine"), of.Machines), of.NewNames);
        list.Prepare("basic-tests", Row("basic-tests"), of.NewNames);
        if (!of.NewIsCabled) list.Prepare("snapshot", Row("snapshot"), of.NewNames);

        list.Prepare("backup", Times(of.MinutesOf("backup-minutes-per-machine"), of.Machines), of.OldNames);
        list.Prepare("collect", Row("collect"), of.OldNames);
        bool securityOff = of.Policies.Choice("security-check") == "off";
        if (securityOff) list.Prepare("security-off", Row("security-off"), of.NewNamesOf("service-node"));
        list.Prepare("send", Send(), of.NewNamesOf("service-node"));
        if (securityOff) list.Prepare("security-on", Row("security-on"), of.NewNamesOf("service-node"));
        list.Prepare("backup-new", Row("backup-new"), of.NewNames);
        list.Prepare("media", Row("media"), [.. of.NewNamesOf("media-server"), .. of.NewNamesOf("media-gateway")]);
        if (of.UpdatesFirmware) list.Prepare("firmware-load", Times(of.MinutesOf("firmware-load-minutes-per-gateway"), of.KeptGateways.Count), [.. of.KeptGateways.Select(static g => g.Name)]);

        list.Prepare("restore-snm", Row("restore-snm"), HostsOf("service-node-manager"));
        bool snmFirst = of.Policies.Choice("restore-order") == "snm-first";
        list.Prepare("restore-pm", Row("restore-pm"), HostsOf("provisioning-manager"), snmFirst ? "restore-snm" : "backup-new");
        list.Prepare("verify", Row("verify"), [.. HostsOf("provisioning-manager").Union(HostsOf("service-node-manager"))]);
        list.Prepare("replay", Row("replay"), of.NewNamesOf("service-node"));
        list.Prepare("tests-before", of.Estate.TestMinutes.TryGetValue("before", out double own) ? Minutes.Exactly(own) : Row("tests-before"), of.NewNames);
    }

    Minutes Row(string act) => of.Row(act).Minutes is { } range ? new Minutes(range.Min, range.Usual, range.Max, range.Derived) : Minutes.Exactly(0);

    static Minutes Times(Minutes each, int count) => new(each.Min * count, each.Usual * count, each.Max * count, each.Derived);

    /// <summary>As the source's weekend: 12,000 users, in the hours that somebody takes a weekend to have.</summary>
    Minutes Send()
    {
        Figure rate = of.Figure("regeneration-users-per-hour");
        return new Minutes(of.Users / rate.Max * 60, of.Users / of.Policies.Value("regeneration-rate") * 60, of.Users / rate.Min * 60, Derived: true);
    }

    /// <summary>A manager that the estate does not name apart lives on the first service node.</summary>
    IReadOnlyList<string> HostsOf(string role)
    {
        IReadOnlyList<string> own = of.NewNamesOf(role);
        return own.Count > 0 ? own : [of.NewNamesOf("service-node")[0]];
    }
}
