using Tandem.Upgrade.Modelling;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>Adds up what a model shows while time passes.</summary>
sealed class Meter(CallProfile? calls, string centralUnit)
{
    enum Service { Duplex, Simplex, Network, Nobody }

    sealed class Seen
    {
        public required Violation Violation { get; init; }
        public required double Minute { get; init; }
        public required DateTimeOffset At { get; init; }
        public required string Step { get; init; }
        public double Minutes;
    }

    readonly Dictionary<string, double> _routed = new(StringComparer.Ordinal), _notRedundant = new(StringComparer.Ordinal);
    readonly Dictionary<Violation, Seen> _seen = [];
    readonly List<Seen> _inForce = [];
    string _routes = "";
    IReadOnlyList<string> _units = [];
    bool _isSimplex;
    double _outFrom = -1, _outTo;
    double _nobody, _network, _networkWithRestoring, _simplex, _simplexTests;
    // A stretch of one service is counted in calls at once.
    Service _stretch;
    DateTimeOffset _stretchBegins, _stretchEnds;
    double _offered, _defaultRouted, _lost, _onSimplex;

    public double Elapsed { get; private set; }
    /// <summary>From the first minute since <see cref="WatchService"/> in which the system did not route to the last one.</summary>
    public double Outage => _outFrom < 0 ? 0 : _outTo - _outFrom;
    public string Routes => _routes;
    public double Nobody => _nobody;
    public double Network => _network;
    public double Simplex => _simplex + _simplexTests;
    public IReadOnlyList<PlayedViolation> Violations =>
        [.. _seen.Values.Select(static s => new PlayedViolation(s.Minute, s.At, s.Step, s.Violation.Rule, s.Violation.Unit, s.Violation.Says, Math.Round(s.Minutes, 4)))];

    public void WatchService() => _outFrom = -1;

    public static bool IsSystem(string routes) => routes is not ("network" or "nobody");

    /// <summary>After each change.</summary>
    public void Look(IEstateModel model, double minute, DateTimeOffset at, string step)
    {
        _routes = model.Routes;
        _units = model.NotRedundant;
        _isSimplex = _units.Contains(centralUnit);
        _inForce.Clear();
        foreach (Violation violation in model.Violations)
        {
            if (!_seen.TryGetValue(violation, out Seen? seen)) _seen.Add(violation, seen = new Seen { Violation = violation, Minute = minute, At = at, Step = step });
            _inForce.Add(seen);
        }
    }

    /// <summary>Time in which the model stays as it was last looked at.</summary>
    /// <param name="isTest">The step that goes on is a test.</param>
    /// <param name="restores">The step that goes on brings a side back at its end.</param>
    /// <param name="byUnit">Also for each unit without redundancy.</param>
    public void Pass(DateTimeOffset from, double minutes, bool isTest = false, bool restores = false, bool byUnit = false)
    {
        if (minutes <= 0) return;
        Elapsed += minutes;
        foreach (Seen seen in _inForce) seen.Minutes += minutes;
        Add(_routed, _routes, minutes);
        if (byUnit)
            foreach (string unit in _units) Add(_notRedundant, unit, minutes);
        if (_isSimplex && isTest) _simplexTests += minutes;
        else if (_isSimplex) _simplex += minutes;
        if (_routes == "nobody") _nobody += minutes;
        if (_routes == "network") _network += minutes;
        if (_routes == "network" && restores) _networkWithRestoring += minutes;
        if (!IsSystem(_routes)) (_outFrom, _outTo) = (_outFrom < 0 ? Elapsed - minutes : _outFrom, Elapsed);
        if (calls is null) return;

        Service service = _routes == "nobody" ? Service.Nobody : _routes == "network" ? Service.Network : _isSimplex ? Service.Simplex : Service.Duplex;
        if (service != _stretch || from != _stretchEnds)
        {
            CountStretch();
            (_stretch, _stretchBegins) = (service, from);
        }
        _stretchEnds = from.AddMinutes(minutes);
    }

    public CallCounts? Calls
    {
        get
        {
            if (calls is null) return null;
            CountStretch();
            return new CallCounts(Math.Round(_offered, 2), Math.Round(_defaultRouted, 2), Math.Round(_lost, 2), Math.Round(_onSimplex, 2));
        }
    }

    public Exposure Exposure => new()
    {
        Minutes = Math.Round(Elapsed, 4),
        Routed = Rounded(_routed),
        DefaultPlanMinutes = Math.Round(_network, 4),
        DefaultPlanMinutesLeast = Math.Round(_network - _networkWithRestoring, 4),
        NobodyMinutes = Math.Round(_nobody, 4),
        SimplexMinutes = Math.Round(_simplex, 4),
        SimplexTestMinutes = Math.Round(_simplexTests, 4),
        NotRedundant = Rounded(_notRedundant),
        Calls = Calls,
    };

    void CountStretch()
    {
        double minutes = (_stretchEnds - _stretchBegins).TotalMinutes;
        if (minutes <= 0) return;
        double arrived = calls!.Between(_stretchBegins, minutes);
        _offered += arrived;
        switch (_stretch)
        {
            case Service.Network: _defaultRouted += arrived; break;
            case Service.Nobody: _lost += arrived; break;
            case Service.Simplex: _onSimplex += arrived; break;
        }
        _stretchBegins = _stretchEnds;
    }

    static void Add(Dictionary<string, double> to, string key, double minutes) => to[key] = to.GetValueOrDefault(key) + minutes;

    static SortedDictionary<string, double> Rounded(Dictionary<string, double> of)
    {
        var rounded = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach ((string key, double minutes) in of) rounded[key] = Math.Round(minutes, 4);
        return rounded;
    }
}
