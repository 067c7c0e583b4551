using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;

namespace Tandem.Node.Guarding;

/// <summary>The node's way to the guardian that started it. Any thread; events come on the link's own thread: post and return.</summary>
public interface IGuardianLink : IDisposable
{
    /// <summary>The guardian has told it once: this address belongs to somebody else now. Close it, do not send from it, and say that it is <see cref="Closed"/>.</summary>
    event Action<string>? Taken;
    /// <summary>A planned leave is wanted; also when the guardian is gone. Once.</summary>
    event Action? StopAsked;

    /// <summary>
    /// The node lives and acts as this incarnation. From the loop, each round: it writes at most every 25 ms, never waits and
    /// never allocates. Who has begun as an incarnation and then not renewed for 350 ms is killed. 0 while it starts: not judged.
    /// </summary>
    /// <param name="acts">False: it is not certain to be in charge and holds back what would leave. It lives, and claims nothing.</param>
    void Renew(ulong incarnation, bool acts = true);

    /// <summary>The node lives and does not act: it is in the middle of an entry that takes its time. Any thread.</summary>
    void Hold(ulong incarnation);

    /// <summary>Done when this host holds the service address, so that it can be bound.</summary>
    /// <exception cref="NodeException">The guardian cannot have it, and why.</exception>
    Task AcquireAsync(string address, CancellationToken stop = default);

    /// <summary>The address is another's now; what is on its way to this host is still taken, until <see cref="Release"/>.</summary>
    void Yield(string address);

    /// <summary>The address is closed here and may leave this host.</summary>
    void Release(string address);

    /// <summary>The address that was taken is closed here too.</summary>
    void Closed(string address);
}

/// <summary>The single node of `up`: nobody guards it, its addresses are where they are.</summary>
public sealed class NoGuardian : IGuardianLink
{
    public event Action<string>? Taken { add { } remove { } }
    public event Action? StopAsked { add { } remove { } }
    public void Renew(ulong incarnation, bool acts = true) { }
    public void Hold(ulong incarnation) { }
    public Task AcquireAsync(string address, CancellationToken stop = default) => Task.CompletedTask;
    public void Yield(string address) { }
    public void Release(string address) { }
    public void Closed(string address) { }
    public void Dispose() { }
}

/// <summary>Lines of text over the process's stdin and stdout (<see cref="GuardianLines"/>).</summary>
public sealed class GuardianLink : IGuardianLink
{
    const long RenewEveryMs = 25;
    readonly int _in, _out;
    readonly ConcurrentDictionary<string, TaskCompletionSource> _acquiring = new(StringComparer.Ordinal);
    readonly Lock _writing = new();
    readonly Thread _reader;
    // Written by the node's thread alone.
    long _renewed = long.MinValue / 2;
    ulong _renewedAs = ulong.MaxValue;
    bool _renewedActing;
    int _stopAsked;
    volatile bool _isAlone;

    /// <summary>Begins to listen when <see cref="Start"/> is called.</summary>
    public GuardianLink(int input = 0, int output = 1)
    {
        (_in, _out) = (input, output);
        // A guardian that does not read must never stop the node's loop.
        Posix.DoNotBlock(_out);
        _reader = new Thread(Read) { IsBackground = true, Name = "guardian link" };
    }

    public event Action<string>? Taken;
    public event Action? StopAsked;

    public void Start() => _reader.Start();

    public void Renew(ulong incarnation, bool acts = true)
    {
        long now = Environment.TickCount64;
        if (now - _renewed < RenewEveryMs && incarnation == _renewedAs && acts == _renewedActing) return;
        (_renewed, _renewedAs, _renewedActing) = (now, incarnation, acts);
        Tell(acts ? GuardianLines.Renew : GuardianLines.Hold, incarnation);
    }

    public void Hold(ulong incarnation) => Tell(GuardianLines.Hold, incarnation);

    void Tell(ReadOnlySpan<byte> word, ulong incarnation)
    {
        Span<byte> line = stackalloc byte[GuardianLines.Renew.Length + 21];
        word.CopyTo(line);
        Utf8Formatter.TryFormat(incarnation, line[word.Length..], out int digits);
        int length = word.Length + digits;
        line[length++] = (byte)'\n';
        Put(line[..length]);
    }

