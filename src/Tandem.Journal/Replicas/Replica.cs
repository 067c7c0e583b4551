using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal.Snapshots;

namespace Tandem.Journal;

/// <summary>
/// A contact centre that follows a journal: rebuilt from a snapshot and the entries after it, then fed with what is
/// committed. An entry that breaks the core is passed by, here at once and everywhere by a journaled <see cref="Skipped"/>.
/// One thread: the owner's loop.
/// </summary>
public sealed class Replica : IAsyncDisposable
{
    readonly IJournal _journal;
    readonly Storage _storage;
    readonly SnapshotStore _snapshots;
    readonly IReplicaOwner _owner;
    readonly ReplicaOptions _options;
    readonly SnapshotSchedule _schedule;
    readonly SortedSet<long> _skipped = [];
    readonly EffectList _effects = new();
    long _told;
    int _poisoned;
    bool _isBeside;

    Replica(IJournal journal, Storage storage, long history, IReplicaOwner owner, ReplicaOptions options)
    {
        (_journal, _storage, _owner, _options, _told) = (journal, storage, owner, options, history);
        _snapshots = new SnapshotStore(storage, owner.Alarm);
        _schedule = new SnapshotSchedule(_snapshots, journal, options, owner.Alarm) { HistoryPosition = history };
        Centre = new ContactCentre(journal.Instance, journal.Generation);
    }

    public ContactCentre Centre { get; private set; }

    /// <summary>The position of the newest snapshot on disk; 0 when there is none. Any thread.</summary>
    public long SnapshotPosition => _snapshots.Positions().FirstOrDefault();

    /// <summary>Up to where history has its records. Entries after it stay in the journal, with a snapshot to replay them from. Any thread.</summary>
    public long HistoryPosition { get => _schedule.HistoryPosition; set => _schedule.HistoryPosition = value; }

    /// <summary>
    /// Rebuilds the state up to the journal's newest entry, and tells the owner of every entry after
    /// <paramref name="history"/>, so that records that were lost with the process are made again.
    /// </summary>
    /// <param name="storage">Where snapshots and poisoned entries lie; the owner disposes it.</param>
    /// <exception cref="JournalException">The state cannot be rebuilt from what is there.</exception>
    public static Replica Start(IJournal journal, Storage storage, long history, IReplicaOwner owner, ReplicaOptions options)
    {
        var replica = new Replica(journal, storage, history, owner, options);
        replica._snapshots.Clean();
        replica.RefuseIfAhead(history);
        replica.Rebuild(restoreAt: history, upTo: journal.LastPosition);
        return replica;
    }

    /// <summary>
    /// A second replica over the journal of one that lives, on a thread of its own: it has the state at
    /// <paramref name="after"/>, tells its owner of the entries after it, and changes nothing on disk.
    /// </summary>
    /// <param name="after">Not above the journal's end. The replica that lives keeps what is needed from its <see cref="HistoryPosition"/> on.</param>
    /// <exception cref="JournalException">The state cannot be rebuilt from what is there.</exception>
    public static Replica Beside(IJournal journal, Storage storage, long after, IReplicaOwner owner, ReplicaOptions options)
    {
        var replica = new Replica(journal, storage, after, owner, options with { SnapshotEntries = int.MaxValue, SnapshotBytes = long.MaxValue }) { _isBeside = true };
        replica.Rebuild(restoreAt: after, upTo: after);
        return replica;
    }

    /// <summary>Reads on in the journal, up to a position that it has, while <paramref name="goOn"/> says so.</summary>
    public void Follow(long upTo, Func<bool> goOn)
    {
        if (Centre.Position >= upTo) return;
        foreach (JournaledEntry read in _journal.Read(Centre.Position + 1))
        {
            Apply(read.Position, read.Entry);
            if (read.Position >= upTo || !goOn()) return;
        }
    }

