using System.Diagnostics;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.History;

/// <param name="NearPositions">So near to the journal's end the logger begins to keep live records.</param>
/// <param name="BusyAtOnce">Replay yields the processor after so long, for as long: the node's own work comes first.</param>
/// <param name="RetryAfter">After a replay that could not be carried through.</param>
public sealed record HistoryCatchUpOptions(long NearPositions, TimeSpan BusyAtOnce, TimeSpan RetryAfter)
{
    public static readonly HistoryCatchUpOptions Default = new(5_000, TimeSpan.FromMilliseconds(4), TimeSpan.FromSeconds(10));
}

/// <summary>
/// Makes the records again that history misses, when its database was away for longer than the logger could remember or
/// is another one now: a second replica replays the journal from the database's position, on a thread of its own that
/// waits for this. The node's loop only goes on telling the logger what it applies; nothing is to be called.
/// </summary>
public sealed class HistoryCatchUp : IDisposable
{
    readonly Logger _logger;
    readonly IJournal _journal;
    readonly Storage _snapshots;
    readonly Action<string> _tell;
    readonly HistoryCatchUpOptions _options;
    readonly ReplicaOptions _replica;
    readonly Thread _thread;
    long _position;
    string _told = "";

    /// <param name="logger">One whose live feed has begun: all that the replica applied before is at or below what the logger was told.</param>
    /// <param name="journal">Disposed after this.</param>
    /// <param name="snapshots">Where the node's replica keeps its snapshots; they are only read.</param>
    /// <param name="tell">A line for people; on this thread.</param>
    public HistoryCatchUp(Logger logger, IJournal journal, Storage snapshots, Action<string> tell, HistoryCatchUpOptions? options = null, ReplicaOptions? replica = null)
    {
        (_logger, _journal, _snapshots, _tell) = (logger, journal, snapshots, tell);
        _options = options ?? HistoryCatchUpOptions.Default;
        _replica = replica ?? new ReplicaOptions();
        _thread = new Thread(Run) { Name = "history catch-up", IsBackground = true };
        _thread.Start();
    }

    /// <summary>How far the replay under way or the last one has come. Any thread.</summary>
    public long Position => Interlocked.Read(ref _position);

    void Run()
    {
        while (_logger.AwaitCatchUp() is { } after)
        {
            try
            {
                long began = Stopwatch.GetTimestamp();
                Tell($"History is behind and is caught up from position {after + 1}.");
                if (Replay(after)) Tell($"History is caught up: positions {after + 1} to {Position} in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s.");
                else _logger.GiveUpCatchUp();
            }
            catch (Exception e) when (e is JournalException or IOException or UnauthorizedAccessException or InvalidDataException)
            {
                _logger.GiveUpCatchUp();
                Tell($"History cannot be caught up from position {after + 1}: {e.Message} Until then nothing is written to it.");
                _logger.Pause(_options.RetryAfter);
            }
        }
    }

    /// <summary>The same over and over is told once.</summary>
    void Tell(string line)
    {
        if (line == _told) return;
        _told = line;
        _tell(line);
    }

    /// <summary>True when the live feed has been met.</summary>
    bool Replay(long after)
    {
        Interlocked.Exchange(ref _position, after);
        // A database that was filled from the other side may be ahead of what this side's journal has read.
        if (!AwaitJournal(after)) return false;
        Replica replica = Replica.Beside(_journal, _snapshots, after, new Owner(this), _replica);
        while (Follow(replica, _journal.LastPosition))
        {
            if (_journal.LastPosition - replica.Centre.Position > _options.NearPositions) continue;
            long live = _logger.KeepLive();
            if (!AwaitJournal(live) || !Follow(replica, live)) return false;
            if (_logger.TryJoin(replica.Centre.Position)) return true;
        }
        return false;
    }

    bool AwaitJournal(long position)
    {
        while (_journal.LastPosition < position && _logger.IsCatchingUp) _logger.Pause(TimeSpan.FromMilliseconds(20));
        return _logger.IsCatchingUp;
    }

    bool Follow(Replica replica, long upTo)
    {
        // One reading for all of it: each begins at the start of a segment.
        long began = Stopwatch.GetTimestamp();
        replica.Follow(upTo, () =>
        {
            if (Stopwatch.GetElapsedTime(began) >= _options.BusyAtOnce)
            {
                Thread.Sleep(_options.BusyAtOnce);
                began = Stopwatch.GetTimestamp();
            }
            return _logger.IsCatchingUp;
        });
        return _logger.IsCatchingUp;
    }

    /// <summary>Ends without finishing what is under way; then the journal may be closed.</summary>
    public void Dispose()
    {
        _logger.EndReplays();
        _thread.Join();
    }

    sealed class Owner(HistoryCatchUp catchUp) : IReplicaOwner
    {
        readonly List<Record> _records = [];

        public void Applied(long position, Entry entry, EffectList effects)
        {
            _records.Clear();
            foreach (Effect effect in effects)
                if (effect is Recorded recorded) _records.Add(recorded.Record);
            catchUp._logger.Bring(position, _records);
            Interlocked.Exchange(ref catchUp._position, position);
        }

        // The replica that lives stumbles there as well, and does what is to be done.
        public void ProposeSkipped(Skipped skipped) { }

        public void Alarm(string message) => catchUp._tell(message);
    }
}
