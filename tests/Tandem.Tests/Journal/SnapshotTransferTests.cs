using Tandem.Core;
using Tandem.Journal;
using Tandem.Journal.Snapshots;

namespace Tandem.Tests.Journal;

public class SnapshotTransferTests
{
    [Fact]
    public async Task A_snapshot_fetched_from_the_other_side_is_as_good_as_an_own_one_and_a_torn_one_is_refused()
    {
        var disk = new MemoryStorage();
        await using FileJournal journal = FileJournal.Open(disk, Some.Options);
        var owner = new Owner(journal);
        await using Replica replica = Replica.Start(journal, disk, 0, owner, new ReplicaOptions { SnapshotEntries = 100 });
        foreach (var part in Life.Entries(250).Chunk(50))
        {
            owner.Commit(part);
            await owner.Feed(replica);
        }

        var store = new SnapshotStore(disk, _ => { });
        (long position, Stream stream) = store.OpenNewest()!.Value;
        using var wire = new MemoryStream();
        using (stream) stream.CopyTo(wire);
        byte[] bytes = wire.ToArray();
        Assert.Equal(stream.Position, bytes.Length);

        var other = new SnapshotStore(new MemoryStorage(), _ => { });
        Assert.Null(other.OpenNewest());
        foreach (int cut in new[] { 0, 40, bytes.Length - 1 })
            Assert.EndsWith("Start again: it is fetched anew.", Assert.Throws<JournalDamagedException>(() => other.Import(new MemoryStream(bytes, 0, cut))).Message);
        Assert.Empty(other.Positions());
        Assert.Equal(position, other.Import(new MemoryStream(bytes)));
        Assert.Equal(store.Restore(position, ContactCentre.Restore)!.Hash, other.Restore(position, ContactCentre.Restore)!.Hash);
    }
}
