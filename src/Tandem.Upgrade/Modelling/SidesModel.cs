using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Modelling;

/// <summary>
/// An estate of sides: a central controller of two, gateways that may lag, clients that must have the controller's release.
/// The controller routes with the side of which every node runs; both may run only at one release.
/// </summary>
public sealed class SidesModel : IEstateModel
{
    public const string Controller = "controller", Gateways = "gateways", Clients = "clients";

    /// <summary>What never changes, and is shared by all copies. Nodes are known by their places.</summary>
    sealed record Layout(IReadOnlyList<PlannedNode> Nodes, IReadOnlyDictionary<string, int> ByName, int[][] Controller, int[] Sides, (string Unit, int[] Nodes)[] Gateways, (string Unit, int[] Nodes)[] ClientPairs, int[] Clients, Func<string, int> Rung, double LagMax, bool HasDefaultPlan);

    readonly Layout _layout;
    readonly bool[] _runs;
    readonly string[] _release;
    /// <summary>Of each node's release on the ladder: looked up when it changes, because a rehearsal asks very often.</summary>
    readonly int[] _rung;
    IReadOnlyList<string>? _notRedundant;

    /// <param name="rung">Where a release stands on the pack's ladder.</param>
    /// <param name="lagMax">By how many rungs a gateway may be behind.</param>
    /// <param name="hasDefaultPlan">The network routes by default numbers while no side does.</param>
    public SidesModel(IReadOnlyList<PlannedNode> nodes, Func<string, int> rung, double lagMax, bool hasDefaultPlan)
    {
        int[] all = [.. Enumerable.Range(0, nodes.Count)];
        int[] controller = [.. all.Where(n => nodes[n].Group == Controller)];
        int[][] sides = [[.. controller.Where(n => nodes[n].Side is "A" or "")], [.. controller.Where(n => nodes[n].Side == "B")]];
        _layout = new Layout(nodes, all.ToDictionary(n => nodes[n].Name, StringComparer.Ordinal),
            sides, [.. sides[0], .. sides[1]],
            [.. all.Where(n => nodes[n].Group == Gateways).GroupBy(n => nodes[n].Unit, StringComparer.Ordinal).Select(static g => (g.Key, g.ToArray()))],
            [.. all.Where(n => nodes[n].Group == Clients).GroupBy(n => nodes[n].Unit, StringComparer.Ordinal).Where(static g => g.Count() > 1).Select(static g => (g.Key, g.ToArray()))],
            [.. all.Where(n => nodes[n].Group == Clients)], rung, lagMax, hasDefaultPlan);
        _runs = new bool[nodes.Count];
        Array.Fill(_runs, true);
        _release = [.. nodes.Select(static n => n.Release)];
        _rung = [.. _release.Select(rung)];
    }

    SidesModel(SidesModel of)
    {
        _layout = of._layout;
        (_runs, _release, _rung, _notRedundant) = ([.. of._runs], [.. of._release], [.. of._rung], of._notRedundant);
    }

    bool SideRuns(int side)
    {
        int[] nodes = _layout.Controller[side];
        foreach (int node in nodes)
            if (!_runs[node]) return false;
        return nodes.Length > 0;
    }

    /// <summary>The first node of a running side, or -1.</summary>
    int Central => SideRuns(0) ? _layout.Controller[0][0] : SideRuns(1) ? _layout.Controller[1][0] : -1;

    public string Routes => SideRuns(0) ? "A" : SideRuns(1) ? "B" : _layout.HasDefaultPlan ? "network" : "nobody";

    /// <summary>The side that routes, and whether the other could at once.</summary>
    public bool IsDuplex => SideRuns(0) && SideRuns(1);

    public IReadOnlyList<string> NotRedundant
    {
        get
        {
            if (_notRedundant is not null) return _notRedundant;
            List<string> units = [];
            if (!IsDuplex) units.Add("central controller");
            foreach ((string unit, int[] nodes) in _layout.Gateways)
                if (Running(nodes) < 2) units.Add(unit);
            // A client without a second one is as it always was.
            foreach ((string unit, int[] nodes) in _layout.ClientPairs)
                if (Running(nodes) < 2) units.Add(unit);
            return _notRedundant = units;
        }
    }

    public IReadOnlyList<Violation> Violations
    {
        get
        {
            List<Violation>? found = null;
            // A side may not run half and half, and the sides not beside each other.
            if (Differ(_layout.Sides)) Add(new("sides-differ", "central controller", $"runs {string.Join(" and ", Releases(_layout.Sides))} at once"));
            int central = Central;
            foreach ((string unit, int[] nodes) in _layout.Gateways)
            {
                if (Differ(nodes)) Add(new("sides-differ", unit, $"runs {string.Join(" and ", Releases(nodes))} at once"));
                if (central < 0 || AllAllowed(nodes, _rung[central])) continue;
                foreach (string release in Releases(nodes))
                {
                    int lag = _rung[central] - _layout.Rung(release);
                    if (lag > _layout.LagMax || lag < 0) Add(new("gateway-lag", unit, $"runs {release}, {Math.Abs(lag)} {(Math.Abs(lag) == 1 ? "version" : "versions")} {(lag < 0 ? "ahead of" : "behind")} the central controller's {_release[central]}; {_layout.LagMax:0} allowed"));
                }
            }
            if (central >= 0)
                foreach (int client in _layout.Clients)
                    if (_runs[client] && _release[client] != _release[central]) Add(new("clients-differ", _layout.Nodes[client].Name, $"runs {_release[client]} beside the central controller's {_release[central]}"));
            return found ?? (IReadOnlyList<Violation>)[];

            void Add(Violation violation) => (found ??= []).Add(violation);
        }
    }

    public bool Works
    {
        get
        {
            if (Central < 0 || Violations.Count > 0) return false;
            foreach ((_, int[] nodes) in _layout.Gateways)
                if (Running(nodes) == 0) return false;
            return _layout.Clients.Length == 0 || Running(_layout.Clients) > 0;
        }
    }

    public bool Runs(string node) => _runs[_layout.ByName[node]];
    public string ReleaseOf(string node) => _release[_layout.ByName[node]];

    public void Apply(Change change)
    {
        if (!_layout.ByName.TryGetValue(change.Node, out int node)) throw new UpgradeException($"the plan changes '{change.Node}', which is no node of it");
        if (change.Runs is { } runs) _runs[node] = runs;
        if (change.Release is { } release) (_release[node], _rung[node]) = (release, _layout.Rung(release));
        _notRedundant = null;
    }

    public IEstateModel Copy() => new SidesModel(this);

    int Running(int[] nodes)
    {
        int running = 0;
        foreach (int node in nodes)
            if (_runs[node]) running++;
        return running;
    }

    /// <summary>Those that run are of more than one release.</summary>
    bool Differ(int[] nodes)
    {
        string? first = null;
        foreach (int node in nodes)
        {
            if (!_runs[node]) continue;
            if (first is null) first = _release[node];
            else if (first != _release[node]) return true;
        }
        return false;
    }

    bool AllAllowed(int[] nodes, int central)
    {
        foreach (int node in nodes)
            if (_runs[node] && (central - _rung[node] > _layout.LagMax || central < _rung[node])) return false;
        return true;
    }

    /// <summary>Of those that run, each once.</summary>
    IEnumerable<string> Releases(IEnumerable<int> nodes) => nodes.Where(n => _runs[n]).Select(n => _release[n]).Distinct(StringComparer.Ordinal);
}
