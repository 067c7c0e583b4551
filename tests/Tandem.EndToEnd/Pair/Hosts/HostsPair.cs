using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Tandem.Node.ConfigurationFiles;

namespace Tandem.EndToEnd.Pair;

/// <summary>
/// A pair as in production: hosts a and b with an etcd member, a guardian and a node each, a tie-breaker with the third
/// member, and phones, each in a network namespace of its own, TLS between them. <c>near</c> has phones too: those that are
/// on host a's side when the network falls apart.
/// </summary>
sealed class HostsPair : IAsyncDisposable
{
    public const int Agents = 12;
    public static readonly string[] ByHand = ["ana", "bo", "cy"];
    readonly string _folder = Directory.CreateTempSubdirectory("tandem-hosts-").FullName;
    /// <summary>Where all that the processes say is written too, for who looks into a failure.</summary>
    static readonly string? s_log = Environment.GetEnvironmentVariable("TANDEM_E2E_LOG");
    readonly StringBuilder _said = new();
    readonly string _movesHow;
    readonly Dictionary<string, string> _own;

    /// <summary>Service addresses move from host to host; else each stays in its own network.</summary>
    public bool Moves { get; }
    public Segment Segment { get; }
    public HostSide A { get; }
    public HostSide B { get; }
    public Sniffer Sniffer { get; }
    /// <summary>Where ana, bo and cy are called: the test plays these phones by hand.</summary>
    public UdpPeer[] Phones { get; }
    public UdpPeer Carrier { get; }
    /// <summary>A carrier who stays on host a's side of a network that falls apart.</summary>
    public UdpPeer Near { get; }
    int CrowdPort { get; } = 6000;

    HostsPair(bool routed)
    {
        Moves = !routed;
        _movesHow = routed ? "none" : "{how: ip, interface: eth0, prefix: 24}";
        string[] networks = routed ? ["10.77.1", "10.77.2", "10.77.3", "10.77.4", "10.77.1"] : ["10.77.0", "10.77.0", "10.77.0", "10.77.0", "10.77.0"];
        string phones = $"{networks[3]}.101", agents = $"{networks[3]}.102", near = $"{networks[4]}.201";
        _own = new() { ["a"] = $"{networks[0]}.11", ["b"] = $"{networks[1]}.12", ["tie"] = $"{networks[2]}.13" };
        string sipA = routed ? $"{networks[0]}.21" : "10.77.0.21", sipB = routed ? $"{networks[1]}.22" : "10.77.0.22";
        Segment = new Segment(routed, ("a", routed ? [_own["a"], sipA] : [_own["a"]]), ("b", routed ? [_own["b"], sipB] : [_own["b"]]), ("tie", [_own["tie"]]), ("phones", [phones, agents]), ("near", [near]));
        A = new HostSide(this, "A", Segment["a"], _own["a"], new IPEndPoint(IPAddress.Parse(sipA), 5060));
        B = new HostSide(this, "B", Segment["b"], _own["b"], new IPEndPoint(IPAddress.Parse(sipB), 5060));
        Sniffer = new Sniffer(Segment, "phones");
        Carrier = new UdpPeer(A.Sip, Segment["phones"].Udp(phones, 5080));
        Phones = [.. ByHand.Select((_, i) => new UdpPeer(A.Sip, Segment["phones"].Udp(agents, 5101 + i)))];
        Near = new UdpPeer(A.Sip, Segment["near"].Udp(near, 5080));
        CarrierAt = phones;
        AgentsAt = agents;
        NearAt = near;
    }

    string CarrierAt { get; }
    string AgentsAt { get; }
    string NearAt { get; }
    public string Folder => _folder;

