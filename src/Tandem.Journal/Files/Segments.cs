namespace Tandem.Journal.Files;

/// <summary>Reading over the borders of segments, while more is appended behind them.</summary>
static class Segments
{
    /// <summary>The entries from a position on.</summary>
    /// <param name="last">The last position that may be read. Taken together with the segments: what comes later lies in others.</param>
    public static IEnumerable<JournaledEntry> Read(Storage storage, SegmentHeader[] segments, long from, long last)
    {
        foreach (Frame frame in ReadFrames(storage, segments, from, last))
        {
            ReadOnlyMemory<byte> body = frame.Body;
            for (int i = 0; i < frame.Header.Count; i++)
            {
                ReadOnlySpan<byte> rest = body.Span;
                var entry = new JournaledEntry(frame.Header.First + i, FrameBuilder.ReadEntry(ref rest));
                body = body[^rest.Length..];
                if (entry.Position >= from) yield return entry;
            }
        }
    }

    /// <summary>The frames from the one that holds a position on.</summary>
    public static IEnumerable<Frame> ReadFrames(Storage storage, SegmentHeader[] segments, long from, long last)
    {
        for (int i = 0; i < segments.Length; i++)
        {
            long before = i + 1 < segments.Length ? segments[i + 1].First : long.MaxValue;
            if (before <= from) continue;
            using StorageFile file = storage.Open(segments[i].Name);
            var reader = new FrameReader(file, segments[i]);
            while (reader.Next < before && reader.Next <= last)
            {
                long position = reader.Next;
                if (reader.TryRead(out FrameHeader header, out ReadOnlyMemory<byte> body) != FrameStatus.Read)
                    throw new JournalDamagedException(storage.PathOf(segments[i].Name), reader.Offset, position, "a damaged frame");
                if (header.Last >= from) yield return new Frame(header, body);
            }
        }
    }
}

/// <param name="Body">Valid until the next frame is read.</param>
readonly record struct Frame(FrameHeader Header, ReadOnlyMemory<byte> Body);
