using System.Buffers.Binary;

namespace Tandem.Journal.Mirrors;

/// <summary>
/// A small file that tells a mirror's mark when its last frame does not: nothing was proposed since, but others' revisions
/// went by. Little endian: magic (8), position (8), revision (8), checksum (4).
/// </summary>
static class SeenMark
{
    const string Name = "seen";
    const int Bytes = 28;
    static ReadOnlySpan<byte> Magic => "TJSEEN1\n"u8;

    public static JournalMark? Read(Storage storage)
    {
        if (!storage.Names().Contains(Name)) return null;
        using StorageFile file = storage.Open(Name);
        Span<byte> bytes = stackalloc byte[Bytes];
        return file.Read(0, bytes) == Bytes && bytes.StartsWith(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) == Crc32C.Of(bytes[..24])
            ? new JournalMark(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]))
            : null;
    }

    public static void Write(Storage storage, JournalMark mark)
    {
        using StorageFile file = storage.Names().Contains(Name) ? storage.Open(Name) : storage.Create(Name, Bytes);
        Span<byte> bytes = stackalloc byte[Bytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], mark.Position);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], mark.Revision);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], Crc32C.Of(bytes[..24]));
        file.Write(0, bytes);
        file.Flush();
    }
}
