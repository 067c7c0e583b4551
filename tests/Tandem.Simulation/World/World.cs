using Tandem.Core.Schema;

namespace Tandem.Simulation;

/// <summary>What a world is made of besides its plan.</summary>
sealed record WorldOptions
{
    public required ulong Seed { get; init; }
    public required Plan Plan { get; init; }
    public Plant Plant { get; init; } = Plant.None;
    /// <summary>The process dies when it reaches its so-manieth point; see <see cref="CrashPoints"/>. Null: only by the plan.</summary>
    public (string Side, long Point)? CrashAt { get; init; }
    /// <summary>Told of everything that happens; for the trace of a failing seed.</summary>
    public Action<string>? Trace { get; init; }
}

/// <summary>
/// A pair, its journal, its network and its people on one thread: a queue of events in order of simulated time. The same seed
/// and plan bring about the same, to the byte.
/// </summary>
sealed class World
{
    readonly PriorityQueue<Action, (long AtUs, long Number)> _events = new();
    readonly WorldOptions _options;
    long _number;

    public World(WorldOptions options)
    {
        _options = options;
        Dice = new Dice(options.Seed * 0x9E3779B97F4A7C15 + 1);
        Network = new Network(this);
        Checks = new Checks(this);
        Etcd = new Etcd(this);
        Points = new CrashPoints(this, options.CrashAt);
        A = new Host(this, "A", "10.0.0.2:5060");
        B = new Host(this, "B", "10.0.0.3:5060");
        People = new People(this);
    }

    /// <summary>True time, in microseconds.</summary>
    public long NowUs { get; private set; }
    public Dice Dice { get; }
    public Plant Plant => _options.Plant;
    public Network Network { get; }
    public Etcd Etcd { get; }
    public Checks Checks { get; }
    public CrashPoints Points { get; }
    public Host A { get; }
    public Host B { get; }
    public IReadOnlyList<Host> Hosts => field ??= [A, B];
    public People People { get; }
    /// <summary>The first that was found; the world stops there.</summary>
    public Violation? Violation { get; private set; }
    public long Events { get; private set; }
    public int FaultsDone { get; set; }
    public bool IsTraced => _options.Trace is not null;

    public Host HostOf(string side) => side == "A" ? A : B;
    public Host Other(Host host) => ReferenceEquals(host, A) ? B : A;

    public void At(long atUs, Action act) => _events.Enqueue(act, (Math.Max(atUs, NowUs), ++_number));
    public void After(long us, Action act) => At(NowUs + us, act);

    public void Trace(string what)
    {
        if (_options.Trace is { } trace) trace($"{NowUs / 1_000_000,5}.{NowUs / 1000 % 1000:000} {what}");
    }

    public void Violate(string rule, string what)
    {
        if (Violation is not null) return;
        Violation = new Violation(rule, what, NowUs);
        Trace($"VIOLATION {Violation}");
    }

    /// <summary>Lives the whole plan. The violation, or null when there was none.</summary>
    public Violation? Run(Action<World>? eachSecond = null)
    {
        long told = 0;
        Begin();
        while (Violation is null && _events.TryDequeue(out Action? act, out (long AtUs, long Number) at))
        {
            if (at.AtUs > _options.Plan.EndUs) break;
            NowUs = at.AtUs;
            Events++;
            act();
            if (eachSecond is null || NowUs - told < 1_000_000) continue;
            told = NowUs;
            eachSecond(this);
        }
        if (Violation is null) Checks.AtTheEnd();
        return Violation;
    }

    void Begin()
    {
        A.Start();
        B.Start();
        People.Begin();
        foreach (PlanItem item in _options.Plan.Items) At(item.AtUs, () => item.Begin(this));
        foreach (long calm in _options.Plan.CalmUs) At(calm, Checks.InCalm);
        At(_options.Plan.HomeUs, People.GoHome);
        Checks.Begin();
    }
}

/// <summary>Counts the points at which a process can die: before and after each proposal, datagram, applied entry.</summary>
sealed class CrashPoints(World world, (string Side, long Point)? crashAt)
{
    readonly Dictionary<string, long> _passed = new(StringComparer.Ordinal) { ["A"] = 0, ["B"] = 0 };

    /// <summary>When a process died at its point.</summary>
    public long DiedUs { get; private set; } = long.MinValue / 2;

    public long Passed(string side) => _passed[side];

    public void Pass(NodeProcess process, string what)
    {
        long point = ++_passed[process.Host.Side];
        if (crashAt is not { } at || at.Side != process.Host.Side || at.Point != point) return;
        world.Trace($"{at.Side} dies at its point {point}, {what}");
        DiedUs = world.NowUs;
        process.Kill("crash point");
        throw new KilledException();
    }
}
