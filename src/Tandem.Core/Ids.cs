using System.Globalization;

namespace Tandem.Core;

/// <summary>
/// An id made of the position of the entry that brought the thing about: unique without randomness. A restored backup
/// opens a new generation, so ids given after the backup was taken never come twice.
/// </summary>
/// <remarks>
/// 63 bits: generation (7), position (42: 4 × 10¹², 14 years at 10,000 entries a second, day and night), ordinal within
/// the entry (14: one entry may ring thousands of phones, when nobody was there for a while or the configuration changed).
/// </remarks>
public static class EntityId
{
    const int GenerationBits = 7, PositionBits = 42, OrdinalBits = 14;
    public const int GenerationMax = (1 << GenerationBits) - 1;
    public const long PositionMax = (1L << PositionBits) - 1;
    public const int OrdinalMax = (1 << OrdinalBits) - 1;

    public static long Pack(int generation, long position, int ordinal)
    {
        Invariant.That((uint)generation <= GenerationMax && (ulong)position <= PositionMax && (uint)ordinal <= OrdinalMax);
        return ((long)generation << (PositionBits + OrdinalBits)) | (position << OrdinalBits) | (uint)ordinal;
    }

    /// <summary>"1-4711", or "1-4711-2" for the third thing of that entry.</summary>
    public static string Format(long id)
    {
        long generation = id >> (PositionBits + OrdinalBits), position = (id >> OrdinalBits) & PositionMax, ordinal = id & OrdinalMax;
        return ordinal == 0 ? $"{generation}-{position}" : $"{generation}-{position}-{ordinal}";
    }

    public static bool TryParse(ReadOnlySpan<char> text, out long id)
    {
        id = 0;
        Span<Range> parts = stackalloc Range[4];
        int count = text.Split(parts, '-');
        if (count is < 2 or > 3) return false;
        int ordinal = 0;
        if (!int.TryParse(text[parts[0]], NumberStyles.None, null, out int generation) || generation > GenerationMax) return false;
        if (!long.TryParse(text[parts[1]], NumberStyles.None, null, out long position) || position > PositionMax) return false;
        if (count == 3 && (!int.TryParse(text[parts[2]], NumberStyles.None, null, out ordinal) || ordinal > OrdinalMax)) return false;
        id = Pack(generation, position, ordinal);
        return true;
    }
}

/// <summary>A call, from its arrival until its last leg is gone.</summary>
public readonly record struct CallId(long Value) : IComparable<CallId>
{
    public static readonly CallId None;
    public bool IsNone => Value == 0;
    public int CompareTo(CallId other) => Value.CompareTo(other.Value);
    public override string ToString() => EntityId.Format(Value);
}

/// <summary>One party's connection to a call: the caller's, an agent's, an external number's.</summary>
public readonly record struct LegId(long Value) : IComparable<LegId>
{
    public static readonly LegId None;
    public bool IsNone => Value == 0;
    public int CompareTo(LegId other) => Value.CompareTo(other.Value);
    public override string ToString() => EntityId.Format(Value);
}
