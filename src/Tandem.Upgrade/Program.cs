using System.CommandLine;
using Tandem.Upgrade.Commands;

var root = new RootCommand("Plans, rehearses and drives the upgrade of an estate. First: ./tandem upgrade packs")
{
    UpgradeCommandLine.Packs,
    UpgradeCommandLine.Today,
    CheckCommand.Create(),
    PlanCommand.Create(),
    RehearseCommand.Create(),
    RunCommand.Create(),
    PacksCommand.Create(),
    EstateCommand.Create(),
};
return UpgradeCommandLine.Run(root, args);
