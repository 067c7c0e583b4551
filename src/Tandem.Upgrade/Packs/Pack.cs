namespace Tandem.Upgrade.Packs;

/// <summary>
/// What is known of a release: data, each fact with the document and section that it comes from. Nothing in the planner knows
/// a figure of its own.
/// </summary>
public sealed class Pack
{
    /// <summary>What `--to` names: <c>icm-4.6.2</c>.</summary>
    public required string Id { get; init; }
    public required string Product { get; init; }
    /// <summary>The release that is reached.</summary>
    public required string Release { get; init; }
    /// <summary>How it is reached.</summary>
    public required Method Method { get; init; }
    public string Summary { get; init; } = "";
    public required List<SourceDocument> Sources { get; init; }
    /// <summary>Releases in order; a difference of versions is counted in its steps. A last part may be <c>x</c>.</summary>
    public List<string> Ladder { get; init; } = [];
    public List<PathRule> Paths { get; init; } = [];
    /// <summary>The order of separate upgrades, and the days of test between them.</summary>
    public List<Stage> Order { get; init; } = [];
    public Dictionary<string, Role> Roles { get; init; } = [];
    /// <summary>Where the sources contradict each other: the choices, and which is taken unless the estate says otherwise.</summary>
    public Dictionary<string, Policy> Policies { get; init; } = [];
    public List<ChronologyRow> Chronology { get; init; } = [];
    public List<Check> Checks { get; init; } = [];
    /// <summary>What is saved before a node is touched.</summary>
    public List<SavedItem> Saves { get; init; } = [];
    /// <summary>Peripherals whose releases must be verified, and where.</summary>
    public List<PeripheralKind> Peripherals { get; init; } = [];
    public List<TestCase> Tests { get; init; } = [];
    public List<Notice> Notices { get; init; } = [];
    public List<RunSheetEntry> RunSheet { get; init; } = [];
    public List<Item> Acceptance { get; init; } = [];
    /// <summary>What does not come along and must be saved and brought back by hand.</summary>
    public List<Item> Overwritten { get; init; } = [];
    /// <summary>Named figures: durations in minutes, rates, limits.</summary>
    public Dictionary<string, Figure> Figures { get; init; } = [];
}

/// <summary>How the new release takes over.</summary>
public enum Method
{
    /// <summary>One side of a redundant pair after the other.</summary>
    Sides,
    /// <summary>A new system beside the old one, moved between isolated networks.</summary>
    Networks,
    /// <summary>Rules only; nothing is planned.</summary>
    Checks,
}

/// <param name="Id">Before the <c>#</c> of each `source`.</param>
public sealed class SourceDocument
{
    public required string Id { get; init; }
    public required string Title { get; init; }
    public string Number { get; init; } = "";
    public string Publisher { get; init; } = "";
    public string Date { get; init; } = "";
}

public sealed class PathRule
{
    /// <summary>Releases, <c>4.0.x</c>.</summary>
    public required List<string> From { get; init; }
    /// <summary>Empty: directly. Else one of these must be reached first.</summary>
    public List<string> Through { get; init; } = [];
    public required string Source { get; init; }
}

/// <summary>A stage of the whole upgrade: hardware, the product, what must come after it.</summary>
public sealed class Stage
{
    public required string Id { get; init; }
    public required string Title { get; init; }
    /// <summary>The component of the estate that it changes: <c>hardware</c>, <c>product</c>, or a software component such as <c>sql</c>.</summary>
    public required string Changes { get; init; }
    /// <summary>Versions of that component that this stage leads to.</summary>
    public List<string> To { get; init; } = [];
    /// <summary>Days of test before the next stage begins.</summary>
    public int TestDays { get; init; }
    /// <summary>Not in one window with the product's upgrade.</summary>
    public bool Alone { get; init; }
    public required string Source { get; init; }
}

