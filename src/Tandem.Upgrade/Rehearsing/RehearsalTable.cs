using System.Globalization;
using NodaTime;
using Spectre.Console;
using Tandem.Upgrade.Rehearsing.Chances;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>A rehearsal's report for the terminal: steps whose failure callers or operators would notice, the chances, the findings.</summary>
static class RehearsalTable
{
    const int FindingsShown = 20;

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

    static void Failures(IAnsiConsole console, RehearsalReport report, Language language)
    {
        FailureOutcome[] noticed = [.. report.Failures.Where(static f => f.NobodyMinutes + f.DefaultPlanMinutes + f.ExceededMinutes > 0 || !f.Works || f.Violations.Count > 0 || f.PointOfNoReturn)];
        DateTimeZone zone = DateTimeZoneProviders.Tzdb[report.Zone];
        if (noticed.Length > 0)
        {
            var table = new Table().Border(TableBorder.Rounded);
            foreach (string heading in new[] { "step", "fails at", "back-out", "nobody", "default plan", "simplex", "calls default-routed", "calls lost", "past the window", "works" })
                table.AddColumn(new TableColumn(Markup.Escape(language.Say(heading))) { Alignment = heading is "step" or "fails at" or "works" ? Justify.Left : Justify.Right });
            foreach (FailureOutcome f in noticed)
                table.AddRow(Markup.Escape((f.PointOfNoReturn ? "⚠ " : "") + f.Step), $"{Markup.Escape(language.Say("{0}", f.Point == FailurePoint.Begin ? "begin" : "end"))} {Clock(f.At, zone)}",
                    N(f.WaitMinutes + f.BackOutMinutes), N(f.NobodyMinutes), N(f.DefaultPlanMinutes), N(f.SimplexMinutes),
                    f.Calls is null ? "" : RehearsalText.Calls(f.Calls.DefaultRouted), f.Calls is null ? "" : RehearsalText.Calls(f.Calls.Lost),
                    f.WindowExceeded ? $"[yellow]{N(f.ExceededMinutes)}[/]" : "", f.Works && f.Violations.Count == 0 ? $"[green]{Markup.Escape(language.Say("yes"))}[/]" : $"[red]{Markup.Escape(language.Say("no"))}[/]");
            console.Write(table);
        }
        if (report.Failures.Count > noticed.Length) console.WriteLine(language.Say("{0} other failures are backed out within the window, and no caller notices.", report.Failures.Count - noticed.Length));
    }

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
            console.MarkupLineInterpolated($"[{(finding.Severity == Severity.Fails ? "red" : finding.Severity == Severity.Warn ? "yellow" : "grey")}]{language.Say(RehearsalText.SeverityOf(finding.Severity))}[/] {language.Say(finding.Says)}");
        if (shown.Length > FindingsShown) console.WriteLine(language.Say("… and {0} more; all are in rehearsal.md.", shown.Length - FindingsShown));
        console.WriteLine(report.IsClean ? language.Say("The plan passes: nothing was found that makes it wrong.")
            : language.Say("The plan does not pass: {0} findings make it wrong.", report.Findings.Count(static f => f.Severity == Severity.Fails)));
    }

    static string N(double minutes) => StepChecks.Number(minutes);

    static string Clock(DateTimeOffset at, DateTimeZone zone) => Instant.FromDateTimeOffset(at).InZone(zone).ToString("MM-dd HH:mm", CultureInfo.InvariantCulture);
}
