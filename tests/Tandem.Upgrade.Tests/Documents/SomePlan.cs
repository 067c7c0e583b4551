using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Tests.Documents;

/// <summary>
/// A plan by hand after the ICM guide's chronology: two sides, two administration workstations, a data server and a gateway, one
/// night in Taipei with an hour of tests. Every text that a pack would have is a made-up word, so that a test can tell them apart
/// from what the documents say by themselves.
/// </summary>
static class SomePlan
{
    public static readonly DateTimeOffset Begin = new(2027, 1, 16, 22, 0, 0, TimeSpan.FromHours(8));

    /// <summary>What a pack says here.</summary>
    public static readonly IReadOnlyList<string> PackWords =
    [
        "Ruote", "Logu", "Awo", "Hodu", "Pegu", "Titlo", "Expecto", "Triggo", "Losto", "Acto", "Checko", "Foundo", "Remedo", "Stago", "Questo", "Choico", "Altero", "Explano",
        "Figuro", "Howo", "Whyo", "Doo", "Areo", "Criterio", "Subjecto", "Bodo", "Sheeto", "Itemo", "Savo", "Windo", "Evido",
    ];

    static Text Word(string word) => PackWords.Contains(word) ? Text.Of(word) : throw new ArgumentException($"{word} is no word of the made-up pack");

