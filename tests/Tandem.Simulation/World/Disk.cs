using Tandem.Journal;
using Tandem.Tests.Journal;

namespace Tandem.Simulation;

/// <summary>
/// A side's disk for snapshots. What a node was told is durable is so only a while later, and with it what follows from it: a
/// host that dies in between comes back with the disk as it was, and part of what was being written.
/// </summary>
sealed class Disk(World world, string side)
{
    readonly Dice _dice = world.Dice.For($"disk {side}");
    readonly List<Action> _whenSettled = [];
    MemoryStorage _settled = new();
    bool _isSettling, _isFull;
    int _round;

    public MemoryStorage Storage { get; private set; } = new();

    public bool IsFull
    {
        get => _isFull;
        set
        {
            _isFull = value;
            Storage.WriteFindsNoRoom = () => _isFull;
        }
    }
    public bool IsSlow { get; set; }

    /// <summary>A snapshot was written just now.</summary>
    public void Written()
    {
        _isSettling = true;
        int round = ++_round;
        world.After(IsSlow ? _dice.Ms(500, 5_000) : _dice.Ms(5, 80), () =>
        {
            if (round != _round) return;
            _isSettling = false;
            _settled = Storage.Copy();
            foreach (Action act in _whenSettled) act();
            _whenSettled.Clear();
        });
    }

    /// <summary>The trims that a snapshot allows come from the thread that wrote it: the next settling does them.</summary>
    public void WhenSettled(Action act) => _whenSettled.Add(act);

    /// <summary>The machine lost its power.</summary>
    public void Crash()
    {
        _round++;
        _whenSettled.Clear();
        if (!_isSettling)
        {
            Storage = Storage.Copy();
            return;
        }
        _isSettling = false;
        MemoryStorage found = _settled.Copy();
        foreach (string name in Storage.Names())
        {
            if (found.Names().Contains(name)) continue;
            byte[] whole = Storage[name];
            found[name.EndsWith(".tmp", StringComparison.Ordinal) ? name : name + ".tmp"] = whole[.._dice.Below(whole.Length + 1)];
        }
        world.Trace($"{side}'s disk lost what was being written");
        Storage = found;
        IsFull = _isFull;
    }
}