/// <summary>A kind of node: what it must have, and how long it takes.</summary>
public sealed class Role
{
    public required string Name { get; init; }
    /// <summary>What belongs together: <c>controller</c>, <c>clients</c>, <c>gateways</c>, or the pack's own.</summary>
    public required string Group { get; init; }
    /// <summary>Two nodes of this role, A and B, are redundant to each other.</summary>
    public bool Sided { get; init; }
    public Range? Minutes { get; init; }
    public HardwareMinimum? Hardware { get; init; }
    public List<Requirement> Software { get; init; } = [];
    /// <summary>What the engineer does at the node, in order.</summary>
    public List<MethodStep> Method { get; init; } = [];
    public string Source { get; init; } = "";
}

/// <summary>Minutes (or what the name says): the least, the usual, the most.</summary>
public sealed class Range
{
    public double Min { get; init; }
    public double Usual { get; init; }
    public double Max { get; init; }
    /// <summary>Calculated from what the source says, not said by it.</summary>
    public bool Derived { get; init; }
    public string Source { get; init; } = "";
}

public sealed class HardwareMinimum
{
    public int RamMb { get; init; }
    /// <summary>0: the source recommends no other.</summary>
    public int RamRecommendedMb { get; init; }
    public int CpuMhz { get; init; }
    public int CpuLoadBelowPercent { get; init; }
    public int DiskFreeMb { get; init; }
    public int DiskRecommendedMb { get; init; }
    public required string Source { get; init; }
}

/// <summary>A component that a node must have, in one of these versions.</summary>
public sealed class Requirement
{
    public required string Component { get; init; }
    public required string Name { get; init; }
    /// <summary>As the estate writes them: <c>windows-nt 4.0 SP6a</c>.</summary>
    public required List<string> Accepts { get; init; }
    /// <summary>A later version will do as well.</summary>
    public bool OrLater { get; init; }
    /// <summary>Only where the node has this component in this product, e.g. <c>os: windows-nt</c>.</summary>
    public Dictionary<string, string> When { get; init; } = [];
    /// <summary>One component of those that share this name is enough.</summary>
    public string Either { get; init; } = "";
    public required string Source { get; init; }
}

public sealed class MethodStep
{
    public required string Do { get; init; }
    /// <summary>A command line to copy; <c>{node}</c> stands for the node's name.</summary>
    public string Command { get; init; } = "";
    public required string Expect { get; init; }
    public double Minutes { get; init; }
    /// <summary>prepare (before the window), upgrade, verify.</summary>
    public string Phase { get; init; } = "upgrade";
    public string Source { get; init; } = "";
}

public sealed class Policy
{
    public required string Question { get; init; }
    public required List<Choice> Choices { get; init; }
    /// <summary>The id of the choice that is taken when the estate names none.</summary>
    public required string Default { get; init; }
}

public sealed class Choice
{
    public required string Id { get; init; }
    public required string Title { get; init; }
    public double Value { get; init; }
    /// <summary>A second figure, where a choice is a range.</summary>
    public double ValueMax { get; init; }
    public required string Source { get; init; }
}

/// <summary>A row of the sources' chronology.</summary>
public sealed class ChronologyRow
{
    public required string Row { get; init; }
    /// <summary>What the planner does for it; the methods know their words.</summary>
    public required string Act { get; init; }
    public required string Title { get; init; }
    /// <summary>Word for word as the source has it.</summary>
    public required string Routing { get; init; }
    public Range? Minutes { get; init; }
    /// <summary>Which roles or groups it is about.</summary>
    public List<string> Of { get; init; } = [];
    public string Side { get; init; } = "";
    public bool TwoPersons { get; init; }
    public required string Expect { get; init; }
    /// <summary>What shows that it was done.</summary>
    public List<string> Evidence { get; init; } = [];
    /// <summary>What makes the engineer back out.</summary>
    public string Trigger { get; init; } = "";
    /// <summary>What is lost when it is backed out.</summary>
    public string Lost { get; init; } = "";
    public required string Source { get; init; }
}

