namespace Tandem.Journal.Files;

/// <summary>Refills the supply on a thread of its own: to allocate a segment takes longer than a flush.</summary>
sealed class SegmentAllocator : IDisposable
{
    readonly object _lock = new();
    readonly SegmentSupply _supply;
    readonly TimeSpan _roomRetry;
    readonly Action _changed;
    readonly Thread _thread;
    bool _wanted, _stopping;

    /// <param name="changed">Called on this thread when there is more, or no more room.</param>
    public SegmentAllocator(SegmentSupply supply, TimeSpan roomRetry, Action changed)
    {
        (_supply, _roomRetry, _changed) = (supply, roomRetry, changed);
        _wanted = !supply.Complete;
        _thread = new Thread(Run) { Name = "journal allocator", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Why a file could not be allocated, other than for want of room: the disk is sick.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Something was taken.</summary>
    public void Refill()
    {
        lock (_lock)
        {
            _wanted = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits until there is a next segment, or it is known that there will be none soon.</summary>
    public void AwaitSegment()
    {
        lock (_lock)
        {
            while (!_supply.HasNext && !_supply.Exhausted && Failure is null && !_stopping) Monitor.Wait(_lock);
        }
    }

    void Run()
    {
        while (WaitForWork())
        {
            try
            {
                bool complete = _supply.Refill();
                lock (_lock)
                {
                    _wanted |= !complete;
                    Monitor.PulseAll(_lock);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                lock (_lock)
                {
                    Failure = e;
                    Monitor.PulseAll(_lock);
                }
                _changed();
                return;
            }
            _changed();
        }
    }

    bool WaitForWork()
    {
        lock (_lock)
        {
            while (!_wanted && !_stopping) Monitor.Wait(_lock);
            // With no room a Refill() from the writer does not hasten the next attempt.
            long until = Environment.TickCount64 + (long)_roomRetry.TotalMilliseconds;
            while (_supply.Exhausted && !_stopping && until - Environment.TickCount64 is > 0 and long left)
                Monitor.Wait(_lock, TimeSpan.FromMilliseconds(left));
            _wanted = false;
            return !_stopping;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
            Monitor.PulseAll(_lock);
        }
        _thread.Join();
    }
}
