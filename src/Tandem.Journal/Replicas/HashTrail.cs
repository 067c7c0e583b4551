namespace Tandem.Journal;

/// <summary>The state's hash after each of the newest entries, to be compared with what another replica had there.</summary>
public sealed class HashTrail
{
    /// <summary>Ten seconds at the highest rate; one megabyte.</summary>
    public const int Length = 65_536;

    readonly (long Position, ulong Hash)[] _trail = new (long, ulong)[Length];

    public void Add(long position, ulong hash) => _trail[position % Length] = (position, hash);

    /// <summary>As it is now, for another thread.</summary>
    public HashTrail Copy()
    {
        var copy = new HashTrail();
        _trail.CopyTo(copy._trail, 0);
        return copy;
    }

    /// <summary>Null: too old, or not applied here.</summary>
    public ulong? Find(long position)
    {
        if (position <= 0) return null;
        (long at, ulong hash) = _trail[position % Length];
        return at == position ? hash : null;
    }
}
