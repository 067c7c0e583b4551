using System.CommandLine;
using Tandem.Node.Commands;
using Tandem.Node.Trial;

// `up` runs a node, `node` a side of a pair. All others ask the node that runs on the data directory, over its HTTP API.
var root = new RootCommand("Tandem, a contact-centre platform. First: ./tandem up. The upgrade of other systems: ./tandem upgrade --help")
{
    CommandLine.Data,
    CommandLine.Json,

    UpCommand.Create(),
    ApplyCommand.Create(),
    AgentCommand.Create(),
    TryCommand.Create(),
    NodeCommand.Create(),
    PairCommand.Create(),
};
foreach (Command table in LiveTables.All) root.Add(table);
foreach (Command call in CallCommands.All) root.Add(call);

return await CommandLine.RunAsync(root, args);
