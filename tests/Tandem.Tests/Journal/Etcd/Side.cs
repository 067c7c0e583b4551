using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Tests.Journal.Etcd;

/// <summary>One side's journal, with a reader and a folder of its own.</summary>
sealed class Side : IAsyncDisposable
{
    readonly bool _ownsFolder;
    ulong _sequence;

    Side(EtcdJournal journal, TemporaryFolder folder, bool ownsFolder, List<string> alarms)
    {
        (Journal, Folder, _ownsFolder, Alarms) = (journal, folder, ownsFolder, alarms);
        Incarnation = journal.TakeIncarnation(1);
        Reader = Reader.Of(journal, journal.FirstPosition);
    }

    public static readonly EtcdJournalOptions Options = new()
    {
        Side = "A", MirrorSegmentBytes = 64 * 1024, KeepEvery = TimeSpan.FromMilliseconds(100), CompactEvery = TimeSpan.FromHours(1), StartPatience = TimeSpan.FromSeconds(10),
    };

    public EtcdJournal Journal { get; }
    public TemporaryFolder Folder { get; }
    public Reader Reader { get; }
    public List<string> Alarms { get; }
    public ulong Incarnation { get; }

    public static async Task<Side> OpenAsync(EtcdOptions cluster, string name, EtcdJournalOptions? options = null, TemporaryFolder? folder = null)
    {
        List<string> alarms = [];
        TemporaryFolder own = folder ?? new TemporaryFolder();
        void Alarm(string what) { lock (alarms) alarms.Add(what); }
        EtcdJournal journal = await EtcdJournal.OpenAsync(Path.Combine(own.Path, "mirror"), cluster, (options ?? Options) with { Side = name }, Alarm);
        return new Side(journal, own, folder is null, alarms);
    }

    public ulong Proposed => _sequence;

    public Refusal Propose(int bytes = 40, Priority priority = Priority.NewWork)
    {
        Entry entry = Some.Entry((long)_sequence + 1, bytes);
        entry.Incarnation = Incarnation;
        Refusal refusal = Journal.TryPropose(entry, priority);
        if (refusal == Refusal.None) _sequence++;
        return refusal;
    }

    public void ProposeMany(int count, int bytes = 40)
    {
        for (int i = 0; i < count; i++)
            while (Propose(bytes) != Refusal.None) Thread.Sleep(1);
    }

    /// <summary>Several batches: each is waited for.</summary>
    public void ProposeBatches(int batches, int entries)
    {
        for (int i = 0; i < batches; i++)
        {
            long next = Journal.LastPosition + entries;
            ProposeMany(entries);
            Reader.WaitFor(next);
        }
    }

    /// <summary>Positions without a gap, each proposer's entries in their order, once.</summary>
    public void IsDense(params Side[] proposers)
    {
        JournaledEntry[] read = Reader.Snapshot();
        for (int i = 1; i < read.Length; i++) Assert.Equal(read[i - 1].Position + 1, read[i].Position);
        foreach (Side proposer in proposers)
        {
            ulong[] sequences = [.. read.Where(entry => entry.Entry.Incarnation == proposer.Incarnation).Select(entry => entry.Entry.Sequence)];
            Assert.Equal(Enumerable.Range(1, sequences.Length).Select(i => (ulong)i), sequences);
            Assert.Equal(proposer.Proposed, (ulong)sequences.Length);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        if (_ownsFolder) Folder.Dispose();
    }
}
