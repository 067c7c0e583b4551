using System.Diagnostics;

namespace Tandem.EndToEnd.Pair;

/// <summary>One pair for all tests of the class, made anew after a test that failed.</summary>
public sealed class HostsFixture : IAsyncLifetime
{
    HostsPair? _pair;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    internal async Task RunAsync(Func<HostsPair, Task> test)
    {
        if (Segment.Missing is { } why) Assert.Skip(why);
        _pair ??= await HostsPair.StartAsync();
        bool passed = false;
        try
        {
            await _pair.RestoreAsync();
            await test(_pair);
            passed = true;
        }
        finally
        {
            if (!passed) await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_pair is { } pair)
        {
            _pair = null;
            await pair.DisposeAsync();
        }
    }
}

/// <summary>What each partition and each silent end does to callers and agents, as they see it. The figures are in docs/operating/pair.md.</summary>
[Collection(nameof(HostsCollection))]
public sealed class HostsTests(HostsFixture hosts) : IClassFixture<HostsFixture>
{
    static readonly TimeSpan s_while = TimeSpan.FromSeconds(3);

    static void Print(string what, Crowd crowd, long sinceMs)
    {
        string line = $"  pair hosts: {what}: longest wait of a new call {crowd.LongestWaitMs(sinceMs)} ms of {crowd.Calls.Count(c => c.BeganMs >= sinceMs)} calls";
        Console.WriteLine(line);
        TestContext.Current.TestOutputHelper?.WriteLine(line);
    }

    [Fact]
    public Task Sides_that_are_cut_from_each_other_only_both_go_on() => hosts.RunAsync(async pair =>
    {
        // The worst place for the leader: B's member hears it no more.
        await pair.LeadAsync("a");
        Life life = await Life.BeginAsync(pair, pair.A);
        DateTimeOffset began = DateTimeOffset.UtcNow;
        using Crowd crowd = pair.Crowd(5);
        await Task.Delay(1_000);
        long cut = crowd.NowMs;
        pair.Segment.Cut("a", "b");
        await life.GoesOnAsync();
        await Task.Delay(s_while);
        pair.Segment.Heal();
        await crowd.EndAsync();
        Print("A and B cut from each other, etcd there for both", crowd, cut);
        crowd.NobodyWasLost();
        await life.HasOneRecordEachAsync();
        pair.WasOwnedBy(pair.A, began, "a");
        pair.WasOwnedBy(pair.B, began, "b");
    });

    [Theory]
    [InlineData("A", true)]
    [InlineData("A", false)]
    [InlineData("B", false)]
    public Task A_side_that_is_cut_from_etcd_gives_its_calls_to_the_other_and_returns_by_itself(string which, bool leads) => hosts.RunAsync(async pair =>
    {
        HostSide cutOff = which == "A" ? pair.A : pair.B, other = which == "A" ? pair.B : pair.A;
        await pair.LeadAsync(leads ? cutOff.Name : "tie");
        Life life = await Life.BeginAsync(pair, cutOff);
        DateTimeOffset began = DateTimeOffset.UtcNow;
        using Crowd crowd = pair.Crowd(5);
        await Task.Delay(1_000);
        long cut = crowd.NowMs;
        // Frames of ARP still pass, and phones still reach it.
        pair.Segment.CutAllButArp(cutOff.Name, other.Name, "tie");
        await Eventually.TrueAsync(() => Task.FromResult(other.Holds(cutOff.Sip) && !cutOff.Holds(cutOff.Sip)), $"{cutOff.Sip} to be on {other.Side} alone");
        await life.GoesOnAsync();
        pair.Segment.Heal();
        await pair.DuplexedAsync();
        await crowd.EndAsync();
        Print($"{which} cut from etcd{(leads ? ", whose leader it had" : "")}", crowd, cut);
        crowd.NobodyWasLost();
        await life.HasOneRecordEachAsync();
        pair.WasOwnedBy(cutOff, began, cutOff.Name, other.Name, cutOff.Name);
        pair.WasOwnedBy(other, began, other.Name);
    });