    public static Plan Plan(string name = "North", string engineer = "Ana Lim")
    {
        List<Step> steps = [];
        double at = 0;
        void Add(string id, string row, double minutes, string routing, string[] nodes, bool isTest = false, bool isPoint = false, params Change[] changes)
        {
            steps.Add(new Step
            {
                Id = id, Row = row, Title = Word("Titlo"), Nodes = nodes, Minutes = Minutes.Exactly(minutes), RoutingColumn = routing, After = steps.Count > 0 ? [steps[^1].Id] : [], Changes = changes,
                Window = "night 1", Engineer = engineer, StartMinute = at, EndMinute = at + minutes, Begins = Begin.AddMinutes(at), Ends = Begin.AddMinutes(at + minutes), Expect = Word("Expecto"),
                Evidence = [Word("Evido")], TwoPersons = isPoint, IsTest = isTest, Source = "icm#chronology",
                BackOut = new BackOut(Word("Triggo"), [new BackOutAction(Word("Acto"), nodes, 5, [])], isPoint ? 100 : 5, isPoint ? 190 : 10, isPoint, isPoint ? Word("Losto") : Text.None),
            });
            at += minutes;
        }
        string sideA = $"{name}-rtr-a", sideB = $"{name}-rtr-b", hds = $"{name}-hds-1", pg = $"{name}-pg-1a";
        Add("1", "1", 90, "Side B", [sideA], changes: [new(sideA, Change.Begin, Runs: false), new(sideA, Change.End, Release: "4.6.2")]);
        Add("2", "2", 30, "Side B", ["aw-1"], changes: [new("aw-1", Change.Begin, Runs: false), new("aw-1", Change.End, Release: "4.6.2")]);
        Add("3", "3", 5, "Network", [sideB, hds], changes: [new(sideB, Change.Begin, Runs: false), new(hds, Change.Begin, Runs: false)]);
        Add("4", "4", 5, "Side A", [sideA, "aw-1"], changes: [new(sideA, Change.Begin, Runs: true), new("aw-1", Change.End, Runs: true)]);
        Add("5", "5", 60, "Side A", [], isTest: true);
        Add("6", "6", 90, "Side A", [sideB], isPoint: true, changes: [new(sideB, Change.End, Release: "4.6.2")]);
        Add("7", "7", 10, "Side A", [sideB], changes: [new(sideB, Change.End, Runs: true)]);
        Add("8", "8", 5, "Side A or B", [sideA, sideB]);
        Add("9.aw-2", "9", 30, "Side A", ["aw-2"], changes: [new("aw-2", Change.End, Runs: true, Release: "4.6.2")]);
        Add("9.hds-1", "9", 90, "Side A", [hds], changes: [new(hds, Change.End, Runs: true, Release: "4.6.2")]);
        Add("10.pg-1", "10", 30, "ICM Active Side", [pg], changes: [new(pg, Change.End, Release: "4.6.2")]);

        return new Plan
        {
            Estate = name, Pack = "icm-4.6.2", Product = "Cisco ICM", From = "4.5.2", To = "4.6.2", EstateHash = new string('a', 64), PackHash = new string('b', 64), Today = new DateOnly(2026, 12, 28), Zone = "Asia/Taipei",
            Policies = [new PolicyTaken("gateway-lag", Word("Questo"), "one", Word("Choico"), 1, 0, true, "icm#timeframe", [new PolicyOther("two", Word("Altero"), "icm#chronology")])],
            Findings =
            [
                new("ram", Verdict.Pass, sideA, Word("Checko"), Word("Foundo"), Text.None, "icm#hardware", 12), new("lab", Verdict.NotReady, "", Word("Checko"), Word("Foundo"), Word("Remedo"), "icm#lab", 0),
                new("disk", Verdict.Warn, hds, Word("Checko"), Word("Foundo"), Word("Remedo"), "icm#hardware", 31), new("sql", Verdict.Refused, hds, Word("Checko"), Word("Foundo"), Word("Remedo"), "icm#sql", 33),
            ],
            Path = [new("icm", Word("Stago"), "4.5.2", "4.6.2", 7, new DateOnly(2027, 1, 16), true, "icm#path"), new("sql", Word("Stago"), "6.5", "7.0", 7, null, false, "icm#path")],
            Windows = [new("night 1", Begin, Begin.AddHours(10), 445, 155), new("night 2", Begin.AddDays(7), Begin.AddDays(7).AddHours(8), 0, 480)],
            Nodes =
            [
                Node(sideA, "router", "Ruote", "controller", "controller", "A"), Node(sideB, "router", "Ruote", "controller", "controller", "B"), Node("aw-1", "aw", "Awo", "clients", "aw-1", ""),
                Node("aw-2", "aw", "Awo", "clients", "aw-2", ""), Node(hds, "hds", "Hodu", "clients", "hds-1", ""), Node(pg, "pg", "Pegu", "gateways", "pg-1", "A"),
            ],
            Steps = steps,
            Timeline =
            [
                Part(0, 90, "B", "1", "central controller"), Part(90, 120, "B", "2", "central controller"), Part(120, 125, "network", "3", "central controller"), Part(125, 127, "network", "4", "central controller"),
                Part(127, 130, "A", "4", "central controller"), Part(130, 190, "A", "5", "central controller"), Part(190, 280, "A", "6", "central controller"), Part(280, 290, "A", "7", "central controller"),
                Part(290, 295, "A", "8"), Part(295, 325, "A", "9.aw-2"), Part(325, 415, "A", "9.hds-1"), Part(415, 445, "A", "10.pg-1", "pg-1"),
            ],
            Totals = new Totals
            {
                FixedMinutes = 235, WorkMinutes = 385, TestMinutes = 60, ElapsedMinutes = 445, SimplexMinutes = 230, SimplexTestMinutes = 60, DefaultRoutedMinutesMin = 5, DefaultRoutedMinutesMax = 10,
                Explanation = [Word("Explano")], Figures = [new("per-agent", Word("Figuro"), 1.5, "minutes", true, Word("Howo"), "icm#chronology")],
            },
            CriticalPath = [.. steps.Select(s => new CriticalStep(s.Id, s.Minutes.Usual, Word("Whyo")))],
            Materials =
            [
                new("CD set", "all nodes", "0", "2", "2", new DateOnly(2027, 1, 2), new DateOnly(2027, 1, 11), "icm#order"), new("RAM 512 MB", sideA, "1024 MB", "1536 MB", "512 MB", null, new DateOnly(2026, 12, 20), "icm#hardware"),
            ],
            Software =
            [
                new(sideA, "router", "os", "Windows NT", "4.0 SP6a", ["4.0 SP6A"], false, Verdict.Pass, "icm#third-party"), new(sideB, "router", "os", "Windows NT", "4.0 SP5", ["4.0 SP6A"], false, Verdict.NotReady, "icm#third-party"),
                new(sideB, "router", "browser", "Internet Explorer", "", ["5.5 SP2"], true, Verdict.Refused, "icm#third-party"),
            ],
            People = [new(engineer, "engineer", "+886 2 5550 0100", "ana@example.com"), new("Bo", "customer", "+886 2 5550 0101", "bo@example.com"), new("Cy", "carrier", "+886 2 5550 0102", "")],
        };
    }

