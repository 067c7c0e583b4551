using System.Diagnostics;
using Tandem.Node.Guarding;

namespace Tandem.Node.Pair.TrialPair;

/// <summary>A process that `up --pair` started. In a session of its own: a terminal's Ctrl-C is for the launcher, which stops them in order.</summary>
sealed class Launched : IDisposable
{
    readonly Process _process;

    Launched(string name, Process process) => (Name, _process) = (name, process);

    public string Name { get; }
    public int Id => _process.Id;
    public bool HasEnded => _process.HasExited;
    public int ExitCode => _process.ExitCode;
    public Task Ended => _process.WaitForExitAsync();

    /// <param name="said">Takes each line of stdout and stderr.</param>
    /// <param name="nice">The priority it begins at, where that is allowed.</param>
    /// <exception cref="NodeException">There is no such program.</exception>
    public static Launched Start(string name, string program, IEnumerable<string> arguments, Action<string> said, int nice = 0)
    {
        // setsid(1) becomes the program itself: the process is the one that was started.
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(program);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        Process process;
        // What a thread starts inherits it.
        bool raised = nice != 0 && Posix.SetNice(nice);
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new NodeException($"{name}: setsid (package util-linux) cannot be started: {e.Message}", inner: e);
        }
        finally
        {
            if (raised) Posix.SetNice(0);
        }
        process.StandardInput.Close();
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new Launched(name, process);

        void Take(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is { } text) said(text);
        }
    }

    /// <summary>SIGTERM, then patience, then SIGKILL.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        if (HasEnded) return;
        Posix.Signal(Id, Posix.Terminate);
        if (await Task.WhenAny(Ended, Task.Delay(patience)) != Ended && !HasEnded) _process.Kill();
        await Ended;
    }

    public void Dispose()
    {
        if (!HasEnded) _process.Kill();
        _process.Dispose();
    }
}
