using System.Diagnostics;

namespace Tandem.Upgrade.Tests.Commands;

/// <summary>`tandem upgrade …` as a process of its own, in a folder of its own.</summary>
sealed class UpgradeProcess : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("tandem-upgrade-").FullName;

    public string PathOf(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public (int Code, string Out, string Error) Run(params string[] arguments) => RunWith("", arguments);

    public (int Code, string Out, string Error) RunWith(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "tandem-upgrade.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> said = process.StandardOutput.ReadToEndAsync(), wrong = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(120_000), "it does not end");
        return (process.ExitCode, said.Result, wrong.Result);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
