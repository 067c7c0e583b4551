using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Tests.Journal.Etcd;

/// <summary>What a side fetches from the other, and what a mirror survives.</summary>
public class TransferTests
{
    static string MirrorOf(TemporaryFolder folder) => Path.Combine(folder.Path, "mirror");

    static async Task CompactAsync(EtcdCluster cluster) => await cluster.AskAsync(0, "kv/compaction", new { revision = await cluster.RevisionAsync() });

    [Fact]
    public async Task A_side_that_etcd_is_compacted_past_fetches_what_it_lacks_from_the_other()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        using var folder = new TemporaryFolder();
        await using Side b = await Side.OpenAsync(cluster.Options(), "B");
        await using (Side a = await Side.OpenAsync(cluster.Options(), "A", folder: folder))
        {
            a.ProposeMany(105);
            a.Reader.WaitFor(105);
        }
        b.ProposeBatches(20, 100);
        await CompactAsync(cluster);
        JournalCompactedException behind = await Assert.ThrowsAsync<JournalCompactedException>(() => Side.OpenAsync(cluster.Options(), "A", folder: folder));
        Assert.Equal(105, behind.Position);

        b.ProposeMany(10);
        using var wire = new MemoryStream();
        JournalTransfer.Export(b.Journal, behind.Position + 1, wire);
        wire.Position = 0;
        JournalMark mark = JournalTransfer.Import(MirrorOf(folder), cluster.Options(), Side.Options, wire);
        Assert.True(mark.Position >= 2105);
        b.ProposeMany(10);
        await using Side again = await Side.OpenAsync(cluster.Options(), "A", folder: folder);
        again.ProposeMany(5);
        again.Reader.WaitFor(2130);
        b.Reader.WaitFor(2130);
        Assert.Equal(b.Reader.Snapshot(), again.Reader.Snapshot());
    }

    [Fact]
    public async Task An_empty_side_begins_with_the_entries_after_a_snapshot()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        await using Side b = await Side.OpenAsync(cluster.Options(), "B");
        b.ProposeBatches(10, 50);
        foreach (long snapshot in new long[] { 123, 500 })
        {
            await CompactAsync(cluster);
            using var folder = new TemporaryFolder();
            await Assert.ThrowsAsync<JournalCompactedException>(() => Side.OpenAsync(cluster.Options(), "A", folder: folder));
            using var wire = new MemoryStream();
            JournalTransfer.Export(b.Journal, snapshot + 1, wire);
            wire.Position = 0;
            JournalTransfer.Import(MirrorOf(folder), cluster.Options(), Side.Options, wire);
            await using Side a = await Side.OpenAsync(cluster.Options(), "A", folder: folder);
            Assert.Equal(snapshot + 1, a.Journal.FirstPosition);
            Assert.Throws<StateUnreachableException>(() => a.Journal.Read(snapshot));
            b.ProposeMany(3);
            a.Reader.WaitFor(b.Journal.LastPosition);
            b.Reader.WaitFor((long)b.Proposed);
            a.Reader.WaitFor((long)b.Proposed);
            Assert.Equal(b.Reader.Snapshot()[(int)snapshot..], a.Reader.Snapshot());
        }
    }

    [Fact]
    public async Task A_stream_that_is_torn_or_of_another_journal_is_refused_and_can_be_fetched_again()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        await using Side b = await Side.OpenAsync(cluster.Options(), "B");
        b.ProposeMany(500);
        b.Reader.WaitFor(500);
        using var wire = new MemoryStream();
        JournalTransfer.Export(b.Journal, 1, wire);
        byte[] bytes = wire.ToArray();
        using var folder = new TemporaryFolder();
        Assert.Throws<WrongInstanceException>(() => JournalTransfer.Import(MirrorOf(folder), cluster.Options("other"), Side.Options, new MemoryStream(bytes)));
        foreach (int cut in new[] { 10, 60, bytes.Length / 2, bytes.Length - 1 })
            Assert.ThrowsAny<Exception>(() => JournalTransfer.Import(MirrorOf(folder), cluster.Options(), Side.Options, new MemoryStream(bytes, 0, cut)));
        Assert.Equal(500, JournalTransfer.Import(MirrorOf(folder), cluster.Options(), Side.Options, new MemoryStream(bytes)).Position);
        await using Side a = await Side.OpenAsync(cluster.Options(), "A", folder: folder);
        a.Reader.WaitFor(500);
        Assert.Equal(b.Reader.Snapshot(), a.Reader.Snapshot());
    }

    [Fact]
    public async Task What_a_crash_of_the_host_tore_off_the_mirror_is_read_again()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        using var folder = new TemporaryFolder();
        await using Side b = await Side.OpenAsync(cluster.Options(), "B");
        await using (Side a = await Side.OpenAsync(cluster.Options(), "A", Side.Options with { MirrorSegmentBytes = 16 * 1024 }, folder))
        {
            a.ProposeBatches(100, 20);
        }
        b.Reader.WaitFor(2000);
        var random = new Random(5);
        for (int round = 0; round < 8; round++)
        {
            string[] segments = [.. Directory.GetFiles(MirrorOf(folder), "journal-*.log").Order(StringComparer.Ordinal)];
            Assert.True(segments.Length > 2);
            using (FileStream torn = File.Open(segments[^random.Next(1, 3)], FileMode.Open))
            {
                torn.Position = random.Next(0, 15_000);
                torn.Write(new byte[random.Next(1, 1000)]);
            }
            await using Side again = await Side.OpenAsync(cluster.Options(), "A", folder: folder);
            Assert.Equal(2000, again.Journal.LastPosition);
            Assert.Equal(b.Reader.Snapshot(), again.Journal.Read(1));
        }
    }

    [Fact]
    public async Task A_mirror_of_another_cluster_is_refused()
    {
        using var folder = new TemporaryFolder();
        await using (EtcdCluster cluster = await EtcdCluster.StartAsync(1))
            await using (Side a = await Side.OpenAsync(cluster.Options(), "A", folder: folder)) a.ProposeMany(3);
        await using EtcdCluster anew = await EtcdCluster.StartAsync(1);
        StateUnreachableException refused = await Assert.ThrowsAsync<StateUnreachableException>(() => Side.OpenAsync(anew.Options(), "A", folder: folder));
        Assert.Contains("begun anew", refused.Message);
        await Assert.ThrowsAsync<WrongInstanceException>(() => Side.OpenAsync(anew.Options("other"), "A", folder: folder));
    }

    [Fact]
    public async Task What_is_trimmed_from_the_mirror_lies_in_the_archive()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        using var folder = new TemporaryFolder();
        var archive = new Archive(new ArchiveOptions { Folder = folder["archive"], Release = "1.2.3" });
        await using Side a = await Side.OpenAsync(cluster.Options(), "A", Side.Options with { Archive = archive, MirrorSegmentBytes = 16 * 1024 });
        a.ProposeBatches(100, 20);
        a.Journal.Mirror.Flush();
        a.Journal.Trim(1500);
        long first = a.Journal.FirstPosition;
        Assert.InRange(first, 1000, 1500);
        Assert.Equal((1, first - 1), archive.Range);
        Assert.Equal(a.Reader.Snapshot()[..(int)(first - 1)], archive.Read(1, first - 1));
        Assert.Throws<StateUnreachableException>(() => a.Journal.Read(1));
    }
}
