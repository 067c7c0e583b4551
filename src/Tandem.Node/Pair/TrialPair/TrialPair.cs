using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tandem.Node.Guarding;

namespace Tandem.Node.Pair.TrialPair;

/// <summary>
/// A whole pair on one machine: three etcd members and two guardians, started in order, started again when one dies (as
/// systemd does on real hosts), and stopped in order.
/// </summary>
sealed class TrialPair : IAsyncDisposable
{
    static readonly TimeSpan s_again = TimeSpan.FromSeconds(1), s_patience = TimeSpan.FromSeconds(30), s_stopping = TimeSpan.FromSeconds(15);
    readonly string _folder;
    readonly Action<string> _say, _log;
    readonly FileStream _lock;
    readonly Launched?[] _etcd = new Launched?[3], _guardians = new Launched?[2];
    readonly ConcurrentQueue<string> _etcdSaid = [];
    readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(1) };
    TrialFolder _state;
    bool _isStopping;

    TrialPair(string folder, TrialFolder state, FileStream held, Action<string> say, Action<string> log) =>
        (_folder, _state, _lock, _say, _log) = (folder, state, held, say, log);

    public TrialFolder State => _state;
    public bool IsNew { get; private init; }

    /// <param name="sip">Side A's; side B has the next address. Null: as before, or the usual one.</param>
    /// <exception cref="NodeException">A pair runs here, a port is in use, ...</exception>
    public static async Task<TrialPair> OpenAsync(string folder, string instance, IPEndPoint? sip, IPEndPoint? http, Action<string> say, Action<string> log)
    {
        FileStream held;
        try
        {
            Directory.CreateDirectory(folder);
            held = new FileStream(Path.Combine(folder, "pair.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new NodeException($"{folder} cannot be used: {e.Message} (--data DIR)", inner: e);
        }
        catch (IOException e)
        {
            throw new NodeException($"a pair runs in {folder} already (./tandem status), or it cannot be used: {e.Message} (--data DIR)", inner: e);
        }
        try
        {
            TrialFolder? state = TrialFolder.Read(folder);
            if (state is not null)
            {
                if (sip is not null && sip.ToString() != state["A"].Sip || http is not null && http.ToString() != state["A"].Http)
                    throw new NodeException($"the pair in {folder} was made with --sip {state["A"].Sip} --http {state["A"].Http}: leave these out, or choose another --data DIR", NodeException.Usage);
                EndLeftovers(state, say);
            }
            await EtcdMembers.NeedAsync(say);
            bool isNew = state is null;
            state ??= TrialFolder.Make(folder, instance, sip ?? new IPEndPoint(new IPAddress([127, 0, 0, 2]), 5060), http ?? new IPEndPoint(new IPAddress([127, 0, 0, 2]), 8080));
            NeedPorts(state);
            return new TrialPair(folder, state, held, say, log) { IsNew = isNew };
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>A launcher that was killed leaves its processes; they are told from others by what they run.</summary>
    static void EndLeftovers(TrialFolder state, Action<string> say)
    {
        List<int> left = [.. state.Sides.Select(static s => (s.Guardian, s.File)).Concat(state.Etcd.Select(static m => (m.Process, m.Folder))).Where(static p => Runs(p.Item1, p.Item2)).Select(static p => p.Item1)];
        if (left.Count == 0) return;
        say($"processes of an earlier start are still there and are stopped: {string.Join(' ', left)}");
        foreach (int process in left) Posix.Signal(process, Posix.Terminate);
        for (int i = 0; i < 150 && left.Exists(static p => Directory.Exists($"/proc/{p}")); i++) Thread.Sleep(100);
        foreach (int process in left) Posix.Signal(process, Posix.Kill);
        Thread.Sleep(200);
    }

    static bool Runs(int process, string word)
    {
        try
        {
            return process > 0 && File.ReadAllText($"/proc/{process}/cmdline").Contains(word, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Better told here in one line than by five processes in many.</summary>
    static void NeedPorts(TrialFolder state)
    {
        foreach (TrialSide side in state.Sides)
        {
            Need(side.Sip, SocketType.Dgram, $"SIP of side {side.Side}", "--sip HOST:PORT with another --data DIR");
            Need(side.Sip, SocketType.Stream, $"SIP of side {side.Side}", "--sip HOST:PORT with another --data DIR");
            Need(side.Http, SocketType.Stream, $"HTTP of side {side.Side}", "--http HOST:PORT with another --data DIR");
        }
        foreach (TrialMember member in state.Etcd)
        {
            Need($"127.0.0.1:{member.ClientPort}", SocketType.Stream, member.Name, "another --data DIR");
            Need($"127.0.0.1:{member.PeerPort}", SocketType.Stream, member.Name, "another --data DIR");
        }
    }

    static void Need(string at, SocketType type, string what, string instead)
    {
        IPEndPoint end = IPEndPoint.Parse(at);
        using var socket = new Socket(end.AddressFamily, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        try
        {
            socket.Bind(end);
        }
        catch (SocketException e)
        {
            string why = e.SocketErrorCode == SocketError.AddressAlreadyInUse ? "is in use by another program. Stop that one, or choose others" : $"cannot be used: {e.Message}. Choose others";
            throw new NodeException($"{what}: {end}{(type == SocketType.Stream ? "" : " (UDP)")} {why}: {instead}", inner: e);
        }
    }

    /// <summary>Until both sides answer over HTTP.</summary>
    public async Task StartAsync(CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < _etcd.Length; i++) _etcd[i] = EtcdMembers.Start(_state.Etcd[i], _state.Etcd, _etcdSaid);
        Record();
        await UntilAsync(async () =>
        {
            if (Array.Find(_etcd, static e => e!.HasEnded) is { } dead) throw new NodeException($"{dead.Name} ended with {dead.ExitCode}: {string.Join('\n', _etcdSaid)}");
            foreach (TrialMember member in _state.Etcd)
                if (!await EtcdMembers.IsHealthyAsync(member, _http, stop)) return false;
            return true;
        }, $"etcd is not healthy after {s_patience.TotalSeconds} s; its logs are in {_folder}/etcd-*/log", stop);
        Done("three etcd members are healthy");

        // Both at once: neither needs the other.
        for (int i = 0; i < _guardians.Length; i++) StartGuardian(i);
        Record();
        for (int i = 0; i < _guardians.Length; i++)
        {
            int at = i;
            await UntilAsync(async () => _guardians[at]!.HasEnded
                ? throw new NodeException($"side {_state.Sides[at].Side} could not start (the lines above say why)", _guardians[at]!.ExitCode is var code and not 0 ? code : NodeException.CannotStart)
                : await AnswersAsync(_state.Sides[at], stop),
                $"side {_state.Sides[at].Side} does not answer after {s_patience.TotalSeconds} s", stop);
            Done($"side {_state.Sides[at].Side} runs");
        }

        void Done(string what)
        {
            _say(string.Create(CultureInfo.InvariantCulture, $"{what} ({clock.Elapsed.TotalSeconds:0.0} s)"));
            clock.Restart();
        }
    }

    void StartGuardian(int index)
    {
        TrialSide side = _state.Sides[index];
        NodeProgram self = NodeProgram.Self(side.File);
        _guardians[index] = Launched.Start($"the guardian of side {side.Side}", self.File, self.Arguments.Where(static a => a != "--guarded"), _log);
    }

    /// <summary>Any answer will do: without a configuration a node says that it is impaired.</summary>
    async Task<bool> AnswersAsync(TrialSide side, CancellationToken stop)
    {
        if (!File.Exists(Commands.Running.PathIn(side.Data))) return false;
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri($"http://{side.Http}/health"), stop);
            return !(await answer.Content.ReadAsStringAsync(stop)).Contains("starting", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            return false;
        }
    }

    static async Task UntilAsync(Func<Task<bool>> done, string otherwise, CancellationToken stop)
    {
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (!await done())
        {
            if (Environment.TickCount64 > until) throw new NodeException(otherwise);
            await Task.Delay(50, stop);
        }
    }

    /// <summary>Starts again what dies, until it is told to stop; throws when a side cannot run.</summary>
    public async Task KeepAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.WhenAny([.. _etcd.Concat(_guardians).Select(static l => l!.Ended), Task.Delay(Timeout.Infinite, stop)]);
            if (stop.IsCancellationRequested) return;
            await Task.Delay(s_again, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested) return;
            for (int i = 0; i < _etcd.Length; i++)
            {
                if (!_etcd[i]!.HasEnded) continue;
                _say($"{_etcd[i]!.Name} has died and is started again");
                _etcd[i]!.Dispose();
                _etcd[i] = EtcdMembers.Start(_state.Etcd[i], _state.Etcd, _etcdSaid);
            }
            for (int i = 0; i < _guardians.Length; i++)
            {
                Launched guardian = _guardians[i]!;
                if (!guardian.HasEnded) continue;
                if (guardian.ExitCode is NodeException.Usage or NodeException.CannotStart) throw new NodeException($"side {_state.Sides[i].Side} cannot run (the lines above say why)", guardian.ExitCode);
                _say($"{guardian.Name} has died and is started again");
                guardian.Dispose();
                StartGuardian(i);
            }
            Record();
        }
    }

    void Record()
    {
        _state = new TrialFolder(_isStopping ? 0 : Environment.ProcessId,
            [.. _state.Etcd.Select((m, i) => m with { Process = Id(_etcd[i]) })],
            [.. _state.Sides.Select((s, i) => s with { Guardian = Id(_guardians[i]) })]);
        _state.Write(_folder);
    }

    static int Id(Launched? launched) => launched is { HasEnded: false } ? launched.Id : 0;

    /// <summary>B first, then A, which has nobody to hand its addresses to; the journal last.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        for (int i = _guardians.Length - 1; i >= 0; i--)
            if (_guardians[i] is { } guardian) await guardian.StopAsync(s_stopping);
        await Task.WhenAll(_etcd.OfType<Launched>().Select(static e => e.StopAsync(s_stopping)));
        Record();
        foreach (Launched launched in _guardians.Concat(_etcd).OfType<Launched>()) launched.Dispose();
        _http.Dispose();
        await _lock.DisposeAsync();
    }
}
