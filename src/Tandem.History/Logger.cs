using System.Diagnostics;
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

    /// <summary>Live records kept while a catch-up comes near.</summary>
    public int KeptMax => QueuedMax / 4;
}

/// <summary>How the logger is.</summary>
/// <param name="Position">What is in the database, for good; 0 before it was reached for the first time.</param>
/// <param name="Queued">Records in memory.</param>
/// <param name="Failure">Why the database takes nothing; null while it does.</param>
/// <param name="NeedsReplayFrom">Records are missing from this position on, and are to be made again from the journal; null: none.</param>
/// <param name="Discarded">Records dropped since the start, all of them to be had again by replay.</param>
/// <param name="IsCatchingUp">They are being made again.</param>
public sealed record LoggerHealth(long Position, int Queued, string? Failure, long? NeedsReplayFrom, long Discarded, bool IsCatchingUp = false);

/// <summary>
/// The logger: takes the records that a replica yields and commits them in groups on a thread of its own. The database
/// may go away and come back, or be another one then: it is connected anew by itself. Memory is bounded and nothing is
/// lost: what the queue does not hold is dropped as a whole and made again from the journal (<see cref="HistoryCatchUp"/>),
/// from the position that the database has.
/// </summary>
public sealed partial class Logger : IDisposable
{
    enum Feed
    {
        /// <summary>What the replica yields is queued.</summary>
        Live,
        /// <summary>Records are missing: what the replica yields is dropped until a replay has brought them.</summary>
        Behind,
        /// <summary>The queue is fed by a replay of the journal; what the replica yields is dropped, or kept when the replay is near.</summary>
        CatchingUp,
    }

    readonly HistoryDatabase _database;
    readonly LoggerOptions _options;
    readonly Thread _thread;
    readonly object _gate = new();

    // All below: under _gate.
    Feed _feed;
    List<(long Position, Record Record)> _queue = [];
    long _seen;                    // the highest position told by whoever feeds the queue
    long _reached;                 // all records up to here are queued, in flight or in the database
    int _inFlight;                 // records that the thread is writing now
    long _position;                // as the database told last
    long _discarded;
    bool _stopping, _hurry;
    string? _failure;

    /// <param name="database">Belongs to the logger from now on. When it was not reached yet, it is tried until it is.</param>
    public Logger(HistoryDatabase database, LoggerOptions? options = null)
        : this(database, options, null)
    {
    }

    Logger(HistoryDatabase database, LoggerOptions? options, string? failure)
    {
        _database = database;
        _options = options ?? LoggerOptions.Default;
        _position = _reached = database.Position;
        if (!database.IsPositionKnown) (_feed, _failure) = (Feed.Behind, failure ?? $"{database.Address} was not reached yet");
        _thread = new Thread(Run) { Name = "history", IsBackground = true };
        _thread.Start();
    }

    /// <summary>A logger whether the database is there or not: when it is away, it is behind until it comes.</summary>
    /// <exception cref="HistoryException">It is there and may not be used: a newer release has written in it.</exception>
    public static Logger Open(HistoryAddress address, string instance, int generation, long generationFrom = 0, LoggerOptions? options = null)
    {
        HistoryDatabase database = HistoryDatabase.At(address, instance, generation, generationFrom);
        try
        {
            database.Connect();
        }
        catch (Exception e) when (address.File is null && e is not HistoryException && HistoryDatabase.IsFailure(e))
        {
            return new Logger(database, options, $"{address}: {e.Message}");
        }
        return new Logger(database, options);
    }

    /// <summary>
    /// From where the replica's start shall tell its records: the database's position. When that is not known, or so far
    /// back that the start would take long, the journal's end; then the logger is behind, and caught up beside the replica's work.
    /// </summary>
    public long StartFrom(long journalEnd, long replayMax = 20_000)
    {
        lock (_gate)
        {
            if (_feed == Feed.Live && journalEnd - _position <= replayMax) return _position;
            if (_feed == Feed.Live) FallBehind(0);
            return journalEnd;
        }
    }

    public LoggerHealth Health
    {
        get
        {
            lock (_gate)
                return new LoggerHealth(_position, _queue.Count + _inFlight + _kept.Count, _failure, _feed == Feed.Behind ? _position + 1 : null, _discarded, _feed == Feed.CatchingUp);
        }
    }

