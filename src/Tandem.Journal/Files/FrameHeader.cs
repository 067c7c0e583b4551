using System.Buffers.Binary;

namespace Tandem.Journal.Files;

/// <summary>
/// The head of a frame, which is what one flush made durable. Little endian: magic (4), body length (4), first position
/// (8), count (4), body checksum (4), durable position (8), generation (4), checksum of these (4).
/// </summary>
/// <param name="Durable">The last position that was durable when this was written: a frame is proof of those before it. In a
/// mirror, and in what is made of it: the revision in etcd whose last entry is the frame's last.</param>
readonly record struct FrameHeader(int BodyBytes, long First, int Count, uint BodyChecksum, long Durable, int Generation)
{
    public const int Bytes = 40;
    public static ReadOnlySpan<byte> Magic => "TJF1"u8;

    public long Last => First + Count - 1;

    public void Write(Span<byte> into, uint salt)
    {
        Magic.CopyTo(into);
        BinaryPrimitives.WriteInt32LittleEndian(into[4..], BodyBytes);
        BinaryPrimitives.WriteInt64LittleEndian(into[8..], First);
        BinaryPrimitives.WriteInt32LittleEndian(into[16..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(into[20..], BodyChecksum);
        BinaryPrimitives.WriteInt64LittleEndian(into[24..], Durable);
        BinaryPrimitives.WriteInt32LittleEndian(into[32..], Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(into[36..], Crc32C.Of(into[..36], salt));
    }

    public static bool TryRead(ReadOnlySpan<byte> from, uint salt, out FrameHeader header)
    {
        header = default;
        if (from.Length < Bytes || !from.StartsWith(Magic)) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(from[36..]) != Crc32C.Of(from[..36], salt)) return false;
        header = new FrameHeader(
            BinaryPrimitives.ReadInt32LittleEndian(from[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(from[20..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[32..]));
        return header.BodyBytes > 0 && header.Count > 0;
    }
}
