using System.Collections.Concurrent;
using System.Text;
using Tandem.Node.Guarding.Addresses;

namespace Tandem.Node.Guarding;

sealed record GuardianOptions
{
    public required string Side { get; init; }
    public required string Data { get; init; }
    public required NodeProgram Program { get; init; }
    /// <summary>A node that did not renew for so long is killed.</summary>
    public int SilenceMaxMs { get; init; } = 350;
    /// <summary>So long a planned stop may take.</summary>
    public int StopMs { get; init; } = 10_000;
    /// <summary>A node that has not begun to renew by then hangs.</summary>
    public int StartMaxMs { get; init; } = 300_000;
    /// <summary>Of the guardian's thread, where the system allows it.</summary>
    public int Nice { get; init; } = -10;
    /// <summary>Of the node: whatever else a host does must not make a node miss its renewals.</summary>
    public int NodeNice { get; init; } = -5;
}

/// <summary>What a guardian is asked to do, and its answer.</summary>
enum Order { Status, Stop, Start, Fail, End }

/// <summary>
/// A side's guardian: it starts the node, owns the service addresses, and kills a node that does not renew, because a process
/// that was paused cannot fence itself. One thread, which waits for the node's pipe, orders and the addresses' news at once;
/// while all is well it allocates nothing.
/// </summary>
sealed class Guardian : IDisposable
{
    const int StepMs = 25, AfterKillMs = 50, LastWillMs = 2_000, LastWordsMs = 100;
    readonly GuardianOptions _options;
    readonly IAddressDriver _driver;
    readonly HeldAddresses _addresses;
    readonly ILastWill _will;
    readonly TextWriter _log;
    readonly Silence _silence;
    readonly Restarts _restarts = new();
    readonly ConcurrentQueue<(Order Order, TaskCompletionSource<string>? Answer)> _orders = [];
    readonly (int Read, int Write) _wake = Posix.Pipe();
    readonly Posix.PollFd[] _polled = new Posix.PollFd[4];
    readonly byte[] _woken = new byte[64];
    readonly CancellationTokenSource _ending = new();
    readonly FileStream _lock;
    NodeProcess? _node;
    ulong _incarnation;
    bool _hasRenewed, _ran, _wantsNode = true, _isEnding, _wasKilled;
    string _state = "starting", _ended = "";
    DateTimeOffset _since = DateTimeOffset.UtcNow;
    long _startedMs, _startAtMs, _killAtMs = long.MaxValue;
    int? _end;
    Task _lastWill = Task.CompletedTask;

