namespace Tandem.Journal.Files;

sealed record RecoveredLog(
    string Instance, int Generation, List<SegmentHeader> Segments, StorageFile? Active, long Offset, long LastPosition, DurableMark Mark);

/// <summary>
/// Opens what is there. Behind the last completed flush an unfinished write may have left anything, and it is cut: nobody
/// was told of it. Before it nothing may be missing. Where the border lies is told by the durable mark and by every frame,
/// because a frame is only written after the flush of the one before it.
/// </summary>
static class Recovery
{
    public static SegmentLog Open(Storage storage, FileJournalOptions options)
    {
        Check(options);
        storage.Lock();
        DurableMark mark = DurableMark.Open(storage);
        var supply = new SegmentSupply(storage, options.SegmentBytes, options.ReserveBytes);
        var log = new SegmentLog(storage, supply, Recover(storage, options, mark), options.Archive);
        supply.Refill();
        storage.FlushFolder();
        return log;
    }

    static void Check(FileJournalOptions options)
    {
        long segmentMin = options.FrameBytesMax + SegmentHeader.Bytes;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SegmentBytes, segmentMin);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReserveBytes, segmentMin);
    }

    static RecoveredLog Recover(Storage storage, FileJournalOptions options, DurableMark mark)
    {
        List<string> names = SegmentNames(storage);
        DropUnfinished(storage, names, mark.Position);

        List<SegmentHeader> segments = [];
        long next = 1;
        string instance = options.Instance ?? "";
        StorageFile? active = null;
        long offset = 0;
        for (int i = 0; i < names.Count; i++)
        {
            string path = storage.PathOf(names[i]);
            StorageFile file = storage.Open(names[i]);
            SegmentHeader header = ReadHeader(file, names[i], path);
            if (instance.Length == 0) instance = header.Instance;
            if (header.Instance != instance) throw new WrongInstanceException(storage.Folder, header.Instance, instance);
            if (i > 0 && header.First < next) throw new JournalDamagedException(path, 0, header.First, "a second segment with the same entries begins");
            if (i > 0 && header.Generation < segments[^1].Generation) throw new JournalDamagedException(path, 0, header.First, "a segment of an older generation begins");
            segments.Add(header);

            var reader = new FrameReader(file, header);
            FrameStatus status;
            do status = reader.TryRead(out _, out _); while (status == FrameStatus.Read);
            next = reader.Next;
            offset = reader.Offset;
            if (i + 1 < names.Count)
            {
                if (next < SegmentHeader.FirstOf(names[i + 1])) throw Missing(file, header, path, reader, status);
                file.Dispose();
                continue;
            }

            if (mark.Position >= next || Tail.ProvesDurable(file, header, offset, next)) throw Missing(file, header, path, reader, status);
            MakeDurable(file, reader);
            active = file;
        }
        if (names.Count == 0 && mark.Position > 0)
            throw new JournalDamagedException(storage.Folder, 0, 1, $"segments up to position {mark.Position} are missing");
        if (instance.Length == 0) throw new ArgumentException("a new journal needs its instance", nameof(options));
        if (active is not null)
        {
            storage.FlushFolder();
            mark.Set(segments[^1].Generation, next - 1);
        }
        return new RecoveredLog(instance, segments.Count > 0 ? segments[^1].Generation : 1, segments, active, offset, next - 1, mark);
    }

    static List<string> SegmentNames(Storage storage)
    {
        List<(long First, int Generation, string Name)> found = [];
        foreach (string name in storage.Names().Where(SegmentHeader.IsSegment))
        {
            if (!SegmentHeader.TryParseName(name, out int generation, out long first))
                throw new JournalDamagedException(storage.PathOf(name), 0, 0, "a segment whose name tells no position");
            found.Add((first, generation, name));
        }
        found.Sort();
        return [.. found.Select(segment => segment.Name)];
    }

    /// <summary>A last segment that holds nothing but a torn header was in the making on a disk that writes in any order.</summary>
    static void DropUnfinished(Storage storage, List<string> names, long durable)
    {
        if (names.Count == 0) return;
        string name = names[^1];
        long first = SegmentHeader.FirstOf(name);
        using (StorageFile file = storage.Open(name))
        {
            if (durable >= first || SegmentHeader.Read(file, storage.PathOf(name)) is not null || !IsEmpty(file)) return;
        }
        storage.Delete(name);
        storage.FlushFolder();
        names.RemoveAt(names.Count - 1);
    }

    static bool IsEmpty(StorageFile file)
    {
        byte[] chunk = new byte[256 * 1024];
        for (long at = SegmentHeader.Bytes; ; at += chunk.Length)
        {
            int got = file.Read(at, chunk);
            if (chunk.AsSpan(0, got).ContainsAnyExcept((byte)0)) return false;
            if (got < chunk.Length) return true;
        }
    }

    static SegmentHeader ReadHeader(StorageFile file, string name, string path)
    {
        SegmentHeader? header = SegmentHeader.Read(file, path);
        if (header is null) throw new JournalDamagedException(path, 0, SegmentHeader.FirstOf(name), "a damaged header");
        if (header.Name != name) throw new JournalDamagedException(path, 0, header.First, $"a header of {header.Name}");
        return header;
    }

    static JournalDamagedException Missing(StorageFile file, SegmentHeader header, string path, FrameReader reader, FrameStatus status)
    {
        bool within = status == FrameStatus.Damaged || Tail.ProvesDurable(file, header, reader.Offset, reader.Next);
        return new(path, reader.Offset, reader.Next, within ? "a damaged frame" : "entries are missing");
    }

    /// <summary>
    /// Cuts the unfinished tail, and makes durable what will be delivered now though its own flush may not have completed.
    /// Its last frame is written again: after a failed flush the page cache holds it as clean, so that reading it, and
    /// even another flush, proves nothing.
    /// </summary>
    static void MakeDurable(StorageFile file, FrameReader reader)
    {
        Tail.Clear(file, reader.Offset);
        if (reader.LastFrameOffset > 0)
        {
            byte[] frame = new byte[reader.Offset - reader.LastFrameOffset];
            file.Read(reader.LastFrameOffset, frame);
            file.Write(reader.LastFrameOffset, frame);
        }
        file.Flush();
    }
}
