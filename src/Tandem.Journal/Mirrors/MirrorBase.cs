using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tandem.Journal.Mirrors;

/// <summary>
/// Which journal a mirror is of, and where it began: a small file beside the segments.
/// </summary>
/// <param name="Founded">What tells this journal from another one that was begun under the same name.</param>
/// <param name="Position">The entry before the mirror's first.</param>
/// <param name="Revision">Its revision, when that is known (0: the mirror was fetched from the middle of one).</param>
sealed record MirrorBase(int Format, string Instance, int Generation, string Founded, long Position, long Revision)
{
    const string Name = "mirror";
    const int FormatKnown = 1;

    /// <summary>Null when there is none.</summary>
    public static MirrorBase? Read(Storage storage)
    {
        if (!storage.Names().Contains(Name)) return null;
        using StorageFile file = storage.Open(Name);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        try
        {
            MirrorBase read = JsonSerializer.Deserialize(bytes, MirrorJson.Default.MirrorBase)!;
            return read.Format <= FormatKnown ? read : throw new NewerDataException(storage.PathOf(Name), read.Format, FormatKnown);
        }
        catch (JsonException)
        {
            throw new JournalDamagedException(storage.PathOf(Name), 0, 0, "a text that cannot be read");
        }
    }

    public static MirrorBase Of(string instance, int generation, string founded, long position, long revision) =>
        new(FormatKnown, instance, generation, founded, position, revision);

    public void Write(Storage storage)
    {
        using (StorageFile file = storage.Create(Name + ".tmp", 0))
        {
            file.Write(0, JsonSerializer.SerializeToUtf8Bytes(this, MirrorJson.Default.MirrorBase));
            file.Flush();
        }
        storage.Rename(Name + ".tmp", Name);
        storage.FlushFolder();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MirrorBase))]
sealed partial class MirrorJson : JsonSerializerContext;
