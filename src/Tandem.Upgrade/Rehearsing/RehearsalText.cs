using System.Globalization;
using System.Text;
using NodaTime;
using Spectre.Console;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing.Chances;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>A rehearsal's report as Markdown.</summary>
public static class RehearsalText
{
    /// <summary>The report's files: JSON, Markdown, and the drawings that the Markdown shows.</summary>
    public static IEnumerable<(string Name, string Content)> Files(RehearsalReport report, Language language)
    {
        yield return ("rehearsal.json", report.ToJson());
        yield return ("rehearsal.md", Markdown(report, language));
        foreach ((string name, string drawing) in Drawings(report, language)) yield return (name, drawing);
    }

    public static string Markdown(RehearsalReport report, Language language) => new Writer(report, language).Write();

    /// <summary>For the terminal; elsewhere without colours, and in lines that are not broken.</summary>
    public static void Show(RehearsalReport report, Language language, TextWriter output)
    {
        bool isTerminal = output == Console.Out && !Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(output),
        });
        if (!isTerminal) console.Profile.Width = FileWidth;
        RehearsalTable.Write(console, report, language);
    }

    /// <summary>Columns of what is not shown on a terminal.</summary>
    const int FileWidth = 240;

    /// <summary>A histogram for each window, and one of the whole when there are several.</summary>
    static IEnumerable<(string Name, string Drawing)> Drawings(RehearsalReport report, Language language)
    {
        if (report.Chances is not { } chances) yield break;
        for (int i = 0; i < chances.Windows.Count; i++)
            yield return (NameOf(i), HistogramSvg.Draw(chances.Windows[i].Histogram, language.Say("When window {0} ends: {1} runs", chances.Windows[i].Window, chances.Runs), language));
        if (chances.Windows.Count != 1) yield return ("rehearsal-all.svg", HistogramSvg.Draw(chances.Histogram, language.Say("When the plan ends: {0} runs, pauses between windows left out", chances.Runs), language));
    }

    static string NameOf(int window) => string.Create(CultureInfo.InvariantCulture, $"rehearsal-window-{window + 1}.svg");

    sealed class Writer(RehearsalReport report, Language language)
    {
        readonly StringBuilder _text = new();
        readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[report.Zone];

        string Say(string form, params object[] values) => language.Say(form, values);

        public string Write()
        {
            Heading("# ", "Rehearsal of the plan for {0}", report.Estate);
            Line(report.IsClean ? Say("The plan passes: nothing was found that makes it wrong.") : Say("The plan does not pass: {0} findings make it wrong.", report.Findings.Count(static f => f.Severity == Severity.Fails)));
            Findings();
            Straight();
            Violations();
            Failures();
            if (report.Chances is { } chances) Chances(chances);
            return _text.ToString().TrimEnd('\n') + "\n";
        }

        void Findings()
        {
            RehearsalFinding[] shown = [.. report.Findings.Where(static f => f.Kind != "window")];
            if (shown.Length == 0) return;
            Heading("## ", "Findings");
            foreach (RehearsalFinding finding in shown)
                _text.Append("- **").Append(Say(SeverityOf(finding.Severity))).Append("** ").AppendLine(language.Say(finding.Says));
            _text.AppendLine();
        }

        void Straight()
        {
            Exposure exposure = report.Straight.Exposure;
            Heading("## ", "As planned");
            Row(Say("what"), Say("minutes"));
            Rule("l", "r");
            Row(Say("whole service time"), N(exposure.Minutes));
            foreach ((string routes, double minutes) in exposure.Routed) Row(Say("{0} routes", routes), N(minutes));
            Row(Say("network's default plan, at least and at most"), $"{N(exposure.DefaultPlanMinutesLeast)}–{N(exposure.DefaultPlanMinutes)}");
            Row(Say("nobody routes"), N(exposure.NobodyMinutes));
            Row(Say("central system without redundancy, tests left out"), N(exposure.SimplexMinutes));
            Row(Say("the same during tests"), N(exposure.SimplexTestMinutes));
            _text.AppendLine();
            if (exposure.Calls is { } calls)
                Line(Say("Expected calls: {0} in all, of them {1} routed by the network's default plan, {2} lost, {3} routed by a system without redundancy.", Calls(calls.Offered), Calls(calls.DefaultRouted), Calls(calls.Lost), Calls(calls.OnSimplex)));
            Row(Say("minutes"), Say("from"), Say("step"), Say("routes"), Say("not redundant"));
            Rule("r", "l", "l", "l", "l");
            foreach (Segment segment in report.Straight.Segments)
                Row($"{N(segment.StartMinute)}–{N(segment.EndMinute)}", Clock(segment.Begins), segment.Step, language.Say(RouteWords.Of(segment.Routes)), Units(segment.NotRedundant));
            _text.AppendLine();
        }

        void Violations()
        {
            if (report.Straight.Violations.Count == 0) return;
            Heading("## ", "Rules that do not hold");
            Row(Say("minute"), Say("at"), Say("step"), Say("rule"), Say("unit"), Say("what"), Say("minutes"));
            Rule("r", "l", "l", "l", "l", "l", "r");
            foreach (PlayedViolation v in report.Straight.Violations) Row(N(v.Minute), Clock(v.At), v.Step, v.Rule, v.Unit, v.Says, N(v.Minutes));
            _text.AppendLine();
        }

        void Failures()
        {
            Heading("## ", "A failure at every step");
            Line(Say("Minutes count from the failure to the end of the back-out. Steps that go on beside the failed one are finished first."));
            Row(Say("step"), Say("fails at"), Say("back at"), Say("back-out"), Say("nobody"), Say("default plan"), Say("simplex"), Say("calls default-routed"), Say("calls lost"), Say("past the window"), Say("works"));
            Rule("l", "l", "l", "r", "r", "r", "r", "r", "r", "r", "l");
            foreach (FailureOutcome f in report.Failures)
                Row((f.PointOfNoReturn ? "⚠ " : "") + f.Step, $"{Word(f.Point == FailurePoint.Begin ? "begin" : "end")}, {Clock(f.At)}", Clock(f.BackAt), N(f.WaitMinutes + f.BackOutMinutes), N(f.NobodyMinutes), N(f.DefaultPlanMinutes), N(f.SimplexMinutes),
                    f.Calls is null ? "" : Calls(f.Calls.DefaultRouted), f.Calls is null ? "" : Calls(f.Calls.Lost), f.WindowExceeded ? N(f.ExceededMinutes) : "", Say(f.Works ? "yes" : "no"));
            _text.AppendLine();
            if (report.PointsOfNoReturn.Count > 0) Line(Say("⚠ marks points of no return."));
        }

        void Chances(ChancesReport chances)
        {
            Heading("## ", "Chances");
            Line(Say("{0} runs with durations drawn between their least and most (PERT's beta distribution; seed {1}): {2} % end within all windows.", chances.Runs, chances.Seed, Percent(chances.Probability)));
            Row(Say("window"), Say("long enough"), "50 %", "80 %", "95 %", Say("longest"));
            Rule("l", "r", "r", "r", "r", "r");
            foreach (WindowChance w in chances.Windows)
                Row(w.Window, Percent(w.Probability) + " %", End(w.Minutes.P50, w.Ends.P50), End(w.Minutes.P80, w.Ends.P80), End(w.Minutes.P95, w.Ends.P95), HistogramSvg.HoursAndMinutes(w.Minutes.Max));
            Row(Say("all"), Percent(chances.Probability) + " %", End(chances.Minutes.P50, chances.Ends.P50), End(chances.Minutes.P80, chances.Ends.P80), End(chances.Minutes.P95, chances.Ends.P95), HistogramSvg.HoursAndMinutes(chances.Minutes.Max));
            _text.AppendLine();
            if (chances.Preparation is { } early)
                Line(Say("Preparation before the first window takes {0} minutes in 50, {1} in 80 and {2} in 95 of 100 runs.", N(early.P50), N(early.P80), N(early.P95)));
            foreach ((string name, _) in Drawings(report, language)) _text.Append("![](").Append(name).AppendLine(")").AppendLine();
        }

        string End(double minutes, DateTimeOffset at) => $"{HistogramSvg.HoursAndMinutes(minutes)} ({Clock(at)})";

        void Heading(string level, string form, params object[] values) => _text.Append(level).AppendLine(Escape(Say(form, values))).AppendLine();

        void Line(string text) => _text.AppendLine(Escape(text)).AppendLine();

        void Row(params string[] cells) => _text.Append("| ").AppendJoin(" | ", cells.Select(static c => Escape(c))).AppendLine(" |");

        void Rule(params string[] alignments) => _text.Append("| ").AppendJoin(" | ", alignments.Select(static a => a == "r" ? "--:" : "---")).AppendLine(" |");

        string Word(string word) => language.Say("{0}", word);

        string Units(IReadOnlyList<string> units) => string.Join(", ", units.Select(Word));

        string Clock(DateTimeOffset at) => Instant.FromDateTimeOffset(at).InZone(_zone).ToString("MM-dd HH:mm", CultureInfo.InvariantCulture);

        static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
    }

    internal static string SeverityOf(Severity severity) => severity switch { Severity.Fails => "fails", Severity.Warn => "warning", _ => "to know" };

    internal static string N(double minutes) => StepChecks.Number(minutes);

    internal static string Calls(double calls) => calls.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Rounded so that only certainty is 0 or 100.</summary>
    internal static string Percent(double probability) => probability is 0 or 1 ? (probability * 100).ToString("0", CultureInfo.InvariantCulture)
        : Math.Clamp(Math.Round(probability * 100, 1), 0.1, 99.9).ToString("0.0", CultureInfo.InvariantCulture);
}
