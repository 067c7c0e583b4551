using Tandem.Core.Schema;
using Tandem.Journal;
using Tandem.Journal.Files;

namespace Tandem.Tests.Journal;

static class Some
{
    /// <summary>Small segments, so that a test has several.</summary>
    public static readonly FileJournalOptions Options = new()
    {
        Instance = "acme", SegmentBytes = 4096, ReserveBytes = 4096, FrameBytesMax = 2048, RoomRetry = TimeSpan.FromMilliseconds(1),
    };

    public static Entry Entry(long number, int bytes = 40) => new()
    {
        TimeUs = number, Incarnation = 1, Sequence = (ulong)number, CallArrived = new CallArrived { Dialed = "1000", Sdp = new string('v', bytes) },
    };

    public static FrameBuilder Frame(long first, int count, int bytes = 40)
    {
        var frame = new FrameBuilder(Options.FrameBytesMax);
        frame.Begin(first);
        for (int i = 0; i < count; i++)
        {
            Entry entry = Entry(first + i, bytes);
            Assert.True(frame.TryAdd(entry, entry.CalculateSize()));
        }
        return frame;
    }

    public static void Append(this SegmentLog log, int count, int bytes = 40)
    {
        log.Append(Frame(log.LastPosition + 1, count, bytes));
        log.Mark();
        log.Supply.Refill();
    }

    /// <summary>All entries of the log, which are those that <see cref="Entry"/> made for their positions.</summary>
    public static void HoldsUpTo(this SegmentLog log, long position)
    {
        Assert.Equal(position, log.LastPosition);
        long expected = log.FirstPosition;
        foreach (JournaledEntry read in log.Read(expected))
        {
            Assert.Equal(expected, read.Position);
            Assert.Equal((ulong)expected, read.Entry.Sequence);
            expected++;
        }
        Assert.Equal(position + 1, expected);
    }
}
