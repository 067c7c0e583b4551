using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Tests.Rehearsing;

/// <summary>
/// The ICM guide's chronology for one AW, one HDS and one PG, by hand: a night of ten hours from 22:00 in Vienna, the timeline as
/// the guide's routing column has it. Tests change what they want wrong.
/// </summary>
static class IcmNight
{
    public const string Old = "4.5.2", New = "4.6.2";
    public static readonly DateTimeOffset Begins = new(2026, 11, 28, 22, 0, 0, TimeSpan.FromHours(1));
    static readonly string[] s_ladder = ["4.0", "4.1", "4.5", "4.6"], s_sideA = ["rtr-a", "lgr-a"], s_sideB = ["rtr-b", "lgr-b"];

    public static Plan Plan()
    {
        Step[] steps =
        [
            Step("1", 0, 90, "Side B", [.. Stop(s_sideA), .. Release(New, s_sideA)], new(0, 90), RestoreA),
            Step("2", 90, 120, "Side B", [.. Stop("aw-1"), .. Release(New, "aw-1")], new(0, 120), RestoreAw, RestoreA),
            Step("3", 120, 125, "Network", Stop([.. s_sideB, "hds-1"]), new(5, 125), StartB, RestoreAw, RestoreA),
            Step("4", 125, 130, "Side A", Start([.. s_sideA, "aw-1"]), new(10, 130), StopA, StartB, RestoreAw, RestoreA),
            Step("5", 130, 190, "Side A", [], new(10, 130), StopA, StartB, RestoreAw, RestoreA) with { IsTest = true },
            Step("6", 190, 280, "Side A", Release(New, s_sideB), new(10, 220), RestoreB, StopA, StartB, RestoreAw, RestoreA) with { BackOut = Back(new(10, 220), true, RestoreB, StopA, StartB, RestoreAw, RestoreA) },
            Step("7", 280, 290, "Side A", Start(s_sideB), new(10, 220), RestoreB, StopA, StartB, RestoreAw, RestoreA),
            Step("8", 290, 295, "Side A or B", [], new(10, 220), RestoreB, StopA, StartB, RestoreAw, RestoreA),
            Step("9.hds-1", 295, 385, "Side A", [.. Release(New, "hds-1"), .. Start("hds-1")], new(10, 310), RestoreHds, RestoreB, StopA, StartB, RestoreAw, RestoreA),
            Step("10.pg-1a", 385, 415, "ICM Active Side", [.. Stop("pg-1a"), .. Release(New, "pg-1a")], new(0, 30), Restore(30, "pg-1a")),
            Step("10.pg-1b", 415, 445, "ICM Active Side", [.. Stop("pg-1b"), .. Begin(Start("pg-1a")), .. Release(New, "pg-1b"), .. Start("pg-1b")], new(0, 60), Take("pg-1a"), Restore(30, "pg-1b"), Restore(30, "pg-1a")),
        ];
        return new Plan
        {
            Estate = "two sites",
            Pack = "icm-4.6.2",
            Product = "Cisco ICM",
            From = Old,
            To = New,
            EstateHash = "",
            PackHash = "",
            Today = new DateOnly(2026, 11, 1),
            Policies = [],
            Findings = [],
            Path = [],
            Windows = [new PlannedWindow("first night", Begins, Begins.AddHours(10), 445, 155)],
            Nodes = Nodes,
            Steps = steps,
            Timeline =
            [
                Segment(0, 90, "B", "1", "central controller"), Segment(90, 120, "B", "2", "central controller"),
                Segment(120, 125, "network", "3", "central controller"), Segment(125, 130, "network", "4", "central controller"),
                Segment(130, 190, "A", "5", "central controller"), Segment(190, 280, "A", "6", "central controller"),
                Segment(280, 290, "A", "7", "central controller"), Segment(290, 295, "A", "8"), Segment(295, 385, "A", "9.hds-1"),
                Segment(385, 415, "A", "10.pg-1a", "pg-1"), Segment(415, 445, "A", "10.pg-1b", "pg-1"),
            ],
            Totals = new Totals { ElapsedMinutes = 445, SimplexMinutes = 230, SimplexTestMinutes = 60, DefaultRoutedMinutesMin = 5, DefaultRoutedMinutesMax = 10 },
            CriticalPath = [],
            Materials = [],
            Software = [],
            Zone = "Europe/Vienna",
        };
    }

