using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Tandem.Journal.Files;

/// <summary>
/// The first 512 bytes of a segment: magic (8), format (4), generation (4), first position (8), salt (4), length of the
/// instance (4) and the instance, and at 508 the checksum. Magic, format and checksum stay where they are in all formats.
/// </summary>
/// <param name="Salt">Seeds the checksums of this segment's frames, so that nothing a caller can send looks like a frame.</param>
sealed record SegmentHeader(string Instance, int Generation, long First, uint Salt)
{
    public const int Bytes = 512;
    public const int Format = 1;
    const int InstanceAt = 32, ChecksumAt = Bytes - sizeof(uint);
    static ReadOnlySpan<byte> Magic => "TANDEMJ\n"u8;

    public string Name => $"journal-{Generation}-{First:D12}.log";

    public static bool IsSegment(string name) =>
        name.StartsWith("journal-", StringComparison.Ordinal) && name.EndsWith(".log", StringComparison.Ordinal);

    /// <summary>Generation and first position as the name tells them.</summary>
    public static bool TryParseName(string name, out int generation, out long first)
    {
        generation = 0;
        first = 0;
        string[] parts = IsSegment(name) ? name[..^4].Split('-') : [];
        return parts.Length == 3
            && int.TryParse(parts[1], NumberStyles.None, null, out generation)
            && long.TryParse(parts[2], NumberStyles.None, null, out first);
    }

    /// <summary>The first position of a segment by its name, which was parsed before.</summary>
    public static long FirstOf(string name) => TryParseName(name, out _, out long first) ? first : throw new ArgumentException(name, nameof(name));

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Bytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Format);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Generation);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), First);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), Salt);
        int length = Encoding.UTF8.GetBytes(Instance, bytes.AsSpan(InstanceAt, ChecksumAt - InstanceAt));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumAt), Crc32C.Of(bytes.AsSpan(0, ChecksumAt)));
        return bytes;
    }

    /// <summary>Null when the header is damaged.</summary>
    /// <exception cref="NewerDataException"/>
    public static SegmentHeader? Read(StorageFile file, string path)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        return file.Read(0, bytes) < Bytes ? null : Parse(bytes, path);
    }

    /// <summary>Null when the header is damaged.</summary>
    /// <exception cref="NewerDataException"/>
    public static SegmentHeader? Parse(ReadOnlySpan<byte> bytes, string path)
    {
        if (!bytes.StartsWith(Magic)) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) != Crc32C.Of(bytes[..ChecksumAt])) return null;
        int format = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (format > Format) throw new NewerDataException(path, format, Format);
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]);
        return new SegmentHeader(
            Encoding.UTF8.GetString(bytes.Slice(InstanceAt, length)),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]));
    }
}