    public static async Task<HostsPair> StartAsync(bool routed = false)
    {
        var pair = new HostsPair(routed);
        try
        {
            pair.Prepare();
            foreach (string host in pair._own.Keys) pair.StartEtcd(host);
            await Eventually.TrueAsync(pair.HasLeaderAsync, () => $"etcd to have a leader:\n{pair.Said}", TimeSpan.FromSeconds(60));
            pair.A.Start();
            pair.B.Start();
            await pair.DuplexedAsync(TimeSpan.FromSeconds(90));
            foreach (string agent in (string[])[.. Enumerable.Range(1, Agents).Select(static i => $"c{i}"), .. ByHand]) await pair.CommandAsync($"agents/{agent}/login");
            for (int i = 1; i <= Agents; i++) await pair.CommandAsync($"agents/c{i}/ready");
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    // ---- what runs ----

    void Prepare()
    {
        Papers.WriteTo(_folder, [.. _own.Values, "127.0.0.1"]);
        Credentials.Open(_folder);
        string token = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        File.WriteAllText(Path.Combine(_folder, "contact-centre.yaml"), Centre());
        foreach (HostSide side in Sides)
        {
            HostSide other = side == A ? B : A;
            Directory.CreateDirectory(side.Data);
            File.WriteAllText(Path.Combine(side.Data, "token"), token);
            File.SetUnixFileMode(Path.Combine(side.Data, "token"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            side.Token = token;
            IEnumerable<string> members = _own.Values.OrderBy(at => at != side.Own).Select(static at => $"https://{at}:2379");
            File.WriteAllText(side.File, $"""
                instance: main
                side: {side.Side}
                data: {Path.GetFileName(side.Data)}
                sip: {side.Sip}
                http: {"{"}address: "{side.Own}:8443", certificate: {Papers.Pkcs12}{"}"}
                address-moves: {_movesHow}
                etcd: {"{"}endpoints: ["{string.Join("\", \"", members)}"], ca: {Papers.Ca}, certificate: {Papers.Certificate}, key: {Papers.Key}{"}"}
                other-side: {"{"}http: "https://{other.Own}:8443", ca: {Papers.Ca}{"}"}
                instance-key: instance.key
                configuration: contact-centre.yaml

                """);
        }
    }

    string Centre() => $"""
        instance: main
        settings:
          default-label: busy
          ring-time: 3m
          same-agent-again-after: 0s
          rona: {"{"}no-answer: 0, busy: 0, rejected: 0, unreachable: 0{"}"}
        dialed-numbers:
          1000: crowd
          2000: hand
          3000: {"{"}call-type: hand, default-label: "external:+4930999"{"}"}
        call-types: {"{"}crowd: crowd, hand: hand{"}"}
        skill-groups:
          crowd: {"{"}wrap-up: 1s{"}"}
          hand: {"{"}wrap-up: 1h{"}"}
        agents:
        {string.Concat(Enumerable.Range(1, Agents).Select(static i => $"  c{i}: {{phone: c{i}, skill-groups: [crowd]}}\n"))}
        {string.Concat(ByHand.Select(static n => $"  {n}: {{phone: {n}, skill-groups: [hand]}}\n"))}
        phones:
        {string.Concat(Enumerable.Range(1, Agents).Select(i => $"  c{i}: {{address: \"{AgentsAt}:{CrowdPort}\"}}\n"))}
        {string.Concat(ByHand.Select((n, i) => $"  {n}: {{address: \"{AgentsAt}:{5101 + i}\"}}\n"))}
        trunks:
          carrier: {"{"}sources: ["{CarrierAt}"], address: "{CarrierAt}:5999", prefixes: ["+49"]{"}"}
          near: {"{"}sources: ["{NearAt}"], address: "{NearAt}:5999", prefixes: []{"}"}
        scripts:
          crowd: {"{"}nodes: {"{"}wait: {"{"}queue: {"{"}to: crowd{"}"}{"}"}{"}"}{"}"}
          hand: {"{"}nodes: {"{"}wait: {"{"}queue: {"{"}to: hand{"}"}{"}"}{"}"}{"}"}

        """;

    public void StartEtcd(string host)
    {
        string at = _own[host];
        string[] tls = ["--cert-file", Paper(Papers.Certificate), "--key-file", Paper(Papers.Key), "--trusted-ca-file", Paper(Papers.Ca), "--client-cert-auth",
            "--peer-cert-file", Paper(Papers.Certificate), "--peer-key-file", Paper(Papers.Key), "--peer-trusted-ca-file", Paper(Papers.Ca), "--peer-client-cert-auth"];
        bool isBack = Directory.Exists(Path.Combine(_folder, $"etcd-{host}"));
        Launch($"etcd {host}", Segment[host].Program("etcd",
        [
            "--name", host, "--data-dir", Path.Combine(_folder, $"etcd-{host}"), "--listen-client-urls", $"https://{at}:2379", "--advertise-client-urls", $"https://{at}:2379",
            "--listen-peer-urls", $"https://{at}:2380", "--initial-advertise-peer-urls", $"https://{at}:2380", "--initial-cluster-state", isBack ? "existing" : "new",
            "--initial-cluster", string.Join(',', _own.Select(static m => $"{m.Key}=https://{m.Value}:2380")), "--heartbeat-interval", "20", "--election-timeout", "120",
            "--pre-vote", "--auto-compaction-retention", "0", "--quota-backend-bytes", "2147483648", "--logger", "zap", "--log-level", "error", .. tls,
        ]));
    }

    string Paper(string name) => Path.Combine(_folder, name);

    public void Launch(string name, ProcessStartInfo start)
    {
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_GCgen0size"] = "0x400000";
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        void Keep(object sender, DataReceivedEventArgs line)
        {
            // etcd warns of each try that was given up.
            if (line.Data is not { Length: > 0 } text || text.Contains("transport is closing", StringComparison.Ordinal)) return;
            lock (_said)
            {
                _said.Append(name).Append(": ").AppendLine(text);
                if (s_log is { Length: > 0 } log) System.IO.File.AppendAllText(log, $"{name}: {text}\n");
            }
        }
    }

    public string Said
    {
        get { lock (_said) return _said.ToString(); }
    }

    /// <summary>Which member leads, by the name of its host; null: none that answers.</summary>
    public async Task<string?> LeaderAsync()
    {
        foreach (string host in _own.Keys)
        {
            try
            {
                string said = await Task.Run(() => Tool.Run("ip", "", ["netns", "exec", Segment[host].Name, "etcdctl", "--command-timeout", "1s", "--endpoints", $"https://{_own[host]}:2379",
                    "--cacert", Paper(Papers.Ca), "--cert", Paper(Papers.Certificate), "--key", Paper(Papers.Key), "endpoint", "status", "-w", "json"]));
                JsonElement status = JsonDocument.Parse(said).RootElement[0].GetProperty("Status");
                // Without a leader there is no such word.
                if (status.TryGetProperty("leader", out JsonElement leader) && leader.GetUInt64() == status.GetProperty("header").GetProperty("member_id").GetUInt64()) return host;
            }
            catch (InvalidOperationException)
            {
                // It does not answer.
            }
        }
        return null;
    }

    public async Task<bool> HasLeaderAsync() => await LeaderAsync() is not null;

    /// <summary>Makes this host's member the leader.</summary>
    public async Task LeadAsync(string host)
    {
        await Eventually.TrueAsync(async () =>
        {
            if (await LeaderAsync() is not { } leader) return false;
            if (leader == host) return true;
            string[] etcdctl = ["netns", "exec", Segment[leader].Name, "etcdctl", "--cacert", Paper(Papers.Ca), "--cert", Paper(Papers.Certificate), "--key", Paper(Papers.Key), "--endpoints", $"https://{_own[leader]}:2379"];
            string members = Tool.Run("ip", "", [.. etcdctl, "member", "list"]);
            string id = members.Split('\n').First(l => l.Contains($", {host}, ", StringComparison.Ordinal)).Split(',')[0];
            try
            {
                Tool.Run("ip", "", [.. etcdctl, "move-leader", id]);
            }
            catch (InvalidOperationException)
            {
                // It has lost the lead meanwhile.
            }
            return false;
        }, $"{host} to lead etcd");
    }

    // ---- how it is ----

    public IEnumerable<HostSide> Sides => [A, B];

    /// <summary>Both sides live, and each has its own address: from whatever was before.</summary>
    public async Task DuplexedAsync(TimeSpan? within = null)
    {
        string last = "";
        await Eventually.TrueAsync(async () =>
        {
            foreach (HostSide side in Sides)
            {
                last = await side.HealthAsync();
                if (last.Length > 0) return false;
            }
            foreach (HostSide side in Sides)
            {
                // A side that was cut off holds what it had, until it reads what has become of it.
                if (side.HoldsOwn && !(Moves && Sides.Any(other => other != side && other.Holds(side.Sip)))) continue;
                last = $"{side.Sip} to be on {side.Side}: {await side.TryGoHomeAsync()}";
                return false;
            }
            return true;
        }, () => $"both sides to be there: {last}\n{Said}", within ?? TimeSpan.FromSeconds(40));
    }

    /// <summary>A command at a side that takes it; the same command at the other when it does not.</summary>
    public async Task CommandAsync(string path)
    {
        string key = Guid.NewGuid().ToString("N"), last = "";
        await Eventually.TrueAsync(async () =>
        {
            foreach (HostSide side in Sides)
            {
                // One that is cut off would keep us waiting.
                if (await side.HealthAsync() is { Length: > 0 } ill)
                {
                    last = ill;
                    continue;
                }
                (int status, last) = await side.PostAsync(path, key);
                if (status is >= 200 and < 300) return true;
            }
            return false;
        }, () => $"{path} to be done: {last}");
    }

    public async Task<List<CallState>> CallsAsync()
    {
        foreach (HostSide side in Sides)
            if (await side.GetAsync("calls") is { } calls) return calls.GetProperty("calls").Deserialize<List<CallState>>(HostSide.Json)!;
        return [];
    }

    public Crowd Crowd(double perSecond) => new(Segment["phones"].Udp(CarrierAt, 6080), Segment["phones"].Udp(AgentsAt, CrowdPort), perSecond, A.Sip, B.Sip);

    /// <summary>Those who sent for a side's service address, one after the other: a host that comes twice gave it up in between.</summary>
    public void WasOwnedBy(HostSide side, DateTimeOffset since, params string[] hosts)
    {
        IReadOnlyList<Frame> frames = Sniffer.From(side.Sip.Address.ToString(), since);
        int[] changes = [.. Enumerable.Range(0, frames.Count).Where(i => i == 0 || frames[i].Host != frames[i - 1].Host)];
        Assert.True(hosts.SequenceEqual(changes.Select(i => frames[i].Host)),
            $"{side.Sip} was to be of {string.Join(", ", hosts)}, one after the other; what was sent from there, around each change:\n"
            + string.Join("\n...\n", changes.Select(i => string.Join('\n', frames.Skip(i - 3).Take(6)))));
    }

    /// <summary>Everything is as it was before the test, whatever that did.</summary>
    public async Task RestoreAsync()
    {
        Segment.Heal();
        foreach (HostSide side in Sides) side.Resume();
        await DuplexedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestOutputHelper is { } output) output.WriteLine(Said);
        Sniffer.Dispose();
        foreach (UdpPeer peer in (UdpPeer[])[.. Phones, Carrier, Near]) peer.Dispose();
        foreach (HostSide side in Sides) side.Dispose();
        Segment.Dispose();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // A process that was just killed may still write; the folder is in the system's temporary one.
        }
    }
}

/// <summary>A host with a side on it: etcd's member, guardian, node.</summary>
sealed class HostSide(HostsPair pair, string side, Namespace host, string own, IPEndPoint sip) : IDisposable
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    readonly HttpClient _http = host.Http();

    public string Side { get; } = side;
    public string Name => Side.ToLowerInvariant();
    public Namespace Host { get; } = host;
    /// <summary>The host's own address, which never moves.</summary>
    public string Own { get; } = own;
    /// <summary>The service address that is this side's.</summary>
    public IPEndPoint Sip { get; } = sip;
    public string Data => Path.Combine(pair.Folder, Name);
    public string File => Path.Combine(pair.Folder, $"side-{Name}.yaml");
    public string HistoryPath => Path.Combine(Data, "history.sqlite");
    public string Token
    {
        set => _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", value);
    }

    static string Executable => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Tandem.Node", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "tandem-node.dll"));

    public void Start() => pair.Launch(Side, Host.Program("dotnet", Executable, "node", "--config", File));

    /// <summary>The node's process, and its guardian's; 0: none runs.</summary>
    public int NodeProcess => int.TryParse(Read(Path.Combine(Data, "node.running")).Split(' ')[0], out int process) ? process : 0;

    public int GuardianProcess
    {
        get
        {
            if (NodeProcess is not (> 0 and var node)) return 0;
            string stat = Read($"/proc/{node}/stat");
            return stat.Length == 0 ? 0 : int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
        }
    }

    static string Read(string path)
    {
        try
        {
            return System.IO.File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    readonly List<int> _paused = [];

    /// <summary>SIGSTOP: they are there, and do nothing.</summary>
    public void Pause(bool withGuardian)
    {
        if (withGuardian && GuardianProcess is > 0 and var guardian) _paused.Add(guardian);
        if (NodeProcess is > 0 and var node) _paused.Add(node);
        foreach (int process in _paused) Namespace.Signal(process, 19);
    }

    public void Resume()
    {
        foreach (int process in _paused) Namespace.Signal(process, 18);
        _paused.Clear();
    }

    /// <summary>stop or start, to its guardian, as `tandem pair` does.</summary>
    public async Task OrderAsync(string order)
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(Data, "guardian.sock")));
        await socket.SendAsync(Encoding.ASCII.GetBytes(order + "\n"));
        byte[] answer = new byte[256];
        Assert.Equal("yes", Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer)).Trim());
    }

    /// <summary>The whole host is gone without a word: its cable and its power.</summary>
    public void Vanish()
    {
        pair.Segment.Plug(Name, isIn: false);
        Host.KillAll();
    }

    /// <summary>It comes back as after a power cut: its addresses are its own only, its etcd member starts first.</summary>
    public void Return()
    {
        foreach (HostSide one in pair.Sides)
            if (pair.Moves && Holds(one.Sip)) Tool.Run("ip", "", "-n", Host.Name, "addr", "del", $"{one.Sip.Address}/24", "dev", "eth0");
        pair.Segment.Plug(Name, isIn: true);
        pair.StartEtcd(Name);
        Start();
    }

    public bool HoldsOwn => Holds(Sip);

    public bool Holds(IPEndPoint address) => Tool.Run("ip", "", "-n", Host.Name, "-4", "addr", "show", "dev", "eth0").Contains($" {address.Address}/", StringComparison.Ordinal);

    /// <summary>Empty: it works, and its journal takes calls. Else what it says.</summary>
    public async Task<string> HealthAsync()
    {
        try
        {
            using HttpResponseMessage health = await _http.GetAsync($"https://{Own}:8443/health");
            string said = await health.Content.ReadAsStringAsync();
            return health.StatusCode == HttpStatusCode.OK ? "" : $"{Side}: {said}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return $"{Side}: {e.Message}";
        }
    }

    public async Task<JsonElement?> GetAsync(string path)
    {
        try
        {
            return await _http.GetFromJsonAsync<JsonElement>($"https://{Own}:8443/api/v1/instances/main/{path}", Json);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    public async Task<(int Status, string Said)> PostAsync(string path, string key = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{Own}:8443/api/v1/instances/main/{path}") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        if (key.Length > 0) request.Headers.Add("Idempotency-Key", key);
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return (0, e.Message);
        }
    }

    public async Task<string> TryGoHomeAsync()
    {
        (int status, string said) = await PostAsync("pair/home");
        return $"{status} {said}";
    }

    public void Dispose() => _http.Dispose();
}
