using System.Globalization;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>What to do when, by the clock: what the pack asks for around a window, and the plan's own steps between.</summary>
static class RunSheet
{
    sealed record Line(double At, DateTimeOffset Instant, IReadOnlyList<Text> Do, string Who, string Step, bool Marked);

    public static IReadOnlyList<Block> Blocks(Plan plan, Pack pack)
    {
        var clock = new PlanClock(plan.Zone);
        List<Block> blocks = [new Paragraph(Text.Of("T is the beginning of the window. Print it: a plan on the network is of no use when the network fails. Times are local to {0}.", plan.Zone))];
        blocks.AddRange(Preparation(plan, clock));
        PlannedWindow[] windows = [.. plan.UsedWindows()];
        if (windows.Length == 0) blocks.Add(Sheet("sheet", [], clock));
        for (int i = 0; i < windows.Length; i++)
        {
            blocks.Add(new Heading(Text.Of("Window {0}", windows[i].Name), NewPage: blocks.Count > 1));
            blocks.Add(Sheet("sheet:" + windows[i].Name, Lines(plan, pack, windows[i], isFirst: i == 0, isLast: i == windows.Length - 1), clock));
        }
        blocks.Add(new Heading(Text.Of("Phone list")));
        blocks.Add(Phones("phones", plan.People));
        return blocks;
    }

    public static Table Phones(string id, IReadOnlyList<PersonInPlan> people) => new(id,
        [new("name", Text.Of("Name")), new("role", Text.Of("Role")), new("phone", Text.Of("Phone"), Fit.Short), new("mail", Text.Of("Mail"))],
        [.. people.Select(static p => new Row([Cell.Name(p.Name), Cell.Says(Text.Of("{0}", p.Role), p.Role), Cell.Name(p.Phone), Cell.Name(p.Mail)]))]);

    /// <summary>Days only: it is done in office hours.</summary>
    static IEnumerable<Block> Preparation(Plan plan, PlanClock clock)
    {
        Step[] early = [.. plan.Steps.Where(static s => !s.InService)];
        if (early.Length == 0) yield break;
        yield return new Heading(Text.Of("Before the windows"));
        yield return new Paragraph(Text.Of("In the office hours of the day, or earlier."));
        yield return new Table("preparation",
            [
                new("day", Text.Of("Day"), Fit.Short), new("last", Text.Of("Last day"), Fit.Short), new("do", Text.Of("Do")), new("minutes", Text.Of("Minutes"), Fit.Number), new("done", Text.Of("Done"), Fit.Short), new("real", Text.Of("Date and time"), Fit.Blank),
            ],
            [.. early.Select(s => new Row([Cell.Day(clock.Day(s.Begins)), Cell.Day(clock.LastDay(s)), Cell.Says([Text.Of("Step {0}", s.Id), s.Title]), Cell.Number(s.Minutes.Usual), Cell.Boxes("done"), Cell.Blank])
            {
                More = new Dictionary<string, object?> { ["step"] = s.Id },
            })]);
    }

    static IReadOnlyList<Line> Lines(Plan plan, Pack pack, PlannedWindow window, bool isFirst, bool isLast)
    {
        double length = (window.Ends - window.Begins).TotalMinutes;
        List<Line> lines = [];
        foreach (RunSheetEntry entry in pack.RunSheet.Where(e => plan.HasTimeOf(e.Routes)))
            if (From(entry, plan, window, isFirst, isLast) is { } from)
            {
                DateTimeOffset instant = from.AddMinutes(entry.At);
                lines.Add(new((instant - window.Begins).TotalMinutes, instant, [Text.Of(entry.Do)], entry.Who, "", false));
            }
        foreach (Step step in plan.InService().Where(s => s.Window == window.Name))
        {
            double at = (step.Begins - window.Begins).TotalMinutes;
            Text number = step.BackOut.PointOfNoReturn ? Text.Of("Step {0}, only after a signed go", step.Id) : Text.Of("Step {0}", step.Id);
            lines.Add(new(at, step.Begins, [number, step.Title], step.Engineer, step.Id, step.BackOut.PointOfNoReturn));
        }
        lines.Add(new(length, window.Ends, [Text.Of("The window ends")], "", "", false));
        return [.. lines.OrderBy(static l => l.At)];
    }

    /// <summary>What the entry's minutes count from in this window; null: it does not stand there.</summary>
    static DateTimeOffset? From(RunSheetEntry entry, Plan plan, PlannedWindow window, bool isFirst, bool isLast)
    {
        if (entry.Row.Length > 0) return plan.FirstOf(entry.Row) is { } step && step.Window == window.Name ? step.Begins : null;
        if (entry.At <= 0) return !entry.Once || isFirst ? window.Begins : null;
        return !entry.Once || isLast ? plan.InService().Where(s => s.Window == window.Name).Max(static s => s.Ends) : null;
    }

    static Table Sheet(string id, IReadOnlyList<Line> lines, PlanClock clock) => new(id,
        [
            new("t", Text.Of("T"), Fit.Number), new("at", Text.Of("At"), Fit.Short), new("do", Text.Of("Do")), new("who", Text.Of("Who")),
            new("done", Text.Of("Done"), Fit.Short), new("real", Text.Of("Real time"), Fit.Blank),
        ],
        [.. lines.Select(l => new Row(
            [
                new Cell([new Text("{0}", [Offset(l.At)])], l.At, CellKind.AsIs), clock.At(l.Instant), Cell.Says(l.Do), Cell.Says(Text.Of("{0}", l.Who), l.Who), Cell.Boxes("done"), Cell.Blank,
            ], l.Marked ? Tone.Warn : Tone.Plain) { More = new Dictionary<string, object?> { ["step"] = l.Step } })]);

    /// <summary>T−1:00, T+48:00.</summary>
    static string Offset(double minutes)
    {
        double whole = Math.Round(Math.Abs(minutes));
        return string.Create(CultureInfo.InvariantCulture, $"T{(minutes < 0 ? '−' : '+')}{Math.Floor(whole / 60):0}:{whole % 60:00}");
    }
}
