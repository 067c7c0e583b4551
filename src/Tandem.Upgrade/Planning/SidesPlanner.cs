using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Readiness;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning;

/// <summary>
/// The steps for an estate of sides, row by row of the pack's chronology: side A while side B routes, a switch, side B while side A
/// routes, then what remains. In an order of the customer's own where the estate has one.
/// </summary>
sealed class SidesPlanner
{
    readonly Estate _estate;
    readonly Pack _pack;
    readonly PolicySet _policies;
    readonly SidesBackOut _backOut;
    readonly EstateNode[] _a, _b, _clients, _gateways;
    /// <summary>Gateways that may not lag as far as the controller gets ahead of them: they go with their side.</summary>
    readonly EstateNode[] _withA, _withB;
    /// <summary>Such gateways without a second side: they wait, stopped, for the upgraded side.</summary>
    readonly EstateNode[] _waiting;
    readonly EstateNode? _first;

    SidesPlanner(Estate estate, Pack pack, PolicySet policies)
    {
        (_estate, _pack, _policies) = (estate, pack, policies);
        EstateNode[] controller = Of(SidesModel.Controller);
        _a = [.. controller.Where(static n => n.Side != "B")];
        _b = [.. controller.Where(static n => n.Side == "B")];
        // Distributors before the others of the same priority: side A is watched and tested with them.
        _clients = [.. Of(SidesModel.Clients).Select(static (n, i) => (n, i)).OrderBy(static x => x.n.Priority).ThenBy(static x => x.n.Role.Contains("distributor", StringComparison.Ordinal) ? 0 : 1)
            .ThenBy(static x => x.n.Role.Contains("hds", StringComparison.Ordinal) ? 1 : 0).ThenBy(static x => x.i).Select(static x => x.n)];
        _gateways = Of(SidesModel.Gateways);
        _first = _clients.FirstOrDefault();
        int target = Releases.Rung(pack.Ladder, pack.Release);
        double lagMax = policies.Value("pg-lag");
        EstateNode[] far = [.. _gateways.Where(n => target - Releases.Rung(pack.Ladder, n.Release) > lagMax)];
        _withA = [.. far.Where(static n => n.Side == "A")];
        _waiting = [.. far.Where(static n => n.Side.Length == 0)];
        _withB = [.. far.Where(static n => n.Side == "B")];
        _backOut = new SidesBackOut(pack, new(_a, _b, _withA, _withB, _waiting, _first, [.. OtherClients]), Usual);
    }

    public static IReadOnlyList<DraftStep> Draft(Estate estate, Pack pack, PolicySet policies)
    {
        var planner = new SidesPlanner(estate, pack, policies);
        return estate.Order.Count > 0 ? planner.Ordered() : [.. pack.Chronology.SelectMany(planner.Row)];
    }

    IEnumerable<EstateNode> OtherClients => _clients.Where(n => n != _first);

    EstateNode[] Of(string group) => [.. _estate.Nodes.Where(n => _pack.Roles[n.Role].Group == group)];

    IEnumerable<DraftStep> Row(ChronologyRow row) => row.Act switch
    {
        "upgrade-side" => UpgradeSide(row),
        "upgrade-first-client" => FirstClient(row),
        "stop-side" => StopSide(row),
        "start-side" => StartSide(row),
        "test" => [Step(row, row.Row, Text.Of(row.Title), [], Test(), []) with { IsTest = true }],
        "failover-test" => [Step(row, row.Row, Text.Of(row.Title), [], Minutes(row), [])],
        "upgrade-remaining" when row.Of.Contains(SidesModel.Clients) => RemainingClients(row),
        "upgrade-remaining" => RemainingGateways(row),
        _ => throw new UpgradeException($"the pack {_pack.Id} has an act '{row.Act}' in row {row.Row}, which nobody knows"),
    };

    // ---- rows ----

