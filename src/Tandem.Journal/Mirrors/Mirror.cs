using System.Security.Cryptography;
using Tandem.Core;
using Tandem.Journal.Files;

namespace Tandem.Journal.Mirrors;

/// <summary>
/// A node's own copy of a journal that is durable elsewhere: the file journal's segments, but not flushed for each frame.
/// What a crash of the host tears off is read again from etcd or fetched from the other side. Every frame ends with a
/// revision and tells it. One appends; others read, trim and flush.
/// </summary>
sealed class Mirror : IDisposable
{
    readonly Storage _storage;
    readonly long _segmentBytes;
    readonly Archive? _archive;
    readonly Lock _lock = new(), _flushing = new(), _trimming = new();
    readonly List<SegmentHeader> _segments = [];    // in order; the last is the active one
    readonly List<StorageFile> _closed = [];        // written to the end, not flushed yet
    readonly FrameBuilder _frame = new(64 * 1024);
    MirrorBase? _base;
    StorageFile? _active;
    long _activeBytes, _offset;
    JournalMark _mark;
    JournalMark _durable;       // what would be here after a crash of the host

    Mirror(Storage storage, long segmentBytes, Archive? archive) => (_storage, _segmentBytes, _archive) = (storage, segmentBytes, archive);

    public MirrorBase? Base => _base;
    public string Folder => _storage.Folder;
    /// <summary>The newest entry here, and up to which revision there is none after it; 0 when that is not known.</summary>
    public JournalMark Mark { get { lock (_lock) return _mark; } }
    public long LastPosition => Mark.Position;
    public long FirstPosition { get { lock (_lock) return _segments.Count > 0 ? _segments[0].First : _mark.Position + 1; } }

    /// <summary>Opens what is there, up to the first frame that is not whole.</summary>
    public static Mirror Open(Storage storage, string instance, int generation, long segmentBytes, Archive? archive = null)
    {
        storage.Lock();
        var mirror = new Mirror(storage, segmentBytes, archive) { _base = MirrorBase.Read(storage) };
        if (mirror._base is { } found && (found.Instance != instance || found.Generation != generation))
            throw new WrongInstanceException(storage.Folder, $"{found.Instance} (generation {found.Generation})", $"{instance} (generation {generation})");
        mirror.Recover();
        return mirror;
    }

    void Recover()
    {
        List<string> names = [.. _storage.Names().Where(SegmentHeader.IsSegment).OrderBy(SegmentHeader.FirstOf)];
        _mark = new JournalMark(_base?.Position ?? 0, _base?.Revision ?? 0);
        bool whole = _base is not null;
        foreach (string name in names)
        {
            string path = _storage.PathOf(name);
            StorageFile file = _storage.Open(name);
            SegmentHeader? header = whole ? SegmentHeader.Read(file, path) : null;
            // The first segment left begins where it was trimmed; each other one follows the one before it.
            whole = header is not null && header.Name == name && (_segments.Count == 0 ? header.First > _mark.Position : header.First == _mark.Position + 1);
            if (!whole)
            {
                file.Dispose();
                _storage.Delete(name);
                continue;
            }
            _segments.Add(header!);
            var reader = new FrameReader(file, header!);
            FrameStatus status;
            while ((status = reader.TryRead(out FrameHeader frame, out _)) == FrameStatus.Read) _mark = new JournalMark(frame.Last, frame.Durable);
            Tail.Clear(file, reader.Offset);
            if (reader.Next == header!.First && _mark.Position != header.First - 1)
            {
                // A first segment without a frame tells no revision.
                _mark = new JournalMark(header.First - 1, 0);
            }
            // What follows counts as durable; so must this.
            _active?.Flush();
            _active?.Dispose();
            (_active, _activeBytes, _offset) = (file, file.Length, reader.Offset);
            whole = status != FrameStatus.Damaged;
        }
        if (SeenMark.Read(_storage) is { } seen && seen.Position == _mark.Position && seen.Revision > _mark.Revision) _mark = seen;
        // A whole file cut short by a crash looks like its end: what follows must begin right there, or it is gone.
        _active?.Flush();
        _storage.FlushFolder();
        _durable = _mark;
    }

    /// <summary>Begins a mirror with nothing in it, behind a position. What was here is dropped.</summary>
    public void Found(MirrorBase begin)
    {
        lock (_flushing)
        {
            _active?.Dispose();
            _active = null;
            _closed.ForEach(file => file.Dispose());
            _closed.Clear();
            List<SegmentHeader> dropped;
            lock (_lock)
            {
                dropped = [.. _segments];
                _segments.Clear();
                _mark = _durable = new JournalMark(begin.Position, begin.Revision);
            }
            SeenMark.Write(_storage, default);
            dropped.ForEach(segment => _storage.Delete(segment.Name));
            _storage.FlushFolder();
            begin.Write(_storage);
            _base = begin;
        }
    }

