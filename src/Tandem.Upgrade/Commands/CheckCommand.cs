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
        var command = new Command("check", "Is the estate ready? 0: yes; 1: not ready, or refused; 2: the file has errors") { path, to, json, all };
        command.SetAction(line =>
        {
            PackLibrary packs = UpgradeCommandLine.Library(line);
            Pack pack = packs.Load(line.GetValue(to)!);
            if (UpgradeCommandLine.ReadEstate(line.GetValue(path)!, packs) is not { } estate) return UpgradeCommandLine.Usage;
            return Check(estate, pack, UpgradeCommandLine.DayOf(line), line.GetValue(json), line.GetValue(all));
        });
        return command;
    }

    static int Check(Estate estate, Pack pack, DateOnly today, bool json, bool all)
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
        Show(findings, all);
        Console.Out.WriteLine(Summary(estate.Name, pack, findings));
        return Code(findings);
    }

    static bool IsReady(IReadOnlyList<Finding> findings) => findings.All(static f => f.Verdict < Verdict.NotReady);

    static int Code(IReadOnlyList<Finding> findings) => IsReady(findings) ? UpgradeCommandLine.Done : UpgradeCommandLine.Refused;

    public static string Summary(string estate, Pack pack, IReadOnlyList<Finding> findings)
    {
        int Count(Verdict verdict) => findings.Count(f => f.Verdict == verdict);
        string verdict = Count(Verdict.Refused) > 0 ? "refused" : Count(Verdict.NotReady) > 0 ? "can be planned, is not ready" : "ready";
        return $"{estate} to {pack.Product} {pack.Release}: {verdict}. {Count(Verdict.Refused)} refused, {Count(Verdict.NotReady)} not ready, {Count(Verdict.Warn)} warnings, {Count(Verdict.Pass)} passed";
    }

    /// <summary>Worst first; what was found of several in the same words is one line.</summary>
    public static void Show(IReadOnlyList<Finding> findings, bool all)
    {
        foreach (var same in findings.Where(f => all || f.Verdict != Verdict.Pass).OrderByDescending(static f => f.Verdict).GroupBy(static f => (f.Verdict, f.Title, f.Evidence, f.Remedy)))
        {
            (Verdict verdict, Text title, Text evidence, Text remedy) = same.Key;
            string[] subjects = [.. same.Where(static f => f.Subject.Length > 0).Select(static f => f.Line > 0 ? $"{f.Subject} (line {f.Line})" : f.Subject)];
            Console.Out.WriteLine($"{Word(verdict),-9} {(subjects.Length > 0 ? $"{string.Join(", ", subjects)}: " : "")}{title}: {evidence}");
            if (verdict != Verdict.Pass && !remedy.IsNothing) Console.Out.WriteLine($"          do: {remedy}  [{same.First().Source}]");
        }
    }

    static string Word(Verdict verdict) => verdict switch { Verdict.Refused => "REFUSED", Verdict.NotReady => "NOT READY", Verdict.Warn => "warning", _ => "pass" };
}
