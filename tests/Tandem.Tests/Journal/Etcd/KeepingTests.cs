using System.Diagnostics;
using System.Globalization;
using Tandem.Journal;

namespace Tandem.Tests.Journal.Etcd;

/// <summary>Compaction, quota, and what is not ours.</summary>
public class KeepingTests
{
    static readonly EtcdJournalOptions Compacting = Side.Options with { CompactEvery = TimeSpan.FromMilliseconds(100) };

    static async Task WaitAsync(Func<Task<bool>> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"waited in vain for {what}");
            await Task.Delay(20);
        }
    }

    static async Task<bool> IsCompactedAsync(EtcdCluster cluster, long revision)
    {
        try
        {
            await cluster.AskAsync(0, "kv/range", new { key = EtcdCluster.Base64("x"), revision });
            return false;
        }
        catch (InvalidOperationException e) when (e.Message.Contains("compacted", StringComparison.Ordinal))
        {
            return true;
        }
    }

    [Fact]
    public async Task The_cluster_is_compacted_up_to_what_all_live_sides_of_all_instances_have()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        using var folder = new TemporaryFolder();
        long away;
        await using (Side z = await Side.OpenAsync(cluster.Options("zebra"), "B", Compacting, folder))
        {
            z.ProposeMany(5);
            z.Reader.WaitFor(5);
            away = z.Journal.Mark.Revision;
            await WaitAsync(async () => await IsCompactedAsync(cluster, away - 1), "a compaction up to the mark of the only side");
        }
        await using Side a = await Side.OpenAsync(cluster.Options(), "A", Compacting);
        a.ProposeMany(50);
        a.Reader.WaitFor(50);
        await Task.Delay(500);
        Assert.False(await IsCompactedAsync(cluster, away + 1));    // zebra's side has been away for less than its time

        await using Side impatient = await Side.OpenAsync(cluster.Options("aardvark"), "A", Compacting with { AbsentAfter = TimeSpan.FromMilliseconds(600) });
        await WaitAsync(async () => await IsCompactedAsync(cluster, away + 1), "a compaction past a side that is away for long");
        Assert.Empty(impatient.Alarms);
        await Assert.ThrowsAsync<JournalCompactedException>(async () =>
        {
            // Others' revisions do not matter to zebra, but that it missed some it cannot know.
            await using Side other = await Side.OpenAsync(cluster.Options("zebra"), "A", Compacting);
        });
    }

    [Fact]
    public async Task A_cluster_with_keys_of_somebody_else_is_never_compacted_and_they_stay_as_they_are()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        await cluster.PutAsync("/kubernetes/pod", "1");
        await cluster.PutAsync("/tandem-of-another/key", "1");
        long before = await cluster.RevisionAsync();
        await using (Side a = await Side.OpenAsync(cluster.Options(), "A", Compacting))
        {
            a.ProposeMany(20);
            a.Propose(2 << 20);
            a.Reader.WaitFor(21);
            await WaitAsync(() => Task.FromResult(a.Alarms.Count > 0), "an alarm");
            Assert.Contains("holds 2 keys outside of /tandem/", a.Alarms[0]);
            await Task.Delay(300);
            Assert.Single(a.Alarms);
        }
        Assert.False(await IsCompactedAsync(cluster, before));
        Assert.Equal(1, await cluster.CountAsync("/kubernetes/pod"));
        Assert.Equal(1, await cluster.CountAsync("/tandem-of-another/key"));
    }

    [Fact]
    public async Task A_quota_is_warned_of_at_half_and_at_four_fifths_refuses_new_work_when_used_up_and_is_left_by_itself()
    {
        const long Quota = 8 << 20;
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1, "--quota-backend-bytes", Quota.ToString());
        await using Side a = await Side.OpenAsync(cluster.Options(), "A", Side.Options with { QuotaBytes = Quota, KeepEvery = TimeSpan.FromMilliseconds(30), CompactEvery = TimeSpan.FromSeconds(3) });
        int entries = 0;
        while (a.Journal.Health.State != JournalState.Full)
        {
            if (a.Propose(100_000) == Refusal.None) entries++;
            await Task.Delay(10);
            Assert.True(entries < 500);
        }
        Assert.Contains("quota", a.Journal.Health.Reason);
        Assert.Contains(a.Alarms, alarm => alarm.Contains("of its quota of 8 MB", StringComparison.Ordinal));
        Assert.True(a.Alarms.Count >= 2);
        Assert.Equal(Refusal.NoRoom, a.Propose());
        Assert.Equal(Refusal.None, a.Propose(priority: Priority.InProgress));

        // Compacted without anybody's doing, although not even its mark can be told any more.
        await WaitAsync(() => IsCompactedAsync(cluster, a.Journal.Mark.Revision - 1), "a compaction while the quota is used up");
        await WaitAsync(async () =>
        {
            await cluster.AskAsync(0, "maintenance/defragment", new { });
            return long.Parse((await cluster.AskAsync(0, "maintenance/status", new { })).GetProperty("dbSize").GetString()!, CultureInfo.InvariantCulture) < Quota / 2;
        }, "room after a defragmentation");
        string? member = (await cluster.AskAsync(0, "maintenance/alarm", new { })).GetProperty("alarms")[0].GetProperty("memberID").GetString();
        await cluster.AskAsync(0, "maintenance/alarm", new { action = "DEACTIVATE", memberID = member, alarm = "NOSPACE" });
        a.Reader.WaitFor(JournalState.Accepting);
        Assert.Equal(Refusal.None, a.Propose());
        a.Reader.WaitFor((long)a.Proposed);
        a.IsDense(a);
        Assert.Empty(a.Reader.Refused);
    }

    [Fact]
    public async Task Incarnations_are_given_once_whoever_asks()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        Side[] sides = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Side.OpenAsync(cluster.Options(), $"S{i}"))));
        Assert.Equal(8, sides.Select(side => side.Incarnation).Distinct().Count());
        foreach (Side side in sides) await side.DisposeAsync();
        await using EtcdJournal high = await EtcdJournal.OpenAsync(new MemoryStorage(), cluster.Options(), Side.Options, _ => { });
        Assert.Equal(500UL, high.TakeIncarnation(atLeast: 500));
        await using Side next = await Side.OpenAsync(cluster.Options(), "A");
        Assert.Equal(501UL, next.Incarnation);
    }

    [Fact]
    public async Task Sides_tell_of_themselves()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1);
        await using Side a = await Side.OpenAsync(cluster.Options(), "A");
        var told = new SideRecord("A", "a1", a.Incarnation, "0.1.0", "http://127.0.0.2:8080", 5, new JournalMark(7, 9), 6, 1_700_000_000_000);
        await a.Journal.PublishAsync(told);
        Assert.Equal([told], await a.Journal.SidesAsync());
        Assert.Equal([told], await EtcdJournal.SidesAsync(cluster.Options()));
        Assert.Empty(await EtcdJournal.SidesAsync(cluster.Options("other")));
    }
}
