using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Modelling;

/// <summary>
/// An estate of sides: a central controller of two, gateways that may lag, clients that must have the controller's release.
/// The controller routes with the side of which every node runs; both may run only at one release.
/// </summary>
public sealed class SidesModel : IEstateModel
{
    public const string Controller = "controller", Gateways = "gateways", Clients = "clients";

    sealed class Node(PlannedNode of)
    {
        public PlannedNode Of { get; } = of;
        public bool Runs = true;
        public string Release = of.Release;
    }

    readonly Node[] _nodes;
    readonly Dictionary<string, Node> _byName;
    readonly Node[][] _controller;
    readonly (string Unit, Node[] Nodes)[] _gatewayUnits;
    readonly Node[] _clients;
    readonly Func<string, int> _rung;
    readonly double _lagMax;
    readonly bool _hasDefaultPlan;

    /// <param name="rung">Where a release stands on the pack's ladder.</param>
    /// <param name="lagMax">By how many rungs a gateway may be behind.</param>
    /// <param name="hasDefaultPlan">The network routes by default numbers while no side does.</param>
    public SidesModel(IReadOnlyList<PlannedNode> nodes, Func<string, int> rung, double lagMax, bool hasDefaultPlan)
    {
        _nodes = [.. nodes.Select(static n => new Node(n))];
        (_rung, _lagMax, _hasDefaultPlan) = (rung, lagMax, hasDefaultPlan);
        _byName = _nodes.ToDictionary(static n => n.Of.Name, StringComparer.Ordinal);
        Node[] controller = [.. _nodes.Where(static n => n.Of.Group == Controller)];
        _controller = [[.. controller.Where(static n => n.Of.Side is "A" or "")], [.. controller.Where(static n => n.Of.Side == "B")]];
        _gatewayUnits = [.. _nodes.Where(static n => n.Of.Group == Gateways).GroupBy(static n => n.Of.Unit, StringComparer.Ordinal).Select(static g => (g.Key, g.ToArray()))];
        _clients = [.. _nodes.Where(static n => n.Of.Group == Clients)];
    }

    bool SideRuns(int side) => _controller[side].Length > 0 && Array.TrueForAll(_controller[side], static n => n.Runs);

    /// <summary>Of a running side, or null.</summary>
    string? Release => SideRuns(0) ? _controller[0][0].Release : SideRuns(1) ? _controller[1][0].Release : null;

    public string Routes => SideRuns(0) ? "A" : SideRuns(1) ? "B" : _hasDefaultPlan ? "network" : "nobody";

    /// <summary>The side that routes, and whether the other could at once.</summary>
    public bool IsDuplex => SideRuns(0) && SideRuns(1);

    public IReadOnlyList<string> NotRedundant
    {
        get
        {
            List<string> units = [];
            if (!IsDuplex) units.Add("central controller");
            foreach ((string unit, Node[] nodes) in _gatewayUnits)
                if (nodes.Count(static n => n.Runs) < 2) units.Add(unit);
            return units;
        }
    }

    public IReadOnlyList<Violation> Violations
    {
        get
        {
            List<Violation> found = [];
            // A side may not run half and half, and the sides not beside each other.
            string[] controller = [.. _controller.SelectMany(static side => side).Where(static n => n.Runs).Select(static n => n.Release).Distinct(StringComparer.Ordinal)];
            if (controller.Length > 1) found.Add(new("sides-differ", "central controller", $"runs {string.Join(" and ", controller)} at once"));
            foreach ((string unit, Node[] nodes) in _gatewayUnits)
            {
                string[] releases = [.. nodes.Where(static n => n.Runs).Select(static n => n.Release).Distinct(StringComparer.Ordinal)];
                if (releases.Length > 1) found.Add(new("sides-differ", unit, $"runs {string.Join(" and ", releases)} at once"));
                if (Release is not { } central) continue;
                foreach (string release in releases)
                {
                    int lag = _rung(central) - _rung(release);
                    if (lag > _lagMax || lag < 0) found.Add(new("gateway-lag", unit, $"runs {release}, {Math.Abs(lag)} {(Math.Abs(lag) == 1 ? "version" : "versions")} {(lag < 0 ? "ahead of" : "behind")} the central controller's {central}; {_lagMax:0} allowed"));
                }
            }
            if (Release is { } now)
                foreach (Node client in _clients)
                    if (client.Runs && client.Release != now) found.Add(new("clients-differ", client.Of.Name, $"runs {client.Release} beside the central controller's {now}"));
            return found;
        }
    }

    public bool Works
    {
        get
        {
            if (Release is null || Violations.Count > 0) return false;
            foreach ((_, Node[] nodes) in _gatewayUnits)
                if (!Array.Exists(nodes, static n => n.Runs)) return false;
            return _clients.Length == 0 || Array.Exists(_clients, static n => n.Runs);
        }
    }

    public bool Runs(string node) => _byName[node].Runs;
    public string ReleaseOf(string node) => _byName[node].Release;

    public void Apply(Change change)
    {
        if (!_byName.TryGetValue(change.Node, out Node? node)) throw new UpgradeException($"the plan changes '{change.Node}', which is no node of it");
        if (change.Runs is { } runs) node.Runs = runs;
        if (change.Release is { } release) node.Release = release;
    }

    public IEstateModel Copy()
    {
        var copy = new SidesModel([.. _nodes.Select(static n => n.Of)], _rung, _lagMax, _hasDefaultPlan);
        for (int i = 0; i < _nodes.Length; i++) (copy._nodes[i].Runs, copy._nodes[i].Release) = (_nodes[i].Runs, _nodes[i].Release);
        return copy;
    }
}
