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

    public bool TryAdd(ReadOnlySpan<Proposal> proposals, long bytes)
    {
        lock (_lock)
        {
            if (_entries + proposals.Length > entriesMax || _bytes + bytes > bytesMax) return false;
            _waiting.AddRange(proposals);
            _entries += proposals.Length;
            _bytes += bytes;
            Stir();
            return true;
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
