using Tandem.Core.Schema;

namespace Tandem.Journal.Files;

/// <summary>The one thread that writes: takes what waits, makes it durable with one flush, tells the subscriber.</summary>
sealed class JournalWriter(
    SegmentLog log, ProposalQueue queue, SegmentAllocator allocator, IJournalSubscriber subscriber, RefusalCounts refusals,
    FileJournalOptions options, Action<JournalHealth> change, Func<bool> closing)
{
    const int ReplayBatch = 1024;
    readonly FrameBuilder _frame = new(options.FrameBytesMax);
    JournalState _state = JournalState.Accepting;

    public void Run(long from)
    {
        try
        {
            Deliver(from);
            Assess();
            List<Proposal> taken = [];
            while (true)
            {
                taken = queue.Take(empty: taken, wait: !closing());
                if (taken.Count == 0 && closing()) return;
                Assess();
                Commit(taken);
            }
        }
#pragma warning disable CA1031 // Whatever it is: nothing more is acknowledged, and the node is told.
        catch (Exception e)
        {
            change(new JournalHealth(JournalState.Failed, $"{e.Message} Nothing more is committed: start the process again when the cause is removed."));
            while (!closing()) queue.Take(empty: [], wait: true);
        }
#pragma warning restore CA1031
    }

    /// <summary>What was committed before the start.</summary>
    void Deliver(long from)
    {
        foreach (JournaledEntry[] batch in log.Read(from).Chunk(ReplayBatch))
            subscriber.Committed(batch[0].Position, Array.ConvertAll(batch, read => read.Entry));
    }

    void Commit(List<Proposal> rest)
    {
        while (rest.Count > 0)
        {
            if (_state != JournalState.Accepting) RefuseNewWork(rest);
            if (rest.Count == 0) return;

            Entry[] entries = Fill(rest);
            if (_frame.Length > log.Room) allocator.AwaitSegment();
            try
            {
                log.Append(_frame);
            }
            catch (StorageFullException)
            {
                GiveWay();
                continue;
            }
            if (!log.Supply.Complete) allocator.Refill();

            try
            {
                log.Mark();
            }
            finally
            {
                subscriber.Committed(_frame.First, entries);
            }
            Drop(rest, entries.Length);
            Assess();
        }
    }

    Entry[] Fill(List<Proposal> rest)
    {
        _frame.Begin(log.LastPosition + 1);
        int count = 0;
        while (count < rest.Count && _frame.TryAdd(rest[count].Entry, rest[count].Bytes)) count++;
        var entries = new Entry[count];
        for (int i = 0; i < count; i++) entries[i] = rest[i].Entry;
        return entries;
    }

    void Drop(List<Proposal> rest, int count)
    {
        long bytes = 0;
        for (int i = 0; i < count; i++) bytes += rest[i].Bytes;
        rest.RemoveRange(0, count);
        queue.Release(count, bytes);
    }

    void RefuseNewWork(List<Proposal> rest) => rest.RemoveAll(proposal =>
    {
        if (_state == JournalState.Reserve && proposal.Priority == Priority.InProgress) return false;
        queue.Release(1, proposal.Bytes);
        subscriber.Refused(proposal.Entry, refusals.Count(Refusal.NoRoom));
        return true;
    });

    /// <summary>What room there is decides who gets in. Back to normal only when the reserve is whole again.</summary>
    void Assess()
    {
        if (allocator.Failure is { } sick) throw sick;
        SegmentSupply supply = log.Supply;
        if (_state != JournalState.Accepting)
        {
            if (supply.Complete) Become(JournalState.Accepting);
            else if (_state == JournalState.Full && supply.HasReserve) Become(JournalState.Reserve);
        }
        else if (supply.Exhausted && !supply.HasNext && log.Room < options.ReserveBytes)
        {
            Become(supply.HasReserve || log.Room >= options.FrameBytesMax ? JournalState.Reserve : JournalState.Full);
        }
    }

    /// <summary>An append found no room.</summary>
    void GiveWay()
    {
        bool gained = log.Supply.GiveUpReserve();
        Become(gained || _state == JournalState.Accepting ? JournalState.Reserve : JournalState.Full);
        allocator.Refill();
    }

    void Become(JournalState state)
    {
        _state = state;
        change(state switch
        {
            JournalState.Reserve => new(state, "The disk is full: new calls are refused, calls in progress go on from the reserve. Free some room."),
            JournalState.Full => new(state, "The disk is full and the reserve is used up: nothing is accepted. Free some room."),
            _ => JournalHealth.Accepting,
        });
    }
}
