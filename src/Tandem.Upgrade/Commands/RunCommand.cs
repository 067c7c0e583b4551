using System.CommandLine;
using Tandem.Upgrade.Running;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Commands;

/// <summary>`upgrade run`: step by step, with evidence (docs/upgrade/run.md).</summary>
static class RunCommand
{
    public static Command Create()
    {
        Argument<string> folder = UpgradeCommandLine.Folder();
        var who = new Option<string>("--who") { Description = "Your name, as the record will have it; else your login", HelpName = "NAME", DefaultValueFactory = static _ => Environment.UserName };
        var plain = new Option<bool>("--plain") { Description = "Lines instead of screens" };
        var verify = new Option<bool>("--verify") { Description = "Only look whether the record is whole" };
        var report = new Option<bool>("--report") { Description = "Only tell planned against actual" };
        Option<string> language = UpgradeCommandLine.OneLanguage();
        var command = new Command("run", "Carries the plan out: next step, expected result, clock, evidence, back-out") { folder, who, plain, verify, report, language };
        command.SetAction(line =>
        {
            string at = Path.GetFullPath(line.GetValue(folder)!);
            if (line.GetValue(verify)) return UpgradeRun.Verify(at, Console.Out);
            if (line.GetValue(report)) return UpgradeRun.Report(at, Console.Out);
            return UpgradeRun.Run(new RunOptions(at, line.GetValue(who)!, line.GetValue(plain) || Console.IsInputRedirected || Console.IsOutputRedirected, Console.In, Console.Out,
                TimeProvider.System, Language.Load(line.GetValue(language)!, UpgradeCommandLine.Library(line).Folder)));
        });
        return command;
    }
}
