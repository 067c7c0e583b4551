using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning;

/// <summary>
/// The way back from each row to the old release on both sides. Until side B is touched it is a switch back; from then on one
/// side must be restored from what was saved before anything can be switched.
/// </summary>
sealed class SidesBackOut(
    Pack pack, EstateNode[] a, EstateNode[] b, EstateNode[] withA, EstateNode[] withB, EstateNode[] clients, EstateNode? first, Func<EstateNode, Minutes> usual)
{
    /// <summary>To stop a side, or to start one, by the same table as the way forward.</summary>
    double SwitchMinutes => pack.Chronology.Find(static r => r.Act == "stop-side")?.Minutes?.Usual ?? 5;

    double SideMinutes(string side) => pack.Chronology.Find(r => r.Act == "upgrade-side" && r.Side == side)?.Minutes?.Usual ?? 90;

    EstateNode[] SideA => [.. a, .. withA];
    EstateNode[] SideB => [.. b, .. withB];
    EstateNode[] Others => [.. clients.Where(n => n != first)];
    EstateNode[] First => first is null ? [] : [first];

    public BackOut Of(ChronologyRow row)
    {
        (List<BackOutAction> actions, double service, bool noReturn) = row.Act switch
        {
            "upgrade-side" when row.Side == "A" => (RestoreA(), 0, false),
            "upgrade-first-client" => (RestoreA(), 0, false),
            "stop-side" => ([StartB(oldClients: true), .. RestoreA()], SwitchMinutes, false),
            "start-side" when row.Side == "A" => SwitchBack(restoreB: false, false),
            "test" => SwitchBack(restoreB: false, false),
            "upgrade-side" => SwitchBack(restoreB: true, true),
            _ => SwitchBack(restoreB: true, row.Act != "upgrade-remaining"),
        };
        return Made(row, actions, service, noReturn && row.Act == "upgrade-side");
    }

    static BackOut Made(ChronologyRow row, List<BackOutAction> actions, double service, bool noReturn) =>
        new(Text.Of(row.Trigger), actions, service, actions.Sum(static x => x.Minutes), noReturn, Text.Of(row.Lost));

    /// <summary>Side B routes on; side A and the first machine go back to what was saved and start beside it.</summary>
    List<BackOutAction> RestoreA()
    {
        EstateNode[] nodes = [.. SideA, .. First];
        return
        [
            Action(Text.Of("Restore {0} from what was saved before the upgrade", Names(nodes)), nodes, SideMinutes("A") + First.Sum(n => usual(n).Usual),
                [.. nodes.Select(static n => new Change(n.Name, Change.End, Release: n.Release))]),
            Action(Text.Of("Start {0} beside side B and wait until both agree", Names(nodes)), nodes, SwitchMinutes, [.. Run(nodes, true)]),
        ];
    }

    BackOutAction StartB(bool oldClients)
    {
        EstateNode[] nodes = [.. SideB, .. oldClients ? Others : []];
        return Action(Text.Of("Start side B with the old release: {0}", Names(nodes)), nodes, SwitchMinutes, [.. Run(nodes, true)]);
    }

    (List<BackOutAction>, double, bool) SwitchBack(bool restoreB, bool noReturn)
    {
        EstateNode[] running = [.. SideA, .. First];
        List<BackOutAction> actions = [];
        if (restoreB)
        {
            // Side A routes on meanwhile, alone.
            EstateNode[] restored = [.. SideB, .. Others];
            actions.Add(Action(Text.Of("Stop side B and what was upgraded after it, and restore {0} from what was saved", Names(restored)), restored, SideMinutes("B") + Others.Sum(n => usual(n).Usual),
                [.. restored.Select(static n => new Change(n.Name, Change.Begin, Runs: false)), .. restored.Select(static n => new Change(n.Name, Change.End, Release: n.Release))]));
        }
        actions.Add(Action(Text.Of("Stop side A and the upgraded machines: {0}", Names(running)), running, SwitchMinutes,
            [.. running.Select(static n => new Change(n.Name, Change.Begin, Runs: false))]));
        actions.Add(StartB(oldClients: true));
        actions.AddRange(RestoreA());
        return (actions, 2 * SwitchMinutes, noReturn);
    }

    /// <summary>A gateway may lag: its unit goes back alone, the controller stays.</summary>
    public BackOut Gateway(ChronologyRow row, EstateNode[] sides, int index)
    {
        List<BackOutAction> actions = [];
        EstateNode node = sides[index];
        if (sides.Length == 1 || index > 0)
            actions.Add(Action(Text.Of("Restore {0} from what was saved before the upgrade", node.Name), [node], usual(node).Usual,
                [new Change(node.Name, Change.Begin, Runs: false), new Change(node.Name, Change.End, Release: node.Release)]));
        double service = sides.Length == 1 ? 2 * usual(node).Usual : 0;
        if (sides.Length == 1)
        {
            actions.Add(Action(Text.Of("Start {0} with the old release", node.Name), [node], 0, [new Change(node.Name, Change.End, Runs: true)]));
            return Made(row, actions, service, noReturn: false);
        }
        EstateNode[] others = [.. sides.Skip(1)];
        // Side A of the unit stops in the instant in which the other starts.
        actions.Add(Action(Text.Of("Change {0} over to {1} with the old release", node.Unit, others[0].Name), sides, 0,
            [new Change(sides[0].Name, Change.Begin, Runs: false), .. others.Select(static n => new Change(n.Name, Change.End, Runs: true))]));
        actions.Add(Action(Text.Of("Restore {0} from what was saved before the upgrade and start it", sides[0].Name), [sides[0]], usual(sides[0]).Usual,
            [new Change(sides[0].Name, Change.End, Release: sides[0].Release), new Change(sides[0].Name, Change.End, Runs: true)]));
        return Made(row, actions, 0, noReturn: false);
    }

    /// <summary>Of an order of the customer's own: what was done, backwards.</summary>
    public BackOut Reverse(List<(OrderedAct Act, EstateNode[] Nodes, double Minutes)> done)
    {
        List<BackOutAction> actions = [];
        foreach ((OrderedAct act, EstateNode[] nodes, double minutes) in Enumerable.Reverse(done))
        {
            BackOutAction? undo = act.Do switch
            {
                "stop" => Action(Text.Of("Start {0} with the old release", Names(nodes)), nodes, minutes, [.. Run(nodes, true)]),
                "start" => Action(Text.Of("Stop {0}", Names(nodes)), nodes, minutes, [.. nodes.Select(static n => new Change(n.Name, Change.Begin, Runs: false))]),
                "upgrade" => Action(Text.Of("Restore {0} from what was saved before the upgrade", Names(nodes)), nodes, minutes, [.. nodes.Select(static n => new Change(n.Name, Change.End, Release: n.Release))]),
                _ => null,
            };
            if (undo is not null) actions.Add(undo);
        }
        double sum = actions.Sum(static x => x.Minutes);
        return new BackOut(Text.Of("the step or its test fails"), actions, sum, sum, false, Text.Of("what was written by the new release"));
    }

    static IEnumerable<Change> Run(IEnumerable<EstateNode> nodes, bool runs) => nodes.Select(n => new Change(n.Name, Change.End, Runs: runs));

    static BackOutAction Action(Text what, IEnumerable<EstateNode> nodes, double minutes, IReadOnlyList<Change> changes) => new(what, [.. nodes.Select(static n => n.Name)], minutes, changes);

    static string Names(IReadOnlyList<EstateNode> nodes) => nodes.Count <= 6 ? string.Join(", ", nodes.Select(static n => n.Name))
        : $"{string.Join(", ", nodes.Take(5).Select(static n => n.Name))}, +{nodes.Count - 5}";
}