    /// <summary>Applies committed entries. Those that the state has already are passed over.</summary>
    public void Apply(long firstPosition, IReadOnlyList<Entry> entries)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            if (firstPosition + i > Centre.Position) Apply(firstPosition + i, entries[i]);
            if (i % 256 == 255) _owner.StillWorking();
        }
        Step();
    }

    void Apply(long position, Entry entry)
    {
        Invariant.That(position == Centre.Position + 1);
        if (SkippedBy(position, entry) is { } skipped && _skipped.Add(skipped))
        {
            // Another replica stumbled where this one did not: the state without that entry is the one that counts.
            _owner.Alarm($"The entry at {skipped} was applied here and is passed by on another node: the state is rebuilt without it.");
            _schedule.Abandon();
            if (!_isBeside) _snapshots.DropFrom(skipped);
            Rebuild(restoreAt: position - 1, upTo: position - 1);
        }
        if (TryApply(position, entry)) _schedule.Count(entry);
        else Rebuild(restoreAt: position - 1, upTo: position);
    }

    /// <summary>Goes on with a snapshot, for half a millisecond at most. True when there is more to do; call again when idle.</summary>
    public bool Step() => _schedule.Step(Centre);

    /// <summary>Drops the snapshots after a position: the state that they were made of was wrong.</summary>
    public void DropSnapshotsAfter(long position)
    {
        _schedule.Abandon();
        _snapshots.DropFrom(position + 1);
    }

    /// <summary>Begins a snapshot now, unless one is being made.</summary>
    public void BeginSnapshot() => _schedule.Begin(Centre);

    /// <summary>The newest snapshot begun: completes when it is durable and what it made superfluous is gone.</summary>
    public Task SnapshotCompletion => _schedule.Completion;

    void RefuseIfAhead(long history)
    {
        long last = _journal.LastPosition;
        long known = Math.Max(history, _snapshots.Positions().FirstOrDefault());
        if (known > last)
            throw new StateUnreachableException($"The journal ends at position {last}, but {(history > last ? "history" : "a snapshot in " + _storage.Folder)} knows position {known}: the journal's last segments are missing. Restore them from the other side or a backup.");
    }

    /// <summary>From a snapshot, or from nothing, through the journal.</summary>
    void Rebuild(long restoreAt, long upTo)
    {
        _schedule.Abandon();
        do Restore(restoreAt);
        while (!TryReplay(upTo));
    }

    void Restore(long at)
    {
        while (true)
        {
            Centre = _snapshots.Restore(at, ContactCentre.Restore) ?? new ContactCentre(_journal.Instance, _journal.Generation);
            if (_journal.FirstPosition > Centre.Position + 1)
                throw new StateUnreachableException($"The state at position {at} cannot be rebuilt: the journal begins at {_journal.FirstPosition}, and {_storage.Folder} has no usable snapshot between {_journal.FirstPosition - 1} and {at}. Restore a snapshot from the other side or a backup.");

            // A Skipped comes after the entry that it means, so all of them are looked up before the first is applied.
            long earliest = long.MaxValue;
            foreach (JournaledEntry read in _journal.Read(Centre.Position + 1))
            {
                if (read.Position % 4_096 == 0) _owner.StillWorking();
                if (SkippedBy(read.Position, read.Entry) is not { } skipped) continue;
                _skipped.Add(skipped);
                earliest = Math.Min(earliest, skipped);
            }
            if (earliest > Centre.Position || _journal.FirstPosition > earliest) return;
            at = earliest - 1;      // the snapshot may hold what the entry did
        }
    }

    /// <summary>False when an entry was found poisoned: the state is to be rebuilt without it.</summary>
    bool TryReplay(long upTo)
    {
        if (Centre.Position >= upTo) return true;
        foreach (JournaledEntry read in _journal.Read(Centre.Position + 1))
        {
            if (!TryApply(read.Position, read.Entry)) return false;
            // A process that dies young leaves a snapshot all the same, and the next has less to replay.
            _schedule.Count(read.Entry);
            if (read.Position % 1_024 == 0) _owner.StillWorking();
            if (read.Position == upTo) return true;
        }
        throw new StateUnreachableException($"The journal ends before position {upTo}, which was committed.");
    }

    bool TryApply(long position, Entry entry)
    {
        _effects.Clear();
        if (_skipped.Contains(position))
        {
            Centre.PassBy(position);
            entry = new Entry { TimeUs = Centre.Now.Us, Skipped = new Skipped { Position = position } };
        }
        else
        {
            try
            {
                _options.Apply(Centre, position, entry, _effects);
                Invariant.That(Centre.Position == position);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                PassBy(position, entry, e);
                return false;
            }
        }
        if (position > _told)
        {
            _told = position;
            _owner.Applied(position, entry, _effects);
        }
        return true;
    }

    void PassBy(long position, Entry entry, Exception why)
    {
        string name = $"poisoned-{position}.bin";
        if (++_poisoned > _options.PoisonedMax)
            throw new StateUnreachableException($"This release cannot apply the journal: {_options.PoisonedMax} entries broke it, the last at {position} ({why.Message}). Start the release before it.");
        _skipped.Add(position);
        if (!_isBeside) Keep(name, entry);
        _owner.Alarm($"The entry at {position} broke the core and is passed by ({why.Message}); it is kept in {_storage.PathOf(name)}.");
        _owner.ProposeSkipped(new Skipped { Position = position, Reason = why.Message });
    }

    void Keep(string name, Entry entry)
    {
        try
        {
            using StorageFile file = _storage.Create(name, 0);
            file.Write(0, entry.ToByteArray());
            file.Flush();
            _storage.FlushFolder();
        }
        catch (Exception e) when (e is IOException or StorageFullException)
        {
            _owner.Alarm($"{_storage.PathOf(name)} could not be written: {e.Message}");
        }
    }

    static long? SkippedBy(long position, Entry entry) =>
        entry.InputCase == Entry.InputOneofCase.Skipped && entry.Skipped.Position > 0 && entry.Skipped.Position < position ? entry.Skipped.Position : null;

    public ValueTask DisposeAsync() => _schedule.DisposeAsync();
}
