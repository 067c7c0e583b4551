using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tandem.Journal.Archives;

/// <summary>
/// The first line of an archived segment, in JSON, so that people can read it with <c>head -1</c>, and the checksum of that
/// (8 hexadecimal digits). The rest of the file is the stretch, compressed.
/// </summary>
/// <param name="Releases">The releases that lived it: of the nodes that started in it, and of the one that archived it.</param>
/// <param name="Levels">The decision levels.</param>
/// <param name="Bytes">Of the content, before it was compressed.</param>
/// <param name="Sha256">Of the content, before it was compressed.</param>
sealed record ArchiveHeader(
    int Format, string Instance, int Generation, long First, long Last, IReadOnlyList<string> Releases, IReadOnlyList<int> Levels, string Compression, long Bytes, string Sha256)
{
    public const int FormatKnown = 1;
    const int LineBytesMax = 64 * 1024;

    public string Name => string.Create(CultureInfo.InvariantCulture, $"archive-{Generation}-{First:D12}-{Last:D12}.tja");

    public static bool TryParseName(string name, out int generation, out long first, out long last)
    {
        (generation, first, last) = (0, 0, 0);
        string[] parts = name.StartsWith("archive-", StringComparison.Ordinal) && name.EndsWith(".tja", StringComparison.Ordinal) ? name[..^4].Split('-') : [];
        return parts.Length == 4
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out generation)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out last);
    }

    const int ChecksumBytes = 9;     // a space, eight digits

    public byte[] ToLine()
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(this, ArchiveJson.Default.ArchiveHeader);
        return [.. json, .. Checksum(json), (byte)'\n'];
    }

    static byte[] Checksum(ReadOnlySpan<byte> json) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $" {Crc32C.Of(json):x8}"));

    /// <exception cref="JournalException">It is damaged, or newer than this release.</exception>
    public static ArchiveHeader Read(Stream from, string path)
    {
        var line = new List<byte>();
        for (int read; (read = from.ReadByte()) != '\n';)
        {
            if (read < 0 || line.Count >= LineBytesMax) throw new JournalDamagedException(path, 0, 0, "a damaged head");
            line.Add((byte)read);
        }
        byte[] bytes = [.. line];
        if (bytes.Length <= ChecksumBytes || !bytes.AsSpan(bytes.Length - ChecksumBytes).SequenceEqual(Checksum(bytes.AsSpan(0, bytes.Length - ChecksumBytes))))
            throw new JournalDamagedException(path, 0, 0, "a damaged head");
        try
        {
            ArchiveHeader header = JsonSerializer.Deserialize(bytes.AsSpan(0, bytes.Length - ChecksumBytes), ArchiveJson.Default.ArchiveHeader)!;
            return header.Format <= FormatKnown ? header : throw new NewerDataException(path, header.Format, FormatKnown);
        }
        catch (JsonException)
        {
            throw new JournalDamagedException(path, 0, 0, "a damaged head");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ArchiveHeader))]
sealed partial class ArchiveJson : JsonSerializerContext;
