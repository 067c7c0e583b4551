using System.Diagnostics;
using System.Globalization;

namespace Tandem.Bench.Harness;

/// <summary>A SIPp process in a folder of its own, with its logs.</summary>
sealed class Sipp : IDisposable
{
    readonly Process _process;
    readonly Task _screen;

    Sipp(Process process, string folder)
    {
        _process = process;
        Folder = folder;
        // Only its last screen is of interest, and a full pipe would stop it.
        _screen = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    public string Folder { get; }
    public string LogPath => Path.Combine(Folder, "calls.log");
    public bool HasExited => _process.HasExited;

    /// <param name="replace">Words of the scenario and what stands for them.</param>
    public static Sipp Start(string folder, string scenario, int port, IReadOnlyDictionary<string, string> replace, params string[] arguments)
    {
        Directory.CreateDirectory(folder);
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Calls", scenario));
        foreach ((string word, string value) in replace) text = text.Replace(word, value, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, scenario), text);
        var start = new ProcessStartInfo("sipp") { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] common = ["-sf", scenario, "-i", "127.0.0.1", "-p", Text(port), "-nostdin", "-buff_size", "8388608", "-trace_err", "-error_file", "errors.log"];
        foreach (string argument in arguments.Concat(common)) start.ArgumentList.Add(argument);
        try
        {
            return new Sipp(Process.Start(start)!, folder);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BenchException("SIPp is missing: apt-get install sip-tester");
        }
    }

    /// <summary>All agents' phones, at one address; with a log of who was rung when.</summary>
    public static Sipp Agents(string folder, int port) =>
        Start(folder, "agent.xml", port, new Dictionary<string, string>(), "-trace_logs", "-log_file", "calls.log");

    /// <summary>So many calls at a constant rate.</summary>
    public static Sipp Callers(string folder, int port, int toPort, string dialed, int rate, int calls, int talkMinMs = 2000, int talkMaxMs = 5000, int answerMs = 20_000) =>
        Start(folder, "caller.xml", port,
            new Dictionary<string, string> { ["ANSWER_MS"] = Text(answerMs), ["TALK_MIN"] = Text(talkMinMs), ["TALK_MAX"] = Text(talkMaxMs) },
            $"127.0.0.1:{Text(toPort)}", "-s", dialed, "-r", Text(rate), "-m", Text(calls), "-l", "100000",
            "-trace_rtt", "-rtt_freq", "50", "-trace_stat", "-stf", "stat.csv", "-fd", "1");

    public async Task<int> EndAsync(TimeSpan patience)
    {
        using var stop = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
        return _process.HasExited ? _process.ExitCode : -1;
    }

    /// <summary>Milliseconds of a response time of the scenario, sorted.</summary>
    public double[] Times(string name)
    {
        var times = new List<double>();
        foreach (string file in Directory.GetFiles(Folder, "*_rtt.csv"))
        {
            foreach (string line in File.ReadLines(file).Skip(1))
            {
                string[] fields = line.Split(';');
                if (fields.Length >= 3 && fields[2] == name) times.Add(double.Parse(fields[1], CultureInfo.InvariantCulture));
            }
        }
        times.Sort();
        return [.. times];
    }

    /// <summary>A cumulative counter of the statistics file.</summary>
    public long Count(string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, "stat.csv"));
        int column = Array.IndexOf(lines[0].Split(';'), name);
        return column < 0 ? throw new BenchException($"SIPp's statistics have no {name}") : long.Parse(lines[^1].Split(';')[column], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _screen.Wait(2000);
        _process.Dispose();
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