    /// <summary>Takes all records of a position. Never blocks; positions rise.</summary>
    public void Enqueue(long position, IReadOnlyList<Record> records)
    {
        lock (_gate)
        {
            if (_feed != Feed.Live) Keep(position, records);
            else if (position > _broughtUpTo) Take(position, records);
        }
    }

    /// <summary>As <see cref="Enqueue"/>, for the replay of a start, which is faster than the database: waits while the queue is half full.</summary>
    /// <returns>False when the logger stops, or has fallen behind.</returns>
    public bool EnqueueWaiting(long position, IReadOnlyList<Record> records)
    {
        lock (_gate)
        {
            while (_queue.Count + _inFlight > _options.QueuedMax / 2 && !_stopping && _feed == Feed.Live)
            {
                // A start does not wait for a database that is away.
                if (_failure is not null) FallBehind(0);
                else Monitor.Wait(_gate);
            }
            if (_feed == Feed.Live) Take(position, records);
            else Keep(position, records);
            return !_stopping && _feed == Feed.Live;
        }
    }

    /// <summary>The journal was applied up to here; the positions since the last brought no records.</summary>
    public void Reached(long position)
    {
        lock (_gate)
        {
            if (_feed == Feed.Live) Reach(position);
            else _liveSeen = Math.Max(_liveSeen, position);
        }
    }

    /// <summary>Waits until all that was taken is committed. False when the database fails, or records are missing.</summary>
    public bool Flush()
    {
        lock (_gate)
        {
            long target = _reached;
            while (true)
            {
                if (_feed != Feed.Live) return false;
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
        if (_stopping)
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
            FallBehind(records.Count);
            return;
        }
        foreach (Record record in records) _queue.Add((position, record));
        _reached = position;
        if (_queue.Count >= _options.CommitRows) Monitor.PulseAll(_gate);
    }

    void Reach(long position)
    {
        _seen = Math.Max(_seen, position);
        _reached = Math.Max(_reached, position);
    }

    /// <summary>What is queued is dropped as a whole: from the database's position on all is to be made again.</summary>
    void FallBehind(int justRefused)
    {
        _discarded += _queue.Count + justRefused;
        _queue = [];
        if (_feed == Feed.Live) _liveSeen = _seen;
        StopKeeping();
        // What is no longer here must not count as reached.
        _reached = _position;
        _feed = Feed.Behind;
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

    /// <summary>Until a group is due: enough rows, or time has passed and something was reached; or the database is to be tried.</summary>
    void AwaitWork()
    {
        long since = Stopwatch.GetTimestamp();
        while (!_stopping && !_hurry && _queue.Count < _options.CommitRows && _failure is null)
        {
            TimeSpan left = _options.CommitEvery - Stopwatch.GetElapsedTime(since);
            if (left > TimeSpan.Zero) Monitor.Wait(_gate, left);
            else if (_queue.Count > 0 || _reached > _position) break;
            else since = Stopwatch.GetTimestamp();
        }
        _hurry = false;
    }

    /// <summary>A database that failed is left alone for its time, however often somebody else is woken.</summary>
    void AwaitRetry()
    {
        long since = Stopwatch.GetTimestamp();
        while (!_stopping && _options.RetryAfter - Stopwatch.GetElapsedTime(since) is var left && left > TimeSpan.Zero) Monitor.Wait(_gate, left);
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

    /// <summary>Keeps trying until the database takes the batch; an empty one finds out whether it takes anything. False when the logger stops first.</summary>
    bool Write(List<(long Position, Record Record)> batch, long reached)
    {
        while (true)
        {
            string? failure = null;
            bool wentBack = false;
            try
            {
                _database.Write(batch, reached);
            }
            catch (HistoryWentBackException)
            {
                wentBack = true;
            }
            catch (Exception e) when (HistoryDatabase.IsFailure(e))
            {
                // No call may die of it.
                failure = e is HistoryException ? e.Message : $"{_database.Address}: {e.Message}";
            }
            lock (_gate)
            {
                _failure = failure;
                bool wasBehind = _feed == Feed.Behind;
                if (failure is null) _position = _database.Position;
                if (wentBack) FallBehind(batch.Count);
                // A batch that is part of the replay to come is not held on to.
                bool done = failure is null || _stopping || wasBehind;
                if (failure is not null && done) _discarded += batch.Count;
                if (done) _inFlight = 0;
                if (wasBehind) _reached = _position;
                Monitor.PulseAll(_gate);
                if (failure is not null) AwaitRetry();
                if (done) return failure is null;
            }
        }
    }
}
