namespace Tandem.Journal.Files;

/// <summary>
/// Files allocated ahead: the next segment, so that an append never changes a file's size, and the reserve, a smaller
/// segment for the time when the disk is full. One thread refills, another takes.
/// </summary>
sealed class SegmentSupply : IDisposable
{
    public const string NextName = "next.tmp", ReserveName = "reserve.tmp";
    readonly Storage _storage;
    readonly long _segmentBytes, _reserveBytes;
    readonly Lock _lock = new();
    StorageFile? _next, _reserve;
    string? _taken;     // a file that still has its temporary name although it is no longer here
    bool _exhausted;

    public SegmentSupply(Storage storage, long segmentBytes, long reserveBytes)
    {
        _storage = storage;
        _segmentBytes = segmentBytes;
        _reserveBytes = reserveBytes;
        _reserve = Adopt(ReserveName, reserveBytes);
        _next = Adopt(NextName, segmentBytes);
    }

    /// <summary>A restart on a full disk keeps the reserve it has. A file that is half a segment is of no use.</summary>
    StorageFile? Adopt(string name, long length)
    {
        if (!_storage.Names().Contains(name)) return null;
        StorageFile file = _storage.Open(name);
        Span<byte> head = stackalloc byte[SegmentHeader.Bytes];
        if (file.Length == length && file.Read(0, head) == head.Length && !head.ContainsAnyExcept((byte)0)) return file;
        file.Dispose();
        _storage.Delete(name);
        return null;
    }

    /// <summary>The last attempt to allocate found no room.</summary>
    public bool Exhausted { get { lock (_lock) return _exhausted; } }
    public bool HasNext { get { lock (_lock) return _next is not null; } }
    public bool HasReserve { get { lock (_lock) return _reserve is not null; } }
    public bool Complete { get { lock (_lock) return _next is not null && _reserve is not null; } }

    /// <summary>Allocates what is missing; false when there is no room for it. The reserve first: calls in progress come first.</summary>
    public bool Refill()
    {
        try
        {
            if (Lacks(ReserveName)) Put(ReserveName, _storage.Create(ReserveName, _reserveBytes));
            if (Lacks(NextName)) Put(NextName, _storage.Create(NextName, _segmentBytes));
            return true;
        }
        catch (StorageFullException)
        {
            lock (_lock) _exhausted = true;
            return false;
        }
    }

    bool Lacks(string name)
    {
        lock (_lock) return (name == NextName ? _next : _reserve) is null && _taken != name;
    }

    void Put(string name, StorageFile file)
    {
        try
        {
            file.Flush();
        }
        catch
        {
            file.Dispose();
            throw;
        }
        lock (_lock)
        {
            if (name == NextName) _next = file; else _reserve = file;
            _exhausted = false;
        }
    }

    /// <summary>
    /// The next segment's file, or the reserve when the disk is full; null when there is neither. It is replaced only after
    /// <see cref="Renamed"/>: a new file under the old name would be written over the one that was taken.
    /// </summary>
    public StorageFile? Take(out string name)
    {
        lock (_lock)
        {
            name = _next is not null ? NextName : ReserveName;
            ref StorageFile? place = ref _next is not null ? ref _next : ref _reserve;
            StorageFile? file = place;
            place = null;
            if (file is not null) _taken = name;
            return file;
        }
    }

    /// <summary>What was taken has its own name now, or is deleted.</summary>
    public void Renamed()
    {
        lock (_lock) _taken = null;
    }

    /// <summary>Frees the reserve's room for a file system that needs new room even to write where room was allocated.</summary>
    public bool GiveUpReserve()
    {
        lock (_lock)
        {
            _exhausted = true;
            if (_reserve is null) return false;
            _reserve.Dispose();
            _reserve = null;
            _storage.Delete(ReserveName);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _next?.Dispose();
            _reserve?.Dispose();
        }
    }
}
