using System.Buffers.Binary;
using System.Security.Cryptography;
using Tandem.Journal.Files;

namespace Tandem.Journal.Mirrors;

/// <summary>
/// A stretch of a journal as a stream of bytes: a segment's head, then frames, as they lie in a segment without its unused
/// rest. Archives are made of it, and what a side fetches from the other.
/// </summary>
static class Stretch
{
    const int FrameBytesMax = 256 << 20;

    /// <summary>Writes frames that are in order and without a gap; a first one that begins before <paramref name="first"/> is cut.</summary>
    public static void Write(Stream into, string instance, int generation, long first, IEnumerable<Frame> frames)
    {
        var header = new SegmentHeader(instance, generation, first, BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)));
        into.Write(header.ToBytes());
        Span<byte> head = stackalloc byte[FrameHeader.Bytes];
        foreach (Frame frame in frames)
        {
            ReadOnlySpan<byte> body = frame.Body.Span;
            FrameHeader cut = frame.Header;
            for (; cut.First < first; cut = cut with { First = cut.First + 1, Count = cut.Count - 1 }) FrameBuilder.SkipEntry(ref body);
            cut = cut with { Generation = generation, BodyBytes = body.Length, BodyChecksum = Crc32C.Of(body, header.Salt) };
            cut.Write(head, header.Salt);
            into.Write(head);
            into.Write(body);
        }
    }

    /// <summary>The head of a stretch, then its frames; whatever is not whole is told as damage.</summary>
    public static (SegmentHeader Header, IEnumerable<Frame> Frames) Read(Stream from, string name, string? remedy = null)
    {
        byte[] bytes = new byte[SegmentHeader.Bytes];
        int had = from.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        SegmentHeader header = had == bytes.Length ? SegmentHeader.Parse(bytes, name) ?? throw Damaged(0) : throw Damaged(0);
        return (header, ReadFrames(from, header, name, remedy));

        JournalDamagedException Damaged(long position) => new(name, 0, position, "a damaged head", remedy);
    }

    static IEnumerable<Frame> ReadFrames(Stream from, SegmentHeader header, string name, string? remedy)
    {
        byte[] head = new byte[FrameHeader.Bytes];
        byte[] body = [];
        long offset = SegmentHeader.Bytes, next = header.First;
        while (true)
        {
            int had = from.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (had == 0) yield break;
            if (had < head.Length || !FrameHeader.TryRead(head, header.Salt, out FrameHeader frame) || frame.First != next || frame.BodyBytes > FrameBytesMax)
                throw new JournalDamagedException(name, offset, next, "a damaged frame", remedy);
            if (frame.BodyBytes > body.Length) body = new byte[Math.Max(frame.BodyBytes, body.Length * 2)];
            Memory<byte> read = body.AsMemory(0, frame.BodyBytes);
            if (from.ReadAtLeast(read.Span, read.Length, throwOnEndOfStream: false) < read.Length || Crc32C.Of(read.Span, header.Salt) != frame.BodyChecksum)
                throw new JournalDamagedException(name, offset, next, "a damaged frame", remedy);
            yield return new Frame(frame, read);
            next += frame.Count;
            offset += FrameHeader.Bytes + frame.BodyBytes;
        }
    }
}
