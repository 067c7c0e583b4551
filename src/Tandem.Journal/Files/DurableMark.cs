using System.Buffers.Binary;

namespace Tandem.Journal.Files;

/// <summary>
/// A small file that tells the last durable position. It is overwritten after every flush and not flushed itself: it may
/// be late, but never early. What it tells was acknowledged, and may not be cut.
/// </summary>
sealed class DurableMark : IDisposable
{
    public const string Name = "durable";
    const int Bytes = 32;
    static ReadOnlySpan<byte> Magic => "TJMARK1\n"u8;

    readonly StorageFile _file;
    readonly byte[] _bytes = new byte[Bytes];

    DurableMark(StorageFile file) => _file = file;

    /// <summary>0 when there is no mark, or none that can be read.</summary>
    public long Position { get; private set; }

    public static DurableMark Open(Storage storage)
    {
        StorageFile file = storage.Names().Contains(Name) ? storage.Open(Name) : storage.Create(Name, Bytes);
        var mark = new DurableMark(file);
        Span<byte> bytes = mark._bytes;
        if (file.Read(0, bytes) == Bytes && bytes.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]) == Crc32C.Of(bytes[..28]))
        {
            mark.Position = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        }
        return mark;
    }

    public void Set(int generation, long position)
    {
        Magic.CopyTo(_bytes);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(8), generation);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(16), position);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(28), Crc32C.Of(_bytes.AsSpan(0, 28)));
        _file.Write(0, _bytes);
        Position = position;
    }

    public void Dispose() => _file.Dispose();
}
