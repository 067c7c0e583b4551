using Tandem.Journal;

namespace Tandem.Tests.Journal;

/// <summary>The machine died here.</summary>
public sealed class CrashException() : Exception("crash");

/// <summary>
/// A disk that remembers what was flushed and what was not, so that it can be crashed: what was not flushed is then there
/// or not, in any part. It can also be full, or refuse to flush.
/// </summary>
public sealed class MemoryStorage : Storage
{
    const int SectorBytes = 512;
    readonly Lock _lock = new();
    readonly SortedDictionary<string, Content> _durableNames = new(StringComparer.Ordinal);
    readonly List<Action<IDictionary<string, Content>>> _unflushedNames = [];
    SortedDictionary<string, Content> _names = new(StringComparer.Ordinal);
    bool _locked;

    public override string Folder => "/memory";

    /// <summary>Dies in the operation with this number, counted down; null lives.</summary>
    public int? OperationsToLive { get; set; }
    public Func<string, bool> FlushFails { get; set; } = _ => false;
    public long BytesFree { get; set; } = long.MaxValue / 2;
    /// <summary>Writes find no room, although it was allocated, and leave half of what they were to write.</summary>
    public Func<bool> WriteFindsNoRoom { get; set; } = () => false;

    public override IReadOnlyList<string> Names() { lock (_lock) return [.. _names.Keys]; }

    public override StorageFile Create(string name, long length)
    {
        lock (_lock)
        {
            Live();
            if (length > BytesFree) throw new StorageFullException(PathOf(name));
            BytesFree -= length;
            var content = new Content { Current = new byte[length], Durable = new byte[length] };
            ChangeNames(names => names[name] = content);
            return new MemoryFile(this, content);
        }
    }

    public override StorageFile Open(string name)
    {
        lock (_lock) return _names.TryGetValue(name, out Content? content) ? new MemoryFile(this, content) : throw new FileNotFoundException(name);
    }

    public override void Rename(string from, string to)
    {
        lock (_lock)
        {
            Live();
            ChangeNames(names => { if (names.Remove(from, out Content? content)) names[to] = content; });
        }
    }

    public override void Delete(string name)
    {
        lock (_lock)
        {
            Live();
            if (_names.TryGetValue(name, out Content? content)) BytesFree += content.Current.Length;
            ChangeNames(names => names.Remove(name));
        }
    }

    public override void FlushFolder()
    {
        lock (_lock)
        {
            Live();
            foreach (Action<IDictionary<string, Content>> change in _unflushedNames) change(_durableNames);
            _unflushedNames.Clear();
        }
    }

    public override void Lock()
    {
        if (_locked) throw new FolderInUseException(Folder);
        _locked = true;
    }

    protected override void Dispose(bool disposing) => _locked = false;

    void ChangeNames(Action<IDictionary<string, Content>> change)
    {
        change(_names);
        _unflushedNames.Add(change);
    }

    string NameOf(Content content) => _names.FirstOrDefault(pair => pair.Value == content).Key ?? "";

    void Live()
    {
        if (OperationsToLive is not { } left) return;
        if (left <= 0) throw new CrashException();
        OperationsToLive = left - 1;
    }

    /// <summary>What another machine finds on this disk after the crash.</summary>
    public MemoryStorage Crash(Random random)
    {
        lock (_lock)
        {
            var found = new SortedDictionary<string, Content>(_durableNames, StringComparer.Ordinal);
            foreach (Action<IDictionary<string, Content>> change in _unflushedNames.Take(random.Next(_unflushedNames.Count + 1))) change(found);
            int mode = random.Next(3);
            return With(found.ToDictionary(pair => pair.Key, pair => pair.Value.Crash(random, mode)));
        }
    }

    /// <summary>The same disk once more, all of it durable.</summary>
    public MemoryStorage Copy()
    {
        lock (_lock) return With(_names.ToDictionary(pair => pair.Key, pair => pair.Value.Current));
    }

    static MemoryStorage With(Dictionary<string, byte[]> files)
    {
        var storage = new MemoryStorage();
        foreach ((string name, byte[] bytes) in files)
            storage._durableNames[name] = new Content { Current = [.. bytes], Durable = [.. bytes] };
        storage._names = new(storage._durableNames, StringComparer.Ordinal);
        return storage;
    }

    public byte[] this[string name]
    {
        get => _names[name].Current;
        set => _names[name] = new Content { Current = value, Durable = [.. value] };
    }

    sealed class Content
    {
        public required byte[] Current { get; set; }
        public required byte[] Durable { get; set; }
        public List<(long Offset, byte[] Bytes)> Unflushed { get; } = [];

        public byte[] Crash(Random random, int mode)
        {
            byte[] bytes = [.. Durable];
            if (mode == 0) return bytes;                            // nothing of it
            int whole = random.Next(Unflushed.Count + 1);
            for (int i = 0; i < Unflushed.Count; i++)
            {
                (long offset, byte[] written) = Unflushed[i];
                if (mode == 1)                                      // a prefix, the last of it torn
                {
                    if (i > whole) break;
                    Put(ref bytes, offset, i < whole ? written : written[..random.Next(written.Length + 1)]);
                    continue;
                }
                for (int at = 0; at < written.Length;)              // any of its sectors
                {
                    int length = (int)Math.Min(SectorBytes - (offset + at) % SectorBytes, written.Length - at);
                    if (random.Next(2) == 0) Put(ref bytes, offset + at, written[at..(at + length)]);
                    at += length;
                }
            }
            return bytes;
        }

        public static void Put(ref byte[] bytes, long offset, byte[] written)
        {
            if (offset + written.Length > bytes.Length) Array.Resize(ref bytes, (int)offset + written.Length);
            written.CopyTo(bytes, offset);
        }
    }

    sealed class MemoryFile(MemoryStorage disk, Content content) : StorageFile
    {
        public override long Length { get { lock (disk._lock) return content.Current.Length; } }

        public override int Read(long offset, Span<byte> into)
        {
            lock (disk._lock)
            {
                if (offset >= content.Current.Length) return 0;
                Span<byte> from = content.Current.AsSpan((int)offset);
                int length = Math.Min(from.Length, into.Length);
                from[..length].CopyTo(into);
                return length;
            }
        }

        public override void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            lock (disk._lock)
            {
                bool noRoom = disk.WriteFindsNoRoom();
                byte[] written = [.. noRoom ? bytes[..(bytes.Length / 2)] : bytes];
                byte[] current = content.Current;
                Content.Put(ref current, offset, written);
                content.Current = current;
                content.Unflushed.Add((offset, written));
                disk.Live();
                if (noRoom) throw new StorageFullException(disk.PathOf(disk.NameOf(content)));
            }
        }

        public override void Flush()
        {
            lock (disk._lock)
            {
                disk.Live();
                if (disk.FlushFails(disk.NameOf(content))) throw new IOException("input/output error");
                content.Durable = [.. content.Current];
                content.Unflushed.Clear();
            }
        }

        public override void SetLength(long length)
        {
            lock (disk._lock)
            {
                byte[] current = content.Current;
                Array.Resize(ref current, (int)length);
                content.Current = current;
            }
        }

        protected override void Dispose(bool disposing) { }
    }
}
