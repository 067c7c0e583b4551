using System.Diagnostics;

namespace Tandem.EndToEnd.Http;

/// <summary>`up` in a process of its own.</summary>
sealed class Up : IAsyncDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);

    readonly Process _process;
    readonly bool _ownsData;

    Up(Process process, string data, bool ownsData, string said) => (_process, Data, _ownsData, Said) = (process, data, ownsData, said);

    public string Data { get; }
    public string Said { get; }

    public static async Task<Up> StartAsync(string? data = null, params string[] more)
    {
        bool owns = data is null;
        data ??= Directory.CreateTempSubdirectory("tandem-cli-").FullName;
        Process process = Start(data, ["up", "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0", .. more]);
        using var patience = new CancellationTokenSource(s_patience);
        var said = new System.Text.StringBuilder();
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            said.Append(line).Append('\n');
            if (line.Contains("Ctrl-C", StringComparison.Ordinal)) return new Up(process, data, owns, said.ToString());
        }
        throw new InvalidOperationException(said + await process.StandardError.ReadToEndAsync(patience.Token));
    }

    static Process Start(string data, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "tandem-node.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["TANDEM_DATA"] = data;
        return Process.Start(start)!;
    }

    public Task<(int Code, string Said, string Error)> RunAsync(params string[] arguments) => RunAsync(Data, arguments);

    public static async Task<(int Code, string Said, string Error)> RunAsync(string data, string[] arguments)
    {
        using Process process = Start(data, arguments);
        using var patience = new CancellationTokenSource(s_patience);
        Task<string> said = process.StandardOutput.ReadToEndAsync(patience.Token), error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await said, await error);
    }

    /// <summary>As Ctrl-C or a service manager does.</summary>
    public async Task<int> StopAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        using var patience = new CancellationTokenSource(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_ownsData) Directory.Delete(Data, recursive: true);
    }
}
