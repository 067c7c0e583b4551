using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>The contact centre: a deterministic function of its journal.</summary>
public sealed partial class ContactCentre
{
    public ContactCentre(string instance, int generation) { Instance = instance; Generation = generation; }

    public string Instance { get; }
    public int Generation { get; }
    /// <summary>The position of the last entry applied; 0 before the first.</summary>
    public long Position { get; private set; }
    public Instant Now { get; private set; }
    /// <summary>The sum of the hashes of all entities: equal on every node at a position.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Applies one committed entry: total, synchronous, and equal on every node.</summary>
    /// <exception cref="InvariantException">Our bug; the state must be reloaded.</exception>
    public void Apply(long position, Entry entry, EffectList effects) { Invariant.That(position == Position + 1); Position = position; }

    /// <summary>Marks this position. The capture is drawn item by item between later entries; entities that change meanwhile are copied first.</summary>
    public SnapshotCapture BeginSnapshot() => new(this);

    /// <summary>Rebuilds the state of a snapshot.</summary>
    /// <exception cref="InvalidDataException">The items do not make the state that the header's hash tells.</exception>
    public static ContactCentre Restore(IEnumerable<SnapshotItem> items) => throw new NotImplementedException();
}

/// <summary>A snapshot in the making. At most one at a time.</summary>
public sealed class SnapshotCapture(ContactCentre centre)
{
    public long Position { get; } = centre.Position;
    /// <summary>The next item, the header first; false when the last was drawn.</summary>
    public bool TryNext(out SnapshotItem item) { item = new SnapshotItem(); return false; }
}

public sealed class EffectList { }
