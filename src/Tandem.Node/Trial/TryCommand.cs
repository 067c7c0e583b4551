using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tandem.Node.Commands;

namespace Tandem.Node.Trial;

/// <summary>`try`: built-in phones register, agents log in, callers call and talk.</summary>
static class TryCommand
{
    /// <summary>As shells report it of a command that Ctrl-C ended.</summary>
    const int Interrupted = 130;

    static readonly Option<int> s_calls = new("--calls") { Description = "How many", HelpName = "N", DefaultValueFactory = static _ => 50 };
    static readonly Option<int> s_agents = new("--agents") { Description = "How many of those configured work", HelpName = "N", DefaultValueFactory = static _ => 5 };
    static readonly Option<double> s_talk = new("--talk") { Description = "Seconds of each call", HelpName = "SECONDS", DefaultValueFactory = static _ => 3 };

    public static Command Create()
    {
        var command = new Command("try", "Lets built-in phones call: on the running node, else on one made for it") { s_calls, s_agents, s_talk };
        command.SetAction((line, _) =>
        {
            int calls = line.GetValue(s_calls), agents = line.GetValue(s_agents);
            double talk = line.GetValue(s_talk);
            if (calls is < 1 or > 100_000) throw new NodeException($"--calls {calls}: write 1 to 100000", NodeException.Usage);
            if (agents < 1) throw new NodeException($"--agents {agents}: at least one has to work", NodeException.Usage);
            if (talk is not (>= 0.1 and <= 3600)) throw new NodeException($"--talk {talk}: write 0.1 to 3600 seconds", NodeException.Usage);
            return RunAsync(Path.GetFullPath(line.GetValue(CommandLine.Data)!), calls, agents, TimeSpan.FromSeconds(talk), line.GetValue(CommandLine.Json));
        });
        return command;
    }

    static async Task<int> RunAsync(string data, int calls, int agents, TimeSpan talk, bool json)
    {
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        NodeClient? client = await RunningAsync(data, stop.Token);
        await using TemporaryNode? own = client is null ? await TemporaryNode.StartAsync() : null;
        using NodeClient node = client ?? NodeClient.Open(own!.Data);
        if (!json)
            Console.WriteLine(own is null
                ? $"tandem: on the node that runs on {data}"
                : $"tandem: no node runs on {data}; a temporary one is made for this trial, and removed after it");

        Cast cast = await Cast.ChooseAsync(node, node.Data, agents, stop.Token);
        Outcome outcome;
        await using (var trial = await Trial.StartAsync(node, cast, talk, stop.Token))
        {
            Task<Outcome> running = trial.RunAsync(calls, stop.Token);
            await Progress.ShowAsync(trial, running, calls, quiet: json);
            outcome = await running;
            // What the contact centre itself has written down about the same calls.
            if (!json) await Summary.PrintAsync(outcome, node, isTemporary: own is not null);
        }
        if (json) Shown.Print(JsonSerializer.SerializeToElement(outcome, Http.Json.Options));
        return stop.IsCancellationRequested ? Interrupted : outcome.Failed > 0 || outcome.Abandoned > 0 ? CommandLine.Refused : 0;
    }

    /// <summary>Null: no node answers there.</summary>
    static async Task<NodeClient?> RunningAsync(string data, CancellationToken stop)
    {
        NodeClient? client = null;
        try
        {
            client = NodeClient.Open(data);
            await client.GetAsync("status", stop);
            return client;
        }
        catch (CommandRefusedException)
        {
            client?.Dispose();
            throw;
        }
        catch (NodeException)
        {
            client?.Dispose();
            return null;
        }
    }
}
