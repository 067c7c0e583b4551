using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Tandem.EndToEnd.Pair;

/// <summary>A network namespace: a host's network, without the host. Sockets and processes that are made in it stay in it.</summary>
sealed class Namespace(string name)
{
    const int NewNetwork = 0x40000000, ReadOnly = 0;

    public string Name { get; } = name;

    /// <summary>Does something on a thread that is in here; sockets that it opens go on to be.</summary>
    public T In<T>(Func<T> act)
    {
        T result = default!;
        Exception? failed = null;
        // A thread of its own: one of the pool would carry the namespace to whoever works on it next.
        var thread = new Thread(() =>
        {
            try
            {
                int at = open($"/run/netns/{Name}", ReadOnly);
                if (at < 0 || setns(at, NewNetwork) != 0) throw new InvalidOperationException($"{Name} cannot be entered: {Marshal.GetLastPInvokeErrorMessage()}");
                _ = close(at);
                result = act();
            }
            catch (Exception e)
            {
                failed = e;
            }
        });
        thread.Start();
        thread.Join();
        return failed is null ? result : throw new InvalidOperationException($"in {Name}: {failed.Message}", failed);
    }

    public Socket Udp(string address, int port) => In(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 8 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), port));
        return socket;
    });

    /// <summary>HTTP as from this host itself: no cut reaches it.</summary>
    public HttpClient Http() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        ConnectCallback = async (context, stop) =>
        {
            Socket socket = In(static () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, stop);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>`ip` becomes the program: the process is that one.</summary>
    public ProcessStartInfo Program(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("ip") { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (string argument in (string[])["netns", "exec", Name, program, .. arguments]) start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>Every process in here, by SIGKILL: as if the plug were pulled.</summary>
    public void KillAll()
    {
        // Again, for what was being started.
        for (int i = 0; i < 20; i++)
        {
            int[] left = [.. Tool.Run("ip", "", "netns", "pids", Name).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
            if (left.Length == 0) return;
            foreach (int process in left) Signal(process, 9);
            Thread.Sleep(20);
        }
    }

    public static void Signal(int process, int signal) => _ = kill(process, signal);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)] static extern int open(string path, int flags);
    [DllImport("libc", SetLastError = true)] static extern int setns(int descriptor, int kind);
    [DllImport("libc", SetLastError = true)] static extern int close(int descriptor);
    [DllImport("libc", SetLastError = true)] static extern int kill(int process, int signal);
}

/// <summary>A program of the system that does its work and ends.</summary>
static class Tool
{
    /// <summary>What it said; throws with its complaint when it fails.</summary>
    public static string Run(string program, string input, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.ToString().Trim()}\n{input}");
    }

    public static bool Exists(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
