namespace Tandem.Simulation;

/// <summary>Chance from a seed (SplitMix64). What one part of the world draws never shifts what another draws: each has its own.</summary>
sealed class Dice(ulong seed)
{
    ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to below the limit.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);

    /// <summary>Both ends included.</summary>
    public long Between(long least, long most) => least + (long)(Next() % (ulong)(most - least + 1));

    public long Ms(long least, long most) => Between(least * 1000, most * 1000);

    public bool Chance(int perMille) => Next() % 1000 < (ulong)perMille;

    public T Of<T>(IReadOnlyList<T> all) => all[Below(all.Count)];

    /// <summary>Others, that follow from these and a name.</summary>
    public Dice For(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in name) hash = (hash ^ c) * 1099511628211;
        return new Dice(_state ^ hash);
    }
}
