using System.Collections.Concurrent;
using System.Diagnostics;

namespace Tandem.Node.Pair.TrialPair;

/// <summary>The trial's three members, each a real etcd with its data on disk.</summary>
static class EtcdMembers
{
    const int LinesKept = 20;

    /// <summary>As in packaging/systemd/tandem-etcd.service: every call waits for the journal, and the nodes on this machine run at -5.</summary>
    const int Nice = -10;

    /// <summary>Installs Debian's etcd where that is allowed; else says what to install.</summary>
    public static async Task NeedAsync(Action<string> say)
    {
        const string Install = "apt-get install -y etcd-server";
        if (Find("etcd")) return;
        if (!Environment.IsPrivilegedProcess || !Find("apt-get"))
            throw new NodeException($"etcd is missing, which a pair keeps its journal in; run: sudo {Install}");
        say("package etcd-server is missing; installing it");
        if (await RunAsync(Install) || (await RunAsync("apt-get update") && await RunAsync(Install)))
        {
            // The package starts a member of its own, which nobody here needs.
            await RunAsync("systemctl disable --now etcd");
            if (Find("etcd")) return;
        }
        throw new NodeException($"etcd could not be installed; run: {Install}");
    }

    static bool Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    static async Task<bool> RunAsync(string command)
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec {command} >/dev/null 2>&1");
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using Process process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    public static Launched Start(TrialMember member, IEnumerable<TrialMember> all, ConcurrentQueue<string> lastWords)
    {
        Directory.CreateDirectory(member.Folder);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(member.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string client = Text(member.Client), peer = Text(member.Peer);
        var log = TextWriter.Synchronized(new StreamWriter(Path.Combine(member.Folder, "log"), append: true) { AutoFlush = true });
        return Launched.Start(member.Name, "etcd",
        [
            "--name", member.Name, "--data-dir", Path.Combine(member.Folder, "data"),
            "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", string.Join(',', all.Select(static m => $"{m.Name}={Text(m.Peer)}")), "--initial-cluster-state", "new", "--initial-cluster-token", "tandem-trial",
            // A dead leader is replaced in about 0.2 s: fit for members less than 5 ms apart (docs/operating/pair.md).
            "--heartbeat-interval", "20", "--election-timeout", "120",
            // A member that is cut off from the leader alone must not unseat it again and again.
            "--pre-vote",
            // Tandem compacts by its snapshots; nobody else may.
            "--auto-compaction-retention", "0", "--quota-backend-bytes", "2147483648", "--logger", "zap", "--log-level", "warn",
        ], line =>
        {
            lastWords.Enqueue(line);
            while (lastWords.Count > LinesKept) lastWords.TryDequeue(out _);
            log.WriteLine(line);
        }, Nice);
    }

    static string Text(Uri uri) => uri.ToString().TrimEnd('/');

    /// <summary>A member that answers this has a leader, and its data is whole.</summary>
    public static async Task<bool> IsHealthyAsync(TrialMember member, HttpClient http, CancellationToken stop)
    {
        try
        {
            return (await http.GetStringAsync(new Uri(member.Client, "health"), stop)).Contains("\"true\"", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            return false;
        }
    }
}
