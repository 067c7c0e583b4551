using Tandem.Journal.Files;

namespace Tandem.Tests.Journal;

public class CrashTests
{
    const int Lives = 6;

    [Fact]
    public void After_a_crash_at_any_write_all_that_was_acknowledged_is_there_once_and_in_order_and_the_journal_goes_on()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            try
            {
                Run(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }
        }
    }

    static void Run(Random random)
    {
        var disk = new MemoryStorage();
        long acknowledged = 0, proposed = 0;
        for (int life = 0; life < Lives; life++)
        {
            disk.OperationsToLive = random.Next(life == 0 ? 5 : 1, 120);
            try
            {
                using SegmentLog log = Recovery.Open(disk, Some.Options);
                Assert.InRange(log.LastPosition, acknowledged, Math.Max(acknowledged, proposed));
                log.HoldsUpTo(log.LastPosition);
                acknowledged = log.LastPosition;
                while (true)
                {
                    FrameBuilder frame = Some.Frame(log.LastPosition + 1, random.Next(1, 6), random.Next(1, 300));
                    proposed = log.LastPosition + frame.Count;
                    log.Append(frame);
                    log.Mark();
                    acknowledged = log.LastPosition;
                    log.Supply.Refill();
                    if (random.Next(40) == 0) log.Trim(random.NextInt64(1, acknowledged + 1));
                }
            }
            catch (CrashException)
            {
                disk = disk.Crash(random);
            }
        }
        using SegmentLog last = Recovery.Open(disk, Some.Options);
        Assert.InRange(last.LastPosition, acknowledged, Math.Max(acknowledged, proposed));
        last.HoldsUpTo(last.LastPosition);
    }
}
