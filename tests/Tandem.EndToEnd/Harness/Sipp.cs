using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Tandem.EndToEnd;

/// <summary>A run of SIPp with one of our scenarios; ended with the test, whatever happened.</summary>
public sealed partial class Sipp : IAsyncDisposable
{
    const string Program = "/usr/bin/sipp";
    readonly Process _process;
    readonly string _folder;
    readonly Task<string> _errors, _screen;

    Sipp(Process process, string folder, IPEndPoint at)
    {
        (_process, _folder, At) = (process, folder, at);
        _errors = process.StandardError.ReadToEndAsync();
        _screen = process.StandardOutput.ReadToEndAsync();
    }

    public IPEndPoint At { get; }

    public sealed record Outcome(int ExitCode, string Messages, string Errors, string Log, int Successful, int Failed, int Retransmissions)
    {
        public void IsGood() => Assert.True(ExitCode == 0, $"SIPp ended with {ExitCode} ({Successful} good calls, {Failed} failed):\n{Errors}\n{Tail(Messages)}");

        static string Tail(string text) => text.Length > 6_000 ? text[^6_000..] : text;
    }

    /// <summary>An address for SIPp that nobody has.</summary>
    public static IPEndPoint Address(string address = "127.0.0.1") => new(IPAddress.Parse(address), FreePorts.Next());

    public static Sipp Start(string scenario, IPEndPoint at, IPEndPoint? node, int calls, params string[] more)
    {
        if (!File.Exists(Program)) throw new InvalidOperationException($"{Program} is missing: apt-get install -y sip-tester");
        string folder = Directory.CreateTempSubdirectory("tandem-sipp-").FullName;
        var start = new ProcessStartInfo(Program) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = folder };
        start.Environment["TERM"] = "dumb";
        string xml = Path.Combine(AppContext.BaseDirectory, "Sipp", scenario + ".xml");
        string[] arguments =
        [
            "-sf", xml, "-i", at.Address.ToString(), "-p", at.Port.ToString(), "-mp", FreePorts.Next(4).ToString(), "-m", calls.ToString(),
            "-nostdin", "-trace_msg", "-message_file", "messages.log", "-trace_err", "-error_file", "errors.log", "-trace_logs", "-log_file", "log.log",
            "-trace_stat", "-stf", "statistics.csv", "-fd", "1", "-timeout_error", .. more,
        ];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        if (node is not null) start.ArgumentList.Add(node.ToString());
        return new Sipp(Process.Start(start)!, folder, at);
    }

    /// <summary>A csv file for -inf with these lines.</summary>
    public static string Csv(TandemProcess node, params string[] lines) => Csv(node.Folder, lines);

    public static string Csv(string folder, params string[] lines)
    {
        string path = Path.Combine(folder, $"{Guid.NewGuid():N}.csv");
        File.WriteAllLines(path, ["SEQUENTIAL", .. lines]);
        return path;
    }

    public async Task<Outcome> EndAsync(TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(60));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            return Read(-1000);
        }
        return Read(_process.ExitCode);
    }

    /// <summary>Ends a run that waits for more calls.</summary>
    public async Task<Outcome> StopAsync()
    {
        using (Process kill = Process.Start("kill", ["-USR1", _process.Id.ToString()])) await kill.WaitForExitAsync();
        return await EndAsync(TimeSpan.FromSeconds(40));
    }

    Outcome Read(int exitCode)
    {
        (int good, int failed, int again) = Statistics();
        return new Outcome(exitCode, Text("messages.log"), Text("errors.log") + Ended(_errors), Text("log.log"), good, failed, again);
    }

    // Complete once the process is gone; a grandchild that kept the pipe would keep us too.
    static string Ended(Task<string> text) => text.Wait(TimeSpan.FromSeconds(1)) ? text.Result : "";

    string Text(string file)
    {
        string path = Path.Combine(_folder, file);
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    (int Good, int Failed, int Retransmissions) Statistics()
    {
        string[] rows = Text("statistics.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (rows.Length < 2) return default;
        string[] names = rows[0].Split(';'), last = rows[^1].Split(';');
        int Of(string name) => Array.IndexOf(names, name) is >= 0 and var at && int.TryParse(last[at], out int value) ? value : 0;
        return (Of("SuccessfulCall(C)"), Of("FailedCall(C)"), Of("Retransmissions(C)"));
    }

    /// <summary>What the log actions of a scenario wrote: time in ms, and words.</summary>
    public static IEnumerable<string[]> Words(Outcome outcome) =>
        outcome.Log.Split('\n').Select(static l => Spaces().Split(l.Trim())).Where(static w => w.Length >= 3);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        await Task.WhenAny(_screen, Task.Delay(500));
        Directory.Delete(_folder, recursive: true);
    }
}
