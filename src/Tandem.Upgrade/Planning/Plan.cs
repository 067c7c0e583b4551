using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning;

/// <summary>
/// All that was decided, as <c>plan.json</c> has it: the documents are made from it, the rehearsal plays it, the run follows it.
/// Minutes count from the beginning of the first window, windows' pauses left out, unless they are instants.
/// </summary>
public sealed record Plan
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;
    public required string Estate { get; init; }
    /// <summary>The pack's id: <c>icm-4.6.2</c>.</summary>
    public required string Pack { get; init; }
    public required string Product { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    /// <summary>SHA-256 of the estate file and of the pack, in hex: what this plan was made of.</summary>
    public required string EstateHash { get; init; }
    public required string PackHash { get; init; }
    /// <summary>The day that the readiness is judged for.</summary>
    public required DateOnly Today { get; init; }
    public required IReadOnlyList<PolicyTaken> Policies { get; init; }
    public required IReadOnlyList<Finding> Findings { get; init; }
    public required IReadOnlyList<PathStage> Path { get; init; }
    public required IReadOnlyList<PlannedWindow> Windows { get; init; }
    public required IReadOnlyList<PlannedNode> Nodes { get; init; }
    public required IReadOnlyList<Step> Steps { get; init; }
    /// <summary>Without a gap from the first step's begin to the last one's end.</summary>
    public required IReadOnlyList<Segment> Timeline { get; init; }
    public required Totals Totals { get; init; }
    /// <summary>The steps that cannot be shortened or overlapped without the end moving, and why each waits for the one before.</summary>
    public required IReadOnlyList<CriticalStep> CriticalPath { get; init; }
    public required IReadOnlyList<MaterialLine> Materials { get; init; }
    public required IReadOnlyList<SoftwareLine> Software { get; init; }
    public IReadOnlyList<CallHour> Calls { get; init; } = [];
    public IReadOnlyList<PersonInPlan> People { get; init; } = [];
    /// <summary>IANA zone in which instants are printed.</summary>
    public required string Zone { get; init; }
    /// <summary>Counts of the estate that documents and estimates use.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>();

    /// <summary>A finding that keeps the run from beginning.</summary>
    public bool IsReady => Findings.All(static f => f.Verdict is not (Verdict.NotReady or Verdict.Refused));
}

/// <summary>Which choice was taken where the sources contradict each other.</summary>
public sealed record PolicyTaken(string Id, Text Question, string Choice, Text Title, double Value, double ValueMax, bool IsDefault, string Source, IReadOnlyList<PolicyOther> Others);

public sealed record PolicyOther(string Choice, Text Title, string Source);

/// <summary>Worst last.</summary>
public enum Verdict { Pass, Warn, NotReady, Refused }

/// <summary>One judged rule.</summary>
/// <param name="Check">The rule's id in the pack.</param>
/// <param name="Subject">The node, peripheral or other thing that it is about; empty for the estate.</param>
/// <param name="Evidence">What was found: the estate's own words.</param>
/// <param name="Line">Of the estate file; 0 for none.</param>
public sealed record Finding(string Check, Verdict Verdict, string Subject, Text Title, Text Evidence, Text Remedy, string Source, int Line);

/// <summary>A stage of the whole path.</summary>
/// <param name="Days">Days of test after it.</param>
/// <param name="Earliest">The first day on which it may begin; null when it is not dated.</param>
/// <param name="Needed">False: it is there already.</param>
public sealed record PathStage(string Id, Text Title, string From, string To, int Days, DateOnly? Earliest, bool Needed, string Source);

public sealed record PlannedWindow(string Name, DateTimeOffset Begins, DateTimeOffset Ends, double UsedMinutes, double SpareMinutes);

/// <summary>A node as the model begins with it.</summary>
public sealed record PlannedNode(string Name, string Role, string RoleName, string Group, string Unit, string Side, string Site, string Release, string Network, IReadOnlyList<MethodLine> Method);

/// <summary>A line of a node's method of procedure.</summary>
public sealed record MethodLine(string Phase, Text Do, string Command, Text Expect, double Minutes, string Source);

/// <summary>Minutes: least, usual, most.</summary>
public sealed record Minutes(double Min, double Usual, double Max, bool Derived = false)
{
    public static Minutes Exactly(double minutes) => new(minutes, minutes, minutes);
}

