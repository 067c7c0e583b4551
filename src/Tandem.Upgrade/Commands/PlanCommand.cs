using System.CommandLine;
using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Commands;

/// <summary>`upgrade plan`: all documents in a folder, or nothing.</summary>
static class PlanCommand
{
    public static Command Create()
    {
        Argument<string> path = UpgradeCommandLine.EstatePath();
        Option<string> to = UpgradeCommandLine.To();
        var output = new Option<string>("--out") { Description = "The folder to write", HelpName = "DIR", Required = true };
        Option<string[]> languages = UpgradeCommandLine.Languages();
        var command = new Command("plan", "Plans the upgrade and writes its documents") { path, to, output, languages };
        command.SetAction(line =>
        {
            PackLibrary packs = UpgradeCommandLine.Library(line);
            Pack pack = packs.Load(line.GetValue(to)!);
            List<Language> others = [.. line.GetValue(languages)!.Select(tag => Language.Load(tag, packs.Folder))];
            if (UpgradeCommandLine.ReadEstate(line.GetValue(path)!, packs, pack) is not { } estate) return UpgradeCommandLine.Usage;
            return Write(estate, pack, packs, UpgradeCommandLine.DayOf(line), Path.GetFullPath(line.GetValue(output)!), others);
        });
        return command;
    }

    static int Write(Estate estate, Pack pack, PackLibrary packs, DateOnly today, string folder, List<Language> languages)
    {
        MayBeWritten(folder);
        PlanResult result = Planner.Plan(estate, pack, today, packs.HashOf(pack.Id));
        if (result.Plan is not { } plan)
        {
            CheckCommand.Show([.. result.Findings.Where(static f => f.Verdict == Verdict.Refused)], all: false, Language.English);
            Console.Error.WriteLine($"tandem: {CheckCommand.Summary(estate.Name, pack, result.Findings)}; nothing was written");
            return UpgradeCommandLine.Refused;
        }
        string made = folder + ".new";
        if (Directory.Exists(made)) Directory.Delete(made, recursive: true);
        Directory.CreateDirectory(made);
        PlanFile.Save(plan, made);
        File.Copy(estate.File, Path.Combine(made, PlanFile.EstateCopy));
        File.Copy(packs.PathOf(pack.Id), Path.Combine(made, PlanFile.PackCopy));
        PlanDocuments.Write(plan, pack, Language.English, made);
        foreach (Language language in languages) PlanDocuments.Write(plan, pack, language, made);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.Move(made, folder);

        foreach (Text line in plan.Totals.Explanation) Console.Out.WriteLine(line);
        CheckCommand.Show([.. plan.Findings.Where(static f => f.Verdict == Verdict.NotReady)], all: false, Language.English);
        Console.Out.WriteLine(CheckCommand.Summary(estate.Name, pack, plan.Findings));
        Console.Out.WriteLine($"{plan.Steps.Count} steps in {plan.Windows.Count(static w => w.UsedMinutes > 0)} of {plan.Windows.Count} windows. Open {Path.Combine(folder, "plan.html")}; next: ./tandem upgrade rehearse {folder}");
        foreach (Language language in languages)
            if (language.Missing.Count > 0) Console.Error.WriteLine($"tandem: {language.Missing.Count} sentences have no translation to {language.Tag} yet and are in English, e.g. '{language.Missing.First()}'");
        return UpgradeCommandLine.Done;
    }

    /// <summary>A folder that is not there, is empty, or has a plan that nobody has begun to carry out.</summary>
    static void MayBeWritten(string folder)
    {
        if (File.Exists(folder)) throw new UpgradeException($"{folder} is a file; name a folder");
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any()) return;
        if (!File.Exists(Path.Combine(folder, PlanFile.Name))) throw new UpgradeException($"{folder} has other things in it; name an empty folder or a new one");
        if (File.Exists(Path.Combine(folder, "run.jsonl"))) throw new UpgradeException($"{folder} has a run's record in it, which is not overwritten; name another folder");
    }
}
