using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness;

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

    public static void Show(IReadOnlyList<Finding> findings, bool all)
    {
        foreach (Finding finding in findings.Where(f => all || f.Verdict != Verdict.Pass).OrderByDescending(static f => f.Verdict))
        {
            string line = finding.Line > 0 ? $" (line {finding.Line})" : "";
            string subject = finding.Subject.Length > 0 ? $"{finding.Subject}: " : "";
            AnsiConsole.Console.WriteLine($"{Word(finding.Verdict),-9} {subject}{finding.Title}: {finding.Evidence}{line}");
            if (finding.Verdict != Verdict.Pass && !finding.Remedy.IsNothing) Console.Out.WriteLine($"          do: {finding.Remedy}  [{finding.Source}]");
        }
    }

    static string Word(Verdict verdict) => verdict switch { Verdict.Refused => "REFUSED", Verdict.NotReady => "NOT READY", Verdict.Warn => "warning", _ => "pass" };
}
