namespace Tandem.Sip;

/// <summary>Names the stack needs for itself, derived and never drawn: the same request gets the same tag.</summary>
static class StableTag
{
    public const int Length = 16;

    /// <summary>FNV-1a over both texts, in hexadecimal.</summary>
    public static void Write(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> tag)
    {
        ulong hash = 14_695_981_039_346_656_037;
        foreach (byte b in first) hash = (hash ^ b) * 1_099_511_628_211;
        hash = (hash ^ (byte)'\n') * 1_099_511_628_211;
        foreach (byte b in second) hash = (hash ^ b) * 1_099_511_628_211;
        hash.TryFormat(tag, out _, "x16");
    }
}