    public static IEstateModel Model(bool hasDefaultPlan) => new SidesModel(Nodes, static release => Upgrade.Packs.Releases.Rung(s_ladder, release), 1, hasDefaultPlan);

    public static RehearsalReport Rehearse(Plan plan, bool hasDefaultPlan = true, int runs = 0) => Rehearsal.Play(plan, () => Model(hasDefaultPlan), new RehearsalOptions { Runs = runs });

    /// <summary>The plan with one step changed.</summary>
    public static Plan With(Plan plan, string id, Func<Step, Step> change) => plan with { Steps = [.. plan.Steps.Select(s => s.Id == id ? change(s) : s)] };

    public static BackOut Back((double Service, double All) minutes, bool pointOfNoReturn, params BackOutAction[] actions) =>
        new(Text.Of("The step fails"), actions, minutes.Service, minutes.All, pointOfNoReturn, Text.None);

    static readonly PlannedNode[] Nodes =
    [
        Node("rtr-a", SidesModel.Controller, "controller", "A"), Node("lgr-a", SidesModel.Controller, "controller", "A"),
        Node("rtr-b", SidesModel.Controller, "controller", "B"), Node("lgr-b", SidesModel.Controller, "controller", "B"),
        Node("aw-1", SidesModel.Clients, "aw-1", ""), Node("hds-1", SidesModel.Clients, "hds-1", ""),
        Node("pg-1a", SidesModel.Gateways, "pg-1", "A"), Node("pg-1b", SidesModel.Gateways, "pg-1", "B"),
    ];

    static readonly BackOutAction RestoreAw = Restore(30, "aw-1"), RestoreA = Restore(90, s_sideA),
        StopA = Action(5, Begin([.. Stop([.. s_sideA, "aw-1"])])),
        StartB = Action(5, Start([.. s_sideB, "hds-1"])),
        RestoreB = Action(90, [.. Begin(Stop(s_sideB)), .. Release(Old, s_sideB)]),
        RestoreHds = Action(90, [.. Begin(Stop("hds-1")), .. Release(Old, "hds-1")]);

    static BackOutAction Restore(double minutes, params string[] nodes) => Action(minutes, [.. Begin(Stop(nodes)), .. Release(Old, nodes), .. Start(nodes)]);
    static BackOutAction Take(string node) => Action(0, Begin(Stop(node)));
    static BackOutAction Action(double minutes, IReadOnlyList<Change> changes) => new(Text.Of("Do it"), [.. changes.Select(static c => c.Node).Distinct()], minutes, changes);

    public static Change[] Stop(params string[] nodes) => [.. nodes.Select(static n => new Change(n, Change.Begin, Runs: false))];
    public static Change[] Start(params string[] nodes) => [.. nodes.Select(static n => new Change(n, Change.End, Runs: true))];
    public static Change[] Begin(Change[] changes) => [.. changes.Select(static c => c with { At = Change.Begin })];
    static Change[] Release(string release, params string[] nodes) => [.. nodes.Select(n => new Change(n, Change.End, Release: release))];

    static PlannedNode Node(string name, string group, string unit, string side) => new(name, name[..2], name, group, unit, side, "", Old, "", []);

    public static Segment Segment(double begin, double end, string routes, string step, params string[] notRedundant) =>
        new(begin, end, Begins.AddMinutes(begin), Begins.AddMinutes(end), routes, notRedundant, step);

    public static Step Step(string id, double begin, double end, string routing, IReadOnlyList<Change> changes, (double Service, double All) back, params BackOutAction[] actions) => new()
    {
        Id = id,
        Row = id.Split('.')[0],
        Title = Text.Of("Step {0}", id),
        Nodes = [],
        Minutes = Minutes.Exactly(end - begin),
        RoutingColumn = routing,
        After = [],
        Changes = changes,
        Window = "first night",
        Engineer = "Ana",
        StartMinute = begin,
        EndMinute = end,
        Begins = Begins.AddMinutes(begin),
        Ends = Begins.AddMinutes(end),
        Expect = Text.None,
        BackOut = Back(back, false, actions),
        Source = "",
    };
}
