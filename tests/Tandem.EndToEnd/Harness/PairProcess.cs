using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Tandem.History;
using Tandem.History.Compare;
using Tandem.Node.Pair.TrialPair;

namespace Tandem.EndToEnd;

/// <summary>What a side's guardian tells.</summary>
public sealed record GuardianState(string Side, string State, int GuardianProcess, int NodeProcess, ulong Incarnation, int Restarts, List<string> Addresses)
{
    public bool IsRunning => State == "running";
}

/// <summary>
/// A whole pair as `up --pair` runs it: launcher, three etcd members, two guardians and their nodes, in a folder and at loopback
/// addresses of its own. All of it is ended at the end, whatever happened; after a failure its last words are in the test's output.
/// </summary>
public sealed class PairProcess : IAsyncDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    static int s_pairs;

    readonly StringBuilder _words = new();
    readonly string _configuration;
    Process? _launcher;

    /// <summary>Prepared, and not running.</summary>
    public PairProcess()
    {
        // Sockets of guardians have paths of 107 bytes at most.
        Folder = Directory.CreateTempSubdirectory("tandem-pair-").FullName;
        Data = Path.Combine(Folder, "data");
        _configuration = Path.Combine(Folder, "contact-centre.yaml");
        string net = $"127.{64 + Environment.ProcessId % 128}.{Interlocked.Increment(ref s_pairs) % 250}";
        int sip = FreePorts.Next(), http = FreePorts.Next();
        A = new PairSide(this, "A", new IPEndPoint(IPAddress.Parse(net + ".2"), sip), new IPEndPoint(IPAddress.Parse(net + ".2"), http));
        B = new PairSide(this, "B", new IPEndPoint(IPAddress.Parse(net + ".3"), sip), new IPEndPoint(IPAddress.Parse(net + ".3"), http));
    }

    public string Folder { get; }
    public string Data { get; }
    public PairSide A { get; }
    public PairSide B { get; }
    public PairSide Other(PairSide side) => side == A ? B : A;

    /// <summary>What runs where, as the launcher last wrote it.</summary>
    public TrialFolder State => TrialFolder.Read(TrialFolder.PathIn(Data)) ?? throw new InvalidOperationException("there is no pair.json yet");

    /// <summary>What launcher, guardians and nodes have said.</summary>
    public string Words
    {
        get { lock (_words) return _words.ToString(); }
    }

    internal static async Task<PairProcess> StartAsync(Centre centre)
    {
        var pair = new PairProcess();
        try
        {
            await pair.UpAsync(centre.ToString());
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Until both sides serve, with this configuration.</summary>
    public async Task UpAsync(string configuration)
    {
        File.WriteAllText(_configuration, configuration);
        // On a machine full of tests a node may wait long for a processor: that is no death. Benchmarks use the usual times.
        string trial = TrialFolder.PathIn(Data);
        Directory.CreateDirectory(trial);
        foreach (TrialSide side in TrialFolder.Make(trial, "main", A.Sip, A.Http).Sides)
            File.AppendAllText(side.File, "timings: {heartbeat: 500ms, fence: 2s, renewal: 2s}\n");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Folder };
        foreach (string argument in (string[])[TandemProcess.Executable, "up", "--pair", "--config", _configuration, "--data", Data, "--sip", $"{A.Sip}", "--http", $"{A.Http}"])
            start.ArgumentList.Add(argument);
        // Small machines run many of these at once.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        _launcher = new Process { StartInfo = start };
        _launcher.ErrorDataReceived += (_, e) => Keep(e.Data);
        _launcher.OutputDataReceived += (_, e) => Keep(e.Data);
        _launcher.Start();
        _launcher.BeginErrorReadLine();
        _launcher.BeginOutputReadLine();
        foreach (PairSide side in (PairSide[])[A, B]) await side.IsServingAsync();
    }

    void Keep(string? line)
    {
        if (line is null) return;
        lock (_words) _words.AppendLine($"{DateTime.UtcNow:HH:mm:ss.fff} {line}");
    }

    public void NeedLauncher()
    {
        if (_launcher is { HasExited: true }) throw new InvalidOperationException($"the launcher ended with {_launcher.ExitCode}:\n{Words}");
    }

    /// <summary>Both nodes run, each has its own address, and both are in the same state.</summary>
    public async Task IsDuplexedAsync()
    {
        foreach (PairSide side in (PairSide[])[A, B])
        {
            await side.IsServingAsync();
            // A node that came back does not take its address by itself.
            if ((await side.GuardianAsync())?.Addresses.Contains($"{side.Sip}") != true) await side.HomeAsync();
        }
    }

    // ---- histories ----

    /// <summary>Waits until both histories hold so many whole calls, and are equal by position and content.</summary>
    public async Task HistoriesAreEqualAsync(int calls)
    {
        string found = "";
        await Eventually.TrueAsync(async () =>
        {
            int a = Records.Parts(A).Count(static p => p.Number == 0), b = Records.Parts(B).Count(static p => p.Number == 0);
            if (a < calls || b < calls)
            {
                found = $"A has {a} calls, B {b}";
                return false;
            }
            ComparisonResult result = await HistoryComparison.RunAsync(new DatabaseReader(HistoryAddress.Parse(A.HistoryPath)), new DatabaseReader(HistoryAddress.Parse(B.HistoryPath)));
            found = $"A has {a} calls, B {b}, {result.DifferingStretches} stretches differ, first {result.First}";
            return result.AreEqual;
        }, () => $"equal histories of {calls} calls; {found}", s_patience);
        Assert.Equal(calls, Records.Parts(A).Count(static p => p.Number == 0));
        Assert.Equal(calls, Records.Parts(B).Count(static p => p.Number == 0));
    }

    // ---- etcd ----

    /// <summary>The process of the member that leads.</summary>
    public async Task<TrialMember> LeaderAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        TrialMember? leader = null;
        await Eventually.TrueAsync(async () =>
        {
            foreach (TrialMember member in State.Etcd)
            {
                try
                {
                    using HttpResponseMessage answer = await http.PostAsync(new Uri(member.Client, "v3/maintenance/status"), new StringContent("{}"));
                    JsonElement status = await answer.Content.ReadFromJsonAsync<JsonElement>();
                    if (status.GetProperty("leader").GetString() == status.GetProperty("header").GetProperty("member_id").GetString()) leader = member;
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException or KeyNotFoundException)
                {
                    // This one was killed.
                }
            }
            return leader is not null;
        }, "etcd to have a leader");
        return leader!;
    }

    public static Task KillAsync(TrialMember member) => Signals.SendAsync(member.Process, "KILL");

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_launcher is { HasExited: false })
            {
                await Signals.SendAsync(_launcher.Id, "TERM");
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
                try
                {
                    await _launcher.WaitForExitAsync(limit.Token);
                }
                catch (OperationCanceledException)
                {
                    Keep("the launcher did not end and is killed");
                    _launcher.Kill();
                }
            }
            foreach (int left in Left()) await Signals.SendAsync(left, "KILL");
        }
        finally
        {
            if (TestContext.Current.TestOutputHelper is { } output) output.WriteLine($"the pair said:\n{Words}");
            _launcher?.Dispose();
            A.Dispose();
            B.Dispose();
        }
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // Something may be written this moment; the folder is in the system's temporary one.
        }
    }

    /// <summary>Processes that name this pair's folder and are still there.</summary>
    IEnumerable<int> Left()
    {
        foreach (string process in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), out int id) || id == Environment.ProcessId) continue;
            string command;
            try
            {
                command = File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            if (command.Contains(Folder + "/", StringComparison.Ordinal)) yield return id;
        }
    }
}

