using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <param name="Folder">Has plan.json; gets the record.</param>
/// <param name="Who">Who sits at the terminal; stands in each line of the record.</param>
/// <param name="Plain">Lines instead of screens; so it is also where there is no terminal.</param>
public sealed record RunOptions(string Folder, string Who, bool Plain, TextReader In, TextWriter Out, TimeProvider Clock, Language Language);

/// <summary>What <c>tandem upgrade run</c> does.</summary>
public static class UpgradeRun
{
    const int NotPossible = 2, Damaged = 4;

    /// <returns>0 finished; 1 backed out, or left with a step that failed; 2 not ready, or it cannot be begun; 4 the record is damaged; 5 paused.</returns>
    public static int Run(RunOptions options)
    {
        try
        {
            string who = options.Who.Trim();
            if (who.Length == 0) throw new UpgradeException("who carries out the run? The record has it in each line: --who NAME");
            // Before the plan is read: one that was spoilt after the run began is damage, and no reason to make another.
            RecordCheck? known = RunRecord.IsIn(options.Folder) ? RunRecord.Verify(options.Folder) : null;
            if (known is { IsWhole: false }) throw new DamagedRecordException(known);
            Plan plan = PlanFile.Load(options.Folder);
            IRunTerminal terminal = IsTerminal(options) ? RunTerminal.On(options.In, options.Out, options.Language) : new PlainTerminal(options.In, options.Out, options.Language, echoes: options.In != Console.In || Console.IsInputRedirected);
            if (!plan.IsReady) return (int)RunSession.RefuseNotReady(plan, terminal);
            // Not when it is resumed: half an upgrade is no place to be kept from going on.
            if (known is null or { Entries.Count: 0 } && ReadyToday.Stopping(plan, options.Folder, options.Clock.GetUtcNow()) is { Count: > 0 } stopping) return (int)RunSession.RefuseNotReady(stopping, terminal);
            using RunRecord record = RunRecord.Open(options.Folder);
            return (int)new RunSession(plan, record, terminal, options.Clock, who).Run();
        }
        catch (DamagedRecordException e)
        {
            Tell(e.Check, options.Out, options.Language);
            return Damaged;
        }
        catch (UpgradeException e)
        {
            options.Out.WriteLine($"tandem: {e.Message}");
            return NotPossible;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            options.Out.WriteLine($"tandem: {e.Message}");
            options.Out.WriteLine($"tandem: {options.Language.Say("What was last done is perhaps not recorded. Make room or mend the disk, then go on: tandem upgrade run {0}", options.Folder)}");
            return (int)RunOutcome.Paused;
        }
    }

    /// <returns>0 it is what was recorded; 2 there is none; 4 damaged.</returns>
    public static int Verify(string folder, TextWriter output) => Verify(folder, output, Language.English);

    public static int Verify(string folder, TextWriter output, Language language)
    {
        try
        {
            if (!RunRecord.IsIn(folder)) throw new UpgradeException($"no run was begun in {folder}: there is no {RunRecord.FileName}");
            RecordCheck check = RunRecord.Verify(folder);
            Tell(check, output, language);
            return check.IsWhole ? 0 : Damaged;
        }
        catch (Exception e) when (e is UpgradeException or IOException or UnauthorizedAccessException)
        {
            output.WriteLine($"tandem: {e.Message}");
            return NotPossible;
        }
    }

    /// <summary>Writes run-report.json, run-report.md and learned.yaml into the folder, and prints the second.</summary>
    /// <returns>0; 2 there is no run; 4 its record is damaged, and nothing was written.</returns>
    public static int Report(string folder, TextWriter output) => Report(folder, output, Language.English);

    public static int Report(string folder, TextWriter output, Language language)
    {
        try
        {
            if (!RunRecord.IsIn(folder)) throw new UpgradeException($"no run was begun in {folder}: there is nothing to report");
            RecordCheck check = RunRecord.Verify(folder);
            if (!check.IsWhole)
            {
                Tell(check, output, language);
                return Damaged;
            }
            if (check.Entries.Count == 0) throw new UpgradeException($"the run in {folder} stopped before its first line was written: there is nothing to report");
            Plan plan = PlanFile.Load(folder);
            RunReport report = RunReport.Of(plan, check.Entries);
            string markdown = RunReportMarkdown.Write(report, plan, language);
            File.WriteAllBytes(Path.Combine(folder, "run-report.json"), [.. System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(report, PlanFile.Json), (byte)'\n']);
            File.WriteAllText(Path.Combine(folder, "run-report.md"), markdown);
            File.WriteAllText(Path.Combine(folder, LearnedDurations.FileName), LearnedDurations.Of(plan, report).ToYaml());
            output.Write(markdown);
            return 0;
        }
        catch (Exception e) when (e is UpgradeException or IOException or UnauthorizedAccessException)
        {
            output.WriteLine($"tandem: {e.Message}");
            return NotPossible;
        }
    }

    static bool IsTerminal(RunOptions options) =>
        !options.Plain && !Console.IsInputRedirected && !Console.IsOutputRedirected && ReferenceEquals(options.Out, Console.Out);

    static void Tell(RecordCheck check, TextWriter output, Language language)
    {
        if (check.IsWhole) Say("The record is whole: {0} lines, each follows from the one before, and the first from plan.json.", check.Entries.Count);
        else Say("The record is damaged; nothing can be added to it.");
        foreach (Damage damage in check.Damages) output.WriteLine($"run.jsonl{(damage.Line > 0 ? $":{damage.Line}" : "")}: {language.Say(damage.Says)}");
        if (check.Torn is { } torn) Say("Line {0} was cut while it was written and was never said to be recorded; the next run moves it aside.", torn.Line);
        foreach (string file in check.Unnamed) Say("No line names {0}: a crash left it, or somebody put it there.", file);
        if (check.IsWhole && check.Entries.Count > 0) Say("Its end is line {0}, {1}. Compare both with what was signed.", check.Entries[^1].Number, check.Entries[^1].Hash);
        if (!check.IsWhole) Say("Keep the folder as it is, and compare it with a copy. To go on without its record, make the plan again into another folder.");

        void Say(string form, params object[] values) => output.WriteLine(language.Say(form, values));
    }
}
