using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Tandem.Core;
using Tandem.Core.Schema;

namespace Tandem.History;

/// <param name="CommitEvery">The longest that a record waits in memory while the database is well.</param>
/// <param name="CommitRows">A transaction holds about so many rows: a position's records are never split.</param>
/// <param name="QueuedMax">Records in memory, about 1 KB each.</param>
/// <param name="RetryAfter">After a failure of the database.</param>
public sealed record LoggerOptions(TimeSpan CommitEvery, int CommitRows, int QueuedMax, TimeSpan RetryAfter)
{
    public static readonly LoggerOptions Default = new(TimeSpan.FromMilliseconds(200), 2_000, 100_000, TimeSpan.FromSeconds(1));
}

/// <summary>How the logger is.</summary>
/// <param name="Position">What is in the database, for good.</param>
/// <param name="Queued">Records in memory.</param>
/// <param name="Failure">Why the database takes nothing; null while it does.</param>
/// <param name="NeedsReplayFrom">The position that the owner must replay from, since the queue was full; null: none.</param>
/// <param name="Discarded">Records dropped since the start, all of them to be had again by replay.</param>
public sealed record LoggerHealth(long Position, int Queued, string? Failure, long? NeedsReplayFrom, long Discarded);

/// <summary>
/// The logger: takes the records that a replica yields and commits them in groups on a thread of its own. Memory is
/// bounded and nothing is lost: when the database was away for so long that the queue is full, all that is queued is
/// dropped, and the owner replays the journal from the position that the database has reached.
/// </summary>
public sealed class Logger : IDisposable
{
    readonly HistoryDatabase _database;
    readonly LoggerOptions _options;
    readonly Thread _thread;
    readonly object _gate = new();

    // All below: under _gate.
    List<(long Position, Record Record)> _queue = [];
    long _seen;                    // the highest position that the owner told, here or in the replay under way
    long _reached;                 // all records up to here are queued, in flight or in the database
    int _inFlight;                 // records that the thread is writing now
    long _position;                // as the database told last
    long _discarded;
    bool _needsReplay, _stopping, _hurry;
    string? _failure;

    /// <param name="database">Belongs to the logger from now on.</param>
    public Logger(HistoryDatabase database, LoggerOptions? options = null)
    {
        _database = database;
        _options = options ?? LoggerOptions.Default;
        _position = _reached = database.Position;
        _thread = new Thread(Run) { Name = "logger", IsBackground = true };
        _thread.Start();
    }

    public LoggerHealth Health
    {
        get
        {
            lock (_gate) return new LoggerHealth(_position, _queue.Count + _inFlight, _failure, _needsReplay ? _position + 1 : null, _discarded);
        }
    }

    /// <summary>Takes all records of a position. Never blocks; positions rise.</summary>
    public void Enqueue(long position, IReadOnlyList<Record> records)
    {
        lock (_gate) Take(position, records);
    }

    /// <summary>As <see cref="Enqueue"/>, for replays, which are faster than the database: waits while the queue is half full.</summary>
    /// <returns>False when the logger stops, or needs another replay.</returns>
    public bool EnqueueWaiting(long position, IReadOnlyList<Record> records)
    {
        lock (_gate)
        {
            while (_queue.Count + _inFlight > _options.QueuedMax / 2 && !_stopping && !_needsReplay) Monitor.Wait(_gate);
            Take(position, records);
            return !_stopping && !_needsReplay;
        }
    }

    /// <summary>The journal was applied up to here; the positions since the last brought no records.</summary>
    public void Reached(long position)
    {
        lock (_gate)
        {
            if (_needsReplay) return;
            _seen = Math.Max(_seen, position);
            _reached = Math.Max(_reached, position);
        }
    }

    /// <summary>
    /// The owner begins to replay: from now on records are taken again, and the first must be those of
    /// <paramref name="from"/> on. False when no replay is needed.
    /// </summary>
    public bool TryBeginReplay(out long from)
    {
        lock (_gate)
        {
            from = _position + 1;
            // A write under way may still get through or not: only when it has, it is known where to begin.
            if (!_needsReplay || _inFlight > 0) return false;
            _needsReplay = false;
            _seen = _reached = _position;
            return true;
        }
    }

