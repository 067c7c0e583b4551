using Tandem.Upgrade.Modelling;

namespace Tandem.Upgrade.Planning.Networks;

/// <summary>The window: the old system leaves Production whole, a gate, the new one comes, and callers are served again.</summary>
sealed class CutOver(Replacement of, Outage outage)
{
    readonly BackOuts _backOuts = new(of, outage);

    public void AddTo(DraftList list)
    {
        if (of.UpdatesFirmware) Firmware(list);
        OldLeaves(list);
        Gate(list);
        NewComes(list);
        if (of.OldIsCabled) Park(list);
        Serve(list);
    }

    void Firmware(DraftList list)
    {
        double wait = of.Figure("firmware-wait-seconds").Value / 60;
        // The gateways restart while the machines move: they are gone when the wait is over, and back with the reload.
        Change[] changes = [.. of.KeptGateways.Select(g => new Change(g.Name, Change.End, Runs: false, Release: of.Pack.Release))];
        list.Serve("firmware-activate", Minutes.Exactly(wait), [.. of.KeptGateways.Select(static g => g.Name)], changes, _backOuts.Firmware(of.Row("firmware-activate")));
    }

    void OldLeaves(DraftList list)
    {
        string act = of.OldIsCabled ? "cables-1" : "part-1";
        List<Change> changes = [.. of.OldNames.Select(static n => new Change(n, Change.Begin, Runs: false, Network: NetworksModel.None))];
        if (!of.OldIsCabled) changes.AddRange(of.OldNames.Select(static n => new Change(n, Change.End, Network: NetworksModel.Shadow)));
        list.Serve(act, outage.OneWay, of.OldNames, changes, _backOuts.OldReturns(of.Row(act)));
    }

    void Gate(DraftList list)
    {
        Change[] changes = of.PcIsGateway ? [new Change(NetworksModel.GatewayOn(of.Pc!.Name), Change.End, Network: NetworksModel.None)] : [];
        string act = of.PcIsGateway ? "gate-pc" : "gate";
        list.Serve(act, outage.Gate, of.PcIsGateway ? [.. of.OldNames, of.Pc!.Name] : of.OldNames, changes, _backOuts.OldReturns(of.Row(act)));
    }

    void NewComes(DraftList list)
    {
        string act = of.NewIsCabled ? "cables-2" : "part-2";
        List<Change> changes = [.. of.NewNames.Select(static n => new Change(n, Change.Begin, Runs: false)), .. of.NewNames.Select(static n => new Change(n, Change.End, Network: NetworksModel.Production))];
        if (of.Pc is { } pc) changes.Add(new Change(pc.Name, Change.End, Network: NetworksModel.Production));
        list.Serve(act, outage.WithPc, of.Pc is null ? of.NewNames : [.. of.NewNames, of.Pc.Name], changes, _backOuts.NewLeaves(of.Row(act)));
    }

    void Park(DraftList list)
    {
        string act = of.ParkedOn == NetworksModel.Shadow ? "cables-3-shadow" : "cables-3-migration";
        Change[] changes = [.. of.OldNames.Select(n => new Change(n, Change.End, Network: of.ParkedOn))];
        list.Serve(act, outage.Park!, of.OldNames, changes, _backOuts.NewLeaves(of.Row(act)));
    }

    void Serve(DraftList list)
    {
        Change[] gateways = [.. of.KeptGateways.Select(static g => new Change(g.Name, Change.End, Runs: true))];
        list.Serve("reload", outage.Reload, of.NewNames, of.UpdatesFirmware ? gateways : [], _backOuts.NewLeaves(of.Row("reload")));
        list.Serve("addresses", outage.Addresses, of.NewNames, [], _backOuts.NewLeaves(of.Row("addresses")));
        Change[] served = [.. of.NewNames.Select(static n => new Change(n, Change.End, Runs: true))];
        list.Serve("registration", outage.Registration, of.NewNames, served, _backOuts.NewLeaves(of.Row("registration")));
        list.Serve("tests", outage.Tests, of.NewNames, [], _backOuts.NewLeaves(of.Row("tests")), isTest: true);
        list.Serve("watch", of.MinutesOf("watch-minutes"), of.NewNames, [], _backOuts.NewLeaves(of.Row("watch")));
        list.Serve("standby", of.MinutesOf("standby-minutes"), [.. of.NewNames, .. of.OldNames], [], _backOuts.NewLeaves(of.Row("standby")));
    }
}
