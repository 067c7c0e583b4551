using System.Buffers.Binary;
using System.Threading.Channels;
using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Schema;

namespace Tandem.Journal.Snapshots;

/// <summary>
/// A snapshot in the making. The loop draws a few items at a time, between entries; a background task writes them, and
/// gives the file its name when all of it is durable.
/// </summary>
public sealed class SnapshotWriter : IAsyncDisposable
{
    const int ChunkBytes = 128 * 1024;
    const int ChunksMax = 8;
    /// <summary>An item larger than this is our bug: no entity grows without limit.</summary>
    const int ItemBytesMax = 64 << 20;

    readonly Storage _storage;
    readonly SnapshotFile _snapshot;
    readonly ulong _hash;
    readonly Channel<ArraySegment<byte>> _chunks = Channel.CreateBounded<ArraySegment<byte>>(
        new BoundedChannelOptions(ChunksMax) { SingleReader = true, SingleWriter = true });
    readonly CancellationTokenSource _abandoned = new();
    byte[] _chunk = new byte[ChunkBytes];
    int _end;
    long _items;
    bool _drawn;

    internal SnapshotWriter(Storage storage, SnapshotFile snapshot, ulong hash)
    {
        (_storage, _snapshot, _hash) = (storage, snapshot, hash);
        Completion = Task.Run(WriteAsync, _abandoned.Token);
    }

    public long Position => _snapshot.Position;
    /// <summary>Completes when the snapshot is durable under its name.</summary>
    public Task Completion { get; }

    /// <summary>
    /// Draws up to <paramref name="itemsMax"/> items, fewer when the disk is behind. False when the last was drawn.
    /// </summary>
    public bool Draw(SnapshotCapture capture, int itemsMax)
    {
        for (int i = 0; i < itemsMax && !_drawn; i++)
        {
            if (_end >= ChunkBytes / 2 && !TryHandOver()) return true;
            if (capture.TryNext(out SnapshotItem item)) Add(item);
            else _drawn = true;
        }
        if (!_drawn) return true;
        if (_end > 0 && !TryHandOver()) return true;
        _chunks.Writer.TryComplete();
        return false;
    }

    void Add(SnapshotItem item)
    {
        int bytes = item.CalculateSize();
        Invariant.That(bytes <= ItemBytesMax);
        if (_end + sizeof(int) + bytes > _chunk.Length) Array.Resize(ref _chunk, _end + sizeof(int) + bytes);
        BinaryPrimitives.WriteInt32LittleEndian(_chunk.AsSpan(_end), bytes);
        item.WriteTo(_chunk.AsSpan(_end + sizeof(int), bytes));
        _end += sizeof(int) + bytes;
        _items++;
    }

    bool TryHandOver()
    {
        if (Completion.IsCompleted) { _end = 0; return true; }    // it failed: draw to the end all the same
        if (!_chunks.Writer.TryWrite(new ArraySegment<byte>(_chunk, 0, _end))) return false;
        _chunk = new byte[ChunkBytes];
        _end = 0;
        return true;
    }

    async Task WriteAsync()
    {
        string temporary = _snapshot.Name + ".tmp";
        bool complete = false;
        StorageFile file = _storage.Create(temporary, 0);
        try
        {
            long at = 0;
            uint crc = 0;
            void Write(ReadOnlySpan<byte> bytes)
            {
                file.Write(at, bytes);
                crc = Crc32C.Of(bytes, crc);
                at += bytes.Length;
            }

            Write(Head());
            await foreach (ArraySegment<byte> chunk in _chunks.Reader.ReadAllAsync(_abandoned.Token)) Write(chunk);
            byte[] foot = Foot();
            Write(foot.AsSpan(0, SnapshotFile.FootBytes - sizeof(uint)));
            BinaryPrimitives.WriteUInt32LittleEndian(foot.AsSpan(SnapshotFile.FootBytes - sizeof(uint)), crc);
            file.Write(at, foot.AsSpan(SnapshotFile.FootBytes - sizeof(uint)));
            file.Flush();
            complete = true;
        }
        finally
        {
            file.Dispose();
            if (!complete) _storage.Delete(temporary);
        }
        _storage.Rename(temporary, _snapshot.Name);
        _storage.FlushFolder();
    }

    byte[] Head()
    {
        byte[] head = new byte[SnapshotFile.HeadBytes];
        SnapshotFile.HeadMagic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), SnapshotFile.Format);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), _snapshot.Generation);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(16), _snapshot.Position);
        return head;
    }

    byte[] Foot()
    {
        byte[] foot = new byte[SnapshotFile.FootBytes];
        SnapshotFile.FootMagic.CopyTo(foot);
        BinaryPrimitives.WriteInt64LittleEndian(foot.AsSpan(8), _items);
        BinaryPrimitives.WriteUInt64LittleEndian(foot.AsSpan(16), _hash);
        return foot;
    }

    /// <summary>Abandons it when it is not complete.</summary>
    public async ValueTask DisposeAsync()
    {
        await _abandoned.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _abandoned.Dispose();
    }
}
