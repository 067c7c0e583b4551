using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Tandem.History;
using Tandem.History.Compare;
using Tandem.Node.Pair.TrialPair;

namespace Tandem.Bench.Harness;

/// <summary>A pair as `./tandem up --pair` runs it, in a folder and at loopback addresses of its own. What it consumes is read from /proc.</summary>
sealed class PairProcess : IDisposable
{
    readonly string _configuration;
    Process? _launcher;

    public PairProcess(string yaml)
    {
        Folder = Path.Combine(Path.GetTempPath(), $"tandem-bench-{Environment.ProcessId}-{Guid.NewGuid():N}"[..36]);
        Directory.CreateDirectory(Folder);
        _configuration = Path.Combine(Folder, "contact-centre.yaml");
        File.WriteAllText(_configuration, yaml);
        int sip = NodeProcess.FreePort(), http = NodeProcess.FreePort();
        A = Side("A", 2);
        B = Side("B", 3);

        BenchSide Side(string name, byte last)
        {
            var at = new IPAddress([127, 60, (byte)(Environment.ProcessId % 200 + 1), last]);
            return new BenchSide(this, name, new IPEndPoint(at, sip), new IPEndPoint(at, http));
        }
    }

    public string Folder { get; }
    public string Data => Path.Combine(Folder, "data");
    public string LogPath => Path.Combine(Folder, "pair.log");
    public BenchSide A { get; }
    public BenchSide B { get; }
    public BenchSide Other(BenchSide of) => of == A ? B : A;
    public TrialFolder State => TrialFolder.Read(TrialFolder.PathIn(Data))!;
    public bool IsRunning => _launcher is { HasExited: false };

    public async Task StartAsync()
    {
        string executable = Path.Combine(AppContext.BaseDirectory, "tandem-node.dll");
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec dotnet '{executable}' up --pair --config '{_configuration}' --data '{Data}' --sip {A.Sip} --http {A.Http} >>'{LogPath}' 2>&1");
        _launcher = Process.Start(start)!;
        foreach (BenchSide side in (BenchSide[])[A, B])
            await UntilAsync(async () => IsRunning ? await side.IsServingAsync() : throw new BenchException($"the pair ended at its start:\n{File.ReadAllText(LogPath)}"), $"side {side.Name} does not serve");
        // The configuration is applied once both serve.
        await UntilAsync(() => Task.FromResult(File.ReadAllText(LogPath).Contains("stop      Ctrl-C", StringComparison.Ordinal)), "the configuration is not applied");
    }

