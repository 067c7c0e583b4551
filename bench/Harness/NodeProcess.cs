using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Tandem.Bench.Harness;

/// <summary>The real executable, as `./tandem up` runs it, on a folder of its own. What it consumes is read from /proc.</summary>
sealed class NodeProcess : IDisposable
{
    readonly string _folder, _configuration;
    readonly int _httpPort;
    Process? _process;
    HttpClient? _http;
    string _instance = "";

    /// <param name="yaml">The configuration.</param>
    public NodeProcess(string yaml)
    {
        _folder = Path.Combine(Path.GetTempPath(), $"tandem-bench-{Environment.ProcessId}-{Guid.NewGuid():N}"[..40]);
        Directory.CreateDirectory(_folder);
        _configuration = Path.Combine(_folder, "contact-centre.yaml");
        File.WriteAllText(_configuration, yaml);
        SipPort = FreePort();
        _httpPort = FreePort();
    }

    public string Folder => _folder;
    public string Data => Path.Combine(_folder, "data");
    public string LogPath => Path.Combine(_folder, "node.log");
    public int SipPort { get; }
    public int Id => _process!.Id;
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts the process and returns at once.</summary>
    public void Launch()
    {
        // Left by a node that was killed.
        if (Directory.Exists(Data)) File.Delete(Path.Combine(Data, "http"));
        string executable = Path.Combine(AppContext.BaseDirectory, "tandem-node.dll");
        // Through a shell, for the log to be a file the node itself holds.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec dotnet '{executable}' up --config '{_configuration}' --data '{Data}' --sip 127.0.0.1:{SipPort} --http 127.0.0.1:{_httpPort} >>'{LogPath}' 2>&1");
        _process = Process.Start(start)!;
    }

    /// <summary>Launches, and waits until the API answers.</summary>
    public Task StartAsync()
    {
        Launch();
        return AttachAsync();
    }

    /// <summary>Waits until the API of a launched node answers.</summary>
    public async Task AttachAsync()
    {
        string running = Path.Combine(Data, "http");
        for (int i = 0; i < 600; i++)
        {
            if (!IsRunning) throw new BenchException($"the node ended at its start:\n{File.ReadAllText(LogPath)}");
            if (File.Exists(running) && await CanAskAsync(running)) return;
            await Task.Delay(100);
        }
        throw new BenchException($"the node did not start within a minute:\n{File.ReadAllText(LogPath)}");
    }

    async Task<bool> CanAskAsync(string running)
    {
        string[] lines = File.ReadAllLines(running);
        if (lines.Length < 2) return false;
        _http?.Dispose();
        _http = new HttpClient { BaseAddress = new Uri(lines[0]), Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(Data, "token")).Trim());
        _instance = lines[1];
        try
        {
            using HttpResponseMessage status = await _http.GetAsync($"api/v1/instances/{_instance}/status");
            return status.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Logs agents in and makes them ready.</summary>
    public async Task MakeReadyAsync(IEnumerable<string> agents) =>
        await Parallel.ForEachAsync(agents, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (agent, _) =>
        {
            await PostAsync($"agents/{agent}/login");
            await PostAsync($"agents/{agent}/ready");
        });

    public async Task LogInAsync(IEnumerable<string> agents) =>
        await Parallel.ForEachAsync(agents, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (agent, _) => await PostAsync($"agents/{agent}/login"));

    public async Task PostAsync(string path)
    {
        using HttpResponseMessage answer = await _http!.PostAsync($"api/v1/instances/{_instance}/{path}", new StringContent("{}", Encoding.UTF8, "application/json"));
        if (!answer.IsSuccessStatusCode) throw new BenchException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    public async Task<System.Text.Json.JsonElement> GetAsync(string path) =>
        System.Text.Json.JsonElement.Parse(await _http!.GetByteArrayAsync($"api/v1/instances/{_instance}/{path}"));

    /// <summary>User and system time of all its threads so far.</summary>
    public double CpuSeconds
    {
        get
        {
            string stat = File.ReadAllText($"/proc/{Id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
        }
    }

    public int ResidentMb => KiloBytes("VmRSS:") / 1024;
    public int ResidentPeakMb => KiloBytes("VmHWM:") / 1024;

    int KiloBytes(string field) =>
        int.Parse(File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal))[field.Length..].Replace("kB", "").Trim(), CultureInfo.InvariantCulture);

    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>In good order. Its exit code.</summary>
    public int Stop()
    {
        if (kill(Id, 15) != 0 || !_process!.WaitForExit(30_000)) throw new BenchException("the node did not stop within 30 s");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (IsRunning) Kill();
        _process?.Dispose();
        _http?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Free for UDP and TCP, and outside of the range from which the kernel gives ports to others.</summary>
    public static int FreePort()
    {
        for (int i = 0; i < 1000; i++)
        {
            int port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
                tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
            }
        }
        throw new BenchException("no port is free");
    }

    [DllImport("libc", SetLastError = true)]
    static extern int kill(int process, int signal);
}
