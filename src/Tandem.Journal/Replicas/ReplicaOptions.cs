using Tandem.Core;
using Tandem.Core.Schema;

namespace Tandem.Journal;

public delegate void ApplyEntry(ContactCentre centre, long position, Entry entry, EffectList effects);

public sealed record ReplicaOptions
{
    /// <summary>A snapshot is due after so many entries, or so many bytes of them: what a restart replays at most, about a second's work.</summary>
    public int SnapshotEntries { get; init; } = 100_000;
    public long SnapshotBytes { get; init; } = 128 << 20;
    /// <summary>How long one step of a snapshot may hold the loop.</summary>
    public TimeSpan StepMax { get; init; } = TimeSpan.FromMicroseconds(500);
    /// <summary>More poisoned entries than this in one run are not a poisoned entry, but a broken release.</summary>
    public int PoisonedMax { get; init; } = 100;
    /// <summary>How an entry is applied. Tests poison entries here.</summary>
    public ApplyEntry Apply { get; init; } = static (centre, position, entry, effects) => centre.Apply(position, entry, effects);
}

/// <summary>Who runs a replica: its loop, its edges, its records.</summary>
public interface IReplicaOwner
{
    /// <summary>
    /// An entry was applied, with what it brought about. Each position once in a run, in order. For an entry that is passed
    /// by: a <see cref="Skipped"/> in its place. The effects are valid during the call.
    /// </summary>
    void Applied(long position, Entry entry, EffectList effects);

    /// <summary>Called now and then while a long replay holds the owner's loop: who guards it may want to hear of it.</summary>
    void StillWorking() { }

    /// <summary>The entry at a position broke the core: propose a <see cref="Skipped"/>, so that every replay passes it by.</summary>
    void ProposeSkipped(Skipped skipped);

    /// <summary>Something that people should look at, in a line. Any thread.</summary>
    void Alarm(string message);
}
