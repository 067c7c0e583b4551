using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning;

/// <summary>
/// The way back from each row to the old release on both sides: what was upgraded up to there, and nothing else, is restored.
/// Until side B is touched it is a switch back; from then on one side must be restored before anything can be switched. What is
/// upgraded after the controller goes back by itself.
/// </summary>
sealed class SidesBackOut(Pack pack, SidesBackOut.Parts parts, Func<EstateNode, Minutes> usual)
{
    /// <param name="WithA">Gateways that are upgraded with side A, and with side B.</param>
    /// <param name="Waiting">Gateways without a second side that wait for side A.</param>
    /// <param name="First">The client of row 2; the others follow in row 9.</param>
    internal sealed record Parts(EstateNode[] A, EstateNode[] B, EstateNode[] WithA, EstateNode[] WithB, EstateNode[] Waiting, EstateNode? First, EstateNode[] Others);

    EstateNode[] SideA => [.. parts.A, .. parts.WithA];
    EstateNode[] SideB => [.. parts.B, .. parts.WithB];
    EstateNode[] First => parts.First is null ? [] : [parts.First];

    /// <summary>To stop a side, or to start one, by the same table as the way forward.</summary>
    double SwitchMinutes => pack.Chronology.Find(static r => r.Act == "stop-side")?.Minutes?.Usual ?? 5;

    double SideMinutes(string side) => pack.Chronology.Find(r => r.Act == "upgrade-side" && r.Side == side)?.Minutes?.Usual ?? 90;

    double Sum(IEnumerable<EstateNode> nodes) => nodes.Sum(n => usual(n).Usual);

    public BackOut Of(ChronologyRow row) => row.Act switch
    {
        "upgrade-side" when row.Side == "A" => Made(row, RestoreA([]), 0),
        "upgrade-first-client" => Made(row, RestoreA(First), 0),
        "stop-side" => Made(row, [StartB(parts.Waiting), .. RestoreA(First)], SwitchMinutes),
        "start-side" when row.Side == "A" => Made(row, SwitchBack(restoresB: false, waits: true), 2 * SwitchMinutes),
        "test" => Made(row, SwitchBack(restoresB: false, waits: false), 2 * SwitchMinutes),
        "upgrade-side" => Made(row, SwitchBack(restoresB: true, waits: false), 2 * SwitchMinutes, noReturn: true),
        _ => Made(row, SwitchBack(restoresB: true, waits: false), 2 * SwitchMinutes),
    };

    /// <summary>Of a gateway that waited for side A and is upgraded after it.</summary>
    public BackOut Waited(ChronologyRow row) => Made(row, SwitchBack(restoresB: false, waits: false), 2 * SwitchMinutes);

    /// <summary>Of a gateway that goes with its side, beside the row's own step: with the whole side.</summary>
    public BackOut With(ChronologyRow row) => Of(row) with { PointOfNoReturn = false };

    static BackOut Made(ChronologyRow row, List<BackOutAction> actions, double service, bool noReturn = false) =>
        new(Text.Of(row.Trigger), actions, service, actions.Sum(static x => x.Minutes), noReturn, Text.Of(row.Lost));

    /// <summary>Side B routes on; side A goes back to what was saved and starts beside it.</summary>
    List<BackOutAction> RestoreA(EstateNode[] others)
    {
        EstateNode[] nodes = [.. SideA, .. others];
        return
        [
            Action(Text.Of("Restore {0} from what was saved before the upgrade", Names(nodes)), nodes, SideMinutes("A") + Sum(parts.WithA) + Sum(others), [.. Restored(nodes)]),
            Action(Text.Of("Start {0} beside side B and wait until both agree", Names(nodes)), nodes, SwitchMinutes, [.. Run(nodes)]),
        ];
    }

    BackOutAction StartB(EstateNode[] waiting)
    {
        EstateNode[] nodes = [.. SideB, .. parts.Others, .. waiting];
        return Action(Text.Of("Start side B with the old release: {0}", Names(nodes)), nodes, SwitchMinutes, [.. Run(nodes)]);
    }

    /// <param name="restoresB">Side B was touched: side A routes on alone while it is restored.</param>
    /// <param name="waits">The waiting gateways have not been upgraded yet.</param>
    List<BackOutAction> SwitchBack(bool restoresB, bool waits)
    {
        EstateNode[] upgraded = waits ? [] : parts.Waiting, running = [.. SideA, .. First, .. upgraded];
        List<BackOutAction> actions = [];
        if (restoresB)
            actions.Add(Action(Text.Of("Stop side B and restore {0} from what was saved", Names(SideB)), SideB, SideMinutes("B") + Sum(parts.WithB), [.. Stop(SideB), .. Restored(SideB)]));
        actions.Add(Action(Text.Of("Stop side A and the upgraded machines: {0}", Names(running)), running, SwitchMinutes, [.. Stop(running)]));
        actions.Add(StartB(waits ? parts.Waiting : []));
        actions.AddRange(RestoreA([.. First, .. upgraded]));
        return actions;
    }

