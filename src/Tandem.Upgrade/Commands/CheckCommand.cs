using System.CommandLine;
using System.Text.Json;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Commands;

/// <summary>`upgrade check`: readiness only; the exit code tells.</summary>
static class CheckCommand
{
    public static Command Create()
    {
        Argument<string> path = UpgradeCommandLine.EstatePath();
        Option<string> to = UpgradeCommandLine.To();
        var json = new Option<bool>("--json") { Description = "For programs" };
        var all = new Option<bool>("--all") { Description = "Also what is in order" };
        Option<string> language = UpgradeCommandLine.OneLanguage();
        var command = new Command("check", "Is the estate ready? 0: yes; 1: not ready, or refused; 2: the file has errors") { path, to, json, all, language };
        command.SetAction(line =>
        {
            PackLibrary packs = UpgradeCommandLine.Library(line);
            Pack pack = packs.Load(line.GetValue(to)!);
            if (UpgradeCommandLine.ReadEstate(line.GetValue(path)!, packs, pack) is not { } estate) return UpgradeCommandLine.Usage;
            return Check(estate, pack, UpgradeCommandLine.DayOf(line), line.GetValue(json), line.GetValue(all), Language.Load(line.GetValue(language)!, packs.Folder));
        });
        return command;
    }

    static int Check(Estate estate, Pack pack, DateOnly today, bool json, bool all, Language language)
    {
        // Whether the order keeps the rules, and the windows are long enough, is known only of a plan.
        IReadOnlyList<Finding> findings = pack.Method == Method.Checks || estate.Windows.Count == 0
            ? Readiness.Readiness.Judge(estate, pack, PolicySet.Of(pack, estate), today).Findings
            : Planner.Plan(estate, pack, today).Findings;
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { estate = estate.Name, pack = pack.Id, today, ready = IsReady(findings), findings }, PlanFile.Json));
            return Code(findings);
        }
        Show(findings, all, language);
        Console.Out.WriteLine(language.Say(Summary(estate.Name, pack, findings)));
        return Code(findings);
    }

    static bool IsReady(IReadOnlyList<Finding> findings) => findings.All(static f => f.Verdict < Verdict.NotReady);

    static int Code(IReadOnlyList<Finding> findings) => IsReady(findings) ? UpgradeCommandLine.Done : UpgradeCommandLine.Refused;

    public static Text Summary(string estate, Pack pack, IReadOnlyList<Finding> findings)
    {
        int Count(Verdict verdict) => findings.Count(f => f.Verdict == verdict);
        string form = Count(Verdict.Refused) > 0 ? "{0} to {1} {2}: refused. {3} refused, {4} not ready, {5} warnings, {6} passed"
            : Count(Verdict.NotReady) > 0 ? "{0} to {1} {2}: can be planned, is not ready. {3} refused, {4} not ready, {5} warnings, {6} passed"
            : "{0} to {1} {2}: ready. {3} refused, {4} not ready, {5} warnings, {6} passed";
        return Text.Of(form, estate, pack.Product, pack.Release, Count(Verdict.Refused), Count(Verdict.NotReady), Count(Verdict.Warn), Count(Verdict.Pass));
    }

    /// <summary>Worst first; what was found of several in the same words is one line.</summary>
    public static void Show(IReadOnlyList<Finding> findings, bool all, Language language)
    {
        foreach (var same in findings.Where(f => all || f.Verdict != Verdict.Pass).OrderByDescending(static f => f.Verdict).GroupBy(static f => (f.Verdict, f.Title, f.Evidence, f.Remedy)))
        {
            (Verdict verdict, Text title, Text evidence, Text remedy) = same.Key;
            string[] subjects = [.. same.Where(static f => f.Subject.Length > 0).Select(f => f.Line > 0 ? language.Say("{0} (line {1})", f.Subject, f.Line) : f.Subject)];
            Console.Out.WriteLine($"{language.Say(Word(verdict)),-9} {(subjects.Length > 0 ? $"{string.Join(", ", subjects)}: " : "")}{language.Say(title)}: {language.Say(evidence)}");
            if (verdict != Verdict.Pass && !remedy.IsNothing) Console.Out.WriteLine($"          {language.Say("do: {0}", language.Say(remedy))}  [{same.First().Source}]");
        }
    }

    static string Word(Verdict verdict) => verdict switch { Verdict.Refused => "REFUSED", Verdict.NotReady => "NOT READY", Verdict.Warn => "warning", _ => "pass" };
}
