using Tandem.Journal;

namespace Tandem.Tests.Journal.Etcd;

public class EtcdJournalTests
{
    [Fact]
    public async Task Both_sides_read_what_both_propose_in_one_order_without_a_gap()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        await using Side a = await Side.OpenAsync(cluster.Options(), "A"), b = await Side.OpenAsync(cluster.Options(), "B");
        Assert.NotEqual(a.Incarnation, b.Incarnation);

        await Task.WhenAll(Task.Run(() => a.ProposeMany(2000)), Task.Run(() => b.ProposeMany(2000)));
        a.Reader.WaitFor(4000);
        b.Reader.WaitFor(4000);
        a.IsDense(a, b);
        Assert.Equal(a.Reader.Snapshot(), b.Reader.Snapshot());
        Assert.Equal(a.Reader.Snapshot(), a.Journal.Read(1));
    }

    [Fact]
    public async Task A_restart_goes_on_from_the_mirror_with_what_the_other_side_did_meanwhile()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        using var folder = new TemporaryFolder();
        await using Side b = await Side.OpenAsync(cluster.Options(), "B");
        ulong first;
        await using (Side a = await Side.OpenAsync(cluster.Options(), "A", folder: folder))
        {
            first = a.Incarnation;
            a.ProposeMany(300);
            a.Reader.WaitFor(300);
        }
        b.ProposeMany(500);
        b.Reader.WaitFor(800);

        await using Side again = await Side.OpenAsync(cluster.Options(), "A", folder: folder);
        Assert.True(again.Incarnation > first);
        Assert.Equal(800, again.Journal.LastPosition);
        again.ProposeMany(10);
        again.Reader.WaitFor(810);
        b.Reader.WaitFor(810);
        Assert.Equal(b.Reader.Snapshot(), again.Reader.Snapshot());
        Assert.Equal(301, again.Journal.Read(301).First().Position);
    }
}