    public Task AcquireAsync(string address, CancellationToken stop = default)
    {
        TaskCompletionSource answer = _acquiring.GetOrAdd(address, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        Put(Encoding.ASCII.GetBytes($"{GuardianLines.Acquire} {address}\n"));
        if (_isAlone) Fail(address, "the guardian is gone");
        return answer.Task.WaitAsync(stop);
    }

    public void Yield(string address) => Put(Encoding.ASCII.GetBytes($"{GuardianLines.Yield} {address}\n"));

    public void Release(string address) => Put(Encoding.ASCII.GetBytes($"{GuardianLines.Release} {address}\n"));

    public void Closed(string address) => Put(Encoding.ASCII.GetBytes($"{GuardianLines.Closed} {address}\n"));

    /// <summary>Lines are shorter than what a pipe takes whole, so that none is cut.</summary>
    void Put(ReadOnlySpan<byte> line)
    {
        lock (_writing) Posix.TryWrite(_out, line);
    }

    void Read()
    {
        var lines = new LineBuffer();
        byte[] buffer = new byte[4096];
        while (Posix.Read(_in, buffer) is > 0 and var got)
        {
            lines.Add(buffer.AsSpan(0, got));
            while (lines.TryTake(out ReadOnlySpan<byte> line)) Hear(Encoding.UTF8.GetString(line));
        }
        // EOF: nobody guards this node any more.
        _isAlone = true;
        foreach (string address in _acquiring.Keys) Fail(address, "the guardian is gone");
        AskToStop();
    }

    void Hear(string line)
    {
        string[] words = line.Split(' ', 3);
        switch (words[0])
        {
            case GuardianLines.Have when words.Length > 1:
                if (_acquiring.TryRemove(words[1], out TaskCompletionSource? had)) had.TrySetResult();
                break;
            case GuardianLines.Cannot when words.Length > 1: Fail(words[1], words.Length > 2 ? words[2] : "the guardian does not say why"); break;
            case GuardianLines.Taken when words.Length > 1: Taken?.Invoke(words[1]); break;
            case GuardianLines.Stop: AskToStop(); break;
        }
    }

    void Fail(string address, string why)
    {
        if (_acquiring.TryRemove(address, out TaskCompletionSource? waiting)) waiting.TrySetException(new NodeException($"{address}: {why}"));
    }

    void AskToStop()
    {
        if (Interlocked.Exchange(ref _stopAsked, 1) == 0) StopAsked?.Invoke();
    }

    /// <summary>The reader ends with the process: stdin is not ours to close.</summary>
    public void Dispose() { }
}

/// <summary>
/// The words of guardian and node. Node: `renew INCARNATION`, or `hold INCARNATION` while it does not act; `acquire ADDRESS`,
/// `yield ADDRESS`, `release ADDRESS`, `closed ADDRESS`. Guardian: `have ADDRESS`, `cannot ADDRESS WHY`, `taken ADDRESS`, `stop`; its death is the end of stdin.
/// </summary>
static class GuardianLines
{
    public const string Acquire = "acquire", Yield = "yield", Release = "release", Closed = "closed", Have = "have", Cannot = "cannot", Taken = "taken", Stop = "stop";
    public static ReadOnlySpan<byte> Renew => "renew "u8;
    public static ReadOnlySpan<byte> Hold => "hold "u8;
}

/// <summary>Cuts what a pipe brings into lines. A line without an end is cut at the buffer's size.</summary>
sealed class LineBuffer
{
    readonly byte[] _bytes = new byte[16 << 10];
    int _from, _to;

    /// <param name="more">Shorter than the buffer. Lines are taken before more is added.</param>
    public void Add(ReadOnlySpan<byte> more)
    {
        if (_from > 0)
        {
            _bytes.AsSpan(_from, _to - _from).CopyTo(_bytes);
            (_from, _to) = (0, _to - _from);
        }
        if (more.Length > _bytes.Length - _to) _to = 0;
        more.CopyTo(_bytes.AsSpan(_to));
        _to += more.Length;
    }

    public bool TryTake(out ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> held = _bytes.AsSpan(_from, _to - _from);
        int end = held.IndexOf((byte)'\n');
        line = end < 0 ? default : held[..end];
        if (end < 0) return false;
        _from += end + 1;
        return true;
    }
}
