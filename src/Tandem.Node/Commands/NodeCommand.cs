using System.CommandLine;
using System.Runtime.InteropServices;
using Tandem.Node.Guarding;
using Tandem.Node.Pair;

namespace Tandem.Node.Commands;

/// <summary>`node --config side-a.yaml`: a side of a pair. The process that is started is the guardian; its child is the node.</summary>
static class NodeCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "The side file (docs/operating/pair.md)", HelpName = "FILE", Required = true };
        // How a guardian starts its node. For nobody else: stdin and stdout are theirs.
        var guarded = new Option<bool>("--guarded") { Hidden = true };
        var check = new Option<bool>("--check") { Description = "Read the side file, tell what is wrong, start nothing" };
        var command = new Command("node", "Runs a side of a pair until SIGTERM: guardian and node") { config, guarded, check };
        command.SetAction(async (line, _) =>
        {
            // The signals of a terminal reach the guardian and its node alike. The guardian decides.
            using PosixSignalRegistration? interrupt = line.GetValue(guarded) ? Ignore(PosixSignal.SIGINT) : null;
            using PosixSignalRegistration? term = line.GetValue(guarded) ? Ignore(PosixSignal.SIGTERM) : null;
            using PosixSignalRegistration? hangUp = line.GetValue(guarded) ? Ignore(PosixSignal.SIGHUP) : null;
            SideOptions side = SideFile.LoadOrTell(line.GetValue(config)!, Console.Error);
            if (line.GetValue(check))
            {
                Console.WriteLine($"{line.GetValue(config)} is right: side {side.Side} of {side.Instance}, SIP on {side.Sip}");
                return 0;
            }
            return line.GetValue(guarded) ? await GuardedNode.RunAsync(side) : GuardianProgram.Run(side);
        });
        return command;
    }

    static PosixSignalRegistration Ignore(PosixSignal signal) => PosixSignalRegistration.Create(signal, static context => context.Cancel = true);
}