    /// <summary>Entries that follow the newest one, as they stand in a frame's body; with them a revision is complete.</summary>
    /// <exception cref="StorageFullException"/>
    public void Append(ReadOnlySpan<byte> body, int count, long revision)
    {
        Invariant.That(_base is not null && count > 0);
        long first = _mark.Position + 1;
        _frame.Begin(first);
        _frame.AddBody(body, count);
        if (_active is null || _frame.Length > _activeBytes - _offset) Roll(first);
        ReadOnlySpan<byte> bytes = _frame.Finish(_base!.Generation, revision, _segments[^1].Salt);
        _active!.Write(_offset, bytes);
        _offset += bytes.Length;
        lock (_lock) _mark = new JournalMark(first + count - 1, revision);
    }

    /// <summary>
    /// At a revision the newest batch was that of another: when that one is here, so is all up to the revision. An idle
    /// journal's mark goes on with it, or the cluster could not be compacted for the others.
    /// </summary>
    public void See(long newestBatch, long revision)
    {
        lock (_lock)
            if (_mark.Revision >= newestBatch && _mark.Revision < revision && _mark.Revision > 0) _mark = _mark with { Revision = revision };
    }

    /// <summary>The same, told by another mirror of this journal.</summary>
    public void SeeUpTo(JournalMark other)
    {
        lock (_lock)
            if (other.Position == _mark.Position && other.Revision > _mark.Revision) _mark = other;
    }

    void Roll(long first)
    {
        var header = new SegmentHeader(_base!.Instance, _base.Generation, first, BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)));
        long bytes = Math.Max(_segmentBytes, SegmentHeader.Bytes + _frame.Length);
        StorageFile file = _storage.Create(header.Name, bytes);
        file.Write(0, header.ToBytes());
        lock (_lock)
        {
            if (_active is not null) _closed.Add(_active);
            (_active, _activeBytes, _offset) = (file, bytes, SegmentHeader.Bytes);
            _segments.RemoveAll(empty => empty.First == first);
            _segments.Add(header);
        }
    }

    /// <summary>Makes durable what is here. Any thread.</summary>
    public JournalMark Flush()
    {
        lock (_flushing)
        {
            JournalMark upTo;
            StorageFile[] closed;
            StorageFile? active;
            lock (_lock)
            {
                (upTo, active) = (_mark, _active);
                closed = [.. _closed];
            }
            if (upTo == _durable) return upTo;
            foreach (StorageFile file in closed) file.Flush();
            active?.Flush();
            SeenMark.Write(_storage, upTo);
            _storage.FlushFolder();
            lock (_lock)
            {
                _durable = upTo;
                foreach (StorageFile file in closed) _closed.Remove(file);
            }
            foreach (StorageFile file in closed) file.Dispose();
            return upTo;
        }
    }

    /// <summary>The entries from a position on, up to the newest of now.</summary>
    /// <exception cref="StateUnreachableException">They are no longer here.</exception>
    public IEnumerable<JournaledEntry> Read(long from)
    {
        (SegmentHeader[] segments, long last) = SegmentsFrom(from);
        return Segments.Read(_storage, segments, from, last);
    }

    /// <summary>Whole frames, from the one that holds a position on, up to the newest of now.</summary>
    public IEnumerable<Frame> ReadFrames(long from)
    {
        (SegmentHeader[] segments, long last) = SegmentsFrom(from);
        return Segments.ReadFrames(_storage, segments, from, last);
    }

    (SegmentHeader[] Segments, long Last) SegmentsFrom(long from)
    {
        lock (_lock)
        {
            long first = _segments.Count > 0 ? _segments[0].First : _mark.Position + 1;
            if (from < first)
                throw new StateUnreachableException($"{_storage.Folder} begins at position {first}; what is before it lies in the archive, or on the other side.");
            return ([.. _segments], _mark.Position);
        }
    }

    /// <summary>Drops whole segments whose entries are all before a position; each goes to the archive first.</summary>
    public void Trim(long before)
    {
        lock (_trimming)
        {
            // What follows must be on the disk before anything goes.
            lock (_lock) before = Math.Min(before, _durable.Position);
            Segments.Trim(_storage, _archive, _segments, _lock, before);
        }
    }

    public void Dispose()
    {
        if (_active is not null) Flush();
        _active?.Dispose();
        _closed.ForEach(file => file.Dispose());
        _storage.Dispose();
    }
}
