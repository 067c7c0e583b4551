using System.Security.Cryptography;
using Tandem.Core;

namespace Tandem.Journal.Files;

/// <summary>
/// The segments as one log. One thread appends; others may read and trim. Nothing here retries: what failed is told, and
/// only a <see cref="StorageFullException"/> leaves the log usable.
/// </summary>
sealed class SegmentLog : IDisposable
{
    readonly Storage _storage;
    readonly DurableMark _mark;
    readonly Archive? _archive;
    readonly Lock _lock = new(), _trimming = new();
    readonly List<SegmentHeader> _segments;    // in order; the last is the active one
    StorageFile? _active;
    long _activeBytes, _offset, _lastPosition;

    internal SegmentLog(Storage storage, SegmentSupply supply, RecoveredLog found, Archive? archive)
    {
        (_storage, Supply, _mark, _archive) = (storage, supply, found.Mark, archive);
        (_segments, _active, _offset, _lastPosition) = (found.Segments, found.Active, found.Offset, found.LastPosition);
        (Instance, Generation) = (found.Instance, found.Generation);
        _activeBytes = _active?.Length ?? 0;
    }

    public string Instance { get; }
    public int Generation { get; }
    public SegmentSupply Supply { get; }

    /// <summary>The last position that is durable.</summary>
    public long LastPosition => Volatile.Read(ref _lastPosition);
    public long FirstPosition { get { lock (_lock) return _segments.Count > 0 ? _segments[0].First : _lastPosition + 1; } }
    /// <summary>What is left in the active segment.</summary>
    public long Room => _activeBytes - _offset;

    /// <summary>The frame is durable when this returns.</summary>
    /// <exception cref="StorageFullException">It is not in the log, and may be tried again.</exception>
    public void Append(FrameBuilder frame)
    {
        Invariant.That(frame.First == _lastPosition + 1 && frame.Count > 0);
        if (_active is null || frame.Length > Room) Roll(frame.First);

        ReadOnlySpan<byte> bytes = frame.Finish(Generation, _lastPosition, _segments[^1].Salt);
        _active!.Write(_offset, bytes);
        _active.Flush();
        _offset += bytes.Length;
        Volatile.Write(ref _lastPosition, frame.First + frame.Count - 1);
    }

    /// <summary>Leaves evidence of what is about to be acknowledged.</summary>
    public void Mark()
    {
        try
        {
            _mark.Set(Generation, _lastPosition);
        }
        catch (StorageFullException)
        {
            // The next frame says the same.
        }
    }

    /// <summary>The header is durable before the file gets its name, so a segment is never seen half made.</summary>
    void Roll(long first)
    {
        StorageFile? file = Supply.Take(out string name);
        if (file is null) throw new StorageFullException(_storage.Folder);
        var header = new SegmentHeader(Instance, Generation, first, BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)));
        try
        {
            file.Write(0, header.ToBytes());
            file.Flush();
            _storage.Rename(name, header.Name);
        }
        catch (StorageFullException)
        {
            file.Dispose();
            _storage.Delete(name);
            throw;
        }
        finally
        {
            Supply.Renamed();
        }
        _storage.FlushFolder();

        _active?.Dispose();
        (_active, _activeBytes, _offset) = (file, file.Length, SegmentHeader.Bytes);
        lock (_lock)
        {
            _segments.RemoveAll(empty => empty.First == first);    // the new file took its name
            _segments.Add(header);
        }
    }

    /// <summary>The entries from a position on, up to the newest of now.</summary>
    public IEnumerable<JournaledEntry> Read(long from)
    {
        SegmentHeader[] segments;
        long last;
        lock (_lock) (segments, last) = ([.. _segments], LastPosition);
        return Segments.Read(_storage, segments, from, last);
    }

    /// <summary>Drops whole segments whose entries are all before a position; each goes to the archive first.</summary>
    public void Trim(long before)
    {
        lock (_trimming) Segments.Trim(_storage, _archive, _segments, _lock, before);
    }

    public void Dispose()
    {
        _active?.Dispose();
        _mark.Dispose();
        Supply.Dispose();
    }
}