    /// <summary>A client goes back alone, and stands still: the old release does not work beside the new controller.</summary>
    public BackOut Client(ChronologyRow row, EstateNode node) =>
        node == parts.First
            ? Made(row, [Action(Text.Of("Leave {0} in service as it is, and plan what is left to do there for another night", node.Name), [node], 0, [])], 0)
            : Made(row, [Action(Text.Of("Stop {0} and restore it from what was saved; it stays stopped until it is upgraded again", node.Name), [node], usual(node).Usual, [.. Stop([node]), .. Restored([node])])], 0);

    /// <summary>A gateway may lag: its unit goes back alone, the controller stays.</summary>
    public BackOut Gateway(ChronologyRow row, EstateNode[] sides, int index)
    {
        EstateNode node = sides[index];
        if (sides.Length == 1)
            return Made(row,
                [
                    Action(Text.Of("Restore {0} from what was saved before the upgrade", node.Name), [node], usual(node).Usual, [.. Stop([node]), .. Restored([node])]),
                    Action(Text.Of("Start {0} with the old release", node.Name), [node], 0, [.. Run([node])]),
                ], 0);
        List<BackOutAction> actions = [];
        if (index > 0) actions.Add(Action(Text.Of("Restore {0} from what was saved before the upgrade", node.Name), [node], usual(node).Usual, [.. Stop([node]), .. Restored([node])]));
        EstateNode[] others = [.. sides.Skip(1)];
        // Side A of the unit stops in the instant in which the other starts.
        actions.Add(Action(Text.Of("Change {0} over to {1} with the old release", node.Unit, others[0].Name), sides, 0, [.. Stop([sides[0]]), .. Run(others)]));
        actions.Add(Action(Text.Of("Restore {0} from what was saved before the upgrade and start it", sides[0].Name), [sides[0]], usual(sides[0]).Usual, [.. Restored([sides[0]]), .. Run([sides[0]])]));
        return Made(row, actions, 0);
    }

    /// <summary>Of an order of the customer's own: what was done, backwards.</summary>
    public static BackOut Reverse(List<(OrderedAct Act, EstateNode[] Nodes, double Minutes)> done)
    {
        List<BackOutAction> actions = [];
        foreach ((OrderedAct act, EstateNode[] nodes, double minutes) in Enumerable.Reverse(done))
        {
            BackOutAction? undo = act.Do switch
            {
                "stop" => Action(Text.Of("Start {0} with the old release", Names(nodes)), nodes, minutes, [.. Run(nodes)]),
                "start" => Action(Text.Of("Stop {0}", Names(nodes)), nodes, minutes, [.. Stop(nodes)]),
                "upgrade" => Action(Text.Of("Restore {0} from what was saved before the upgrade", Names(nodes)), nodes, minutes, [.. Restored(nodes)]),
                _ => null,
            };
            if (undo is not null) actions.Add(undo);
        }
        double sum = actions.Sum(static x => x.Minutes);
        return new BackOut(Text.Of("the step or its test fails"), actions, sum, sum, false, Text.Of("what was written by the new release"));
    }

    static IEnumerable<Change> Run(IEnumerable<EstateNode> nodes) => nodes.Select(static n => new Change(n.Name, Change.End, Runs: true));
    static IEnumerable<Change> Stop(IEnumerable<EstateNode> nodes) => nodes.Select(static n => new Change(n.Name, Change.Begin, Runs: false));
    static IEnumerable<Change> Restored(IEnumerable<EstateNode> nodes) => nodes.Select(static n => new Change(n.Name, Change.End, Release: n.Release));

    static BackOutAction Action(Text what, IEnumerable<EstateNode> nodes, double minutes, IReadOnlyList<Change> changes) => new(what, [.. nodes.Select(static n => n.Name)], minutes, changes);

    static string Names(IReadOnlyList<EstateNode> nodes) => nodes.Count <= 6 ? string.Join(", ", nodes.Select(static n => n.Name))
        : $"{string.Join(", ", nodes.Take(5).Select(static n => n.Name))}, +{nodes.Count - 5}";
}
