using System.Diagnostics;
using System.IO.Pipes;
using System.Text;

namespace Tandem.Node.Guarding;

/// <summary>How a node is started.</summary>
sealed record NodeProgram(string File, IReadOnlyList<string> Arguments)
{
    /// <summary>This executable again, in its hidden form.</summary>
    public static NodeProgram Self(string sideFile)
    {
        string self = Environment.ProcessPath ?? throw new NodeException("it is not known where this program lies");
        string[] node = ["node", "--config", sideFile, "--guarded"];
        // Run as `dotnet tandem-node.dll`, the program's own file is the first word.
        return Path.GetFileNameWithoutExtension(self) == "dotnet" ? new(self, [typeof(NodeProgram).Assembly.Location, .. node]) : new(self, node);
    }
}

/// <summary>The guardian's child: what it says comes raw from its pipe, without a thread in between.</summary>
sealed class NodeProcess : IDisposable
{
    readonly Process _process;
    readonly byte[] _buffer = new byte[8192];
    readonly LineBuffer _lines = new();

    readonly TaskCompletionSource _saidAll;

    NodeProcess(Process process, int output, int input, TaskCompletionSource saidAll)
    {
        (_process, _saidAll) = (process, saidAll);
        (Output, Input) = (output, input);
        Death = Posix.Watch(process.Id);
    }

    public int Id => _process.Id;
    /// <summary>Its stdout, to be polled.</summary>
    public int Output { get; }
    /// <summary>To be polled: readable when it is dead, whoever else still holds its pipes. -1 on old kernels.</summary>
    public int Death { get; }
    int Input { get; }
    /// <summary>It is dead, or its stdout has ended, which is as good as that.</summary>
    public bool HasEnded { get; private set; }

    public void FoundDead() => HasEnded = true;

    /// <exception cref="NodeException">The program cannot be started.</exception>
    public static NodeProcess Start(NodeProgram program, TextWriter log)
    {
        var start = new ProcessStartInfo(program.File) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in program.Arguments) start.ArgumentList.Add(argument);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new NodeException($"{program.File} cannot be started: {e.Message}", inner: e);
        }
        var saidAll = new TaskCompletionSource();
        process.ErrorDataReceived += (_, said) =>
        {
            if (said.Data is not null) log.WriteLine(said.Data);
            else saidAll.TrySetResult();
        };
        process.BeginErrorReadLine();
        int output = DescriptorOf(process.StandardOutput.BaseStream), input = DescriptorOf(process.StandardInput.BaseStream);
        Posix.DoNotBlock(output);
        Posix.DoNotBlock(input);
        return new NodeProcess(process, output, input, saidAll);
    }

    static int DescriptorOf(Stream stream) => stream switch
    {
        PipeStream pipe => (int)pipe.SafePipeHandle.DangerousGetHandle(),
        FileStream file => (int)file.SafeFileHandle.DangerousGetHandle(),
        _ => throw new InvalidOperationException($"{stream.GetType()} is no pipe"),
    };

    /// <summary>The next line that it said, without waiting; false when there is none now.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (!_lines.TryTake(out line))
        {
            int got = Posix.Read(Output, _buffer);
            if (got <= 0)
            {
                HasEnded |= got == 0;
                return false;
            }
            _lines.Add(_buffer.AsSpan(0, got));
        }
        return true;
    }

    /// <summary>A node that does not read finds its lines when it does; beyond the pipe's size they are lost with it.</summary>
    public void Tell(string line) => Posix.TryWrite(Input, Encoding.UTF8.GetBytes(line + "\n"));

    public void Kill() => Posix.Signal(_process.Id, Posix.Kill);

    /// <summary>The exit code once it is known; 128 + the signal of one that was killed. Null: not within that time.</summary>
    public int? ExitCode(int withinMs) => _process.WaitForExit(withinMs) ? _process.ExitCode : null;

    /// <summary>Its last words, which tell why it ended, come over a pipe of their own.</summary>
    public void HearOut(int withinMs) => _saidAll.Task.Wait(withinMs);

    public void Dispose()
    {
        if (Death >= 0) Posix.Close(Death);
        _process.Dispose();
    }
}