/// <summary>One step of the chronology.</summary>
public sealed record Step
{
    /// <summary>Unique in the plan: <c>1</c>, <c>9.hds-1</c>.</summary>
    public required string Id { get; init; }
    /// <summary>The row of the source's chronology.</summary>
    public required string Row { get; init; }
    public required Text Title { get; init; }
    public required IReadOnlyList<string> Nodes { get; init; }
    public required Minutes Minutes { get; init; }
    /// <summary>Word for word as the source has it: Side B, Network, Side A or B.</summary>
    public required string RoutingColumn { get; init; }
    /// <summary>Steps that must have ended before.</summary>
    public required IReadOnlyList<string> After { get; init; }
    /// <summary>What becomes of nodes, in order.</summary>
    public required IReadOnlyList<Change> Changes { get; init; }
    public required string Window { get; init; }
    public string Engineer { get; init; } = "";
    public required double StartMinute { get; init; }
    public required double EndMinute { get; init; }
    public required DateTimeOffset Begins { get; init; }
    public required DateTimeOffset Ends { get; init; }
    public required Text Expect { get; init; }
    public IReadOnlyList<Text> Evidence { get; init; } = [];
    /// <summary>A local command that carries it out; empty: by hand.</summary>
    public string Command { get; init; } = "";
    public bool TwoPersons { get; init; }
    public required BackOut BackOut { get; init; }
    public required string Source { get; init; }
    /// <summary>It is service time: false for preparation that nobody notices.</summary>
    public bool InService { get; init; } = true;
    /// <summary>A test: its minutes are the customer's.</summary>
    public bool IsTest { get; init; }
}

/// <summary>How to get back to a working estate of the old release if this step fails.</summary>
/// <param name="Actions">In order; carried out after the step was begun and possibly ended.</param>
/// <param name="ServiceMinutes">Until calls are routed by the old release again; 0 when they never stopped.</param>
/// <param name="Minutes">Until all is as before, redundancy included.</param>
/// <param name="PointOfNoReturn">From here on the way back is no longer cheap.</param>
public sealed record BackOut(Text Trigger, IReadOnlyList<BackOutAction> Actions, double ServiceMinutes, double Minutes, bool PointOfNoReturn, Text Lost);

public sealed record BackOutAction(Text Do, IReadOnlyList<string> Nodes, double Minutes, IReadOnlyList<Change> Changes);

/// <summary>A time in which nothing changes for callers.</summary>
/// <param name="Routes">Who routes: A, B, network, nobody; for a system that is replaced old, new, nobody.</param>
/// <param name="NotRedundant">Units without a second node that works.</param>
public sealed record Segment(double StartMinute, double EndMinute, DateTimeOffset Begins, DateTimeOffset Ends, string Routes, IReadOnlyList<string> NotRedundant, string Step);

/// <summary>The sums, each with its explanation.</summary>
public sealed record Totals
{
    /// <summary>Rows 1 to 8 of the guide's chronology without tests; 0 where the method has no such rows.</summary>
    public double FixedMinutes { get; init; }
    /// <summary>All steps without tests, added up.</summary>
    public double WorkMinutes { get; init; }
    public double TestMinutes { get; init; }
    /// <summary>From the first begin to the last end, pauses between windows left out.</summary>
    public double ElapsedMinutes { get; init; }
    /// <summary>Without redundancy of the central system, tests left out; and the tests in that time.</summary>
    public double SimplexMinutes { get; init; }
    public double SimplexTestMinutes { get; init; }
    /// <summary>Routed by the network's default plan: at least and at most.</summary>
    public double DefaultRoutedMinutesMin { get; init; }
    public double DefaultRoutedMinutesMax { get; init; }
    public double NobodyRoutesMinutes { get; init; }
    public IReadOnlyList<Text> Explanation { get; init; } = [];
    /// <summary>Named figures that the method calculates, such as `move-seconds`; marked when they are derived.</summary>
    public IReadOnlyList<NamedFigure> Figures { get; init; } = [];
}

public sealed record NamedFigure(string Id, Text Title, double Value, string Unit, bool Derived, Text How, string Source);

public sealed record CriticalStep(string Step, double Minutes, Text Why);

/// <summary>What must be bought, and by when.</summary>
/// <param name="OrderFrom">Not before, because of newer fixes; null: at once.</param>
/// <param name="OrderBy">The last day on which it arrives in time.</param>
public sealed record MaterialLine(string Item, string For, string Have, string Need, string Buy, DateOnly? OrderFrom, DateOnly? OrderBy, string Source);

/// <summary>A component at a node against what the release wants.</summary>
public sealed record SoftwareLine(string Node, string Role, string Component, string Name, string Have, IReadOnlyList<string> Accepts, bool OrLater, Verdict Verdict, string Source);

/// <summary>Calls in an hour of the day.</summary>
public sealed record CallHour(int Hour, double Calls);

/// <param name="Role">engineer, customer, carrier, …</param>
public sealed record PersonInPlan(string Name, string Role, string Phone, string Mail);
