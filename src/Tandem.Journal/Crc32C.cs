using System.Numerics;
using System.Runtime.InteropServices;

namespace Tandem.Journal;

/// <summary>CRC-32C (Castagnoli), as in RFC 3720 §B.4; the processor computes it.</summary>
static class Crc32C
{
    /// <param name="seed">The checksum of what came before; 0 at the start.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        uint crc = ~seed;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }
}