    IEnumerable<DraftStep> UpgradeSide(ChronologyRow row)
    {
        bool first = row.Side == "A";
        EstateNode[] side = first ? _a : _b, with = first ? _withA : _withB;
        Minutes usual = Minutes(row);
        // What the roles' own times leave open at both ends.
        Minutes minutes = _estate.Learned.ContainsKey($"row:{row.Row}") ? usual : usual with { Min = Math.Min(usual.Min, Sum(side, static r => r.Min)), Max = Math.Max(usual.Max, Sum(side, static r => r.Max)) };
        yield return Step(row, row.Row, Text.Of(row.Title), side, minutes, [.. first ? Stop(side) : [], .. Upgraded(side)]);
        foreach (EstateNode node in with)
            yield return Step(row, $"{row.Row}.{node.Name}", Text.Of("Upgrade {0} with side {1}: it may not lag so far behind", node.Name, row.Side), [node], Usual(node),
                [.. first ? Stop([node]) : [], .. Upgraded([node])]) with { MayOverlap = true, BackOut = _backOut.With(row) };
    }

    IEnumerable<DraftStep> FirstClient(ChronologyRow row)
    {
        if (_first is null) yield break;
        Minutes minutes = _policies.Choice("hds-minutes") == "per-node-45-120" && IsHistory(_first) ? History(_first) : Minutes(row);
        yield return Step(row, row.Row, Text.Of("{0}: {1}", row.Title, _first.Name), [_first], minutes, [.. Stop([_first]), .. Upgraded([_first])]);
    }

    IEnumerable<DraftStep> StopSide(ChronologyRow row)
    {
        EstateNode[] stopped = [.. _b, .. OtherClients, .. _withB, .. _waiting];
        yield return Step(row, row.Row, Text.Of(row.Title), stopped, Minutes(row), [.. Stop(stopped)]);
    }

    IEnumerable<DraftStep> StartSide(ChronologyRow row)
    {
        EstateNode[] started = row.Side == "A" ? [.. _a, .. _withA, .. _first is null ? [] : new[] { _first }] : [.. _b, .. _withB];
        yield return Step(row, row.Row, Text.Of(row.Title), started, Minutes(row), [.. started.Select(static n => new Change(n.Name, Change.End, Runs: true))]);
        foreach (EstateNode node in row.Side == "A" ? _waiting : [])
            yield return Step(row, $"{row.Row}.{node.Name}", Text.Of("Upgrade {0}, which has no second side, and start it: its peripheral is on its own until then", node.Name), [node], Usual(node),
                [.. Upgraded([node]), new Change(node.Name, Change.End, Runs: true)]) with { MayOverlap = true, After = [row.Row], BackOut = _backOut.Waited(row) };
    }

    IEnumerable<DraftStep> RemainingClients(ChronologyRow row)
    {
        bool again = _policies.Choice("row-2-machine") == "table";
        string together = _policies.Choice("clients-window") == "same-window" ? Switch : "";
        foreach (EstateNode node in _clients)
        {
            if (node == _first && !again) continue;
            Minutes minutes = IsHistory(node) ? History(node) : Usual(node);
            yield return node == _first
                ? Step(row, $"{row.Row}.{node.Name}", Text.Of("Finish {0}: migrated data, saved reports and customisations, its own test", node.Name), [node], minutes, []) with { MayOverlap = true, Together = together, BackOut = _backOut.Client(row, node) }
                : Step(row, $"{row.Row}.{node.Name}", Text.Of("Upgrade {0} ({1}) and start it", node.Name, _pack.Roles[node.Role].Name), [node], minutes,
                    [.. Upgraded([node]), new Change(node.Name, Change.End, Runs: true)]) with { MayOverlap = true, Together = together, BackOut = _backOut.Client(row, node) };
        }
    }

