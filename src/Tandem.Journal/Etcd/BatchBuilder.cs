using System.Buffers.Binary;
using Google.Protobuf;
using Tandem.Core.Schema;

namespace Tandem.Journal.Etcd;

/// <summary>A batch in the making, in one buffer that is used again and again.</summary>
sealed class BatchBuilder(int bytesMax)
{
    const int LengthBytes = sizeof(int);
    byte[] _bytes = new byte[64 * 1024];
    int _end = Batch.HeadBytes;

    public int Count { get; private set; }
    public ReadOnlyMemory<byte> Body => _bytes.AsMemory(Batch.HeadBytes, _end - Batch.HeadBytes);
    /// <summary>It is one entry that does not fit into a request.</summary>
    public bool IsLarge => _end > bytesMax;

    public void Begin() => (Count, _end) = (0, Batch.HeadBytes);

    /// <summary>False when the batch is full. The first entry always fits.</summary>
    public bool TryAdd(Entry entry, int entryBytes)
    {
        int end = _end + LengthBytes + entryBytes;
        if (end > bytesMax && Count > 0) return false;
        if (end > _bytes.Length) Array.Resize(ref _bytes, Math.Max(end, Math.Min(_bytes.Length * 2, bytesMax)));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_end), entryBytes);
        entry.WriteTo(_bytes.AsSpan(_end + LengthBytes, entryBytes));
        _end = end;
        Count++;
        return true;
    }

    /// <summary>The key's value: valid until the next <see cref="Begin"/>.</summary>
    public ReadOnlyMemory<byte> Finish(ulong writer, long number)
    {
        new Batch(BatchKind.Entries, writer, number, Count, _end - Batch.HeadBytes, Crc32C.Of(Body.Span)).Write(_bytes);
        return _bytes.AsMemory(0, _end);
    }

    /// <summary>The key's value when the body lies in parts.</summary>
    public ReadOnlyMemory<byte> FinishInParts(ulong writer, long number, int parts)
    {
        byte[] head = new byte[Batch.HeadBytes];
        new Batch(BatchKind.Parts, writer, number, parts, _end - Batch.HeadBytes, Crc32C.Of(Body.Span)).Write(head);
        return head;
    }
}