/// <summary>A rule of the readiness report. Its id names the code that judges it; parameters and words are the pack's.</summary>
public sealed class Check
{
    public required string Id { get; init; }
    public required string Title { get; init; }
    /// <summary>What a failure means: <c>refuse</c> stops the plan, <c>not-ready</c> stops the run, <c>warn</c> is told.</summary>
    public required string Failing { get; init; }
    /// <summary>What to do about a failure.</summary>
    public required string Remedy { get; init; }
    public Dictionary<string, string> With { get; init; } = [];
    public required string Source { get; init; }
}

public sealed class SavedItem
{
    /// <summary>As the estate's `saved` names it.</summary>
    public required string Id { get; init; }
    public required string Title { get; init; }
    public string Command { get; init; } = "";
    /// <summary>Roles; empty for all.</summary>
    public List<string> Of { get; init; } = [];
    /// <summary>Who does it: <c>customer</c> before the day, <c>engineer</c> right before the node.</summary>
    public string By { get; init; } = "engineer";
    public required string Source { get; init; }
}

public sealed class PeripheralKind
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public string Guide { get; init; } = "";
    public required string Source { get; init; }
}

public sealed class TestCase
{
    public required string Id { get; init; }
    /// <summary>Call routing, reporting, CTI, …</summary>
    public required string Area { get; init; }
    public required string Do { get; init; }
    public required string Criterion { get; init; }
    /// <summary>before, switch (while no side routes), simplex, duplex.</summary>
    public required List<string> At { get; init; }
    public double Minutes { get; init; }
    /// <summary>Roles of which a node must run; empty: the case needs none. Where none runs, it waits for the next point.</summary>
    public List<string> Needs { get; init; } = [];
    /// <summary>Roles in place of which it stands: only for an estate that has none of them.</summary>
    public List<string> Without { get; init; } = [];
    /// <summary>Only for a plan in which at some time this routes: network, nobody. Empty: for every plan.</summary>
    public string Routes { get; init; } = "";
    public string Source { get; init; } = "";
}

/// <summary>Who is told what, and how long before.</summary>
public sealed class Notice
{
    public required string To { get; init; }
    public required string Subject { get; init; }
    public required string Body { get; init; }
    /// <summary>Hours before the first window; negative after the end.</summary>
    public double HoursBefore { get; init; }
    /// <summary>Only for a plan in which at some time this routes: network, nobody. Empty: for every plan.</summary>
    public string Routes { get; init; } = "";
    public string Source { get; init; } = "";
}

public sealed class RunSheetEntry
{
    /// <summary>
    /// Minutes from the begin of the row's first step, negative before. Without a row: to 0 from the begin of the window, above it
    /// from the end of the last step.
    /// </summary>
    public double At { get; init; }
    /// <summary>A row of the chronology: the line stands in the window that has it, and nowhere when no step of the plan is of it.</summary>
    public string Row { get; init; } = "";
    /// <summary>Without a row: not in each window that is used, but before the first or after the last.</summary>
    public bool Once { get; init; }
    /// <summary>Only for a plan in which at some time this routes: network, nobody. Empty: for every plan.</summary>
    public string Routes { get; init; } = "";
    public required string Do { get; init; }
    public string Who { get; init; } = "";
    public string Source { get; init; } = "";
}

public sealed class Item
{
    public required string Id { get; init; }
    public required string Title { get; init; }
    public string Source { get; init; } = "";
}

public sealed class Figure
{
    public double Value { get; init; }
    public double Min { get; init; }
    public double Max { get; init; }
    public string Unit { get; init; } = "";
    public required string Title { get; init; }
    /// <summary>Calculated from what the source says, not said by it.</summary>
    public bool Derived { get; init; }
    public string Source { get; init; } = "";
}
