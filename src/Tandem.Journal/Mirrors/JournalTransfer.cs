using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Tandem.Journal.Files;
using Tandem.Journal.Mirrors;

namespace Tandem.Journal;

/// <summary>
/// Entries on their way from one side's mirror to the other's, for a side that etcd is compacted past. The stream: magic
/// (8), format (4), length of the journal's founding mark (4) and it, the sender's newest position and revision (8, 8), then,
/// compressed (Brotli), a stretch: head and frames as in a segment, each entry length-delimited and positions in the heads.
/// </summary>
public static class JournalTransfer
{
    const int Format = 1, HeadBytes = 32, FoundedBytesMax = 256;
    static ReadOnlySpan<byte> Magic => "TANDEMX\n"u8;

    /// <summary>Sends what the mirror has from a position on, up to its newest entry of now. Closes nothing.</summary>
    /// <exception cref="StateUnreachableException">The mirror no longer has them.</exception>
    public static void Export(EtcdJournal journal, long from, Stream into)
    {
        Mirror mirror = journal.Mirror;
        // Frames are taken up to here even when more is appended meanwhile; read before the mark, their end would be unknown.
        JournalMark mark = mirror.Mark;
        IEnumerable<Frame> frames = mirror.ReadFrames(from).TakeWhile(frame => frame.Header.Last <= mark.Position);
        byte[] founded = Encoding.UTF8.GetBytes(mirror.Base!.Founded);
        byte[] head = new byte[HeadBytes];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), Format);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), founded.Length);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(16), mark.Position);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(24), mark.Revision);
        into.Write(head);
        into.Write(founded);
        using var compressed = new BrotliStream(into, CompressionLevel.Fastest, leaveOpen: true);
        Stretch.Write(compressed, journal.Instance, journal.Generation, from, frames);
    }

    /// <summary>
    /// Takes fetched entries into a mirror that is not open: behind what it has, when they follow that; else in its place.
    /// </summary>
    /// <returns>What the mirror has now.</returns>
    /// <exception cref="JournalException">The stream is damaged, or another journal's. What was whole of it was taken.</exception>
    public static JournalMark Import(string mirror, EtcdOptions cluster, EtcdJournalOptions options, Stream from) =>
        Import(new FolderStorage(mirror), cluster, options, from);

    /// <summary>Takes the storage over, and disposes it.</summary>
    public static JournalMark Import(Storage storage, EtcdOptions cluster, EtcdJournalOptions options, Stream from)
    {
        const string Name = "the entries fetched from the other side";
        byte[] head = new byte[HeadBytes];
        if (from.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !head.AsSpan().StartsWith(Magic))
            throw new JournalDamagedException(Name, 0, 0, "a damaged head", JournalDamagedException.FetchAgain);
        int format = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(8));
        if (format > Format) throw new NewerDataException(Name, format, Format);
        int length = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12));
        if (length is <= 0 or > FoundedBytesMax) throw new JournalDamagedException(Name, 12, 0, "a damaged head", JournalDamagedException.FetchAgain);
        byte[] founded = new byte[length];
        from.ReadExactly(founded);
        var newest = new JournalMark(BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(16)), BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(24)));

        using var plain = new BrotliStream(from, CompressionMode.Decompress, leaveOpen: true);
        (SegmentHeader header, IEnumerable<Frame> frames) = Stretch.Read(plain, Name, JournalDamagedException.FetchAgain);
        if (header.Instance != cluster.Instance || header.Generation != cluster.Generation)
            throw new WrongInstanceException(Name, $"{header.Instance} (generation {header.Generation})", $"{cluster.Instance} (generation {cluster.Generation})");

        using Mirror mirror = Mirror.Open(storage, cluster.Instance, cluster.Generation, options.MirrorSegmentBytes, options.Archive);
        string journal = Encoding.UTF8.GetString(founded);
        if (mirror.Base?.Founded != journal || mirror.LastPosition < header.First - 1)
            mirror.Found(MirrorBase.Of(cluster.Instance, cluster.Generation, journal, header.First - 1, newest.Position == header.First - 1 ? newest.Revision : 0));
        foreach (Frame frame in frames)
        {
            if (frame.Header.Last <= mirror.LastPosition) continue;
            ReadOnlySpan<byte> body = frame.Body.Span;
            long first = frame.Header.First;
            for (; first <= mirror.LastPosition; first++) FrameBuilder.SkipEntry(ref body);
            mirror.Append(body, (int)(frame.Header.Last - first + 1), frame.Header.Durable);
        }
        mirror.SeeUpTo(newest);
        if (mirror.LastPosition < newest.Position) throw new JournalDamagedException(Name, 0, mirror.LastPosition + 1, "the end of the stream", JournalDamagedException.FetchAgain);
        return mirror.Flush();
    }
}