    /// <summary>Waits until all that was taken is committed. False when the database fails, or a replay is needed.</summary>
    public bool Flush()
    {
        lock (_gate)
        {
            long target = _reached;
            while (true)
            {
                if (_needsReplay) return false;
                if (_position >= target && _inFlight == 0) return true;
                if (_failure is not null || _stopping) return false;
                _hurry = true;
                Monitor.PulseAll(_gate);
                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>Stops with a last commit. What the database does not take now is replayed at the next start.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping) return;
            _stopping = true;
            Monitor.PulseAll(_gate);
        }
        _thread.Join();
        _database.Dispose();
    }

    void Take(long position, IReadOnlyList<Record> records)
    {
        if (_needsReplay || _stopping)
        {
            _discarded += records.Count;
            return;
        }
        // Records that come after their position was told could be committed past, and lost.
        Invariant.That(position > _seen);
        _seen = position;
        if (position <= _position) return;
        if (_queue.Count + _inFlight + records.Count > _options.QueuedMax)
        {
            Discard(records.Count);
            return;
        }
        foreach (Record record in records) _queue.Add((position, record));
        _reached = position;
        if (_queue.Count >= _options.CommitRows) Monitor.PulseAll(_gate);
    }

    void Discard(int justRefused)
    {
        _discarded += _queue.Count + justRefused;
        _queue = [];
        // What is no longer here must not count as reached.
        _reached = _position;
        _needsReplay = true;
        Monitor.PulseAll(_gate);
    }

    void Run()
    {
        while (true)
        {
            List<(long Position, Record Record)> batch;
            long reached;
            lock (_gate)
            {
                AwaitWork();
                if (_stopping && _queue.Count == 0 && _reached <= _position) return;
                batch = TakeBatch();
                reached = _queue.Count > 0 ? batch[^1].Position : _reached;
            }
            bool written = Write(batch, reached);
            lock (_gate)
            {
                if (!written && _stopping) return;
            }
        }
    }

    /// <summary>Until a group is due: enough rows, or time has passed and something was reached.</summary>
    void AwaitWork()
    {
        long since = Stopwatch.GetTimestamp();
        while (!_stopping && !_hurry && _queue.Count < _options.CommitRows)
        {
            TimeSpan left = _options.CommitEvery - Stopwatch.GetElapsedTime(since);
            if (left > TimeSpan.Zero) Monitor.Wait(_gate, left);
            else if (_queue.Count > 0 || _reached > _position) break;
            else since = Stopwatch.GetTimestamp();
        }
        _hurry = false;
    }

    List<(long Position, Record Record)> TakeBatch()
    {
        int count = Math.Min(_queue.Count, _options.CommitRows);
        while (count > 0 && count < _queue.Count && _queue[count].Position == _queue[count - 1].Position) count++;
        List<(long, Record)> batch = count == _queue.Count ? _queue : _queue.GetRange(0, count);
        _queue = count == _queue.Count ? [] : _queue.GetRange(count, _queue.Count - count);
        _inFlight = count;
        return batch;
    }

    /// <summary>Keeps trying until the database takes the batch. False when the logger stops first.</summary>
    bool Write(List<(long Position, Record Record)> batch, long reached)
    {
        while (true)
        {
            string? failure = null;
            try
            {
                _database.Write(batch, reached);
            }
            // The second: the driver's words for a connection that a failure left in disorder. No call may die of it.
            catch (Exception failed) when (failed is SqliteException or InvalidOperationException)
            {
                failure = $"{_database.Path}: {failed.Message}";
            }
            lock (_gate)
            {
                _failure = failure;
                // A batch that a full queue has made part of the replay is not held on to.
                bool done = failure is null || _stopping || _needsReplay;
                if (failure is null) _position = _database.Position;
                else if (done) _discarded += batch.Count;
                if (done) _inFlight = 0;
                Monitor.PulseAll(_gate);
                if (done) return failure is null;
                Monitor.Wait(_gate, _options.RetryAfter);
            }
        }
    }
}
