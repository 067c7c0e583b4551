using System.CommandLine;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Commands;

/// <summary>`upgrade rehearse`: plays the plan against a model, with a failure at every step (docs/upgrade/rehearsal.md).</summary>
static class RehearseCommand
{
    public static Command Create()
    {
        Argument<string> folder = UpgradeCommandLine.Folder();
        var runs = new Option<int>("--runs") { Description = "How often durations are drawn", DefaultValueFactory = static _ => 10_000 };
        var seed = new Option<ulong>("--seed") { Description = "Of the drawn durations", DefaultValueFactory = static _ => 1 };
        var json = new Option<bool>("--json") { Description = "For programs" };
        Option<string> language = UpgradeCommandLine.OneLanguage();
        var command = new Command("rehearse", "Plays the plan against a model, with a failure at every step. 1: something was found") { folder, runs, seed, json, language };
        command.SetAction(line =>
        {
            int times = line.GetValue(runs);
            if (times is < 1 or > 10_000_000) throw new UpgradeException($"--runs {times}: write a number from 1 to 10000000");
            return Rehearse(Path.GetFullPath(line.GetValue(folder)!), times, line.GetValue(seed), line.GetValue(json), Language.Load(line.GetValue(language)!, UpgradeCommandLine.Library(line).Folder));
        });
        return command;
    }

    static int Rehearse(string folder, int runs, ulong seed, bool json, Language language)
    {
        Plan plan = PlanFile.Load(folder);
        Pack pack = PackLibrary.Read(Path.Combine(folder, PlanFile.PackCopy));
        RehearsalReport report = Rehearsal.Play(plan, () => Models.Of(plan, pack), new RehearsalOptions { Runs = runs, Seed = seed });
        string output = language.Tag == "en" ? folder : Path.Combine(folder, language.Tag);
        Directory.CreateDirectory(output);
        foreach ((string name, string content) in RehearsalText.Files(report, language)) File.WriteAllText(Path.Combine(output, name), content);
        if (json) Console.Out.WriteLine(report.ToJson());
        else RehearsalText.Show(report, language, Console.Out);
        return report.IsClean ? UpgradeCommandLine.Done : UpgradeCommandLine.Refused;
    }
}
