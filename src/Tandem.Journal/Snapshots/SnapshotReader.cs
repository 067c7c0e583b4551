using System.Buffers.Binary;
using Tandem.Core.Schema;

namespace Tandem.Journal.Snapshots;

static class SnapshotReader
{
    const int ChunkBytes = 256 * 1024;

    /// <summary>Null when it is whole, otherwise what is wrong.</summary>
    /// <exception cref="NewerDataException"/>
    public static string? Check(StorageFile file, string path)
    {
        long length = file.Length;
        Span<byte> head = stackalloc byte[SnapshotFile.HeadBytes], foot = stackalloc byte[SnapshotFile.FootBytes];
        if (length < head.Length + foot.Length) return "it is too short";
        file.Read(0, head);
        file.Read(length - foot.Length, foot);
        if (!head.StartsWith(SnapshotFile.HeadMagic)) return "its head is damaged";
        if (!foot.StartsWith(SnapshotFile.FootMagic)) return "its end is missing";
        uint crc = 0;
        byte[] chunk = new byte[ChunkBytes];
        for (long at = 0, end = length - sizeof(uint); at < end; at += chunk.Length)
        {
            Span<byte> bytes = chunk.AsSpan(0, (int)Math.Min(chunk.Length, end - at));
            file.Read(at, bytes);
            crc = Crc32C.Of(bytes, crc);
        }
        if (crc != BinaryPrimitives.ReadUInt32LittleEndian(foot[28..])) return "its checksum is wrong";
        int format = BinaryPrimitives.ReadInt32LittleEndian(head[8..]);
        return format <= SnapshotFile.Format ? null : throw new NewerDataException(path, format, SnapshotFile.Format);
    }

    /// <summary>What the head of a file that was checked says of it.</summary>
    public static SnapshotFile Name(StorageFile file)
    {
        Span<byte> head = stackalloc byte[SnapshotFile.HeadBytes];
        file.Read(0, head);
        return new SnapshotFile(BinaryPrimitives.ReadInt32LittleEndian(head[12..]), BinaryPrimitives.ReadInt64LittleEndian(head[16..]));
    }

    /// <summary>The items of a file that was checked; closes it at the end.</summary>
    public static IEnumerable<SnapshotItem> Items(StorageFile file)
    {
        using (file)
        {
            byte[] buffer = new byte[ChunkBytes];
            int begin = 0, end = 0;
            long at = SnapshotFile.HeadBytes, last = file.Length - SnapshotFile.FootBytes;
            while (true)
            {
                int need = sizeof(int);
                if (end - begin >= need) need += BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(begin));
                if (end - begin < need)
                {
                    if (at == last) yield break;
                    byte[] larger = need > buffer.Length ? new byte[need] : buffer;
                    buffer.AsSpan(begin, end - begin).CopyTo(larger);
                    (buffer, end, begin) = (larger, end - begin, 0);
                    int got = file.Read(at, buffer.AsSpan(end, (int)Math.Min(buffer.Length - end, last - at)));
                    at += got;
                    end += got;
                    continue;
                }
                SnapshotItem item = SnapshotItem.Parser.ParseFrom(buffer.AsSpan(begin + sizeof(int), need - sizeof(int)));
                begin += need;
                yield return item;
            }
        }
    }
}
