using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal;
using Tandem.Journal.Snapshots;

namespace Tandem.Tests.Journal;

public sealed class ReplicaTests : IAsyncLifetime
{
    static readonly ReplicaOptions Options = new() { SnapshotEntries = 100 };
    readonly MemoryStorage _disk = new();
    readonly FileJournal _journal;
    readonly Owner _owner;

    public ReplicaTests()
    {
        _journal = FileJournal.Open(_disk, Some.Options);
        _owner = new Owner(_journal);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;
    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    Replica Start(long history, ReplicaOptions? options = null, Owner? owner = null) =>
        Replica.Start(_journal, _disk, history, owner ?? _owner, options ?? Options);

    static ContactCentre Lived(IEnumerable<Entry> entries, params long[] passedBy)
    {
        var centre = new ContactCentre("acme", 1);
        var effects = new EffectList();
        foreach (Entry entry in entries)
        {
            long position = centre.Position + 1;
            if (passedBy.Contains(position)) centre.PassBy(position);
            else centre.Apply(position, entry, effects);
            effects.Clear();
        }
        return centre;
    }

    [Fact]
    public async Task A_snapshot_and_the_entries_after_it_make_the_same_state_as_all_entries()
    {
        Entry[] life = Life.Entries(730);
        ContactCentre lived = Lived(life);
        Assert.True(lived.CallsArrived - lived.CallsRefused > 40, $"{lived.CallsArrived} calls, {lived.CallsRefused} refused");
        await using Replica live = Start(history: 0);
        foreach (Entry[] part in life.Chunk(50)) { _owner.Commit(part); await _owner.Feed(live); }
        Assert.Equal(lived.Hash, live.Centre.Hash);
        Assert.NotEmpty(new SnapshotStore(_disk, _ => { }).Positions());

        foreach (long history in new long[] { 0, 250, 500, 729, 730 })
        {
            await using Replica again = Start(history);
            Assert.Equal((730, lived.Hash), (again.Centre.Position, again.Centre.Hash));
        }
        Assert.Empty(_owner.Alarms);
    }

    [Fact]
    public async Task A_restart_tells_every_entry_after_the_position_of_history_once()
    {
        await using Replica live = Start(history: 0);
        foreach (Entry[] part in Life.Entries(500).Chunk(50)) { _owner.Commit(part); await _owner.Feed(live); }
        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), _owner.Told.Select(told => told.Position));

