using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tandem.Node.Guarding;
using Tandem.Node.Pair.TrialPair;

namespace Tandem.Node.Commands;

/// <summary>`pair stop | start | fail | home SIDE`: planned leave and return, a drill, an address that goes home.</summary>
static class PairCommand
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static Command Create() => new("pair", "Acts on a side of a pair")
    {
        On("stop", "Planned leave: the other side takes everything over, then the node ends. It stays away until `start`", StopAsync),
        On("start", "The return of a side that was stopped", StartAsync),
        On("fail", "A drill: the side's node is killed as by kill -9, and comes back by itself", FailAsync),
        On("home", "The side takes its own service address back from the other", HomeAsync),
    };

    static Command On(string name, string description, Func<string, string, CancellationToken, Task> act)
    {
        var side = new Argument<string>("SIDE") { Description = "A or B" };
        var command = new Command(name, description) { side };
        command.SetAction((line, stop) =>
        {
            string asked = line.GetValue(side)!.ToUpperInvariant();
            if (asked is not ("A" or "B")) throw new NodeException($"'{line.GetValue(side)}' is no side: write A or B", NodeException.Usage);
            return act(Path.GetFullPath(line.GetValue(CommandLine.Data)!), asked, stop);
        });
        return command;
    }

    static async Task StopAsync(string data, string side, CancellationToken stop)
    {
        string at = await FindAsync(data, side, stop);
        var clock = Stopwatch.StartNew();
        await TellAsync(at, Order.Stop, stop);
        GuardianStatus now = await BecomesAsync(at, side, static s => s is { State: "stopped" }, "stopped", stop);
        Console.WriteLine(now.Ended is "" or "the node has left"
            ? $"Side {side} has left in good order ({Seconds(clock)}). ./tandem pair start {side} brings it back."
            : $"Side {side} is stopped, but not in good order: {now.Ended} ({Seconds(clock)}); its guardian's log says why. ./tandem pair start {side} brings it back.");
    }

    static async Task StartAsync(string data, string side, CancellationToken stop)
    {
        string at = await FindAsync(data, side, stop);
        var clock = Stopwatch.StartNew();
        await TellAsync(at, Order.Start, stop);
        GuardianStatus now = await BecomesAsync(at, side, static s => s is { State: "running" }, "running", stop);
        Console.WriteLine($"Side {side} is back as incarnation {now.Incarnation} ({Seconds(clock)}).");
    }

    static async Task FailAsync(string data, string side, CancellationToken stop)
    {
        string at = await FindAsync(data, side, stop);
        GuardianStatus before = await StatusAsync(at, stop) ?? throw NoGuardian(side, data);
        var clock = Stopwatch.StartNew();
        await TellAsync(at, Order.Fail, stop);
        Console.WriteLine($"Side {side}: node process {before.NodeProcess}, incarnation {before.Incarnation}, is killed.");
        GuardianStatus now = await BecomesAsync(at, side, s => s.State == "running" && s.NodeProcess != before.NodeProcess, "running again", stop);
        Console.WriteLine($"Side {side} is back as incarnation {now.Incarnation}, process {now.NodeProcess} ({Seconds(clock)}).");
    }

    static async Task HomeAsync(string data, string side, CancellationToken stop)
    {
        string at = await FindAsync(data, side, stop);
        using NodeClient node = NodeClient.Open(at);
        JsonElement done = await node.PostAsync("pair/home", null, stop);
        Console.WriteLine(Shown.Safe($"Side {side} has {done.Text("address")}{(done.Text("was") is { Length: > 0 } was ? $", which was on side {was}" : ", as before")}."));
    }

    // ---- guardians ----

    /// <summary>The data directory of a side on this host: of a trial pair, or the directory itself.</summary>
    static async Task<string> FindAsync(string data, string side, CancellationToken stop)
    {
        if (TrialFolder.Read(TrialFolder.PathIn(data)) is { } trial)
        {
            string at = trial[side].Data;
            return await StatusAsync(at, stop) is not null ? at : throw NoGuardian(side, data);
        }
        GuardianStatus? here = await StatusAsync(data, stop);
        return here is null ? throw NoGuardian(side, data)
            : here.Side == side ? data
            : throw new NodeException($"{data} is of side {here.Side}: run this on side {side}'s host", CommandLine.Refused);
    }

    static NodeException NoGuardian(string side, string data) =>
        new($"no guardian of side {side} runs on {data}: start it with `systemctl start tandem`, or a trial with ./tandem up --pair (--data DIR for another folder)");

    static async Task<GuardianStatus?> StatusAsync(string data, CancellationToken stop) =>
        await GuardianSocket.AskAsync(data, Order.Status, stop) is { } text ? GuardianStatus.Parse(text) : null;

    static async Task TellAsync(string data, Order order, CancellationToken stop)
    {
        string said = await GuardianSocket.AskAsync(data, order, stop) ?? throw new NodeException($"the guardian on {data} does not answer");
        if (said != "yes") throw new NodeException(said.StartsWith("no: ", StringComparison.Ordinal) ? said[4..] : said, CommandLine.Refused);
    }

    static async Task<GuardianStatus> BecomesAsync(string data, string side, Func<GuardianStatus, bool> wanted, string what, CancellationToken stop)
    {
        for (long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds; Environment.TickCount64 < until;)
        {
            GuardianStatus now = await StatusAsync(data, stop) ?? throw new NodeException($"the guardian of side {side} has ended", CommandLine.Refused);
            if (wanted(now)) return now;
            await Task.Delay(20, stop);
        }
        throw new NodeException($"side {side} is not {what} after {s_patience.TotalSeconds} s: its guardian's log says why", CommandLine.Refused);
    }

    static string Seconds(Stopwatch clock) => string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0.00} s");
}
