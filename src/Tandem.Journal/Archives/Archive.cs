using System.IO.Compression;
using System.Security.Cryptography;
using Tandem.Core.Schema;
using Tandem.Journal.Archives;
using Tandem.Journal.Files;
using Tandem.Journal.Mirrors;

namespace Tandem.Journal;

/// <summary>
/// The journal's past: segments that were trimmed, compressed, each naming the releases that lived it, so that any day can
/// be replayed with the release that lived it. Any thread.
/// </summary>
public sealed class Archive
{
    readonly ArchiveOptions _options;
    readonly Lock _lock = new();

    public Archive(ArchiveOptions options)
    {
        _options = options;
        Directory.CreateDirectory(options.Folder);
        foreach (string unfinished in Directory.EnumerateFiles(options.Folder, "archive-*.tmp")) File.Delete(unfinished);
    }

    /// <summary>Null when there is nothing.</summary>
    public (long First, long Last)? Range => Files() is [var oldest, ..] files ? (oldest.First, files[^1].Last) : null;

    /// <summary>Archives a segment that ends at a position; one that is here already is passed over.</summary>
    /// <exception cref="StorageFullException">No room, and nothing older that could go.</exception>
    internal void Add(Storage storage, SegmentHeader segment, long last)
    {
        lock (_lock)
        {
            if (Files().Exists(file => file.Generation == segment.Generation && file.First == segment.First && file.Last == last)) return;
            while (true)
            {
                try
                {
                    Write(storage, segment, last);
                    break;
                }
                catch (IOException e) when (Posix.IsFull(e))
                {
                    // The newest past is worth more than the oldest.
                    if (Files() is not [var oldest, ..]) throw new StorageFullException(_options.Folder, e);
                    File.Delete(oldest.Path);
                }
            }
            DropOldest();
        }
    }

    void Write(Storage storage, SegmentHeader segment, long last)
    {
        SortedSet<string> releases = new(StringComparer.Ordinal) { _options.Release };
        foreach (JournaledEntry read in Segments.Read(storage, [segment], segment.First, last))
            if (read.Entry.InputCase == Entry.InputOneofCase.NodeStarted) releases.Add(read.Entry.NodeStarted.Release);

        // The content first: the head tells its hash.
        string temporary = Path.Combine(_options.Folder, $"archive-{segment.First}.tmp"), content = Path.Combine(_options.Folder, $"archive-{segment.First}-content.tmp");
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long bytes;
            using (FileStream packed = File.Create(content))
            {
                using var compressed = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true);
                using var hashing = new HashingStream(compressed, hash);
                Stretch.Write(hashing, segment.Instance, segment.Generation, segment.First, Segments.ReadFrames(storage, [segment], segment.First, last));
                bytes = hashing.Written;
            }
            var header = new ArchiveHeader(ArchiveHeader.FormatKnown, segment.Instance, segment.Generation, segment.First, last,
                [.. releases], [_options.DecisionLevel()], "br", bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
            using (FileStream file = File.Create(temporary))
            {
                file.Write(header.ToLine());
                using (FileStream packed = File.OpenRead(content)) packed.CopyTo(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, Path.Combine(_options.Folder, header.Name), overwrite: true);
        }
        finally
        {
            File.Delete(content);
            File.Delete(temporary);
        }
    }

    void DropOldest()
    {
        List<(string Path, int Generation, long First, long Last)> files = Files();
        long total = files.Sum(file => new FileInfo(file.Path).Length);
        for (int i = 0; i < files.Count - 1 && total > _options.BytesMax; i++)
        {
            total -= new FileInfo(files[i].Path).Length;
            File.Delete(files[i].Path);
        }
    }

    /// <summary>The entries of a stretch, both ends included, each segment checked before the first of its entries is told.</summary>
    /// <exception cref="StateUnreachableException">A part of it is not here.</exception>
    /// <exception cref="JournalDamagedException"/>
    public IEnumerable<JournaledEntry> Read(long from, long to)
    {
        long next = from;
        foreach ((string path, _, long first, long last) in Files())
        {
            if (last < next || first > to) continue;
            if (first > next) break;
            foreach (Frame frame in Content(path))
            {
                ReadOnlyMemory<byte> body = frame.Body;
                for (int i = 0; i < frame.Header.Count; i++)
                {
                    ReadOnlySpan<byte> rest = body.Span;
                    Entry entry = FrameBuilder.ReadEntry(ref rest);
                    body = body[^rest.Length..];
                    long position = frame.Header.First + i;
                    if (position < next) continue;
                    if (position > to) yield break;
                    yield return new JournaledEntry(position, entry);
                    next = position + 1;
                }
            }
        }
        if (next <= to) throw new StateUnreachableException($"{_options.Folder} has no entries from {next} to {to}.");
    }

    static IEnumerable<Frame> Content(string path)
    {
        Check(path);
        using FileStream file = File.OpenRead(path);
        ArchiveHeader.Read(file, path);
        using var plain = new BrotliStream(file, CompressionMode.Decompress);
        foreach (Frame frame in Stretch.Read(plain, path).Frames) yield return frame;
    }

    static void Check(string path)
    {
        using FileStream file = File.OpenRead(path);
        ArchiveHeader header = ArchiveHeader.Read(file, path);
        using var plain = new BrotliStream(file, CompressionMode.Decompress);
        string hash;
        try
        {
            hash = Convert.ToHexStringLower(SHA256.HashData(plain));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or InvalidOperationException)
        {
            throw new JournalDamagedException(path, 0, header.First, e.Message);
        }
        if (hash != header.Sha256) throw new JournalDamagedException(path, 0, header.First, "content that is not what its head says");
    }

    /// <summary>In order; segments of one start that were cut differently at another do not overlap within a generation.</summary>
    List<(string Path, int Generation, long First, long Last)> Files()
    {
        List<(string Path, int Generation, long First, long Last)> files = [];
        foreach (string path in Directory.EnumerateFiles(_options.Folder))
            if (ArchiveHeader.TryParseName(Path.GetFileName(path), out int generation, out long first, out long last)) files.Add((path, generation, first, last));
        files.Sort((a, b) => (a.Generation, a.First, a.Last).CompareTo((b.Generation, b.First, b.Last)));
        return files;
    }

    /// <summary>Hashes what goes through it.</summary>
    sealed class HashingStream(Stream into, IncrementalHash hash) : Stream
    {
        public long Written { get; private set; }
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => Written; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            into.Write(buffer);
            Written += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
        public override void Flush() => into.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