    IEnumerable<DraftStep> RemainingGateways(ChronologyRow row)
    {
        var after = _clients.Where(n => n != _first || _policies.Choice("row-2-machine") == "table").Select(static n => $"9.{n.Name}").ToArray();
        if (after.Length == 0) after = [LastBefore(row)];
        foreach (var unit in _gateways.Except([.. _withA, .. _withB, .. _waiting]).GroupBy(static n => n.Unit, StringComparer.Ordinal).OrderBy(static g => g.Min(n => n.Priority)))
        {
            EstateNode[] sides = [.. unit.OrderBy(static n => n.Side, StringComparer.Ordinal)];
            string[] before = after;
            for (int i = 0; i < sides.Length; i++)
            {
                EstateNode node = sides[i];
                bool alone = sides.Length == 1, last = i == sides.Length - 1;
                string id = $"{row.Row}.{node.Name}";
                IReadOnlyList<Change> changes = alone ? [.. Stop([node]), .. Upgraded([node]), new(node.Name, Change.End, Runs: true)]
                    : i == 0 ? [.. Stop([node]), .. Upgraded([node]), .. sides.Skip(1).Select(static n => new Change(n.Name, Change.End, Runs: false)), new(node.Name, Change.End, Runs: true)]
                    : [.. Upgraded([node]), new(node.Name, Change.End, Runs: true)];
                Text title = alone ? Text.Of("Upgrade {0}, which has no second side: its peripheral is on its own meanwhile", node.Name)
                    : i == 0 ? Text.Of("Upgrade {0} while {1} works, then change over", node.Name, sides[1].Name)
                    : Text.Of("Upgrade {0} and start it beside {1}", node.Name, sides[0].Name);
                yield return Step(row, id, title, [node], Usual(node), changes) with
                {
                    MayOverlap = true, After = before, Together = alone ? "" : $"unit {unit.Key}",
                    BackOut = _backOut.Gateway(row, sides, i),
                };
                before = [id];
            }
        }
    }

    string LastBefore(ChronologyRow row) => _pack.Chronology[_pack.Chronology.IndexOf(row) - 1] is { Act: not "upgrade-remaining" } found ? found.Row : "8";

    // ---- the customer's own order ----

    IReadOnlyList<DraftStep> Ordered()
    {
        List<DraftStep> drafts = [];
        List<(OrderedAct Act, EstateNode[] Nodes, double Minutes)> done = [];
        HashSet<string> stopped = new(StringComparer.Ordinal);
        string previous = "";
        foreach (OrderedAct act in _estate.Order)
        {
            if (act.Do == "upgrade" && act.Nodes.FirstOrDefault(n => !stopped.Contains(n)) is { } running)
                throw new UpgradeException($"{_estate.File}:{act.Line}: order: {running} is upgraded while it runs; stop it before");
            if (act.Do == "stop") stopped.UnionWith(act.Nodes);
            if (act.Do == "start") stopped.ExceptWith(act.Nodes);
            EstateNode[] nodes = [.. act.Nodes.Select(name => _estate.Nodes.First(n => n.Name == name))];
            double minutes = act.Minutes ?? (act.Do == "upgrade" ? nodes.Sum(n => Usual(n).Usual) : act.Do == "test" ? Test().Usual : 5);
            done.Add((act, nodes, minutes));
            string id = $"{drafts.Count + 1}";
            IReadOnlyList<Change> changes = act.Do switch
            {
                "stop" => [.. Stop(nodes)],
                "start" => [.. nodes.Select(static n => new Change(n.Name, Change.End, Runs: true))],
                "upgrade" => [.. Upgraded(nodes)],
                _ => [],
            };
            string names = string.Join(", ", act.Nodes);
            Text title = act.Do switch { "stop" => Text.Of("Stop {0}", names), "start" => Text.Of("Start {0}", names), "upgrade" => Text.Of("Upgrade {0}", names), _ => Text.Of("Test") };
            drafts.Add(new DraftStep
            {
                Id = id, Row = id, Title = title, Nodes = act.Nodes, Minutes = Planning.Minutes.Exactly(minutes), RoutingColumn = "", After = previous.Length > 0 ? [previous] : [], Changes = changes,
                Together = Switch, IsTest = act.Do == "test", Expect = Text.Of("as the estate's own order has it"), BackOut = SidesBackOut.Reverse(done), Source = $"estate#line {act.Line}",
            });
            previous = id;
        }
        return drafts;
    }

    // ---- pieces ----

    /// <summary>Rows 1 to 8: no night may end in the middle of them.</summary>
    const string Switch = "the switch";

