using System.Globalization;
using System.Text;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>The report of a run to read.</summary>
static class RunReportMarkdown
{
    public static string Write(RunReport report, Plan plan, Language language)
    {
        var times = new RunTimes(plan);
        var text = new StringBuilder();
        Heading(1, "Run of {0}, {1} to {2}", report.Estate, report.From, report.To);
        Paragraph(report.Outcome switch
        {
            "finished" => "It is finished.",
            "backed-out" => "It was backed out.",
            _ => "It is not over.",
        });
        if (report.Exceptions.Count > 0) Paragraph("{0} is at {1}, but not these: {2}.", report.Estate, report.Outcome == "backed-out" ? report.From : report.To, string.Join(", ", report.Exceptions));
        Paragraph("Begun {0}, ended {1}. Times are of {2}.", times.DayAndTime(report.Begun), Or(report.Ended), plan.Zone);

        Heading(2, "Steps");
        Row("Step", "What", "Planned begin", "Begun", "Ended", "Planned minutes", "Actual minutes", "Difference", "Evidence", "How it ended");
        text.Append("|---|---|---|---|---|--:|--:|--:|--:|---|\n");
        foreach (StepReport step in report.Steps)
        {
            Cells(step.Id, language.Say(step.Title), times.DayAndTime(step.PlannedBegin), Or(step.Begun), Or(step.Ended), RunTimes.Number(step.PlannedMinutes), Minutes(step.ActualMinutes),
                Signed(step.DifferenceMinutes), step.EvidenceCount.ToString(CultureInfo.InvariantCulture), How(step, language));
        }
        text.Append('\n');
        Paragraph("Steps that were done in one try and whose end was seen: planned {0} min, actual {1} min, difference {2} min.", RunTimes.Number(report.PlannedMinutes), RunTimes.Number(report.ActualMinutes), Signed(report.DifferenceMinutes));

        Heading(2, "Exposure");
        Paragraph("The actual minutes are the plan's timeline stretched over when the steps began and ended; a wait between two steps counts as what the later one begins with.");
        Row("What", "Planned minutes", "Actual minutes");
        text.Append("|---|--:|--:|\n");
        foreach (ExposureReport one in report.Exposure)
            Cells(one.Kind == ExposureReport.Routes ? language.Say("Routes: {0}", RouteWords.Of(one.Name)) : language.Say("Not redundant: {0}", one.Name), RunTimes.Number(one.PlannedMinutes), RunTimes.Number(one.ActualMinutes));
        text.Append('\n');

        foreach (BackOutReport back in report.BackOut is { } whole ? report.TakenBack.Append(whole) : report.TakenBack)
        {
            Heading(2, back == report.BackOut ? "Back-out" : "Back-out of a part");
            Paragraph("Begun {0} from step {1}: {2}", times.DayAndTime(back.Begun), string.Join(", ", back.FromSteps), back.Reason);
            Paragraph("{0} of {1} actions done; planned {2} min, actual {3} min.", back.ActionsDone, back.Actions, RunTimes.Number(back.PlannedMinutes), Minutes(back.ActualMinutes));
        }
        if (report.Decisions.Count > 0)
        {
            Heading(2, "Decisions");
            Row("Step", "When", "What", "Who", "Why");
            text.Append("|---|---|---|---|---|\n");
            foreach (DecisionReport one in report.Decisions)
                Cells(one.Step, times.DayAndTime(one.At), language.Say(one.Kind), one.Second.Length > 0 ? $"{one.First}, {one.Second}" : one.First, one.Reason);
            text.Append('\n');
        }
        if (report.Notes.Count > 0)
        {
            Heading(2, "Notes");
            foreach (NoteReport note in report.Notes) text.Append($"- {times.DayAndTime(note.At)} {Safe(note.Who)}{(note.Step.Length > 0 ? $" ({Safe(note.Step)})" : "")}: {Safe(note.Text)}\n");
            text.Append('\n');
        }
        Heading(2, "Record");
        Paragraph("Its end is line {0}, {1}. Compare both with what was signed.", report.LastLine, report.LastHash);
        return text.ToString().TrimEnd('\n') + "\n";

        string Or(DateTimeOffset? at) => at is { } known ? times.DayAndTime(known) : "–";
        void Heading(int level, string form, params object[] values) => text.Append(new string('#', level)).Append(' ').Append(Safe(language.Say(form, values))).Append("\n\n");
        void Paragraph(string form, params object[] values) => text.Append(Safe(language.Say(form, values))).Append("\n\n");
        void Row(params string[] forms) => Cells([.. forms.Select(f => language.Say(f))]);
        void Cells(params string[] cells) => text.Append("| ").AppendJoin(" | ", cells.Select(Safe)).Append(" |\n");
    }

    static string How(StepReport step, Language language)
    {
        string how = language.Say(step.Progress switch
        {
            StepProgress.Done => "done",
            StepProgress.Failed => "failed",
            StepProgress.InProgress => "in progress",
            StepProgress.BackedOut => "backed out",
            _ => "not begun",
        });
        if (step.Reason.Length > 0) how += ": " + step.Reason;
        if (step.Tries > 1) how += "; " + language.Say("tries: {0}", step.Tries);
        else if (step.Progress == StepProgress.Done && !step.IsMeasured) how += "; " + language.Say("the tool was stopped meanwhile, its end was told later");
        return how;
    }

    static string Minutes(double? minutes) => minutes is { } known ? RunTimes.Number(known) : "–";

    static string Signed(double? minutes) => minutes is { } known ? known.ToString("+0.#;-0.#;0", CultureInfo.InvariantCulture) : "–";

    /// <summary>What people typed must not make a table, a heading or a link.</summary>
    static string Safe(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (char.IsControl(c)) safe.Append(' ');
            else if (c is '|' or '<' or '[' or '`' or '*' or '\\') safe.Append('\\').Append(c);
            else safe.Append(c);
        }
        return safe.ToString();
    }
}
