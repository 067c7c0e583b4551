namespace Tandem.Journal.Files;

/// <summary>Reading over the borders of segments, while more is appended behind them; dropping the oldest.</summary>
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

    /// <summary>
    /// Drops whole segments whose entries are all before a position; each goes to the archive first. In order, and each
    /// deletion durable before the next: a crash leaves no hole. One at a time.
    /// </summary>
    /// <param name="segments">Under its <paramref name="guard"/>. The last is never dropped.</param>
    public static void Trim(Storage storage, Archive? archive, List<SegmentHeader> segments, Lock guard, long before)
    {
        while (true)
        {
            SegmentHeader oldest;
            long end;
            lock (guard)
            {
                if (segments.Count < 2 || segments[1].First > before) return;
                (oldest, end) = (segments[0], segments[1].First);
            }
            archive?.Add(storage, oldest, end - 1);
            lock (guard) segments.RemoveAt(0);
            storage.Delete(oldest.Name);
            storage.FlushFolder();
        }
    }
}

/// <param name="Body">Valid until the next frame is read.</param>
readonly record struct Frame(FrameHeader Header, ReadOnlyMemory<byte> Body);
