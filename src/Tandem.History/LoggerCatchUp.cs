using Tandem.Core;
using Tandem.Core.Schema;

namespace Tandem.History;

/// <summary>
/// How a replay of the journal brings what is missing and meets the live records: it feeds the queue from the database's
/// position on, while live records are dropped. When it is near the journal's end it lets the logger keep them
/// (<see cref="KeepLive"/>), brings the positions up to the first that is kept, and joins. When more come meanwhile than
/// may be kept, they are dropped again, and the replay goes on: no gap, nothing twice, memory bounded.
/// </summary>
public sealed partial class Logger
{
    readonly List<(long Position, Record Record)> _kept = [];
    bool _isKeeping, _replaysEnd;
    long _liveSeen;                // the highest position that the live feed told while it was not queued
    long _broughtUpTo;             // a replay brought these before the live feed came to them

    /// <summary>Waits until records are missing and the database works. Null when the logger stops.</summary>
    /// <returns>The position after which they are to be brought.</returns>
    internal long? AwaitCatchUp()
    {
        lock (_gate)
        {
            // A write under way may still get through or not: only when it has, it is known where to begin.
            while (!HasEnded && (_feed != Feed.Behind || _failure is not null || _inFlight > 0)) Monitor.Wait(_gate);
            if (HasEnded) return null;
            _feed = Feed.CatchingUp;
            _seen = _reached = _position;
            return _position;
        }
    }

    /// <summary>Brings the records of a position, waiting while the queue is half full.</summary>
    /// <returns>False when the replay is of no use any more: the logger stops, or the database has gone back.</returns>
    internal bool Bring(long position, IReadOnlyList<Record> records)
    {
        lock (_gate)
        {
            while (_queue.Count + _inFlight > _options.QueuedMax / 2 && !HasEnded && _feed == Feed.CatchingUp) Monitor.Wait(_gate);
            if (HasEnded || _feed != Feed.CatchingUp) return false;
            if (records.Count > 0) Take(position, records);
            else Reach(position);
            return _feed == Feed.CatchingUp;
        }
    }

    /// <summary>From now on live records are kept. Returns the last live position before: up to there all is to be brought.</summary>
    internal long KeepLive()
    {
        lock (_gate)
        {
            StopKeeping();
            _isKeeping = true;
            return _liveSeen;
        }
    }

    /// <summary>Goes on with the live feed, if what it brought since <see cref="KeepLive"/> is here. False: more came than may be kept, or the replay is of no use any more.</summary>
    /// <param name="broughtUpTo">At least what KeepLive returned.</param>
    internal bool TryJoin(long broughtUpTo)
    {
        lock (_gate)
        {
            if (!_isKeeping || _feed != Feed.CatchingUp || HasEnded) return false;
            foreach ((long position, Record record) in _kept)
                if (position > broughtUpTo && position > _position) _queue.Add((position, record));
            _kept.Clear();
            StopKeeping();
            _seen = Math.Max(_seen, _liveSeen);
            _reached = Math.Max(_reached, _liveSeen);
            _broughtUpTo = broughtUpTo;
            _feed = Feed.Live;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>The replay could not be carried through: the logger is behind as before.</summary>
    internal void GiveUpCatchUp()
    {
        lock (_gate)
        {
            if (_feed == Feed.CatchingUp) FallBehind(0);
        }
    }

    /// <summary>A pause that ends early when replays end.</summary>
    internal void Pause(TimeSpan time)
    {
        long since = System.Diagnostics.Stopwatch.GetTimestamp();
        lock (_gate)
        {
            while (!HasEnded && time - System.Diagnostics.Stopwatch.GetElapsedTime(since) is var left && left > TimeSpan.Zero) Monitor.Wait(_gate, left);
        }
    }

    /// <summary>A replay under way is of use no longer than this.</summary>
    internal bool IsCatchingUp
    {
        get
        {
            lock (_gate) return _feed == Feed.CatchingUp && !HasEnded;
        }
    }

    /// <summary>No replay is to go on or to begin; the logger goes on.</summary>
    internal void EndReplays()
    {
        lock (_gate)
        {
            _replaysEnd = true;
            if (_feed == Feed.CatchingUp) FallBehind(0);
            Monitor.PulseAll(_gate);
        }
    }

    bool HasEnded => _stopping || _replaysEnd;

    void Keep(long position, IReadOnlyList<Record> records)
    {
        Invariant.That(position > _liveSeen);
        _liveSeen = position;
        if (!_isKeeping || _kept.Count + records.Count > _options.KeptMax)
        {
            StopKeeping();
            _discarded += records.Count;
            return;
        }
        foreach (Record record in records) _kept.Add((position, record));
    }

    void StopKeeping()
    {
        _discarded += _kept.Count;
        _kept.Clear();
        _isKeeping = false;
    }
}