    static PlannedNode Node(string name, string role, string roleName, string group, string unit, string side) => new(name, role, roleName, group, unit, side, "Taipei", "4.5.2", "",
        [new("prepare", Word("Doo"), "route print > {node}.txt", Word("Expecto"), 2, "icm#node"), new("upgrade", Word("Doo"), "", Word("Expecto"), 45, "icm#node"), new("verify", Word("Doo"), "netstat -a -n | find \"5000\"", Word("Expecto"), 3, "icm#node")]);

    static Segment Part(double from, double to, string routes, string step, params string[] notRedundant) => new(from, to, Begin.AddMinutes(from), Begin.AddMinutes(to), routes, notRedundant, step);

    public static Pack Pack() => new()
    {
        Id = "icm-4.6.2", Product = "Cisco ICM", Release = "4.6.2", Method = Method.Sides, Sources = [], Ladder = ["4.0.x", "4.1.x", "4.5.x", "4.6.x"],
        Paths = [new() { From = ["4.0.x", "4.1.x", "4.5.x"], Source = "icm#path" }, new() { From = ["2.x", "3.x"], Through = ["4.1.x", "4.5.x"], Source = "icm#path" }],
        Saves = [new() { Id = "registry", Title = "Savo", Command = "regedt32 {node}", Source = "icm#backup" }, new() { Id = "database", Title = "Savo", Of = ["logger", "hds"], Source = "icm#backup" }],
        Tests =
        [
            new() { Id = "route-1", Area = "Areo", Do = "Doo", Criterion = "Criterio", At = ["before", "simplex", "duplex"], Minutes = 50 },
            new() { Id = "report-1", Area = "Areo", Do = "Doo", Criterion = "Criterio", At = ["simplex", "duplex"], Minutes = 20 },
        ],
        Notices = [new() { To = "carrier", Subject = "Subjecto", Body = "Bodo", HoursBefore = 72 }, new() { To = "customer", Subject = "Subjecto", Body = "Bodo", HoursBefore = -1 }],
        RunSheet = [new() { At = -60, Do = "Sheeto", Who = "engineer" }, new() { At = 2880, Do = "Sheeto", Who = "customer" }],
        Acceptance = [new() { Id = "calls", Title = "Itemo", Source = "icm#test" }],
        Overwritten = [new() { Id = "reports", Title = "Itemo", Source = "icm#reports" }],
    };

    /// <summary>A plan of nothing: what a pack of rules only makes.</summary>
    public static Plan Nothing() => new()
    {
        Estate = "North", Pack = "rules", Product = "Unified CCE", From = "7.5", To = "7.5", EstateHash = "", PackHash = "", Today = new DateOnly(2026, 12, 28), Zone = "Asia/Taipei", Policies = [], Findings = [], Path = [],
        Windows = [], Nodes = [], Steps = [], Timeline = [], Totals = new Totals(), CriticalPath = [], Materials = [], Software = [],
    };

    public static Pack EmptyPack() => new() { Id = "rules", Product = "Unified CCE", Release = "7.5", Method = Method.Checks, Sources = [] };
}
