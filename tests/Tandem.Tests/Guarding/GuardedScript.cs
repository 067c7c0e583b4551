using System.Collections.Concurrent;
using System.Diagnostics;
using Tandem.Node.Guarding;
using Tandem.Node.Guarding.Addresses;

namespace Tandem.Tests.Guarding;

/// <summary>A guardian whose node is a shell script: it speaks the lines, and the test plays the rest.</summary>
sealed class GuardedScript : IDisposable
{
    /// <summary>Longer than a node's: a shell on a machine full of tests waits for its turn.</summary>
    public const int SilenceMaxMs = 1_500;
    readonly TemporaryFolder _folder = new();
    readonly Thread _thread;
    readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="script">Bash. <c>$STARTS</c> counts its starts, <c>renew N SECONDS</c> renews for so long.</param>
    public GuardedScript(string script, int stopMs = 100, Action<TemporaryFolder>? before = null)
    {
        string path = _folder.Write("node.sh", $$"""
            cd {{_folder.Path}}
            echo x >> starts
            STARTS=$(wc -l < starts)
            renew() { local i; for ((i = 0; i < $2 * 20; i++)); do echo "renew $1"; sleep 0.05; done; }
            {{script}}
            """);
        before?.Invoke(_folder);
        Guardian = new Guardian(new GuardianOptions { Side = "A", Data = _folder.Path, Program = new NodeProgram("bash", [path]), SilenceMaxMs = SilenceMaxMs, StopMs = stopMs, Nice = 0 }, Addresses, Wills, Log);
        _thread = new Thread(() =>
        {
            try
            {
                _ended.SetResult(Guardian.Run());
            }
            catch (Exception e)
            {
                _ended.SetException(e);
            }
        });
        _thread.Start();
    }

    public Guardian Guardian { get; }
    public Told Addresses { get; } = new();
    public Wills Wills { get; } = new();
    public Lines Log { get; } = new();
    public Task<int> Ended => _ended.Task.WaitAsync(TimeSpan.FromSeconds(15));
    public string Data => _folder.Path;
    public int Starts => File.Exists(_folder["starts"]) ? File.ReadAllLines(_folder["starts"]).Length : 0;

    public string Said(string file) => File.Exists(_folder[file]) ? File.ReadAllText(_folder[file]) : "";

    public async Task<GuardianStatus> StatusAsync() => GuardianStatus.Parse(await Guardian.AskAsync(Order.Status))!;

    public static async Task UntilAsync(Func<bool> so, string what)
    {
        for (var clock = Stopwatch.StartNew(); !so(); await Task.Delay(5))
            if (clock.Elapsed > TimeSpan.FromSeconds(10)) throw new TimeoutException($"waited 10 s for {what}");
    }

    public Task UntilAsync(string logged) => UntilAsync(() => Log.Has(logged), $"'{logged}' in:\n{Log}");

    public async Task<int> EndAsync()
    {
        Guardian.Post(Order.End);
        return await Ended;
    }

    public void Dispose()
    {
        Guardian.Post(Order.End);
        _thread.Join(15_000);
        Guardian.Dispose();
        _folder.Dispose();
    }
}

/// <summary>Addresses that only remember what was done, in order.</summary>
sealed class Told : IAddressDriver
{
    readonly ConcurrentQueue<string> _done = [];
    volatile string? _cannot;

    public string Done => string.Join("; ", _done);
    public string? Cannot { set => _cannot = value; }
    public int Descriptor => -1;
    public bool Acts { set { } }
    public void Clear() => _done.Enqueue("clear");

    public void Take(ServiceAddress address, ulong incarnation)
    {
        if (_cannot is { } why) throw new AddressException(why);
        _done.Enqueue($"take {address} {incarnation}");
    }

    public void Yield(ServiceAddress address) => _done.Enqueue($"yield {address}");
    public void Drop(ServiceAddress address) => _done.Enqueue($"drop {address}");
    /// <summary>The next look finds this one with the other side.</summary>
    public ServiceAddress? Taken { get; set; }

    public void Read(List<ServiceAddress> taken)
    {
        if (Taken is not { } address) return;
        Taken = null;
        taken.Add(address);
    }

    public int Tick(long nowMs) => -1;
    public void Dispose() { }
}

/// <summary>Last wills, kept; the first so many writes fail.</summary>
sealed class Wills : ILastWill
{
    readonly ConcurrentQueue<ulong> _written = [];
    int _failures;

    public IReadOnlyCollection<ulong> Written => _written;
    public int Failures { set => _failures = value; }
    public Task WarmAsync(CancellationToken stop) => Task.CompletedTask;

    public Task WriteAsync(ulong incarnation, CancellationToken stop)
    {
        if (Interlocked.Decrement(ref _failures) >= 0) throw new IOException("etcd does not answer");
        _written.Enqueue(incarnation);
        return Task.CompletedTask;
    }
}

sealed class Lines : StringWriter
{
    readonly Lock _lock = new();

    public override void WriteLine(string? value)
    {
        lock (_lock) base.WriteLine(value);
    }

    public bool Has(string text) => ToString().Contains(text, StringComparison.Ordinal);

    public override string ToString()
    {
        lock (_lock) return base.ToString();
    }
}
