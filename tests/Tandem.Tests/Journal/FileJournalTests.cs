using Tandem.Core.Schema;
using Tandem.Journal;
using Tandem.Journal.Files;
using Tandem.Journal.Mirrors;

namespace Tandem.Tests.Journal;

public class FileJournalTests
{
    static Refusal Propose(FileJournal journal, long number, Priority priority = Priority.NewWork, int bytes = 40) =>
        journal.TryPropose(Some.Entry(number, bytes), priority);

    [Fact]
    public async Task Entries_are_committed_in_the_order_of_their_proposal_and_are_there_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        await using (FileJournal journal = FileJournal.Open(folder.Path, Some.Options))
        {
            Reader reader = Reader.Of(journal);
            for (int i = 1; i <= 500; i++) Assert.Equal(Refusal.None, Propose(journal, i));
            reader.WaitFor(500);
            Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), reader.Entries.Select(read => read.Position));
            Assert.Equal(Enumerable.Range(1, 500).Select(i => (ulong)i), reader.Entries.Select(read => read.Entry.Sequence));
        }
        await using (FileJournal journal = FileJournal.Open(folder.Path, Some.Options with { Instance = null }))
        {
            Assert.Equal(("acme", 1, 500L), (journal.Instance, journal.Generation, journal.LastPosition));
            Assert.Equal(Some.Entry(123), journal.Read(123).First().Entry);
            Assert.Equal(3, journal.Read(498).Count());
            Reader reader = Reader.Of(journal, from: 490);
            Propose(journal, 501);
            reader.WaitFor(501);
            Assert.Equal(Enumerable.Range(490, 12).Select(i => (long)i), reader.Entries.Select(read => read.Position));
        }
    }

    [Fact]
    public async Task What_was_taken_over_is_committed_before_the_journal_closes()
    {
        var disk = new MemoryStorage();
        Reader reader;
        await using (FileJournal journal = FileJournal.Open(disk, Some.Options))
        {
            reader = Reader.Of(journal);
            for (int i = 1; i <= 200; i++) Propose(journal, i);
        }
        Assert.Equal(200, reader.Entries.Count);
        using SegmentLog log = Recovery.Open(disk, Some.Options);
        log.HoldsUpTo(200);
    }

    [Fact]
    public void A_reader_beside_a_writer_that_begins_new_segments_reads_to_the_end_of_when_it_began()
    {
        using SegmentLog log = Recovery.Open(new MemoryStorage(), Some.Options);
        log.Append(5);
        using IEnumerator<JournaledEntry> reader = log.Read(1).GetEnumerator();
        Assert.True(reader.MoveNext());
        for (int i = 0; i < 100; i++) log.Append(5);
        long read = 1;
        while (reader.MoveNext()) Assert.Equal(++read, reader.Current.Position);
        Assert.Equal(5, read);
        log.HoldsUpTo(505);
    }

    [Fact]
    public void The_same_of_a_mirror()
    {
        using Mirror mirror = Mirror.Open(new MemoryStorage(), "acme", 1, segmentBytes: 4096);
        mirror.Found(MirrorBase.Of("acme", 1, "founded", position: 0, revision: 1));
        Append(5);
        using IEnumerator<JournaledEntry> entries = mirror.Read(1).GetEnumerator();
        using IEnumerator<Frame> frames = mirror.ReadFrames(1).GetEnumerator();
        Assert.True(entries.MoveNext() && frames.MoveNext());
        for (int i = 0; i < 100; i++) Append(5);
        long read = 1;
        while (entries.MoveNext()) Assert.Equal(++read, entries.Current.Position);
        Assert.Equal(5, read);
        Assert.False(frames.MoveNext());
        Assert.Equal(505, mirror.Read(1).Last().Position);

        void Append(int count)
        {
            ReadOnlySpan<byte> frame = Some.Frame(mirror.LastPosition + 1, count).Finish(1, 1, salt: 0);
            mirror.Append(frame[FrameHeader.Bytes..], count, mirror.Mark.Revision + 1);
        }
    }

    [Fact]
    public async Task A_folder_in_use_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        await using FileJournal first = FileJournal.Open(folder.Path, Some.Options);
        FolderInUseException refused = Assert.Throws<FolderInUseException>(() => FileJournal.Open(folder.Path, Some.Options));
        Assert.StartsWith($"{folder.Path} is in use by another process.", refused.Message);
    }

    [Fact]
    public async Task A_folder_is_free_again_when_the_journal_is_closed()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 3; i++) await using (FileJournal.Open(folder.Path, Some.Options)) { }
    }

    [Fact]
    public async Task More_than_the_queue_holds_is_refused_and_counted()
    {
        await using FileJournal journal = FileJournal.Open(new MemoryStorage(), Some.Options with { QueueEntriesMax = 10 });
        for (int i = 1; i <= 10; i++) Assert.Equal(Refusal.None, Propose(journal, i));
        Assert.Equal(Refusal.QueueFull, Propose(journal, 11));
        Assert.Equal(Refusal.QueueFull, journal.TryPropose([Some.Entry(11), Some.Entry(12)], Priority.InProgress));
        Assert.Equal(3, journal.Refusals[Refusal.QueueFull]);

        Reader reader = Reader.Of(journal);
        reader.WaitFor(10);
    }

    [Fact]
    public async Task An_entry_over_the_limit_is_refused_and_the_largest_allowed_is_not()
    {
        await using FileJournal journal = FileJournal.Open(new MemoryStorage(), Some.Options);
        Reader reader = Reader.Of(journal);
        int over = Some.Entry(1, 1500).CalculateSize() - 1500;
        Assert.Equal(Refusal.TooLarge, Propose(journal, 1, bytes: (int)Some.Options.SegmentBytes));
        Assert.Equal(Refusal.None, Propose(journal, 1, bytes: FrameBuilder.EntryBytesMax(Some.Options) - over));
        reader.WaitFor(1);
    }

    [Fact]
    public async Task A_failed_flush_ends_the_journal_and_nothing_more_is_acknowledged()
    {
        var disk = new MemoryStorage();
        await using FileJournal journal = FileJournal.Open(disk, Some.Options);
        Reader reader = Reader.Of(journal);
        Propose(journal, 1);
        reader.WaitFor(1);

        int flushes = 0;
        disk.FlushFails = name => SegmentHeader.IsSegment(name) && ++flushes == 1;    // it would succeed if tried again
        Propose(journal, 2);

        Assert.Contains("input/output error", reader.WaitFor(JournalState.Failed).Reason);
        Assert.Equal(Refusal.Away, Propose(journal, 3));
        Assert.Equal(Refusal.Away, Propose(journal, 3, Priority.InProgress));
        Assert.Equal(1, flushes);
        Assert.Equal(1, journal.LastPosition);
        Assert.Equal([1], reader.Entries.Select(read => read.Position));
    }

    [Fact]
    public async Task On_a_full_disk_calls_in_progress_end_new_ones_are_refused_and_it_recovers_by_itself()
    {
        var disk = new MemoryStorage { BytesFree = 3 * 4096 + 32 };   // the mark, the reserve, two segments
        await using FileJournal journal = FileJournal.Open(disk, Some.Options);
        Reader reader = Reader.Of(journal);

        long last = 0;
        while (reader.Refused.Count == 0 && Propose(journal, last + 1) == Refusal.None)
        {
            reader.WaitForEither(last + 1, refusals: 1);    // the last one was already taken over when the disk was full
            if (reader.Refused.Count == 0) last++;
        }
        Assert.Contains("new calls are refused", reader.WaitFor(JournalState.Reserve).Reason);
        Assert.Equal(Refusal.NoRoom, Propose(journal, last + 1, Priority.NewWork));
        for (int i = 0; i < 30; i++)
        {
            Assert.Equal(Refusal.None, Propose(journal, last + 1, Priority.InProgress));
            reader.WaitFor(++last);
        }

        disk.BytesFree += 2 * 4096;
        reader.WaitFor(JournalState.Accepting);
        Assert.Equal(Refusal.None, Propose(journal, last + 1, Priority.NewWork));
        reader.WaitFor(++last);
        Assert.Equal(Enumerable.Range(1, (int)last).Select(i => (ulong)i), journal.Read(1).Select(read => read.Entry.Sequence));
    }

    [Fact]
    public async Task When_the_reserve_is_used_up_too_all_is_refused_until_there_is_room()
    {
        var disk = new MemoryStorage { BytesFree = 3 * 4096 + 32 };
        await using FileJournal journal = FileJournal.Open(disk, Some.Options);
        Reader reader = Reader.Of(journal);
        long last = 0, lost = 0;
        while (journal.Health.State != JournalState.Full)
        {
            if (Propose(journal, last + 1, Priority.InProgress) != Refusal.None) continue;
            reader.WaitForEither(last + 1, refusals: lost + 1);
            if (reader.Refused.Count > lost) lost++; else last++;
        }
        Assert.Equal(Refusal.NoRoom, Propose(journal, last + 1, Priority.InProgress));
        Assert.True(last > 60);

        disk.BytesFree += 2 * 4096;
        reader.WaitFor(JournalState.Accepting);
        Propose(journal, last + 1);
        reader.WaitFor(last + 1);
    }

    [Fact]
    public async Task A_file_system_that_needs_room_even_for_what_was_allocated_gets_the_reserve()
    {
        var disk = new MemoryStorage();
        await using FileJournal journal = FileJournal.Open(disk, Some.Options with { RoomRetry = TimeSpan.FromHours(1) });
        Reader reader = Reader.Of(journal);
        Propose(journal, 1);
        reader.WaitFor(1);

        disk.WriteFindsNoRoom = () => disk.Names().Contains(SegmentSupply.ReserveName);
        Propose(journal, 99, Priority.NewWork);
        reader.WaitForRefusals(1);
        reader.WaitFor(JournalState.Reserve);
        Assert.Equal(Refusal.None, Propose(journal, 2, Priority.InProgress));
        reader.WaitFor(2);
        Assert.Equal([1UL, 2UL], journal.Read(1).Select(read => read.Entry.Sequence));
    }

    [Fact]
    public async Task A_restart_on_a_full_disk_keeps_the_reserve_and_goes_on()
    {
        var disk = new MemoryStorage { BytesFree = 2 * 4096 + 32 };    // not enough for a segment ahead
        long last = 0;
        for (int round = 0; round < 2; round++)
        {
            await using FileJournal journal = FileJournal.Open(disk, Some.Options);
            Reader reader = Reader.Of(journal, from: last + 1);
            Assert.Equal(Refusal.None, Propose(journal, last + 1, Priority.InProgress));
            reader.WaitFor(++last);
        }
        Assert.Contains(SegmentSupply.ReserveName, disk.Names());
    }
}
