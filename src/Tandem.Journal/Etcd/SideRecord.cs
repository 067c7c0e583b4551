using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tandem.Journal;

/// <summary>What a side tells of itself, every few seconds, so that the other can find it and fetch from it.</summary>
/// <param name="Side">A or B.</param>
/// <param name="Url">Where its API answers; snapshots and entries are fetched from there.</param>
/// <param name="SnapshotPosition">Its newest snapshot; 0 when it has none.</param>
/// <param name="Mark">What its mirror has.</param>
/// <param name="HistoryPosition">Up to where its history has its records.</param>
/// <param name="UnixMs">Its wall clock when it wrote this.</param>
public sealed record SideRecord(
    string Side, string Node, ulong Incarnation, string Release, string Url, long SnapshotPosition, JournalMark Mark, long HistoryPosition, long UnixMs)
{
    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, SideJson.Default.SideRecord);

    /// <summary>Null when it cannot be read.</summary>
    internal static SideRecord? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, SideJson.Default.SideRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a side's mirror has on its disk: nothing before it needs to be kept in etcd for it.</summary>
sealed record PublishedMark(long Position, long Revision, long UnixMs)
{
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, SideJson.Default.PublishedMark);

    public static PublishedMark? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, SideJson.Default.PublishedMark);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SideRecord))]
[JsonSerializable(typeof(PublishedMark))]
sealed partial class SideJson : JsonSerializerContext;