    /// <exception cref="NodeException">Another guardian has this data directory.</exception>
    public Guardian(GuardianOptions options, IAddressDriver addresses, ILastWill will, TextWriter log)
    {
        (_options, _driver, _will, _log) = (options, addresses, will, log);
        _addresses = new HeldAddresses(addresses, Say);
        _silence = new Silence(options.SilenceMaxMs, StepMs);
        try
        {
            _lock = new FileStream(Path.Combine(options.Data, "guardian.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new NodeException($"{options.Data}: a guardian of side {options.Side} runs on it already ({e.Message})", inner: e);
        }
    }

    /// <summary>Hands over an order from another thread; the answer is a line for people, `no …` when it is not done.</summary>
    public Task<string> AskAsync(Order order)
    {
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(order, answer);
        return answer.Task;
    }

    public void Post(Order order, TaskCompletionSource<string>? answer = null)
    {
        _orders.Enqueue((order, answer));
        Posix.TryWrite(_wake.Write, [1]);
    }

    /// <summary>Guards until it is told to end; the exit code of its process.</summary>
    public int Run()
    {
        ClearLeftovers();
        // First: threads that are made from here on inherit it.
        bool raised = Posix.SetNice(_options.Nice);
        _ = WarmAsync();
        try
        {
            while (_end is null)
            {
                long now = Environment.TickCount64;
                if (_node is null && _wantsNode && !_isEnding && now >= _startAtMs) StartNode(raised);
                Wait(now);
                Obey();
                if (_node is not null) Watch();
                foreach (ServiceAddress taken in _addresses.Hear(hasNode: _node is not null)) _node?.Tell($"{GuardianLines.Taken} {taken}");
            }
            return _end.Value;
        }
        finally
        {
            _addresses.DropAll();
            _lastWill.Wait(LastWillMs, _ending.Token);
            Say($"the guardian of side {_options.Side} ends");
        }
    }

    void Wait(long nowMs)
    {
        int timeout = _node is not null ? StepMs : _wantsNode && !_isEnding ? (int)Math.Clamp(_startAtMs - nowMs, 0, 1_000) : 1_000;
        if (_driver.Tick(nowMs) is >= 0 and var again) timeout = Math.Min(timeout, again);
        int count = 0;
        Poll(_wake.Read);
        if (_driver.Descriptor >= 0) Poll(_driver.Descriptor);
        NodeProcess? node = _node;
        int death = -1;
        if (node is { HasEnded: false })
        {
            Poll(node.Output);
            if (node.Death >= 0) Poll(node.Death);
            death = node.Death >= 0 ? count - 1 : -1;
        }
        Posix.Poll(_polled, count, timeout);
        if (death >= 0 && _polled[death].Returned != 0) node!.FoundDead();

        void Poll(int descriptor) => _polled[count++] = new Posix.PollFd { Descriptor = descriptor, Events = Posix.In };
    }

    // ---- the node ----

    void StartNode(bool raised)
    {
        // The node is not to run at the guardian's own priority, and what a thread starts inherits it.
        if (raised) Posix.SetNice(_options.NodeNice);
        try
        {
            _node = NodeProcess.Start(_options.Program, _log);
        }
        catch (NodeException e)
        {
            Say(e.Message);
            if (!_ran) _end = e.ExitCode;
            _startAtMs = Environment.TickCount64 + (long)_restarts.Next(TimeSpan.Zero, atOnce: false).TotalMilliseconds;
            return;
        }
        finally
        {
            if (raised) Posix.SetNice(_options.Nice);
        }
        (_incarnation, _hasRenewed, _wasKilled, _killAtMs) = (0, false, false, long.MaxValue);
        _startedMs = Environment.TickCount64;
        _silence.Begin(_startedMs);
        Note(0);
        Become("starting");
        Say($"node started, process {_node.Id}");
    }

    /// <summary>Reads all that the node said, and only then judges it.</summary>
    void Watch()
    {
        bool renewed = false;
        while (_node!.TryRead(out ReadOnlySpan<byte> line)) renewed |= Hear(line);
        long now = Environment.TickCount64;
        _silence.Look(now, renewed);
        if (_node.HasEnded) Bury();
        else if (_wasKilled) return;
        else if (_addresses.AreInUse ? _silence.IsTooLong : _silence.IsFarTooLong) Kill($"did not renew for {_silence.Ms} ms");
        else if (now >= _killAtMs) Kill($"did not stop within {_options.StopMs / 1000.0:0.#} s");
        else if (!_silence.IsArmed && now - _startedMs > _options.StartMaxMs) Kill($"has not begun to work within {_options.StartMaxMs / 1000} s");
    }

    /// <summary>True for a renewal.</summary>
    bool Hear(ReadOnlySpan<byte> line)
    {
        bool acts = line.StartsWith(GuardianLines.Renew);
        ReadOnlySpan<byte> word = acts ? GuardianLines.Renew : GuardianLines.Hold;
        if (line.StartsWith(word) && System.Buffers.Text.Utf8Parser.TryParse(line[word.Length..], out ulong incarnation, out int used) && used == line.Length - word.Length)
        {
            // What was still in the pipe of a killed node: its will is written.
            if (_wasKilled) return true;
            _driver.Acts = acts;
            if (incarnation != _incarnation || !_hasRenewed) Begun(incarnation);
            // 0: it starts, which takes the time it takes.
            return incarnation != 0;
        }
        string text = Encoding.UTF8.GetString(line);
        int blank = text.IndexOf(' ', StringComparison.Ordinal);
        switch (blank > 0 ? text[..blank] : "")
        {
            case GuardianLines.Acquire when _wasKilled: break;
            case GuardianLines.Acquire: _node!.Tell(_addresses.Acquire(text[(blank + 1)..], _incarnation)); break;
            case GuardianLines.Yield: _addresses.Yield(text[(blank + 1)..]); break;
            case GuardianLines.Release: _addresses.Release(text[(blank + 1)..]); break;
            case GuardianLines.Closed: _addresses.Closed(text[(blank + 1)..]); break;
            default: _log.WriteLine(text); break;
        }
        return false;
    }

    void Begun(ulong incarnation)
    {
        _hasRenewed = _ran = true;
        _incarnation = incarnation;
        Note(incarnation);
        if (incarnation == 0) return;
        Become("running");
        Say($"node runs as incarnation {incarnation}");
    }

    /// <summary>For the guardian after this one. A full disk must not end the one that is.</summary>
    void Note(ulong incarnation)
    {
        try
        {
            LeftNode.Of(_node!.Id, incarnation).Write(_options.Data);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Say($"{LeftNode.PathIn(_options.Data)} cannot be written ({e.Message}): a guardian after this one would not find this node");
        }
    }

    void Kill(string why)
    {
        Say($"killing the node, process {_node!.Id}: it {why}");
        _wasKilled = true;
        _node.Kill();
        // Nothing of it runs any more, even while the kernel still takes its memory apart.
        _addresses.DropAll();
        WriteWill();
    }

    void Bury()
    {
        NodeProcess node = _node!;
        // Its pipe has ended, so at the most a moment is missing; who only closed it is no node any more.
        int? code = node.ExitCode(AfterKillMs);
        if (code is null)
        {
            node.Kill();
            code = node.ExitCode(60_000) ?? 128 + Posix.Kill;
        }
        _addresses.DropAll();
        bool leftByItself = code is 0 or NodeException.Lost;
        if (!leftByItself) WriteWill();
        node.HearOut(LastWordsMs);
        _node = null;
        node.Dispose();
        LeftNode.Remove(_options.Data);
        Decide(code.Value, TimeSpan.FromMilliseconds(Environment.TickCount64 - _startedMs));
    }

    void Decide(int code, TimeSpan lived)
    {
        string ended = code > 128 ? $"the node was ended by signal {code - 128}" : code switch
        {
            0 => "the node has left",
            NodeException.Lost => "the node was declared lost, and returns",
            _ => $"the node ended with {code}",
        };
        _ended = ended;
        if (_isEnding)
        {
            Say(ended);
            _end = 0;
        }
        else if (!_wantsNode)
        {
            Become("stopped");
            Say($"{ended}; `tandem pair start {_options.Side}` brings it back");
        }
        else if (code == NodeException.Usage || (code == NodeException.CannotStart && !_ran))
        {
            // What it said on stderr is the reason; trying again would say it again.
            Say(ended);
            _end = code;
        }
        else
        {
            TimeSpan delay = _restarts.Next(lived, atOnce: _wasKilled || _state == "stopping" || code is NodeException.Lost or > 128);
            _startAtMs = Environment.TickCount64 + (long)delay.TotalMilliseconds;
            Become("restarting");
            Say($"{ended}; started again {(delay == TimeSpan.Zero ? "now" : $"in {delay.TotalSeconds:0.#} s")}");
        }
    }

    // ---- what an earlier guardian left ----

    /// <summary>A guardian that was killed left a node, addresses, an incarnation: none of it may meet the new one's.</summary>
    void ClearLeftovers()
    {
        if (LeftNode.Read(_options.Data) is { } left)
        {
            if (left.IsAlive) Say($"a node of an earlier guardian, process {left.Process}, is made to leave");
            if (!left.End(TimeSpan.FromSeconds(1)))
                throw new NodeException($"process {left.Process} of an earlier guardian does not end, not even by SIGKILL: this host needs a restart");
            _incarnation = left.Incarnation;
            WriteWill();
            LeftNode.Remove(_options.Data);
        }
        try
        {
            _driver.Clear();
        }
        catch (Exception e) when (e is AddressException or IOException or UnauthorizedAccessException)
        {
            throw new NodeException($"service addresses: {e.Message}", inner: e);
        }
    }

    // ---- the last will ----

    void WriteWill()
    {
        if (_incarnation == 0) return;
        ulong incarnation = _incarnation;
        _incarnation = 0;
        _lastWill = Task.Run(() => WriteWillAsync(incarnation), _ending.Token);
    }

    async Task WriteWillAsync(ulong incarnation)
    {
        // Longer than any election. After that the missed heartbeats have said it long ago.
        for (long until = Environment.TickCount64 + 10_000; ;)
        {
            try
            {
                await _will.WriteAsync(incarnation, _ending.Token);
                Say($"incarnation {incarnation} is recorded as stopped");
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                if (Environment.TickCount64 > until)
                {
                    Say($"the end of incarnation {incarnation} could not be recorded: {e.Message}");
                    return;
                }
                await Task.Delay(50, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task WarmAsync()
    {
        try
        {
            // Again and again: connections that nobody uses are closed by those between.
            while (true)
            {
                await _will.WarmAsync(_ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await Task.Delay(TimeSpan.FromSeconds(10), _ending.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The guardian ends.
        }
    }

    // ---- orders ----

    void Obey()
    {
        while (Posix.Read(_wake.Read, _woken) > 0) { }
        while (_orders.TryDequeue(out (Order Order, TaskCompletionSource<string>? Answer) asked))
        {
            string said = Carry(asked.Order);
            asked.Answer?.TrySetResult(said);
        }
    }

    string Carry(Order order)
    {
        switch (order)
        {
            case Order.Stop when !_wantsNode && _node is null: return $"no: side {_options.Side} is stopped already";
            case Order.Stop:
                _wantsNode = false;
                AskNodeToLeave();
                return "yes";
            case Order.Start when _wantsNode: return $"no: side {_options.Side} is not stopped";
            case Order.Start:
                // One that still leaves comes back when it has left.
                _wantsNode = true;
                _restarts.Forget();
                _startAtMs = 0;
                return "yes";
            case Order.Fail when _node is null: return $"no: side {_options.Side} has no node now";
            case Order.Fail:
                Say("a drill: the node is killed as by `kill -9`");
                // As if by accident: its end is found as any other's.
                _node.Kill();
                return "yes";
            case Order.End:
                _isEnding = true;
                if (_node is null) _end = 0;
                else AskNodeToLeave();
                return "yes";
            case Order.Status: return Status().ToString();
            default: return "";
        }
    }

    void AskNodeToLeave()
    {
        if (_node is null)
        {
            Become("stopped");
            return;
        }
        Become("stopping");
        _node.Tell(GuardianLines.Stop);
        _killAtMs = Math.Min(_killAtMs, Environment.TickCount64 + _options.StopMs);
    }

    GuardianStatus Status() =>
        new(_options.Side, _state, _since, Environment.ProcessId, _node?.Id ?? 0, _incarnation, _restarts.Count, _addresses.Names, _ended);

    void Become(string state) => (_state, _since) = (state, DateTimeOffset.UtcNow);

    void Say(string text) => _log.WriteLine($"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} guardian {_options.Side}: {text}");

    public void Dispose()
    {
        _ending.Cancel();
        if (_node is not null)
        {
            _node.Kill();
            _node.ExitCode(5_000);
            _node.Dispose();
        }
        _driver.Dispose();
        Posix.Close(_wake.Read);
        Posix.Close(_wake.Write);
        _lock.Dispose();
        _ending.Dispose();
    }
}
