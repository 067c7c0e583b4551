namespace Tandem.Journal.Files;

enum FrameStatus
{
    Read,
    /// <summary>Nothing was written here: zeros, or the end of the file.</summary>
    End,
    /// <summary>Something was written here that is not a whole frame.</summary>
    Damaged,
}

/// <summary>Reads a segment's frames in order, in large reads.</summary>
sealed class FrameReader(StorageFile file, SegmentHeader segment)
{
    const int ChunkBytes = 256 * 1024;
    readonly long _fileBytes = file.Length;
    byte[] _buffer = new byte[ChunkBytes];
    long _bufferAt;
    int _buffered;
    bool _fresh;

    /// <summary>Where the next frame begins.</summary>
    public long Offset { get; private set; } = SegmentHeader.Bytes;
    /// <summary>The position that the next frame must begin with.</summary>
    public long Next { get; private set; } = segment.First;
    public long LastFrameOffset { get; private set; }

    /// <param name="body">Valid until the next call.</param>
    public FrameStatus TryRead(out FrameHeader header, out ReadOnlyMemory<byte> body)
    {
        FrameStatus status = TryReadBuffered(out header, out body);
        if (status == FrameStatus.Read || _fresh) return status;
        // What was read ahead may be from before the frame was written.
        _buffered = 0;
        _bufferAt = Offset;
        return TryReadBuffered(out header, out body);
    }

    FrameStatus TryReadBuffered(out FrameHeader header, out ReadOnlyMemory<byte> body)
    {
        _fresh = false;
        body = default;
        header = default;
        ReadOnlyMemory<byte> head = Peek(FrameHeader.Bytes);
        if (!FrameHeader.TryRead(head.Span, segment.Salt, out header))
            return head.Span.ContainsAnyExcept((byte)0) ? FrameStatus.Damaged : FrameStatus.End;
        if (header.First != Next || header.Generation != segment.Generation) return FrameStatus.Damaged;
        if (header.BodyBytes > _fileBytes - Offset - FrameHeader.Bytes) return FrameStatus.Damaged;

        body = Peek(FrameHeader.Bytes + header.BodyBytes)[FrameHeader.Bytes..];
        if (body.Length < header.BodyBytes || Crc32C.Of(body.Span, segment.Salt) != header.BodyChecksum) return FrameStatus.Damaged;

        LastFrameOffset = Offset;
        Offset += FrameHeader.Bytes + header.BodyBytes;
        Next += header.Count;
        return FrameStatus.Read;
    }

    /// <summary>The bytes from <see cref="Offset"/> on, fewer at the end of the file.</summary>
    ReadOnlyMemory<byte> Peek(int bytes)
    {
        if (Offset < _bufferAt || Offset + bytes > _bufferAt + _buffered)
        {
            if (bytes > _buffer.Length) _buffer = new byte[bytes];
            _bufferAt = Offset;
            _buffered = file.Read(Offset, _buffer);
            _fresh = true;
        }
        int at = (int)(Offset - _bufferAt);
        return _buffer.AsMemory(at, Math.Min(bytes, _buffered - at));
    }
}
