using Google.Protobuf;
using Tandem.Core.Schema;

namespace Tandem.Simulation;

/// <summary>
/// The journal's store with etcd's semantics: one order of all batches; a key for each incarnation whose version is the number
/// of its batches; a batch with a number that is there is there already. A side talks to it with
/// <see cref="SideJournal"/>.
/// </summary>
sealed class Etcd(World world)
{
    readonly Dice _dice = world.Dice.For("etcd");
    readonly List<byte[]> _log = [];
    readonly Dictionary<ulong, long> _versions = [];
    readonly List<Action> _waiting = [];
    long _stalledUntil;
    ulong _incarnations;

    /// <summary>Positions are dense, from 1.</summary>
    public long Last => _log.Count;
    /// <summary>The oldest position that can still be read here; what is older the other side has.</summary>
    public long First { get; private set; } = 1;
    public bool IsStalled => world.NowUs < _stalledUntil;
    /// <summary>Raised after each batch.</summary>
    public event Action? Grown;

    public ReadOnlySpan<byte> this[long position] => _log[(int)position - 1];

    /// <summary>No leader for a while.</summary>
    public void Stall(long us)
    {
        _stalledUntil = Math.Max(_stalledUntil, world.NowUs + us);
        world.At(_stalledUntil, () =>
        {
            if (IsStalled) return;
            Action[] waiting = [.. _waiting];
            _waiting.Clear();
            foreach (Action request in waiting) request();
        });
    }

    public void Compact(long before) => First = Math.Max(First, Math.Min(before, Last));

    /// <summary>A request as it arrives: answered at once, or when there is a leader again, or lost with the leader that had it.</summary>
    public void Request(Action act)
    {
        if (!IsStalled) act();
        else if (_dice.Chance(500)) _waiting.Add(act);
    }

    public ulong TakeIncarnation(ulong atLeast) => _incarnations = Math.Max(_incarnations + 1, atLeast);

    /// <summary>Batch n goes in when n-1 is in. True: it is in now, or was already.</summary>
    public bool Put(ulong incarnation, long number, IReadOnlyList<byte[]> entries)
    {
        long version = _versions.GetValueOrDefault(incarnation);
        if (number <= version && !world.Plant.IgnoresVersions) return true;
        if (number > version + 1) return false;
        _versions[incarnation] = Math.Max(version, number);
        Append(entries);
        return true;
    }

    /// <summary>The last entry of a dead incarnation; its own batches that are on their way find the key moved on.</summary>
    public void WriteLastWill(ulong incarnation)
    {
        if (_versions.GetValueOrDefault(incarnation) == long.MaxValue) return;
        _versions[incarnation] = long.MaxValue;
        Append([new Entry { Incarnation = incarnation, Sequence = ulong.MaxValue / 2, NodeStopped = new NodeStopped() }.ToByteArray()]);
    }

    void Append(IReadOnlyList<byte[]> entries)
    {
        foreach (byte[] entry in entries)
        {
            _log.Add(entry);
            world.Checks.Committed(_log.Count, entry);
        }
        Grown?.Invoke();
    }
}
