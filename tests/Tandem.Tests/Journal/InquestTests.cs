using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Tests.Journal;

public sealed class InquestTests
{
    [Fact]
    public async Task Whoever_had_another_hash_than_the_replay_was_wrong_and_nothing_changes_on_disk()
    {
        var disk = new MemoryStorage();
        await using FileJournal journal = FileJournal.Open(disk, Some.Options);
        var owner = new Owner(journal);
        await using (Replica live = Replica.Start(journal, disk, 0, owner, new ReplicaOptions { SnapshotEntries = 100 }))
        {
            foreach (Entry[] part in Life.Entries(250).Chunk(50))
            {
                owner.Commit(part);
                await owner.Feed(live);
            }
        }
        HashTrail right = new(), wrong = new();
        var centre = new ContactCentre("acme", 1);
        foreach (JournaledEntry read in journal.Read(1))
        {
            centre.Apply(read.Position, read.Entry, new EffectList());
            right.Add(read.Position, centre.Hash);
            wrong.Add(read.Position, read.Position < 150 ? centre.Hash : centre.Hash ^ 1);
        }
        // What the journal prepares beside them, a next segment and its reserve, comes and goes by itself.
        string[] Names() => [.. disk.Names().Where(static n => !n.EndsWith(".tmp", StringComparison.Ordinal))];
        string[] before = Names();

        Assert.Equal(new Finding(false, 0, 120, 200), await Inquest.HoldAsync(journal, disk, 120, 200, wrong.Find(200)!.Value, right));
        Assert.Equal(new Finding(true, 150, 120, 200), await Inquest.HoldAsync(journal, disk, 120, 200, right.Find(200)!.Value, wrong));
        Assert.Equal(before, Names());
    }
}