    [Fact]
    public Task A_network_that_falls_apart_leaves_callers_on_the_wrong_side_a_default_route() => hosts.RunAsync(async pair =>
    {
        Life life = await Life.BeginAsync(pair, pair.A);
        pair.Near.Node = pair.A.Sip;
        DateTimeOffset began = DateTimeOffset.UtcNow;
        using Crowd crowd = pair.Crowd(5);
        await Task.Delay(1_000);
        long cut = crowd.NowMs;
        pair.Segment.Cut("a", "b", "tie", "phones");
        pair.Segment.Cut("near", "b", "tie", "phones");

        Task wrongSide = Task.Run(async () =>
        {
            var waits = Stopwatch.StartNew();
            await Task.Delay(400);
            Caller labelled = new(pair.Near, "+4940001", "3000"), unlabelled = new(pair.Near, "+4940002", "2000");
            Task one = Repeated(labelled), two = Repeated(unlabelled);
            Message moved = await labelled.RefusedAsync(302, TimeSpan.FromSeconds(10));
            Console.WriteLine($"  pair hosts: a caller on the wrong side: default-routed after {waits.ElapsedMilliseconds - 400} ms");
            Assert.Contains("+4930999", moved["Contact"], StringComparison.Ordinal);
            // The default label of the whole centre.
            await unlabelled.RefusedAsync(486, TimeSpan.FromSeconds(10));
            await Task.WhenAll(one, two);
        });
        await life.GoesOnAsync();
        await wrongSide;
        Assert.True(pair.A.Holds(pair.A.Sip));
        pair.Segment.Heal();
        await pair.DuplexedAsync();
        await crowd.EndAsync();
        Print("{A, some callers} apart from {B, tie-breaker, the others}", crowd, cut);
        crowd.NobodyWasLost();
        await life.HasOneRecordEachAsync();
        pair.WasOwnedBy(pair.A, began, "a", "b", "a");
        // They are callers again.
        Caller again = await Caller.DialAsync(pair.Near, "+4940003", "2000");
        await again.GetsAsync(180);
        await again.CancelAsync();
    });

    /// <summary>As a phone does: after 0.5, 1.5 and 3.5 s.</summary>
    static async Task Repeated(Caller caller)
    {
        caller.SendInvite(Sdp.Of("near"));
        foreach (int ms in (int[])[500, 1_000, 2_000])
        {
            await Task.Delay(ms);
            if (caller.Peer.Received.Any(m => m.CallId == caller.CallId && m.Status >= 200)) return;
            caller.Peer.Send(caller.Invite);
        }
    }

    [Theory]
    // It hears all, and its own words do not arrive.
    [InlineData(true)]
    // It is heard, and hears nothing: not even that its address was taken.
    [InlineData(false)]
    public Task A_side_that_is_cut_in_one_direction_gives_its_calls_to_the_other(bool hears) => hosts.RunAsync(async pair =>
    {
        await pair.LeadAsync("a");
        Life life = await Life.BeginAsync(pair, pair.A);
        DateTimeOffset began = DateTimeOffset.UtcNow;
        using Crowd crowd = pair.Crowd(5);
        await Task.Delay(1_000);
        long cut = crowd.NowMs;
        if (hears)
        {
            pair.Segment.CutOneWay("a", "b", "tie");
        }
        else
        {
            pair.Segment.CutOneWay("b", "a");
            pair.Segment.CutOneWay("tie", "a");
        }
        await Eventually.TrueAsync(() => Task.FromResult(pair.B.Holds(pair.A.Sip)), "A's address to be on B");
        await life.GoesOnAsync();
        // Longer than a host leaves between two announcements.
        await Task.Delay(s_while);
        Assert.True(pair.B.Holds(pair.A.Sip));
        pair.Segment.Heal();
        await pair.DuplexedAsync();
        await crowd.EndAsync();
        Print(hears ? "A hears, and is not heard" : "A is heard, and hears nothing", crowd, cut);
        crowd.NobodyWasLost();
        await life.HasOneRecordEachAsync();
        pair.WasOwnedBy(pair.A, began, "a", "b", "a");
        pair.WasOwnedBy(pair.B, began, "b");
    });