    public async Task UntilAsync(Func<Task<bool>> holds, string otherwise, int seconds = 60)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            if (clock.Elapsed.TotalSeconds > seconds) throw new BenchException($"{otherwise} after {seconds} s:\n{string.Join('\n', File.ReadLines(LogPath).TakeLast(40))}");
            await Task.Delay(20);
        }
    }

    /// <summary>Each side runs and has its own address.</summary>
    public async Task IsDuplexedAsync()
    {
        foreach (BenchSide side in (BenchSide[])[A, B])
        {
            await UntilAsync(side.IsServingAsync, $"side {side.Name} does not serve");
            if (!await side.HasAsync(side.Sip)) await side.HomeAsync();
            await UntilAsync(() => side.HasAsync(side.Sip), $"side {side.Name} has not got its address");
        }
    }

    // ---- etcd ----

    public async Task<TrialMember> LeaderAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        TrialMember? leader = null;
        await UntilAsync(async () =>
        {
            foreach (TrialMember member in State.Etcd)
            {
                try
                {
                    using HttpResponseMessage answer = await http.PostAsync(new Uri(member.Client, "v3/maintenance/status"), new StringContent("{}"));
                    JsonElement status = JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync());
                    if (status.GetProperty("leader").GetString() == status.GetProperty("header").GetProperty("member_id").GetString()) leader = member;
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException or KeyNotFoundException)
                {
                    // This one was killed.
                }
            }
            return leader is not null;
        }, "etcd has no leader");
        return leader!;
    }

    public static void Kill(int process)
    {
        if (process > 0) kill(process, 9);
    }

    // ---- histories ----

    /// <summary>Calls in each history, and whether both are equal by position and content, once both are complete.</summary>
    public async Task<(long A, long B, bool Equal, string First)> HistoriesAsync(long calls)
    {
        var patience = Stopwatch.StartNew();
        (long a, long b) = (Calls(A), Calls(B));
        while ((a < calls || b < calls) && patience.Elapsed.TotalSeconds < 60)
        {
            await Task.Delay(200);
            (a, b) = (Calls(A), Calls(B));
        }
        ComparisonResult result = await HistoryComparison.RunAsync(new DatabaseReader(HistoryAddress.Parse(A.HistoryPath)), new DatabaseReader(HistoryAddress.Parse(B.HistoryPath)));
        for (int i = 0; i < 20 && !result.AreEqual; i++)
        {
            // One side may be an entry ahead of the other's logger.
            await Task.Delay(500);
            result = await HistoryComparison.RunAsync(new DatabaseReader(HistoryAddress.Parse(A.HistoryPath)), new DatabaseReader(HistoryAddress.Parse(B.HistoryPath)));
        }
        return (a, b, result.AreEqual, result.First?.ToString() ?? "");
    }

    static long Calls(BenchSide side)
    {
        SystemSqlite.Use();
        using var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={side.HistoryPath};Mode=ReadOnly");
        database.Open();
        using Microsoft.Data.Sqlite.SqliteCommand count = database.CreateCommand();
        count.CommandText = "SELECT count(*) FROM termination_call_detail WHERE part = 0";
        return (long)count.ExecuteScalar()!;
    }

    /// <summary>In good order.</summary>
    public int Stop()
    {
        if (kill(_launcher!.Id, 15) != 0 || !_launcher.WaitForExit(60_000)) throw new BenchException("the pair did not stop within 60 s");
        return _launcher.ExitCode;
    }

    public void Dispose()
    {
        if (IsRunning)
        {
            kill(_launcher!.Id, 15);
            if (!_launcher.WaitForExit(30_000)) _launcher.Kill();
        }
        // A launcher that was killed leaves its own.
        foreach (string process in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), out int id) || id == Environment.ProcessId) continue;
            try
            {
                if (File.ReadAllText(Path.Combine(process, "cmdline")).Contains(Folder + "/", StringComparison.Ordinal)) Kill(id);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has just ended.
            }
        }
        _launcher?.Dispose();
        A.Dispose();
        B.Dispose();
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // Something is written this moment; the folder is a temporary one.
        }
    }

    [DllImport("libc", SetLastError = true)]
    static extern int kill(int process, int signal);
}

/// <summary>One side of the pair: its API, its guardian, its processes.</summary>
sealed class BenchSide(PairProcess pair, string name, IPEndPoint sip, IPEndPoint http) : IDisposable
{
    readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{http}"), Timeout = TimeSpan.FromSeconds(30) };
    bool _hasToken;

    public string Name => name;
    public IPEndPoint Sip => sip;
    public IPEndPoint Http => http;
    public string Data => Path.Combine(TrialFolder.PathIn(pair.Data), name.ToLowerInvariant());
    public string HistoryPath => Path.Combine(Data, "history.sqlite");

    // ---- the API ----

