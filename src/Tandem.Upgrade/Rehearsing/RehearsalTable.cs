using Spectre.Console;
using Tandem.Upgrade.Rehearsing.Chances;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>A rehearsal's report for the terminal: steps whose failure callers or operators would notice, the chances, the findings.</summary>
static class RehearsalTable
{
    const int FindingsShown = 20, StepsShown = 40;

    public static void Write(IAnsiConsole console, RehearsalReport report, Language language)
    {
        console.MarkupLineInterpolated($"[bold]{language.Say("Rehearsal of the plan for {0}", report.Estate)}[/]");
        Exposure straight = report.Straight.Exposure;
        console.WriteLine(language.Say("As planned: {0} minutes, {1} without redundancy ({2} more during tests), {3} to {4} on the network's default plan, {5} without routing.",
            N(straight.Minutes), N(straight.SimplexMinutes), N(straight.SimplexTestMinutes), N(straight.DefaultPlanMinutesLeast), N(straight.DefaultPlanMinutes), N(straight.NobodyMinutes)));
        Failures(console, report, language);
        if (report.Chances is { } chances) Chances(console, chances, language);
        Findings(console, report, language);
    }

    /// <summary>A row for each step, of the worse of its two failures.</summary>
    static void Failures(IAnsiConsole console, RehearsalReport report, Language language)
    {
        FailureOutcome[] noticed = [.. report.Failures.Where(IsNoticed).GroupBy(static f => f.Step, StringComparer.Ordinal)
            .Select(static g => g.OrderByDescending(static f => !f.Works || f.Violations.Count > 0).ThenByDescending(static f => f.NobodyMinutes + f.DefaultPlanMinutes).ThenByDescending(static f => f.ExceededMinutes).ThenByDescending(static f => f.BackOutMinutes).First())];
        if (noticed.Length > 0)
        {
            var table = new Table().Border(TableBorder.Rounded);
            foreach (string heading in new[] { "step", "back-out", "nobody", "default plan", "calls diverted or lost", "past the window", "works" })
                table.AddColumn(new TableColumn(Markup.Escape(language.Say(heading))) { Alignment = heading is "step" or "works" ? Justify.Left : Justify.Right });
            foreach (FailureOutcome f in noticed.Take(StepsShown))
                table.AddRow(Markup.Escape((f.PointOfNoReturn ? "⚠ " : "") + f.Step), N(f.WaitMinutes + f.BackOutMinutes), N(f.NobodyMinutes), N(f.DefaultPlanMinutes),
                    f.Calls is null ? "" : RehearsalText.Calls(f.Calls.DefaultRouted + f.Calls.Lost), f.WindowExceeded ? $"[yellow]{N(f.ExceededMinutes)}[/]" : "",
                    f.Works && f.Violations.Count == 0 ? $"[green]{Markup.Escape(language.Say("yes"))}[/]" : $"[red]{Markup.Escape(language.Say("no"))}[/]");
            console.Write(table);
            if (noticed.Length > StepsShown) console.WriteLine(language.Say("… and {0} more; all are in rehearsal.md.", noticed.Length - StepsShown));
        }
        int others = report.Failures.Count(static f => !IsNoticed(f));
        if (others > 0) console.WriteLine(language.Say("{0} other failures are backed out within the window, and no caller notices.", others));
    }

    static bool IsNoticed(FailureOutcome f) => f.NobodyMinutes + f.DefaultPlanMinutes + f.ExceededMinutes > 0 || !f.Works || f.Violations.Count > 0 || f.PointOfNoReturn;

    static void Chances(IAnsiConsole console, ChancesReport chances, Language language)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (string heading in new[] { language.Say("window"), language.Say("long enough"), "50 %", "80 %", "95 %" })
            table.AddColumn(new TableColumn(Markup.Escape(heading)) { Alignment = table.Columns.Count == 0 ? Justify.Left : Justify.Right });
        foreach (WindowChance w in chances.Windows) Add(w.Window, w.Probability, w.Minutes);
        Add(language.Say("all"), chances.Probability, chances.Minutes);
        console.Write(table);

        void Add(string name, double probability, Percentiles minutes) => table.AddRow(Markup.Escape(name), RehearsalText.Percent(probability) + " %",
            HistogramSvg.HoursAndMinutes(minutes.P50), HistogramSvg.HoursAndMinutes(minutes.P80), HistogramSvg.HoursAndMinutes(minutes.P95));
    }

    static void Findings(IAnsiConsole console, RehearsalReport report, Language language)
    {
        RehearsalFinding[] shown = [.. report.Findings.Where(static f => f.Kind != "window")];
        foreach (RehearsalFinding finding in shown.Take(FindingsShown))
            console.MarkupLineInterpolated($"[{(finding.Severity == Severity.Fails ? "red" : finding.Severity == Severity.Warn ? "yellow" : "grey")}]{language.Say(RehearsalText.SeverityOf(finding.Severity))}:[/] {language.Say(finding.Says)}");
        if (shown.Length > FindingsShown) console.WriteLine(language.Say("… and {0} more; all are in rehearsal.md.", shown.Length - FindingsShown));
        console.WriteLine(report.IsClean ? language.Say("The plan passes: nothing was found that makes it wrong.")
            : language.Say("The plan does not pass: {0} findings make it wrong.", report.Findings.Count(static f => f.Severity == Severity.Fails)));
    }

    static string N(double minutes) => StepChecks.Number(minutes);
}