    DraftStep Step(ChronologyRow row, string id, Text title, EstateNode[] nodes, Minutes minutes, IReadOnlyList<Change> changes)
    {
        int at = _pack.Chronology.IndexOf(row);
        bool remaining = row.Act == "upgrade-remaining";
        List<string> after = [];
        for (int i = at - 1; i >= 0 && after.Count == 0; i--)
        {
            ChronologyRow earlier = _pack.Chronology[i];
            if (earlier.Act == "upgrade-remaining" || (earlier.Act == "upgrade-first-client" && _first is null)) continue;
            // What went with a side in a row of its own ends with that row, for the next.
            EstateNode[] beside = earlier.Act == "upgrade-side" ? earlier.Side == "A" ? _withA : _withB : earlier is { Act: "start-side", Side: "A" } ? _waiting : [];
            after = id == row.Row ? [earlier.Row, .. beside.Select(n => $"{earlier.Row}.{n.Name}")] : [earlier.Row];
        }
        return new DraftStep
        {
            Id = id, Row = row.Row, Title = title, Nodes = [.. nodes.Select(static n => n.Name)], Minutes = minutes, RoutingColumn = row.Routing, After = after, Changes = changes,
            Together = remaining ? "" : Switch, Expect = Text.Of(row.Expect), Evidence = [.. row.Evidence.Select(static e => Text.Of(e))], TwoPersons = row.TwoPersons,
            BackOut = _backOut.Of(row), Source = row.Source,
        };
    }

    static IEnumerable<Change> Stop(IEnumerable<EstateNode> nodes) => nodes.Select(static n => new Change(n.Name, Change.Begin, Runs: false));
    IEnumerable<Change> Upgraded(IEnumerable<EstateNode> nodes) => nodes.Select(n => new Change(n.Name, Change.End, Release: _pack.Release));

    static bool IsHistory(EstateNode node) => node.Role.Contains("hds", StringComparison.Ordinal) || node.Role.Contains("webview", StringComparison.Ordinal);

    Minutes Test()
    {
        if (_estate.TestMinutes.TryGetValue("midpoint", out double own)) return Planning.Minutes.Exactly(own);
        // What stands still at the switch is not there to be tested with.
        string[] there = [.. _estate.Nodes.Except([.. _b, .. _withB, .. OtherClients]).Select(static n => n.Role)];
        double cases = _pack.Tests.Where(t => t.At.Contains("simplex") && (t.Needs.Count == 0 || t.Needs.Intersect(there).Any()) && !_estate.Nodes.Any(n => t.Without.Contains(n.Role)))
            .Sum(static t => t.Minutes);
        return new Minutes(cases / 2, cases, cases * 2, Derived: true);
    }

    Minutes Minutes(ChronologyRow row)
    {
        if (_estate.Learned.TryGetValue($"row:{row.Row}", out double learned)) return Planning.Minutes.Exactly(learned);
        // Its minutes are for both rows of the switch.
        if (row is { Act: "stop-side" } or { Act: "start-side", Side: "A" } && _policies.Choice("switchover-outage") == "few-minutes")
            return Planning.Minutes.Exactly(_policies.Value("switchover-outage") / 2);
        return row.Minutes is { } range ? new Minutes(range.Min, range.Usual, range.Max, range.Derived) : Planning.Minutes.Exactly(0);
    }

    Minutes Usual(EstateNode node)
    {
        if (_estate.Learned.TryGetValue($"role:{node.Role}", out double learned)) return Planning.Minutes.Exactly(learned);
        return _pack.Roles[node.Role].Minutes is { } range ? new Minutes(range.Min, range.Usual, range.Max, range.Derived) : Planning.Minutes.Exactly(0);
    }

    /// <summary>The sources give a machine with history three times: the policy says which is planned with.</summary>
    Minutes History(EstateNode node)
    {
        Minutes range = Usual(node);
        if (_estate.Learned.ContainsKey($"role:{node.Role}")) return range;
        return _policies.Choice("hds-minutes") switch
        {
            "chronology-30" => Planning.Minutes.Exactly(_policies.Value("hds-minutes")),
            "per-node-45-120" => range with { Usual = (range.Min + range.Max) / 2 },
            _ => range with { Usual = _policies.Value("hds-minutes") },
        };
    }

    double Sum(EstateNode[] nodes, Func<Minutes, double> of) => nodes.Sum(n => of(Usual(n)));
}
