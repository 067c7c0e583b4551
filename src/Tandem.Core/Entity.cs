using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>
/// A part of the state that is hashed and copied as one: a call with its legs, an agent, a phone. Every change begins with
/// <c>Touch</c>, which copies it for a snapshot in the making and marks it for a new hash.
/// </summary>
public abstract class Entity
{
    /// <summary>Its share of the state's hash, as of the last entry.</summary>
    internal ulong Share;
    internal bool Touched;
    /// <summary>The capture that has this entity already, or is not to have it: it began to exist later.</summary>
    internal int Captured;
    internal bool Gone;
    /// <summary>The effect that says that it changed: the same object each time.</summary>
    internal Changed? ChangedEffect;

    internal abstract ulong ComputeHash();
    internal abstract SnapshotItem ToSnapshot();
}

/// <summary>A 64-bit hash that is the same in every process and release: of fields in order.</summary>
struct StateHash
{
    ulong _h;

    public StateHash(ulong seed) => _h = Mix(seed + 0x9E3779B97F4A7C15);

    public void Add(long value) => _h = Mix((_h ^ (ulong)value) + 0x9E3779B97F4A7C15);
    public void Add(bool value) => Add(value ? 1L : 0L);
    public void Add(Instant value) => Add(value.Us);
    public void Add(string? text) => Add((long)Of(text));

    public static ulong Of(string? text)
    {
        if (text is null) return 0;
        ulong h = 0xCBF29CE484222325 + (ulong)text.Length;
        ReadOnlySpan<ulong> words = System.Runtime.InteropServices.MemoryMarshal.Cast<char, ulong>(text);
        foreach (ulong word in words) h = (System.Numerics.BitOperations.RotateLeft(h, 23) ^ word) * 0x9FB21C651E98DF25;
        for (int i = words.Length * 4; i < text.Length; i++) h = (h ^ text[i]) * 0x100000001B3;
        return Mix(h);
    }

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong h = 0xCBF29CE484222325 + (ulong)bytes.Length;
        ReadOnlySpan<ulong> words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words) h = (System.Numerics.BitOperations.RotateLeft(h, 23) ^ word) * 0x9FB21C651E98DF25;
        for (int i = words.Length * 8; i < bytes.Length; i++) h = (h ^ bytes[i]) * 0x100000001B3;
        return Mix(h);
    }

    public readonly ulong Value => _h;

    /// <summary>The finalizer of splitmix64.</summary>
    static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
