using System.Diagnostics;
using System.Text.Json;

namespace Tandem.EndToEnd.Trial;

public sealed class TryTests
{
    [Fact]
    public async Task Try_answers_every_call_with_media_in_both_directions_and_leaves_nothing_behind()
    {
        using var folder = new EmptyFolder();
        (int exit, string output, string errors) = await RunAsync(folder.Path, "try", "--calls", "10", "--agents", "3", "--talk", "0.5", "--json");
        Assert.True(exit == 0, output + errors);
        JsonElement outcome = JsonElement.Parse(output);
        Assert.Equal(10, outcome.GetProperty("answered").GetInt32());
        Assert.Equal(0, outcome.GetProperty("failed").GetInt32());
        Assert.Equal(10, outcome.GetProperty("agents").EnumerateArray().Sum(static a => a.GetProperty("calls").GetInt32()));
        // Half a second of talk is 25 packets each way.
        Assert.True(outcome.GetProperty("toAgents").GetProperty("received").GetInt64() > 100, output);
        Assert.True(outcome.GetProperty("toCallers").GetProperty("received").GetInt64() > 100, output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task More_agents_than_there_are_is_one_line_that_tells_how_many_there_are()
    {
        using var folder = new EmptyFolder();
        (int exit, string _, string errors) = await RunAsync(folder.Path, "try", "--agents", "50");
        Assert.Equal(2, exit);
        Assert.Equal("tandem: --agents 50: 5 agents are configured; try --agents 5", errors.Trim());
    }

    static async Task<(int Exit, string Output, string Errors)> RunAsync(string folder, params string[] arguments)
    {
        string configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.ArgumentList.Add(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Tandem.Node", configuration, "tandem-node.dll")));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        // Its temporary node lives below, too.
        start.Environment["TMPDIR"] = folder;
        start.Environment["TANDEM_DATA"] = Path.Combine(folder, "none");
        using Process process = Process.Start(start)!;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
            Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token), errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    sealed class EmptyFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("tandem-e2e-").FullName;
        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
