namespace Tandem.Journal.Files;

/// <summary>What lies behind the last whole frame of the last segment.</summary>
static class Tail
{
    const int ChunkBytes = 256 * 1024;

    /// <summary>
    /// Looks for a frame head that proves that <paramref name="position"/> was durable: a frame is written only after the
    /// flush of the one before it. Also one byte past every damaged length, hence byte by byte.
    /// </summary>
    public static bool ProvesDurable(StorageFile file, SegmentHeader segment, long from, long position)
    {
        byte[] chunk = new byte[ChunkBytes + FrameHeader.Bytes];
        for (long at = from; ; at += ChunkBytes)
        {
            Span<byte> bytes = chunk.AsSpan(0, file.Read(at, chunk));
            for (int i = 0; i < bytes.Length; i++)
            {
                int hit = bytes[i..].IndexOf(FrameHeader.Magic);
                if (hit < 0) break;
                i += hit;
                if (FrameHeader.TryRead(bytes[i..], segment.Salt, out FrameHeader header) && header.Durable >= position) return true;
            }
            if (bytes.Length < chunk.Length) return false;
        }
    }

    /// <summary>Writes zeros over what an unfinished write left. True when there was something.</summary>
    public static bool Clear(StorageFile file, long from)
    {
        byte[] chunk = new byte[ChunkBytes];
        bool found = false;
        for (long at = from; ; at += ChunkBytes)
        {
            Span<byte> bytes = chunk.AsSpan(0, file.Read(at, chunk));
            if (bytes.ContainsAnyExcept((byte)0))
            {
                bytes.Clear();
                file.Write(at, bytes);
                found = true;
            }
            if (bytes.Length < chunk.Length) return found;
        }
    }
}
