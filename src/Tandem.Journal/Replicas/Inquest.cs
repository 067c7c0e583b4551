using Tandem.Core;
using Tandem.Core.Schema;

namespace Tandem.Journal;

/// <summary>What was found out about two replicas that had different states at one position.</summary>
/// <param name="WeWereWrong">The replay has the other's hash; or neither's, and then nobody can be believed here.</param>
/// <param name="First">The first entry after which our state was not what the replay makes; 0 when ours never was wrong, or when that is too long ago to tell.</param>
/// <param name="Agreed">Up to here both had the same.</param>
/// <param name="Claimed">Here they had not.</param>
public sealed record Finding(bool WeWereWrong, long First, long Agreed, long Claimed)
{
    public override string ToString() => WeWereWrong
        ? First > 0 ? $"this node was wrong from the entry at {First} on" : $"this node was wrong since an entry between {Agreed} and {Claimed}"
        : $"the other node was wrong since an entry between {Agreed} and {Claimed}";
}

/// <summary>
/// Finds out who was wrong when two replicas have different states: the entries since the last position at which both agreed
/// are applied once more, to a state that is made anew from a snapshot before it.
/// </summary>
public static class Inquest
{
    /// <param name="journal">Reads entries from the snapshot on; any thread.</param>
    /// <param name="agreed">The last position where both had the same hash.</param>
    /// <param name="claimed">A later position where the other had <paramref name="theirs"/>, and we something else.</param>
    /// <param name="ours">Our hashes as they were when we applied the entries.</param>
    /// <exception cref="JournalException">The entries or a snapshot are not there any more.</exception>
    public static async Task<Finding> HoldAsync(IJournal journal, Storage snapshots, long agreed, long claimed, ulong theirs, HashTrail ours)
    {
        long first = 0;
        ulong replayed = 0;
        var options = new ReplicaOptions
        {
            Apply = (centre, position, entry, effects) =>
            {
                centre.Apply(position, entry, effects);
                ulong hash = centre.Hash;
                if (first == 0 && ours.Find(position) is { } own && own != hash) first = position;
                if (position == claimed) replayed = hash;
            },
        };
        Replica replica = Replica.Beside(journal, snapshots, agreed, new Nobody(), options);
        await using (replica.ConfigureAwait(false))
            replica.Follow(claimed, static () => true);
        bool oursHolds = ours.Find(claimed) == replayed;
        return new Finding(!oursHolds, oursHolds ? 0 : first, agreed, claimed);
    }

    sealed class Nobody : IReplicaOwner
    {
        public void Applied(long position, Entry entry, EffectList effects) { }
        public void ProposeSkipped(Skipped skipped) { }
        public void Alarm(string message) { }
    }
}
