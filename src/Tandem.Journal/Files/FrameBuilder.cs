using System.Buffers.Binary;
using Google.Protobuf;
using Tandem.Core.Schema;

namespace Tandem.Journal.Files;

/// <summary>A frame in the making, in one buffer that is used again and again. Entries are length-delimited: 4 bytes, then the entry.</summary>
sealed class FrameBuilder(int bytesMax)
{
    const int LengthBytes = sizeof(int);
    byte[] _bytes = new byte[bytesMax];
    int _end;

    public int Count { get; private set; }
    public long First { get; private set; }
    public int Length => _end;

    /// <summary>The largest entry that fits into a segment as a frame of its own.</summary>
    public static int EntryBytesMax(FileJournalOptions options) =>
        (int)Math.Min(options.EntryBytesMax, options.SegmentBytes - SegmentHeader.Bytes - FrameHeader.Bytes - LengthBytes);

    public void Begin(long first)
    {
        First = first;
        Count = 0;
        _end = FrameHeader.Bytes;
    }

    /// <summary>False when the frame is full.</summary>
    public bool TryAdd(Entry entry, int entryBytes)
    {
        int end = _end + LengthBytes + entryBytes;
        if (end > bytesMax && Count > 0) return false;
        // An entry larger than a frame has one of its own.
        if (end > _bytes.Length) Array.Resize(ref _bytes, end);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_end), entryBytes);
        entry.WriteTo(_bytes.AsSpan(_end + LengthBytes, entryBytes));
        _end += LengthBytes + entryBytes;
        Count++;
        return true;
    }

    /// <summary>Entries as they stand in a frame's body. However many there are.</summary>
    public void AddBody(ReadOnlySpan<byte> body, int count)
    {
        int end = _end + body.Length;
        if (end > _bytes.Length) Array.Resize(ref _bytes, Math.Max(end, _bytes.Length * 2));
        body.CopyTo(_bytes.AsSpan(_end));
        _end = end;
        Count += count;
    }

    public ReadOnlySpan<byte> Finish(int generation, long durable, uint salt)
    {
        ReadOnlySpan<byte> body = _bytes.AsSpan(FrameHeader.Bytes, _end - FrameHeader.Bytes);
        new FrameHeader(body.Length, First, Count, Crc32C.Of(body, salt), durable, generation).Write(_bytes, salt);
        return _bytes.AsSpan(0, _end);
    }

    public static void SkipEntry(ref ReadOnlySpan<byte> body) => body = body[(LengthBytes + BinaryPrimitives.ReadInt32LittleEndian(body))..];

    public static Entry ReadEntry(ref ReadOnlySpan<byte> body)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(body);
        Entry entry = Entry.Parser.ParseFrom(body.Slice(LengthBytes, length));
        body = body[(LengthBytes + length)..];
        return entry;
    }
}