/// <summary>One side: its node's API, its guardian, its history.</summary>
public sealed class PairSide(PairProcess pair, string name, IPEndPoint sip, IPEndPoint http) : NodeApi, IDisposable
{
    public string Name => name;
    public IPEndPoint Sip => sip;
    public override IPEndPoint Http { get; set; } = http;
    public string Data => Path.Combine(TrialFolder.PathIn(pair.Data), name.ToLowerInvariant());
    public override string HistoryPath => Path.Combine(Data, "history.sqlite");

    public Task IsServingAsync() => Eventually.TrueAsync(async () =>
    {
        pair.NeedLauncher();
        return (await GuardianAsync())?.IsRunning == true && await ServesAsync(Path.Combine(Data, "token"));
    }, () => $"side {name} to serve:\n{pair.Words}", TimeSpan.FromSeconds(90));

    // ---- its guardian ----

    public async Task<GuardianState?> GuardianAsync() =>
        await AskGuardianAsync("status") is { } text && text.StartsWith('{') ? JsonSerializer.Deserialize<GuardianState>(text, JsonSerializerOptions.Web) : null;

    /// <summary>An order as `tandem pair` gives it; null: no guardian is there.</summary>
    public async Task<string?> AskGuardianAsync(string order)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Data, "guardian.sock")), limit.Token);
            await socket.SendAsync(Encoding.UTF8.GetBytes(order + "\n"), limit.Token);
            using var reader = new StreamReader(new NetworkStream(socket));
            return await reader.ReadLineAsync(limit.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    public async Task<GuardianState> GuardianBecomesAsync(Func<GuardianState, bool> wanted, string what)
    {
        GuardianState? now = null;
        await Eventually.TrueAsync(async () => (now = await GuardianAsync()) is not null && wanted(now), () => $"{what}; the guardian of {name} says {now}:\n{pair.Words}", TimeSpan.FromSeconds(90));
        return now!;
    }

    // ---- what is done to it ----

    /// <summary>kill -9 of the node; the guardian starts it again by itself. The process that was.</summary>
    public Task<int> KillNodeAsync() => SignalNodeAsync("KILL");

    public Task<int> PauseNodeAsync() => SignalNodeAsync("STOP");

    async Task<int> SignalNodeAsync(string signal)
    {
        int process = (await GuardianBecomesAsync(static g => g.IsRunning && g.NodeProcess > 0, "the node to run")).NodeProcess;
        await Signals.SendAsync(process, signal);
        return process;
    }

    public async Task KillGuardianAsync() => await Signals.SendAsync((await GuardianAsync())!.GuardianProcess, "KILL");

    /// <summary>After a kill: another process than this one runs and serves.</summary>
    public async Task ReturnsAsync(int after)
    {
        await GuardianBecomesAsync(g => g.IsRunning && g.NodeProcess != after, $"another node than process {after} to run");
        await IsServingAsync();
    }

    /// <summary>The side takes its own address back.</summary>
    public async Task HomeAsync()
    {
        await CommandAsync("pair/home");
        await HasAsync(sip);
    }

    /// <summary>Its guardian has this address for it.</summary>
    public Task HasAsync(IPEndPoint address) => GuardianBecomesAsync(g => g.Addresses.Contains($"{address}"), $"{address} to be here");

    public void Dispose() => Client.Dispose();
}

static class Signals
{
    public static async Task SendAsync(int process, string signal)
    {
        using Process kill = Process.Start(new ProcessStartInfo("kill", ["-" + signal, process.ToString()]) { RedirectStandardError = true })!;
        await kill.WaitForExitAsync();
    }
}