    [Fact]
    public Task A_side_that_phones_reach_and_that_cannot_answer_them_is_helped_by_a_planned_stop() => hosts.RunAsync(async pair =>
    {
        Life life = await Life.BeginAsync(pair, pair.A);
        DateTimeOffset began = DateTimeOffset.UtcNow;
        using Crowd crowd = pair.Crowd(5);
        await Task.Delay(500);
        pair.Segment.CutOneWay("a", "phones");
        await Task.Delay(s_while);
        // The journal is well, and so is A for all that it can know: nobody else takes over by himself.
        Assert.True(pair.A.Holds(pair.A.Sip));
        await pair.A.OrderAsync("stop");
        await life.GoesOnAsync();
        pair.Segment.Heal();
        await pair.A.OrderAsync("start");
        await pair.DuplexedAsync();
        await crowd.EndAsync();
        crowd.NobodyWasLost(byesArrive: false);
        await life.HasOneRecordEachAsync();
        pair.WasOwnedBy(pair.A, began, "a", "b", "a");
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_node_that_was_paused_wakes_up_and_does_nothing(bool withGuardian) => hosts.RunAsync(async pair =>
    {
        Life life = await Life.BeginAsync(pair, pair.A);
        DateTimeOffset began = DateTimeOffset.UtcNow;
        using Crowd crowd = pair.Crowd(10);
        await Task.Delay(1_000);
        long cut = crowd.NowMs;
        pair.A.Pause(withGuardian);
        await Task.Delay(s_while);
        Assert.True(pair.B.Holds(pair.A.Sip));
        // Its address comes home later: until then nothing may come from there.
        DateTimeOffset woken = DateTimeOffset.UtcNow;
        pair.A.Resume();
        await Task.Delay(300);
        bool isHome = pair.A.Holds(pair.A.Sip);
        Assert.True(isHome || !pair.Sniffer.Frames.Any(f => f.At >= woken && f.Host == "a"));
        await life.GoesOnAsync();
        await pair.DuplexedAsync();
        await crowd.EndAsync();
        Print(withGuardian ? "A's node and guardian paused for 3 s" : "A's node paused", crowd, cut);
        crowd.NobodyWasLost();
        await life.HasOneRecordEachAsync();
        pair.WasOwnedBy(pair.A, began, "a", "b", "a");
        pair.WasOwnedBy(pair.B, began, "b");
    });

    [Fact]
    public Task A_host_that_vanishes_with_the_leader_of_etcd_is_not_missed_and_returns_while_traffic_runs() => hosts.RunAsync(async pair =>
    {
        await pair.LeadAsync("a");
        Life life = await Life.BeginAsync(pair, pair.A);
        DateTimeOffset began = DateTimeOffset.UtcNow;
        using Crowd crowd = pair.Crowd(20);
        await Task.Delay(1_500);
        long gone = crowd.NowMs;
        pair.A.Vanish();
        await life.GoesOnAsync();
        Print("A's host vanished, etcd's leader with it", crowd, gone);
        Assert.InRange(crowd.LongestWaitMs(gone - 1_000), 0, 10_000);
        long back = crowd.NowMs;
        pair.A.Return();
        await pair.DuplexedAsync();
        Console.WriteLine($"  pair hosts: duplexed again, addresses at home, {crowd.NowMs - back} ms after power came back");
        await Task.Delay(500);
        await crowd.EndAsync();
        Print("A's host returned meanwhile", crowd, back);
        crowd.NobodyWasLost();
        await life.HasOneRecordEachAsync();
        pair.WasOwnedBy(pair.A, began, "a", "b", "a");
        pair.WasOwnedBy(pair.B, began, "b");
    });

    [Fact]
    public async Task Calls_at_an_address_that_cannot_move_are_told_the_other_one()
    {
        if (Segment.Missing is { } why) Assert.Skip(why);
        await using HostsPair pair = await HostsPair.StartAsync(routed: true);
        Life life = await Life.BeginAsync(pair, pair.A);
        var gone = Stopwatch.StartNew();
        pair.A.Vanish();
        await life.MovesToAsync(pair.B);
        Console.WriteLine($"  pair hosts: A's host vanished, its address stayed: callers and agents had their re-INVITE, the phone that rang rang again, {gone.ElapsedMilliseconds} ms later");
        await life.GoesOnAsync();
        pair.A.Return();
        await pair.DuplexedAsync();
        await life.HasOneRecordEachAsync();
    }
}

/// <summary>Alone: they measure, and what is beside them on a small machine would be measured too.</summary>
[CollectionDefinition(nameof(HostsCollection), DisableParallelization = true)]
public sealed class HostsCollection;
