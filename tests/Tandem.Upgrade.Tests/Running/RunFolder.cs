using System.Text;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Running;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Tests.Running;

/// <summary>A folder with a plan, on the disk, gone at the end.</summary>
sealed class RunFolder : IDisposable
{
    public static readonly DateTimeOffset WindowBegins = new(2026, 12, 5, 0, 0, 0, TimeSpan.FromHours(1));

    public RunFolder(Plan plan)
    {
        Path = Directory.CreateTempSubdirectory("tandem-run-").FullName;
        Plan = plan;
        PlanFile.Save(plan, Path);
        Clock = new FakeClock(WindowBegins);
    }

    public string Path { get; }
    public Plan Plan { get; }
    public FakeClock Clock { get; }
    public string RecordPath => System.IO.Path.Combine(Path, "run.jsonl");
    public IReadOnlyList<RunEntry> Entries => RunRecord.Verify(Path).Entries;

    /// <summary>A session with answers by what is asked.</summary>
    public RunOutcome Run(IRunTerminal terminal, string who = "Ana")
    {
        using RunRecord record = RunRecord.Open(Path);
        return new RunSession(Plan, record, terminal, Clock, who).Run();
    }

    /// <summary>As a pipe would: the answers are lines, and then the input ends.</summary>
    public (int Code, string Output) Pipe(params string[] lines)
    {
        var output = new StringWriter();
        int code = UpgradeRun.Run(new RunOptions(Path, "Ana", Plain: true, new StringReader(string.Join('\n', lines)), output, Clock, Language.English));
        return (code, output.ToString());
    }

    public string File(string name, string text)
    {
        string path = System.IO.Path.Combine(Path, name);
        System.IO.File.WriteAllText(path, text, Encoding.UTF8);
        return path;
    }

    public string[] Lines => System.IO.File.ReadAllLines(RecordPath);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Plans that are small enough to follow.</summary>
static class Plans
{
    /// <summary>Two nodes of a controller: upgrade A, change over, upgrade B (no cheap return, two persons), start B.</summary>
    public static Plan Four(string firstCommand = "") => Of(
        Step("1", "Upgrade side A", 0, 90, ["ra"], [new Change("ra", Change.End, Release: "4.6.2")], [Back("Restore ra", "ra"), Back("Start ra", "ra")]) with { Command = firstCommand },
        Step("2", "Change over to side A", 90, 100, ["ra", "rb"], [], [Back("Stop ra", "ra"), Back("Start rb", "rb")], "1"),
        Step("3", "Upgrade side B", 100, 190, ["rb"], [new Change("rb", Change.End, Release: "4.6.2")], [Back("Restore rb", "rb"), Back("Stop ra", "ra"), Back("Start rb", "rb")], "2") with
        {
            TwoPersons = true,
            BackOut = new BackOut(Text.Of("Calls fail"), [Back("Restore rb", "rb"), Back("Stop ra", "ra"), Back("Start rb", "rb")], 60, 95, PointOfNoReturn: true, Text.Of("Reports since midnight")),
        },
        Step("4", "Start side B", 190, 200, ["rb"], [], [Back("Restore both", "ra", "rb")], "3"));

    public static Step Step(string id, string title, double start, double end, string[] nodes, Change[] changes, BackOutAction[] back, params string[] after) => new()
    {
        Id = id,
        Row = id.Split('.')[0],
        Title = Text.Of(title),
        Nodes = nodes,
        Minutes = Minutes.Exactly(end - start),
        RoutingColumn = "Side B",
        After = after,
        Changes = changes,
        Window = "night 1",
        StartMinute = start,
        EndMinute = end,
        Begins = RunFolder.WindowBegins.AddMinutes(start),
        Ends = RunFolder.WindowBegins.AddMinutes(end),
        Expect = Text.Of("All processes are up"),
        BackOut = new BackOut(Text.Of("Calls fail"), back, 10, 30, PointOfNoReturn: false, Text.None),
        Source = "test#1",
    };

    public static BackOutAction Back(string what, params string[] nodes) => new(Text.Of(what), nodes, 15, []);

    public static Plan Of(params Step[] steps) => new()
    {
        Estate = "Two sites",
        Pack = "icm-4.6.2",
        Product = "Cisco ICM",
        From = "4.5.2",
        To = "4.6.2",
        EstateHash = "",
        PackHash = "",
        Today = new DateOnly(2026, 11, 20),
        Policies = [],
        Findings = [new Finding("default-plan", Verdict.Pass, "", Text.Of("Default route plan"), Text.Of("in place"), Text.None, "test#2", 3)],
        Path = [],
        Windows = [new PlannedWindow("night 1", RunFolder.WindowBegins, RunFolder.WindowBegins.AddHours(7), 200, 220)],
        Nodes =
        [
            Node("ra", "router", [new MethodLine("upgrade", Text.Of("Run setup"), "setup {node}", Text.Of("It asks for the release"), 40, "test#3"), new MethodLine("prepare", Text.Of("Save the registry"), "", Text.Of("A file"), 5, "test#3")]),
            Node("rb", "router", []),
            Node("aw1", "aw", []),
            Node("aw2", "aw", []),
        ],
        Steps = steps,
        Timeline = [.. steps.Select((s, i) => new Segment(s.StartMinute, s.EndMinute, s.Begins, s.Ends, i == 0 ? "B" : i == 1 ? "network" : "A", i < steps.Length - 1 ? ["central controller"] : [], s.Id))],
        Totals = new Totals(),
        CriticalPath = [],
        Materials = [],
        Software = [],
        Zone = "Europe/Stockholm",
    };

    static PlannedNode Node(string name, string role, MethodLine[] method) => new(name, role, role, "controller", "central controller", "A", "hq", "4.5.2", "production", method);
}
