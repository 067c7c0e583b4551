using System.Diagnostics;
using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Tests.Journal.Etcd;

/// <summary>Members that die, stand still or fall silent while both sides work.</summary>
public class FaultTests
{
    static Task Load(Side side, int entries, CancellationToken stop = default) => Task.Run(async () =>
    {
        for (int i = 0; i < entries && !stop.IsCancellationRequested; i += 10)
        {
            side.ProposeMany(10);
            await Task.Delay(2, CancellationToken.None);
        }
    }, CancellationToken.None);

    static void AreEqualAndWhole(Side a, Side b)
    {
        long last = (long)(a.Proposed + b.Proposed);
        a.Reader.WaitFor(last);
        b.Reader.WaitFor(last);
        a.IsDense(a, b);
        Assert.Equal(a.Reader.Snapshot(), b.Reader.Snapshot());
    }

    [Fact]
    public async Task When_the_leader_is_killed_under_load_nothing_is_lost_nothing_doubled_and_each_proposers_order_kept()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(3);
        await using Side a = await Side.OpenAsync(cluster.Options(), "A"), b = await Side.OpenAsync(cluster.Options(), "B");
        Task load = Task.WhenAll(Load(a, 4000), Load(b, 4000));
        a.Reader.WaitFor(1000);
        int leader = await cluster.LeaderAsync();
        cluster.Kill(leader);
        a.Reader.WaitFor(3000);
        cluster.Restart(leader);
        a.Reader.WaitFor(5000);
        cluster.Kill(await cluster.LeaderAsync());
        await load;
        AreEqualAndWhole(a, b);
        Assert.Equal(8000, a.Journal.LastPosition);
    }

    [Fact]
    public async Task A_member_that_is_down_is_passed_over_at_the_start_too()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(3);
        cluster.Kill(0);
        await using Side a = await Side.OpenAsync(cluster.Options(), "A"), b = await Side.OpenAsync(cluster.Options(), "B");
        await Task.WhenAll(Load(a, 200), Load(b, 200));
        AreEqualAndWhole(a, b);
    }

    [Fact]
    public async Task A_member_that_stands_still_is_left_by_proposer_and_watcher()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(3);
        // Both begin with the first member, unless it was slow to open: that both go on without it is what counts.
        await using Side a = await Side.OpenAsync(cluster.Options(), "A"), b = await Side.OpenAsync(cluster.Options(), "B");
        Task load = Task.WhenAll(Load(a, 3000), Load(b, 3000));
        a.Reader.WaitFor(500);
        cluster.Pause(0);
        a.Reader.WaitFor(4000);
        b.Reader.WaitFor(4000);
        cluster.Resume(0);      // wakes up with requests of long ago in its hands
        await load;
        AreEqualAndWhole(a, b);
    }

    [Fact]
    public async Task A_reader_at_a_member_that_stands_still_is_told_what_others_propose_within_a_second()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(3);
        await using Side a = await Side.OpenAsync(cluster.Options(), "A");
        await using Side b = await Side.OpenAsync(cluster.Options() with { Endpoints = [cluster.Endpoints[1], cluster.Endpoints[2]] }, "B");
        b.ProposeMany(1);
        a.Reader.WaitFor(1);
        cluster.Pause(0);       // a reads there and proposes nothing
        var watch = Stopwatch.StartNew();
        b.ProposeMany(1);
        a.Reader.WaitFor(2);
        cluster.Resume(0);
        Assert.True(watch.ElapsedMilliseconds < 1500, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task A_watch_that_is_cut_goes_on_where_it_was()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        using var proxy = new Proxy(cluster.ClientPort(0));
        await using Side a = await Side.OpenAsync(cluster.Options() with { Endpoints = [proxy.Address] }, "A"), b = await Side.OpenAsync(cluster.Options(), "B");
        Task load = Task.WhenAll(Load(a, 1000), Load(b, 1000));
        for (int cuts = 1; cuts <= 5; cuts++)
        {
            a.Reader.WaitFor(cuts * 200);
            proxy.Cut();
        }
        await load;
        AreEqualAndWhole(a, b);
        Assert.True(a.Journal.Streams > 3, $"{a.Journal.Streams} streams");
    }

    [Fact]
    public async Task A_member_that_answers_too_late_is_passed_over_and_nothing_is_doubled()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(3);
        using var slow = new Proxy(cluster.ClientPort(0));
        await using Side a = await Side.OpenAsync(cluster.Options() with { Endpoints = [slow.Address, cluster.Endpoints[1]] }, "A");
        await using Side b = await Side.OpenAsync(cluster.Options(), "B");
        Task load = Task.WhenAll(Load(a, 1000), Load(b, 1000));
        a.Reader.WaitFor(400);
        slow.DelayMs = 600;
        await load;
        AreEqualAndWhole(a, b);
    }

    [Fact]
    public async Task A_cluster_that_is_always_slow_is_given_more_time_and_is_read_all_the_same()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        using var slow = new Proxy(cluster.ClientPort(0));
        await using Side a = await Side.OpenAsync(cluster.Options() with { Endpoints = [slow.Address] }, "A");
        await using Side b = await Side.OpenAsync(cluster.Options(), "B");
        slow.DelayMs = 700;
        // The stream that a has is broken, so that one must be opened and caught up through the slow member.
        slow.Cut();
        b.ProposeMany(500);
        a.ProposeMany(10);
        a.Reader.WaitFor(510);
        AreEqualAndWhole(a, b);
    }

    [Fact]
    public async Task A_reader_that_etcd_is_compacted_past_fails_with_the_reason()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        using var proxy = new Proxy(cluster.ClientPort(0));
        await using Side a = await Side.OpenAsync(cluster.Options() with { Endpoints = [proxy.Address] }, "A"), b = await Side.OpenAsync(cluster.Options(), "B");
        b.ProposeMany(10);
        a.Reader.WaitFor(10);
        proxy.Refuses = true;
        proxy.Cut();
        b.ProposeBatches(5, 2);
        await cluster.AskAsync(0, "kv/compaction", new { revision = await cluster.RevisionAsync() });
        proxy.Refuses = false;
        Assert.Contains("Fetch them from the other side", a.Reader.WaitFor(JournalState.Failed).Reason);
        Assert.Equal(10, a.Journal.LastPosition);
    }

    [Fact]
    public async Task A_batch_whose_answer_was_lost_is_in_once()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        using var proxy = new Proxy(cluster.ClientPort(0));
        await using Side a = await Side.OpenAsync(cluster.Options() with { Endpoints = [proxy.Address, cluster.Endpoints[0]] }, "A");
        await using Side b = await Side.OpenAsync(cluster.Options(), "B");
        for (int round = 1; round <= 3; round++)
        {
            a.ProposeMany(10);
            a.Reader.WaitFor((long)a.Proposed);
            proxy.SwallowsAnswers = true;
            a.ProposeMany(10);
            b.Reader.WaitFor((long)a.Proposed);
            a.Reader.WaitFor((long)a.Proposed);
            proxy.SwallowsAnswers = false;
            proxy.Cut();
        }
        a.ProposeMany(10);
        AreEqualAndWhole(a, b);
        Assert.Equal(70, b.Journal.LastPosition);
    }

    [Fact]
    public async Task Without_a_quorum_the_journal_stalls_takes_what_the_queue_holds_and_goes_on_by_itself()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(3);
        await using Side a = await Side.OpenAsync(cluster.Options(), "A", Side.Options with { QueueEntriesMax = 50, StalledAfter = TimeSpan.FromMilliseconds(500) });
        a.ProposeMany(10);
        a.Reader.WaitFor(10);
        cluster.Kill(1);
        cluster.Kill(2);
        Assert.Equal(Refusal.None, a.Propose());
        Assert.Contains("tried again", a.Reader.WaitFor(JournalState.Stalled).Reason);
        while (a.Propose() == Refusal.None) { }
        Assert.Equal(60UL, a.Proposed);
        Assert.Equal(1, a.Journal.Refusals[Refusal.QueueFull]);

        cluster.Restart(1);
        a.Reader.WaitFor(60);
        a.Reader.WaitFor(JournalState.Accepting);
        a.IsDense(a);
        Assert.Empty(a.Reader.Refused);
    }

    [Fact]
    public async Task The_last_will_ends_an_incarnation_and_its_proposer_learns_it()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        await using Side a = await Side.OpenAsync(cluster.Options(), "A"), b = await Side.OpenAsync(cluster.Options(), "B");
        a.ProposeMany(20);
        b.Reader.WaitFor(20);
        Entry will = Some.Entry(1000);
        will.Incarnation = a.Incarnation;
        for (int i = 0; i < 3; i++) await LastWill.WriteAsync(cluster.Options(), a.Incarnation, will, CancellationToken.None);
        b.Reader.WaitFor(21);
        Assert.Equal(1000UL, b.Reader.Snapshot()[^1].Entry.Sequence);

        Assert.Equal(Refusal.None, a.Propose());
        Assert.Contains("ended by its guardian", a.Reader.WaitFor(JournalState.Failed).Reason);
        Assert.Equal(Refusal.Away, a.Propose());
        b.ProposeMany(1);
        b.Reader.WaitFor(22);
        Assert.Equal(22, b.Journal.LastPosition);
    }

    [Fact]
    public async Task The_last_will_waits_for_a_quorum_and_can_be_given_up()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(3);
        await using Side a = await Side.OpenAsync(cluster.Options(), "A");
        cluster.Kill(1);
        cluster.Kill(2);
        using var soon = new CancellationTokenSource(300);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LastWill.WriteAsync(cluster.Options(), 77, Some.Entry(1), soon.Token));
        Task written = LastWill.WriteAsync(cluster.Options(), 77, Some.Entry(1), CancellationToken.None);
        cluster.Restart(1);
        await written;
        a.Reader.WaitFor(1);
    }

    [Fact]
    public async Task A_large_entry_goes_in_parts_and_keeps_its_place()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        using var folder = new TemporaryFolder();
        await using Side b = await Side.OpenAsync(cluster.Options(), "B");
        await using (Side a = await Side.OpenAsync(cluster.Options(), "A", folder: folder))
        {
            Task other = Load(b, 1000);
            a.ProposeMany(10);
            Assert.Equal(Refusal.None, a.Propose(bytes: 5 << 20));
            a.ProposeMany(10);
            Assert.Equal(Refusal.TooLarge, a.Propose(bytes: 33 << 20));
            await other;
            AreEqualAndWhole(a, b);
        }
        Assert.Equal(0, await cluster.CountAsync("/tandem/acme/1/p/"));
        // From the beginning, into an empty mirror: the parts are read as they were.
        await using Side c = await Side.OpenAsync(cluster.Options(), "C");
        c.Reader.WaitFor(b.Journal.LastPosition);
        Assert.Equal(b.Reader.Snapshot(), c.Reader.Snapshot());
    }
}
