using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tandem.Bench.Calls;
using Tandem.Bench.Harness;
using Tandem.Node.Trial;

namespace Tandem.Bench.Fuzz;

/// <summary>
/// Datagrams at a running node, from a stranger and from a configured trunk. After each batch an OPTIONS has to be answered: it tells that
/// the node lives, and keeps the socket from overflowing, so that everything sent is also read. At the end a call has to be answered.
/// </summary>
static class FuzzBench
{
    const int BatchSize = 200;
    /// <summary>Transactions, dialogs and calls that the datagrams opened are held for their 32 s and more: bounded, not zero.</summary>
    const int GrowthMbMax = 1500;
    const int LogBytesMax = 1 << 20;

    internal static int Run(string[] args)
    {
        var options = new Arguments(args, "json", "datagrams", "seed");
        return RunAsync(new Report("fuzz", options.Has("json")), options.Number("datagrams", 1_000_000), options.Number("seed", 1)).GetAwaiter().GetResult();
    }

    static async Task<int> RunAsync(Report report, int datagrams, int seed)
    {
        report.Begin($"{datagrams:N0} datagrams, seed {seed}");
        byte[][] corpus = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Sip/corpus"), "*.sip").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        var mutations = new Mutations(corpus, seed);
        int callersPort = NodeProcess.FreePort(), agentsPort = NodeProcess.FreePort();
        using var node = new NodeProcess(Centre.Yaml(20, agentsPort, callersPort));
        await node.StartAsync();
        await node.MakeReadyAsync(Centre.Spare);
        using Sipp spare = Sipp.Agents(Path.Combine(node.Folder, "spare"), agentsPort + 1);
        int before = node.ResidentMb;
        var target = new IPEndPoint(IPAddress.Loopback, node.SipPort);
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var trunk = new UdpClient(new IPEndPoint(IPAddress.Loopback, callersPort));
        using var probe = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));

        var clock = Stopwatch.StartNew();
        double slowest = 0;
        int probes = 0;
        for (int sent = 0; sent < datagrams;)
        {
            for (int i = 0; i < BatchSize && sent < datagrams; i++, sent++)
            {
                byte[] bytes = mutations.Next();
                // Most know nobody; every eighth is from the trunk, whose calls are taken.
                (sent % 8 == 0 ? trunk : stranger).Client.SendTo(bytes, target);
            }
            Drain(stranger, trunk);
            slowest = Math.Max(slowest, await ProbeAsync(node, probe, target, ++probes));
            if (probes % 500 == 0) report.Line($"{sent,10:N0} sent, {node.ResidentMb} MB, {clock.Elapsed.TotalSeconds:0} s");
        }
        double took = clock.Elapsed.TotalSeconds;

        bool serves = await CallAsync(node, callersPort + 1);
        int after = node.ResidentMb;
        long log = new FileInfo(node.LogPath).Length;
        System.Text.Json.JsonElement sip = (await node.GetAsync("status")).GetProperty("sip");
        int exit = node.Stop();
        report.Line("");
        foreach ((string kind, long count) in mutations.Counts) report.Line($"  {kind,-30} {count,9:N0}");
        report.Line($"  read {sip.GetProperty("received").GetInt64():N0}, malformed {sip.GetProperty("malformed").GetInt64():N0}, refused {sip.GetProperty("refused").GetInt64():N0}, answered or asked {sip.GetProperty("sent").GetInt64():N0}, dropped {sip.GetProperty("datagramsDropped").GetInt64():N0}");
        report.Line("");
        report.Line($"{took:0} s, {datagrams / took:N0} datagrams/s; slowest OPTIONS {slowest:0} ms; memory {before} -> {after} MB (peak bounded); log {log:N0} bytes");
        report.Line($"a call afterwards is {(serves ? "answered" : "NOT ANSWERED")}; exit code {exit}");
        return report.End(serves && exit == 0 && after - before < GrowthMbMax && log < LogBytesMax,
            new { datagrams, seed, seconds = took, kinds = mutations.Counts, sip, probes, slowest_probe_ms = slowest, memory_before_mb = before, memory_after_mb = after, log_bytes = log, serves, exit });
    }

    static void Drain(params UdpClient[] sockets)
    {
        byte[] bytes = new byte[65_536];
        foreach (UdpClient socket in sockets)
            while (socket.Available > 0) socket.Client.Receive(bytes);
    }

    /// <summary>Milliseconds until an OPTIONS was answered.</summary>
    static async Task<double> ProbeAsync(NodeProcess node, UdpClient socket, IPEndPoint target, int number)
    {
        string id = $"probe-{number}";
        byte[] options = Encoding.ASCII.GetBytes(
            $"OPTIONS sip:{target} SIP/2.0\r\nVia: SIP/2.0/UDP {socket.Client.LocalEndPoint};branch=z9hG4bK{id}\r\nMax-Forwards: 70\r\nFrom: <sip:probe@127.0.0.1>;tag={number}\r\n"
            + $"To: <sip:{target}>\r\nCall-ID: {id}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < 20; i++)
        {
            if (!node.IsRunning) throw new BenchException($"the node ended:\n{File.ReadAllText(node.LogPath)}");
            await socket.SendAsync(options, target);
            using var patience = new CancellationTokenSource(1000);
            try
            {
                while (true)
                {
                    UdpReceiveResult answer = await socket.ReceiveAsync(patience.Token);
                    string text = Encoding.ASCII.GetString(answer.Buffer);
                    if (text.StartsWith("SIP/2.0 200", StringComparison.Ordinal) && text.Contains(id + "\r\n", StringComparison.Ordinal)) return clock.Elapsed.TotalMilliseconds;
                }
            }
            catch (OperationCanceledException)
            {
                // sent again
            }
        }
        throw new BenchException($"OPTIONS {number} was not answered within 20 s");
    }

    static async Task<bool> CallAsync(NodeProcess node, int port)
    {
        using var bank = new PhoneBank(new IPEndPoint(IPAddress.Loopback, node.SipPort), "bench", port);
        PhoneCall call = bank.Add("probe").Call("1001");
        Task patience = Task.Delay(10_000);
        bool answered = await Task.WhenAny(call.Talking, patience) != patience && await call.Talking;
        call.HangUp();
        await Task.WhenAny(call.Ended, Task.Delay(5000));
        return answered;
    }
}