    public async Task<bool> IsServingAsync()
    {
        if (!_hasToken)
        {
            string token = Path.Combine(Data, "token");
            if (!File.Exists(token)) return false;
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(token).Trim());
            _hasToken = true;
        }
        try
        {
            using HttpResponseMessage status = await _http.GetAsync("api/v1/instances/bench/status");
            return status.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    public async Task<JsonElement> GetAsync(string path) => JsonElement.Parse(await _http.GetByteArrayAsync($"api/v1/instances/bench/{path}"));

    /// <summary>On this side; while that is away, on the other: the same request id is the same command.</summary>
    public async Task PostAsync(string path)
    {
        string key = Guid.NewGuid().ToString("N"), last = "";
        for (int i = 0; i < 100; i++)
        {
            BenchSide at = i % 2 == 0 ? this : pair.Other(this);
            using var request = new HttpRequestMessage(HttpMethod.Post, $"api/v1/instances/bench/{path}") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", key);
            try
            {
                using HttpResponseMessage answer = await at._http.SendAsync(request);
                if (answer.IsSuccessStatusCode) return;
                last = $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
                if ((int)answer.StatusCode < 500) throw new BenchException(last);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                last = e.Message;
            }
            await Task.Delay(100);
        }
        throw new BenchException(last);
    }

    public Task MakeReadyAsync(IEnumerable<string> agents) => EachAsync(agents, "login", "ready");
    public Task LogInAsync(IEnumerable<string> agents) => EachAsync(agents, "login");

    public Task EachAsync(IEnumerable<string> agents, params string[] commands) =>
        Parallel.ForEachAsync(agents, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (agent, _) =>
        {
            foreach (string command in commands) await PostAsync($"agents/{agent}/{command}");
        });

    public async Task<(int Calls, int Queued)> CountAsync()
    {
        JsonElement counts = (await GetAsync("status")).GetProperty("counts");
        return (counts.GetProperty("calls").GetInt32(), counts.GetProperty("queued").GetInt32());
    }

    /// <summary>duplexed, simplex A, ... as this side sees it.</summary>
    public async Task<string> PairStateAsync() => (await GetAsync("pair")).GetProperty("state").GetString()!;

    /// <summary>Takes its own address back; only this side can.</summary>
    public async Task HomeAsync()
    {
        using HttpResponseMessage answer = await _http.PostAsync("api/v1/instances/bench/pair/home", new StringContent("{}", Encoding.UTF8, "application/json"));
        if (!answer.IsSuccessStatusCode) throw new BenchException($"home {name}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    // ---- its processes ----

    /// <summary>0: none that is known.</summary>
    public int NodeProcess =>
        File.Exists(Path.Combine(Data, "node.running")) && int.TryParse(File.ReadAllText(Path.Combine(Data, "node.running")).Split(' ')[0], out int id) ? id : 0;

    public async Task<JsonElement?> GuardianAsync(string order = "status")
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Data, "guardian.sock")));
            await socket.SendAsync(Encoding.UTF8.GetBytes(order + "\n"));
            using var reader = new StreamReader(new NetworkStream(socket));
            return await reader.ReadLineAsync() is { } line && line.StartsWith('{') ? JsonElement.Parse(line) : null;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return null;
        }
    }

    public async Task<string> StateAsync() => (await GuardianAsync())?.GetProperty("state").GetString() ?? "";

    public async Task<bool> HasAsync(IPEndPoint address) =>
        (await GuardianAsync())?.GetProperty("addresses").EnumerateArray().Any(a => a.GetString() == address.ToString()) == true;

    /// <summary>kill -9 of the node, which its guardian starts again. The process that was.</summary>
    public int KillNode()
    {
        int process = NodeProcess;
        PairProcess.Kill(process);
        return process;
    }

    /// <summary>Another process than that one runs, and serves.</summary>
    public Task ReturnsAsync(int after) => pair.UntilAsync(async () => NodeProcess is > 0 and var now && now != after && await StateAsync() == "running" && await IsServingAsync(), $"side {name} does not come back");

    public int ResidentMb => int.Parse(File.ReadLines($"/proc/{NodeProcess}/status").First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal))[6..].Replace("kB", "").Trim(), System.Globalization.CultureInfo.InvariantCulture) / 1024;
    public int Handles => Directory.GetFiles($"/proc/{NodeProcess}/fd").Length;

    public double CpuSeconds
    {
        get
        {
            string stat = File.ReadAllText($"/proc/{NodeProcess}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (double.Parse(fields[11], System.Globalization.CultureInfo.InvariantCulture) + double.Parse(fields[12], System.Globalization.CultureInfo.InvariantCulture)) / 100;
        }
    }

    public void Dispose() => _http.Dispose();
}
