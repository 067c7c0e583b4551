using System.Buffers.Binary;

namespace Tandem.Journal.Etcd;

enum BatchKind
{
    /// <summary>Entries, as in a frame of the file journal: 4 bytes of length, then the entry.</summary>
    Entries = 1,
    /// <summary>One entry too large for a request. It lies in so many parts, keys of their own, beside the batches.</summary>
    Parts = 2,
}

/// <summary>
/// What one overwrite of an incarnation's key says. Little endian: magic (4), kind (4), writer (8), number (8), count (4),
/// length of the body (4), checksum of the body (4), checksum of these (4). The body follows, or for <see cref="BatchKind.Parts"/>
/// lies in the parts.
/// </summary>
/// <param name="Writer">Who wrote it: tells a proposer its own batch from its guardian's.</param>
/// <param name="Number">The version that the key has with it.</param>
/// <param name="Count">Of entries, or of parts.</param>
readonly record struct Batch(BatchKind Kind, ulong Writer, long Number, int Count, int BodyBytes, uint BodyChecksum)
{
    public const int HeadBytes = 40;
    /// <summary>A batch whose writer is this is the last one of its incarnation.</summary>
    public const ulong LastWill = ulong.MaxValue;
    static ReadOnlySpan<byte> Magic => "TJB1"u8;

    public void Write(Span<byte> into)
    {
        Magic.CopyTo(into);
        BinaryPrimitives.WriteInt32LittleEndian(into[4..], (int)Kind);
        BinaryPrimitives.WriteUInt64LittleEndian(into[8..], Writer);
        BinaryPrimitives.WriteInt64LittleEndian(into[16..], Number);
        BinaryPrimitives.WriteInt32LittleEndian(into[24..], Count);
        BinaryPrimitives.WriteInt32LittleEndian(into[28..], BodyBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(into[32..], BodyChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(into[36..], Crc32C.Of(into[..36]));
    }

    /// <summary>Null when it is not whole.</summary>
    public static Batch? Read(ReadOnlySpan<byte> from)
    {
        if (from.Length < HeadBytes || !from.StartsWith(Magic)) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(from[36..]) != Crc32C.Of(from[..36])) return null;
        var batch = new Batch(
            (BatchKind)BinaryPrimitives.ReadInt32LittleEndian(from[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(from[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[28..]),
            BinaryPrimitives.ReadUInt32LittleEndian(from[32..]));
        if (batch.Count <= 0 || batch.BodyBytes < 0) return null;
        return batch.Kind == BatchKind.Parts || batch.Holds(from[HeadBytes..]) ? batch : null;
    }

    public bool Holds(ReadOnlySpan<byte> body) => body.Length == BodyBytes && Crc32C.Of(body) == BodyChecksum;
}
