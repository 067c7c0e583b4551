using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Tandem.Journal;

namespace Tandem.Tests.Journal.Etcd;

/// <summary>Real etcd processes on loopback, their data in a temporary folder.</summary>
sealed class EtcdCluster : IAsyncDisposable
{
    const int Interrupt = 2, Stop = 19, Continue = 18;
    readonly TemporaryFolder _folder = new();
    readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    readonly EtcdProcess[] _members;

    EtcdCluster(int members, string[] arguments, string scheme)
    {
        Scheme = scheme;
        _members = [.. Enumerable.Range(0, members).Select(i => new EtcdProcess($"m{i}", Path.Combine(_folder.Path, $"m{i}"), FreePort(), FreePort(), arguments, scheme))];
        string all = string.Join(',', _members.Select(member => $"{member.Name}=http://127.0.0.1:{member.PeerPort}"));
        foreach (EtcdProcess member in _members) member.Cluster = all;
    }

    string Scheme { get; }
    public IReadOnlyList<string> Endpoints => [.. _members.Select(member => $"{Scheme}://127.0.0.1:{member.ClientPort}")];
    public int Count => _members.Length;
    public int ClientPort(int member) => _members[member].ClientPort;

    /// <summary>User and system time of all members so far.</summary>
    public double CpuSeconds => _members.Sum(member => member.CpuSeconds);

    public EtcdOptions Options(string instance = "acme") => new() { Endpoints = Endpoints, Instance = instance };

    public static async Task<EtcdCluster> StartAsync(int members, params string[] arguments)
    {
        var cluster = new EtcdCluster(members, arguments, "http");
        foreach (EtcdProcess member in cluster._members) member.Start();
        await cluster.LeaderAsync();
        return cluster;
    }

    /// <summary>Does not wait: the caller's certificates are needed to ask.</summary>
    public static EtcdCluster StartTls(params string[] arguments)
    {
        var cluster = new EtcdCluster(1, arguments, "https");
        cluster._members[0].Start();
        return cluster;
    }

    public void Kill(int member) => _members[member].Kill();
    public void Restart(int member) => _members[member].Start();
    public void Pause(int member) => _members[member].Signal(Stop);
    public void Resume(int member) => _members[member].Signal(Continue);

    /// <summary>The member that leads, once one does.</summary>
    public async Task<int> LeaderAsync()
    {
        for (int i = 0; i < 500; i++)
        {
            for (int member = 0; member < _members.Length; member++)
            {
                if (!_members[member].IsRunning) continue;
                try
                {
                    JsonElement status = await AskAsync(member, "maintenance/status", new { });
                    if (status.TryGetProperty("leader", out JsonElement leader) && leader.GetString() is { } id and not "0"
                        && status.GetProperty("header").GetProperty("member_id").GetString() == id) return member;
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException or InvalidOperationException)
                {
                    // Not up yet.
                }
            }
            await Task.Delay(20);
        }
        throw new InvalidOperationException($"no leader within ten seconds; {_members[0].Log}");
    }

    /// <summary>A request as JSON, over the gateway: what Tandem itself never asks.</summary>
    public async Task<JsonElement> AskAsync(int member, string path, object request, string? token = null)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, $"{Endpoints[member]}/v3/{path}") { Content = JsonContent.Create(request) };
        if (token is not null) message.Headers.TryAddWithoutValidation("Authorization", token);
        using HttpResponseMessage answer = await _http.SendAsync(message);
        string text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new InvalidOperationException($"{path}: {text}");
    }

    public Task PutAsync(string key, string value) => AskAsync(0, "kv/put", new { key = Base64(key), value = Base64(value) });

    /// <summary>How many keys begin with a prefix.</summary>
    public async Task<int> CountAsync(string prefix)
    {
        byte[] end = Encoding.UTF8.GetBytes(prefix);
        end[^1]++;
        JsonElement answer = await AskAsync(0, "kv/range", new { key = Base64(prefix), range_end = Convert.ToBase64String(end), count_only = true });
        return answer.TryGetProperty("count", out JsonElement count) ? int.Parse(count.GetString()!, CultureInfo.InvariantCulture) : 0;
    }

    public async Task<long> RevisionAsync() =>
        long.Parse((await AskAsync(0, "kv/range", new { key = Base64("none") })).GetProperty("header").GetProperty("revision").GetString()!, CultureInfo.InvariantCulture);

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>Outside of the range from which the kernel gives ports to others.</summary>
    public static int FreePort()
    {
        while (true)
        {
            int port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Another one.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (EtcdProcess member in _members) member.Dispose();
        _http.Dispose();
        _folder.Dispose();
        await Task.CompletedTask;
    }

    sealed class EtcdProcess(string name, string folder, int clientPort, int peerPort, string[] arguments, string scheme) : IDisposable
    {
        Process? _process;
        readonly StringBuilder _log = new();
        bool _began;

        public string Name => name;
        public int ClientPort => clientPort;
        public int PeerPort => peerPort;
        public string Cluster { get; set; } = "";
        public bool IsRunning => _process is { HasExited: false };
        public string Log { get { lock (_log) return _log.ToString(); } }

        public double CpuSeconds
        {
            get
            {
                using Process self = Process.GetProcessById(_process!.Id);
                return self.TotalProcessorTime.TotalSeconds;
            }
        }

        public void Start()
        {
            var start = new ProcessStartInfo("etcd") { RedirectStandardError = true, RedirectStandardOutput = true };
            string client = $"{scheme}://127.0.0.1:{clientPort}", peer = $"http://127.0.0.1:{peerPort}";
            foreach (string argument in (string[])
                ["--name", name, "--data-dir", folder, "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", Cluster,
                "--initial-cluster-state", _began ? "existing" : "new", "--heartbeat-interval", "20", "--election-timeout", "120",
                "--snapshot-count", "10000", "--logger", "zap", "--log-level", "error", .. arguments]) start.ArgumentList.Add(argument);
            _began = true;
            _process = Process.Start(start)!;
            _process.OutputDataReceived += Keep;
            _process.ErrorDataReceived += Keep;
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (_log)
                if (_log.Length < 10_000) _log.AppendLine(line.Data);
        }

        public void Signal(int signal) => kill(_process!.Id, signal);

        public void Kill()
        {
            if (!IsRunning) return;
            _process!.Kill();
            _process.WaitForExit();
        }

        public void Dispose()
        {
            Kill();
            _process?.Dispose();
        }

        [DllImport("libc", SetLastError = true)]
        static extern int kill(int process, int signal);
    }
}