        _owner.Told.Clear();
        await using Replica again = Start(history: 321);
        Assert.Equal(Enumerable.Range(322, 179).Select(i => (long)i), _owner.Told.Select(told => told.Position));
    }

    [Fact]
    public async Task A_damaged_snapshot_is_passed_over_with_a_warning()
    {
        Entry[] life = Life.Entries(450);
        await using Replica live = Start(history: 0);
        foreach (Entry[] part in life.Chunk(50)) { _owner.Commit(part); await _owner.Feed(live); }
        string newest = _disk.Names().Last(name => name.EndsWith(".snap", StringComparison.Ordinal));
        int bytes = _disk[newest].Length;
        for (int at = 0; at < bytes; at += 97)
        {
            _disk[newest][at] ^= 4;
            _owner.Alarms.Clear();
            await using Replica again = Start(history: 450);
            Assert.Equal(Lived(life).Hash, again.Centre.Hash);
            Assert.Contains(newest, Assert.Single(_owner.Alarms));
            _disk[newest][at] ^= 4;
        }
    }

    [Fact]
    public async Task The_newest_two_snapshots_are_kept_and_the_one_that_history_needs_and_the_journal_from_there()
    {
        await using Replica live = Start(history: 0);
        Entry[][] life = [.. Life.Entries(1000).Chunk(50)];
        for (int i = 0; i < life.Length; i++)
        {
            _owner.Commit(life[i]);
            await _owner.Feed(live);
            if (i == 8) live.HistoryPosition = 350;
        }
        IReadOnlyList<long> kept = new SnapshotStore(_disk, _ => { }).Positions();
        Assert.Equal(3, kept.Count);
        Assert.True(kept[1] > 750 && kept[2] <= 350);
        Assert.InRange(_journal.FirstPosition, 2, kept[2] + 1);

        await using (Replica forHistory = Start(history: 350)) Assert.Equal(live.Centre.Hash, forHistory.Centre.Hash);
        StateUnreachableException refused = Assert.Throws<StateUnreachableException>(() => Start(history: 10));
        Assert.Contains("Restore a snapshot", refused.Message);
    }

    static ReplicaOptions PoisonedAt(params long[] positions) => Options with
    {
        Apply = (centre, position, entry, effects) =>
        {
            centre.Apply(position, entry, effects);
            if (positions.Contains(position)) throw new InvariantException("poison");
        },
    };

    [Fact]
    public async Task While_history_has_nothing_the_oldest_snapshot_and_the_newest_two_are_kept_and_all_of_the_journal()
    {
        await using Replica live = Start(history: 0);
        foreach (Entry[] part in Life.Entries(750).Chunk(50)) { _owner.Commit(part); await _owner.Feed(live); }
        IReadOnlyList<long> kept = new SnapshotStore(_disk, _ => { }).Positions();
        Assert.Equal(3, kept.Count);
        Assert.InRange(kept[2], 100, 199);
        Assert.Equal(1, _journal.FirstPosition);
    }

    [Fact]
    public async Task A_poisoned_entry_is_passed_by_kept_and_reported()
    {
        Entry[] life = Life.Entries(300);
        await using Replica live = Start(history: 0, PoisonedAt(77, 250));
        foreach (Entry[] part in life.Chunk(50)) { _owner.Commit(part); await _owner.Feed(live); }

        Assert.Equal(Lived(life, passedBy: [77, 250]).Hash, live.Centre.Hash);
        Assert.Equal([77, 250], _owner.ToSkip.Select(skipped => skipped.Position));
        Assert.Equal(2, _owner.Alarms.Count);
        Assert.Equal(life[76], Entry.Parser.ParseFrom(_disk["poisoned-77.bin"]));
        Assert.Equal(Enumerable.Range(1, 300).Select(i => (long)i), _owner.Told.Select(told => told.Position));
        Assert.Equal(Entry.InputOneofCase.Skipped, _owner.Told[76].Entry.InputCase);
    }

    [Fact]
    public async Task Every_replay_passes_by_what_was_skipped_also_in_a_release_that_would_not_stumble()
    {
        Entry[] life = Life.Entries(301);
        await using Replica live = Start(history: 0, PoisonedAt(77));
        foreach (Entry[] part in life[..300].Chunk(50)) { _owner.Commit(part); await _owner.Feed(live); }
        life[300] = new Entry { TimeUs = life[300].TimeUs, Incarnation = 1, Sequence = 301, Skipped = _owner.ToSkip[0] };
        _owner.Commit(life[300]);
        await _owner.Feed(live);

        ulong expected = Lived(life, passedBy: 77).Hash;
        Assert.Equal(expected, live.Centre.Hash);
        foreach (long history in new long[] { 0, 60, 100, 299, 301 })
        {
            await using Replica again = Start(history);
            Assert.Equal(expected, again.Centre.Hash);
        }
    }

    [Fact]
    public async Task A_replica_that_did_not_stumble_takes_the_entry_back_when_another_did()
    {
        Entry[] life = Life.Entries(301);
        life[300] = new Entry { TimeUs = life[300].TimeUs, Incarnation = 1, Sequence = 301, Skipped = new Skipped { Position = 77 } };
        await using Replica live = Start(history: 0);
        foreach (Entry[] part in life.Chunk(50)) { _owner.Commit(part); await _owner.Feed(live); }
        Assert.Equal(Lived(life, passedBy: 77).Hash, live.Centre.Hash);
        // What was made of the wrong state is gone; the rebuilt one may have a snapshot again.
        Assert.All(new SnapshotStore(_disk, _ => { }).Positions(), position => Assert.True(position is < 77 or 301));
    }

    [Fact]
    public async Task An_entry_that_poisons_the_start_is_passed_by_too()
    {
        Entry[] life = Life.Entries(120);
        _owner.Commit(life[..50]);
        _owner.Commit(life[50..]);
        await using Replica started = Start(history: 0, PoisonedAt(30, 90));
        Assert.Equal(Lived(life, passedBy: [30, 90]).Hash, started.Centre.Hash);
        Assert.Equal([30, 90], _owner.ToSkip.Select(skipped => skipped.Position));
    }

    [Fact]
    public void A_release_that_stumbles_over_everything_stops()
    {
        _owner.Commit(Life.Entries(50));
        StateUnreachableException refused = Assert.Throws<StateUnreachableException>(() => Start(history: 0, PoisonedAt([.. Enumerable.Range(1, 50)]) with { PoisonedMax = 10 }));
        Assert.Contains("Start the release before it", refused.Message);
    }

    [Fact]
    public void A_journal_that_ends_before_what_history_knows_is_refused()
    {
        _owner.Commit(Life.Entries(50));
        Assert.Contains("last segments are missing", Assert.Throws<StateUnreachableException>(() => Start(history: 51)).Message);
    }

    [Fact]
    public async Task A_snapshot_of_a_newer_release_is_not_passed_over()
    {
        await using (Replica live = Start(history: 0)) { _owner.Commit(Life.Entries(150)); await _owner.Feed(live); }
        string newest = _disk.Names().Last(name => name.EndsWith(".snap", StringComparison.Ordinal));
        byte[] bytes = _disk[newest];
        bytes[8]++;
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), Tandem.Journal.Crc32C.Of(bytes.AsSpan(0, bytes.Length - 4)));
        Assert.Throws<NewerDataException>(() => Start(history: 150));
    }
}
