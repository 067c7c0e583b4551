using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tandem.EndToEnd;

/// <summary>
/// The real executable in a folder of its own. It is killed and its folder removed at the end, whatever happened; after a
/// failure its last words are in the test's output.
/// </summary>
public sealed class TandemProcess : NodeApi, IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly bool _ownsFolder;
    readonly StringBuilder _errors = new();
    readonly StringBuilder _words = new();
    Process? _process;

    /// <summary>Prepared with ports of its own, and not running.</summary>
    public TandemProcess(string? folder = null)
    {
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("tandem-e2e-").FullName;
        Data = Path.Combine(Folder, "data");
        ConfigurationPath = Path.Combine(Folder, "contact-centre.yaml");
        Sip = new IPEndPoint(IPAddress.Loopback, FreePorts.Next());
        Http = new IPEndPoint(IPAddress.Loopback, FreePorts.Next());
    }

    public string Folder { get; }
    public string Data { get; init; }
    public string ConfigurationPath { get; }
    public IPEndPoint Sip { get; set; }
    public override IPEndPoint Http { get; set; }
    public override string HistoryPath => Path.Combine(Data, "history.sqlite");
    public int ProcessId => _process!.Id;

    public string Errors
    {
        get { lock (_errors) return _errors.ToString(); }
    }

    internal static string Executable
    {
        get
        {
            string configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
            string path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Tandem.Node", configuration, "tandem-node.dll"));
            return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: build src/Tandem.Node");
        }
    }

    internal void Configure(Centre centre) => File.WriteAllText(ConfigurationPath, centre.ToString());

    internal async Task UpAsync(Centre centre)
    {
        Configure(centre);
        await StartAsync();
    }

    public void Launch(params string[] more)
    {
        Directory.CreateDirectory(Data);
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Folder,
        };
        foreach (string argument in (string[])[Executable, "up", "--config", ConfigurationPath, "--data", Data, "--sip", Sip.ToString(), "--http", Http.ToString(), .. more])
            start.ArgumentList.Add(argument);
        // Small machines run many of these at once.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, e) => Keep(_errors, e.Data);
        _process.OutputDataReceived += (_, e) => Keep(_words, e.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    static void Keep(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.AppendLine(line);
    }

    /// <summary>Starts, or starts again on the same data and ports, and waits until it serves.</summary>
    public async Task StartAsync()
    {
        Launch();
        await Eventually.TrueAsync(async () =>
        {
            if (_process!.HasExited) throw new InvalidOperationException($"The node ended with {_process.ExitCode}:\n{Errors}");
            return await ServesAsync(Path.Combine(Data, "token"));
        }, "the node to serve", TimeSpan.FromSeconds(60));
    }

    /// <summary>SIGKILL: nothing is written any more, no socket says goodbye.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync();
    }

    public async Task<int> ExitCodeAsync(TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? Patience);
        await _process!.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>SIGTERM.</summary>
    public async Task StopAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", _process!.Id.ToString()])) await kill.WaitForExitAsync();
        await ExitCodeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            try
            {
                if (!_process.HasExited) await KillAsync();
            }
            catch (InvalidOperationException)
            {
                // It could not be started.
            }
            _process.Dispose();
        }
        Client.Dispose();
        if (TestContext.Current.TestOutputHelper is { } output && Errors.Length > 0) output.WriteLine($"stderr of the node:\n{Errors}");
        if (!_ownsFolder) return;
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // Something of SIPp's may be written this moment; the folder is in the system's temporary one.
        }
    }
}

/// <summary>Ports that nobody has now, below the range from which the system gives out its own, and no two tests the same.</summary>
static class FreePorts
{
    static readonly object s_lock = new();
    static int s_next = 12_000 + Environment.ProcessId % 600 * 30;

    public static int Next(int count = 1)
    {
        lock (s_lock)
        {
            while (true)
            {
                int first = s_next;
                s_next += count;
                if (s_next > 32_000) first = s_next = 12_000;
                if (Enumerable.Range(first, count).All(IsFree)) return first;
            }
        }
    }

    static bool IsFree(int port)
    {
        try
        {
            using var udp = new Socket(SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Any, port));
            using var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

static class Eventually
{
    public static Task TrueAsync(Func<Task<bool>> holds, string what, TimeSpan? within = null) => TrueAsync(holds, () => what, within);

    public static async Task TrueAsync(Func<Task<bool>> holds, Func<string> what, TimeSpan? within = null)
    {
        long began = Stopwatch.GetTimestamp();
        TimeSpan limit = within ?? TandemProcess.Patience;
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(began) > limit) throw new TimeoutException($"Waited {limit.TotalSeconds} s for {what()}.");
            await Task.Delay(50);
        }
    }
}
