using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning.Networks;

/// <summary>
/// The ways back. The new machines leave Production before the old ones come, or the two would meet there. No step of the
/// window is a point of no return: that is the day on which the old system is dismantled.
/// </summary>
sealed class BackOuts(Replacement of, Outage outage)
{
    /// <summary>Before the old system has left Production.</summary>
    public BackOut Firmware(ChronologyRow row)
    {
        List<BackOutAction> actions = [.. FirmwareBack()];
        double minutes = Sum(actions);
        return Made(row, actions, minutes, minutes);
    }

    /// <summary>The old system is off Production, the new one not yet there.</summary>
    public BackOut OldReturns(ChronologyRow row)
    {
        List<BackOutAction> actions = [OldToProduction(), .. FirmwareBack(), OldServes()];
        return Made(row, actions, Sum(actions), Sum(actions));
    }

    /// <summary>From the moment that the first new machine may be on Production.</summary>
    public BackOut NewLeaves(ChronologyRow row)
    {
        // A cabled old system may be parked on Migration: the new one is unplugged, and plugged in there only when it is free.
        string aside = of.OldIsCabled ? NetworksModel.None : NetworksModel.Migration;
        var leave = new BackOutAction(
            of.NewIsCabled ? Text.Of("Unplug every new machine from Production") : of.OldIsCabled ? Text.Of("Disconnect every new machine from Production") : Text.Of("Move every new machine from Production to Migration"),
            of.NewNames, outage.OneWay.Usual, To(of.NewNames, aside, runs: false));
        List<BackOutAction> actions = [leave, OldToProduction(), .. FirmwareBack(), OldServes()];
        double service = Sum(actions);
        if (of.OldIsCabled) actions.Add(new(Text.Of("Connect every new machine to Migration again, to look for the fault"), of.NewNames, outage.OneWay.Usual, To(of.NewNames, NetworksModel.Migration, null)));
        return Made(row, actions, service, Sum(actions));
    }

    BackOutAction OldToProduction() => new(
        of.OldIsCabled ? Text.Of("Make sure that no new machine is on Production, then plug every old one into it") : Text.Of("Make sure that no new machine is on Production, then move every old one back to it"),
        of.OldNames, outage.OneWay.Usual, To(of.OldNames, NetworksModel.Production, null));

    /// <summary>Firmware that was activated for the new system is taken back: nobody says that the old one works with it.</summary>
    IEnumerable<BackOutAction> FirmwareBack()
    {
        if (!of.UpdatesFirmware) yield break;
        Change[] changes = [.. of.KeptGateways.Select(g => new Change(g.Name, Change.End, Runs: true, Release: g.Release))];
        yield return new(Text.Of("Activate the former firmware on every media gateway with board_sw from the old system"), [.. of.KeptGateways.Select(static g => g.Name)], of.Figure("firmware-back-minutes").Value, changes);
    }

    BackOutAction OldServes() => new(
        Text.Of("Wait until the old system has loaded its data and its phones are registered; compare their number with the one before"),
        of.OldNames, outage.ReturnMinutes, [.. of.OldNames.Select(static n => new Change(n, Change.End, Runs: true))]);

    static Change[] To(IReadOnlyList<string> nodes, string network, bool? runs) => [.. nodes.Select(n => new Change(n, Change.End, runs, Network: network))];

    static double Sum(List<BackOutAction> actions) => Math.Round(actions.Sum(static a => a.Minutes), 4);

    static BackOut Made(ChronologyRow row, IReadOnlyList<BackOutAction> actions, double service, double all) =>
        new(Text.Of(row.Trigger), actions, service, all, false, row.Lost.Length > 0 ? Text.Of(row.Lost) : Text.None);
}
