using Tandem.Core.Schema;
using Tandem.Core.Scripts;
using Tandem.Node.ConfigurationFiles;
using Tandem.Yaml;

namespace Tandem.Simulation;

/// <summary>The callers, the agents with their phones and desks, and the contact centre that they know.</summary>
sealed class People(World world)
{
    public const string Instance = "main";
    public static readonly byte[] InstanceKey = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];
    public static readonly Credentials Credentials = new(InstanceKey);
    static readonly Configuration s_configuration = Load();

    public const int AgentsMax = 6;
    static readonly string[] s_names = ["ana", "bo", "cy", "dee", "eli", "fay"];

    const string Text = """
        instance: main
        settings:
          zone: Europe/Berlin
          default-label: busy
          ring-time: 6s
          same-agent-again-after: 3s
          rona: {no-answer: 1, busy: 2, rejected: 2, unreachable: 2}
        dialed-numbers:
          1000: sales
          1001: support
          1002: {call-type: vip, default-label: release:480}
          1003: waits
        call-types: {sales: sales, support: support, vip: vip, waits: waits}
        skill-groups:
          sales: {wrap-up: 2s}
          support: {wrap-up: 1s, ring-time: 4s}
        agents:
          ana: {phone: 101, skill-groups: [sales]}
          bo: {phone: 102, skill-groups: [sales, support]}
          cy: {phone: 103, skill-groups: [support]}
          dee: {phone: 104, skill-groups: [sales]}
          eli: {phone: 105, skill-groups: [support]}
          fay: {phone: 106, skill-groups: [sales, support]}
        phones:
          101: {password: p101}
          102: {password: p102}
          103: {password: p103}
          104: {password: p104}
          105: {password: p105}
          106: {password: p106}
        trunks:
          carrier: {address: "192.0.2.250:5060", sources: ["192.0.2.250"], prefixes: ["0"]}
        scripts:
          sales: {nodes: {line: {queue: {to: sales}}}}
          support: {nodes: {line: {queue: {to: support}}}}
          vip: {nodes: {line: {queue: {to: [{group: sales, priority: 10}, support]}}}}
          waits: {nodes: {first: {wait: {time: 2s, next: line}}, line: {queue: {to: sales, wait-max: 30s, overflow: second}}, second: {queue: {to: [sales, support]}}}}
        reason-codes: {1: break}
        """;

    readonly Dictionary<string, Caller> _callers = new(StringComparer.Ordinal);
    readonly List<Caller> _active = [];

    /// <summary>Whose call is not over.</summary>
    public IReadOnlyList<Caller> Active => _active;
    public Caller? Find(string number) => _callers.GetValueOrDefault(number);
    public List<AgentPhone> Phones { get; } = [];
    public List<Desk> Desks { get; } = [];
    public int Answered { get; set; }

    public static string Password(string phone) => "p" + phone;

    public static string AgentName(int number) => s_names[number];

    static Configuration Load()
    {
        string folder = Directory.CreateTempSubdirectory("tandem-simulation-").FullName;
        try
        {
            LoadedConfiguration loaded = ConfigurationFile.Load([new ConfigurationText("simulation.yaml", Text)], Credentials, PhonePasswords.Open(folder), CompiledScript.CheckExpression);
            return loaded.Configuration ?? throw new InvalidDataException(string.Join("\n", loaded.Problems));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The configuration is applied by whoever lives first.</summary>
    public void Begin() => world.After(300_000, Configure);

    void Configure()
    {
        if (world.Checks.Reference.Centre.Configuration is not null) return;
        if (world.Hosts.FirstOrDefault(static h => h.Process is { IsLive: true })?.Process is { } process)
            process.Post(loop => loop.Command(
                new Entry { Actor = "admin", RequestId = $"configuration-{world.NowUs}", ConfigurationApplied = new ConfigurationApplied { Configuration = s_configuration.Clone() } },
                new TaskCompletionSource<Core.Rejection>(), static r => r.ToString()));
        world.After(700_000, Configure);
    }

    public void Call(CallerPlan plan)
    {
        var caller = new Caller(world, plan);
        _callers[caller.Name] = caller;
        _active.Add(caller);
        caller.Dial();
    }

    public void Over(Caller caller) => _active.Remove(caller);

    /// <summary>The day is over: callers hang up, agents go on until their calls are.</summary>
    public void GoHome()
    {
        foreach (Caller caller in _active.ToArray()) caller.HangUpNow();
    }

    /// <summary>An agent with a phone and a desk.</summary>
    public void Join(int number, string phoneSide, string deskSide)
    {
        var phone = new AgentPhone(world, (101 + number).ToString(), s_names[number], (byte)(101 + number), phoneSide);
        Phones.Add(phone);
        phone.Begin();
        var desk = new Desk(world, s_names[number], phone.Name, deskSide);
        Desks.Add(desk);
        desk.Begin();
    }
}
