using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Tests.Journal;

/// <summary>Runs a replica over a journal, on the test's thread.</summary>
sealed class Owner : IReplicaOwner
{
    readonly IJournal _journal;
    readonly Reader _reader;

    public Owner(IJournal journal)
    {
        _journal = journal;
        _reader = Reader.Of(journal, journal.LastPosition + 1);
    }

    public List<(long Position, Entry Entry)> Told { get; } = [];
    public List<Skipped> ToSkip { get; } = [];
    public List<string> Alarms { get; } = [];

    public void Commit(params Entry[] entries)
    {
        long last = _journal.LastPosition + entries.Length;
        Assert.Equal(Refusal.None, _journal.TryPropose(entries, Priority.InProgress));
        _reader.WaitFor(last);
    }

    /// <summary>Feeds what is committed, in batches, until the replica has all of it and its snapshot is made.</summary>
    public async Task Feed(Replica replica)
    {
        foreach (JournaledEntry[] batch in _journal.Read(replica.Centre.Position + 1).Chunk(7))
        {
            replica.Apply(batch[0].Position, Array.ConvertAll(batch, read => read.Entry));
            if (replica.SnapshotCompletion.IsCompleted) continue;
            if (!replica.Step()) await replica.SnapshotCompletion;
        }
        while (replica.Step()) { }
        await replica.SnapshotCompletion;
    }

    void IReplicaOwner.Applied(long position, Entry entry, EffectList effects) => Told.Add((position, entry));
    void IReplicaOwner.ProposeSkipped(Skipped skipped) => ToSkip.Add(skipped);
    void IReplicaOwner.Alarm(string message) { lock (Alarms) Alarms.Add(message); }
}
