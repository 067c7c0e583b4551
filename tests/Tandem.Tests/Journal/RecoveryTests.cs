using Tandem.Journal;
using Tandem.Journal.Files;

namespace Tandem.Tests.Journal;

public class RecoveryTests
{
    const string Segment = "journal-1-000000000001.log";

    /// <summary>Three acknowledged frames of two entries, and one whose flush did not complete.</summary>
    static (MemoryStorage Disk, long[] Frames, long End) Written()
    {
        var disk = new MemoryStorage();
        using SegmentLog log = Recovery.Open(disk, Some.Options);
        long[] frames = new long[4];
        for (int i = 0; i < 4; i++)
        {
            frames[i] = i == 0 ? SegmentHeader.Bytes : Some.Options.SegmentBytes - log.Room;
            bool fails = i == 3;
            disk.FlushFails = name => fails && name == Segment;
            if (i < 3) log.Append(2);
            else Assert.Throws<IOException>(() => log.Append(2));
        }
        disk.FlushFails = _ => false;
        return (disk.Copy(), frames, frames[3] + Some.Frame(7, 2).Length);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_tail_behind_the_last_flush_is_cut_wherever_it_breaks_off_and_nothing_acknowledged_goes(bool shorter, bool marked)
    {
        (MemoryStorage written, long[] frames, long end) = Written();
        for (long cut = frames[3]; cut <= end; cut++)
        {
            MemoryStorage disk = written.Copy();
            if (shorter) disk[Segment] = disk[Segment][..(int)cut];
            else disk[Segment].AsSpan((int)cut).Clear();
            if (!marked) disk.Delete(DurableMark.Name);

            long kept = cut == end ? 8 : 6;
            using (SegmentLog log = Recovery.Open(disk, Some.Options))
            {
                log.HoldsUpTo(kept);
                log.Append(3);
            }
            disk.Dispose();
            using SegmentLog again = Recovery.Open(disk, Some.Options);
            again.HoldsUpTo(kept + 3);
        }
    }

    [Fact]
    public void Bits_flipped_in_the_unfinished_tail_cost_nothing_acknowledged()
    {
        (MemoryStorage written, long[] frames, long end) = Written();
        for (long at = frames[3]; at < end; at++)
        {
            MemoryStorage disk = written.Copy();
            disk[Segment][at] ^= 0x10;
            using SegmentLog log = Recovery.Open(disk, Some.Options);
            log.HoldsUpTo(6);
        }
    }

    [Fact]
    public void A_bit_flipped_anywhere_in_what_was_acknowledged_refuses_to_start_and_says_where()
    {
        (MemoryStorage written, long[] frames, _) = Written();
        for (int at = 0; at < frames[3]; at++)
        {
            MemoryStorage disk = written.Copy();
            disk[Segment][at] ^= (byte)(1 << at % 8);
            byte[] before = [.. disk[Segment]];

            JournalDamagedException refused = Assert.Throws<JournalDamagedException>(() => Recovery.Open(disk, Some.Options));

            int frame = Array.FindLastIndex(frames, begin => begin <= at);
            Assert.Equal(frame < 0 ? 1 : 1 + frame * 2, refused.Position);
            Assert.Equal(frame < 0 ? 0 : frames[frame], refused.Offset);
            Assert.Contains(Segment, refused.Message);
            Assert.Contains($"journal position {refused.Position}", refused.Message);
            Assert.DoesNotContain('\n', refused.Message);
            Assert.Equal(before, disk[Segment]);
        }
    }

    [Fact]
    public void Without_the_mark_a_frame_is_proof_of_those_before_it()
    {
        (MemoryStorage written, long[] frames, _) = Written();
        for (int at = SegmentHeader.Bytes; at < frames[3]; at++)    // the fourth frame was written, so three were durable
        {
            MemoryStorage disk = written.Copy();
            disk.Delete(DurableMark.Name);
            disk[Segment][at] ^= 0x80;
            Assert.Throws<JournalDamagedException>(() => Recovery.Open(disk, Some.Options));
        }
    }

    [Fact]
    public void An_acknowledged_end_that_is_cut_off_refuses_to_start()
    {
        (MemoryStorage written, long[] frames, _) = Written();
        for (int cut = 0; cut < frames[3]; cut++)
        {
            MemoryStorage disk = written.Copy();
            disk[Segment] = disk[Segment][..cut];
            Assert.Throws<JournalDamagedException>(() => Recovery.Open(disk, Some.Options));
        }
    }

    static MemoryStorage WithSegments(out List<string> segments)
    {
        var disk = new MemoryStorage();
        using (SegmentLog log = Recovery.Open(disk, Some.Options))
            for (int i = 0; i < 60; i++) log.Append(3, bytes: 60);
        disk.Dispose();
        segments = [.. disk.Names().Where(SegmentHeader.IsSegment)];
        Assert.True(segments.Count >= 4);
        return disk;
    }

    [Fact]
    public void A_missing_segment_refuses_to_start_and_names_the_position()
    {
        MemoryStorage whole = WithSegments(out List<string> segments);
        for (int i = 1; i < segments.Count; i++)
        {
            MemoryStorage disk = whole.Copy();
            disk.Delete(segments[i]);
            JournalDamagedException refused = Assert.Throws<JournalDamagedException>(() => Recovery.Open(disk, Some.Options));
            Assert.Equal(SegmentHeader.FirstOf(segments[i]), refused.Position);
            Assert.Contains(segments[i - 1], refused.Message);
        }
    }

    [Fact]
    public void All_segments_missing_refuses_to_start()
    {
        MemoryStorage disk = WithSegments(out List<string> segments);
        segments.ForEach(disk.Delete);
        Assert.Throws<JournalDamagedException>(() => Recovery.Open(disk, Some.Options));
    }

    [Fact]
    public void A_second_segment_with_the_same_entries_refuses_to_start()
    {
        MemoryStorage disk = WithSegments(out List<string> segments);
        var copy = SegmentHeader.Read(disk.Open(segments[1]), segments[1])! with { First = SegmentHeader.FirstOf(segments[1]) + 1 };
        disk.Create(copy.Name, 4096).Write(0, copy.ToBytes());
        Assert.Throws<JournalDamagedException>(() => Recovery.Open(disk, Some.Options));
    }

    [Fact]
    public void A_segment_that_was_in_the_making_goes_and_the_journal_goes_on()
    {
        foreach (int torn in new[] { 0, 1, 100, 511 })
        {
            MemoryStorage disk = WithSegments(out _);
            var header = new SegmentHeader("acme", 1, 181, 7);
            byte[] bytes = new byte[4096];
            header.ToBytes().AsSpan(0, torn).CopyTo(bytes);
            disk.Create(header.Name, 0).Write(0, bytes.AsSpan(0, torn == 0 ? 0 : 4096));

            using (SegmentLog log = Recovery.Open(disk, Some.Options))
            {
                log.HoldsUpTo(180);
                for (int i = 0; i < 20; i++) log.Append(3);
            }
            disk.Dispose();
            using SegmentLog again = Recovery.Open(disk, Some.Options);
            again.HoldsUpTo(240);
        }
    }

    [Fact]
    public void Data_of_a_newer_release_is_left_alone_with_a_word_about_it()
    {
        (MemoryStorage disk, _, _) = Written();
        byte[] header = disk[Segment];
        header[8]++;
        BitConverter.TryWriteBytes(header.AsSpan(508), Crc32C.Of(header.AsSpan(0, 508)));
        NewerDataException refused = Assert.Throws<NewerDataException>(() => Recovery.Open(disk, Some.Options));
        Assert.Contains("Start the newer release", refused.Message);
    }

    [Fact]
    public void The_journal_of_another_instance_is_refused()
    {
        (MemoryStorage disk, _, _) = Written();
        Assert.Throws<WrongInstanceException>(() => Recovery.Open(disk, Some.Options with { Instance = "other" }));
    }

    [Fact]
    public void Trimming_drops_whole_segments_before_a_position_and_never_the_active_one()
    {
        MemoryStorage disk = WithSegments(out List<string> segments);
        using SegmentLog log = Recovery.Open(disk, Some.Options);
        log.Trim(SegmentHeader.FirstOf(segments[2]) + 1);
        Assert.Equal(SegmentHeader.FirstOf(segments[2]), log.FirstPosition);
        log.HoldsUpTo(180);
        log.Trim(1000);
        Assert.Equal(SegmentHeader.FirstOf(segments[^1]), log.FirstPosition);
        log.HoldsUpTo(180);
    }
}
