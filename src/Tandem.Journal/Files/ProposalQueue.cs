using Tandem.Core.Schema;

namespace Tandem.Journal.Files;

readonly record struct Proposal(Entry Entry, int Bytes, Priority Priority);

/// <summary>Proposals on their way to the writer: bounded until they are committed. Many add, one takes.</summary>
sealed class ProposalQueue(int entriesMax, long bytesMax)
{
    readonly object _lock = new();
    List<Proposal> _waiting = [];
    int _entries;
    long _bytes;
    bool _awake, _sleeping;
    TaskCompletionSource? _arrival;

    /// <summary>All of them or none: none is too large, and there is room.</summary>
    public Refusal TryAdd(ReadOnlySpan<Entry> entries, Priority priority, int entryBytesMax)
    {
        Proposal[]? many = entries.Length > 8 ? new Proposal[entries.Length] : null;
        FewProposals few = default;
        Span<Proposal> proposals = many ?? few[..entries.Length];
        long total = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            int bytes = entries[i].CalculateSize();
            if (bytes > entryBytesMax) return Refusal.TooLarge;
            proposals[i] = new Proposal(entries[i], bytes, priority);
            total += bytes;
        }
        lock (_lock)
        {
            if (_entries + proposals.Length > entriesMax || _bytes + total > bytesMax) return Refusal.QueueFull;
            _waiting.AddRange(proposals);
            _entries += proposals.Length;
            _bytes += total;
            Stir();
            return Refusal.None;
        }
    }

    /// <summary>Makes <see cref="Take"/> return even when nothing waits.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _awake = true;
            Stir();
        }
    }

    void Stir()
    {
        if (_sleeping) Monitor.Pulse(_lock);
        _arrival?.TrySetResult();
        _arrival = null;
    }

    /// <summary>Completes when something waits, or at the next <see cref="Wake"/>. For a taker that is no thread.</summary>
    public Task ArrivalAsync()
    {
        lock (_lock)
        {
            if (_waiting.Count > 0 || _awake) return Task.CompletedTask;
            _arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _arrival.Task;
        }
    }

    /// <summary>Waits for proposals, if told so, and exchanges them for an empty list.</summary>
    public List<Proposal> Take(List<Proposal> empty, bool wait)
    {
        lock (_lock)
        {
            while (wait && _waiting.Count == 0 && !_awake)
            {
                _sleeping = true;
                Monitor.Wait(_lock);
                _sleeping = false;
            }
            _awake = false;
            (List<Proposal> taken, _waiting) = (_waiting, empty);
            return taken;
        }
    }

    /// <summary>Proposals taken before are committed or refused: there is room for others.</summary>
    public void Release(int entries, long bytes)
    {
        lock (_lock)
        {
            _entries -= entries;
            _bytes -= bytes;
        }
    }
}

/// <summary>Proposals on the stack: most are handed over one or a few at a time.</summary>
[System.Runtime.CompilerServices.InlineArray(8)]
struct FewProposals { Proposal _first; }
