using System.Diagnostics;
using Tandem.Node;
using Tandem.Node.Guarding;
using Tandem.Node.Guarding.Addresses;

namespace Tandem.Tests.Guarding;

public sealed class GuardianTests
{
    [Fact]
    public async Task A_node_that_renews_is_left_alone_and_stops_when_told()
    {
        using var guarded = new GuardedScript("""
            (while read -r line; do echo "$line" >> heard; [[ $line == stop ]] && touch stop; done) < /dev/stdin &
            echo 'acquire 127.0.0.2:5060'
            while [[ ! -e stop ]]; do echo 'renew 7'; sleep 0.05; done
            """, stopMs: 10_000);
        await GuardedScript.UntilAsync(() => guarded.Said("heard").Contains("have 127.0.0.2:5060"), "the address");
        await guarded.UntilAsync("runs as incarnation 7");
        GuardianStatus status = await guarded.StatusAsync();

        Assert.Equal(("running", 7UL, 0), (status.State, status.Incarnation, status.Restarts));
        Assert.Equal(["127.0.0.2:5060"], status.Addresses);
        Assert.Equal(0, await guarded.EndAsync());
        Assert.Equal(1, guarded.Starts);
        Assert.Contains("stop", guarded.Said("heard"));
        Assert.Empty(guarded.Wills.Written);
        Assert.StartsWith("clear; take 127.0.0.2:5060", guarded.Addresses.Done);
        Assert.EndsWith("drop 127.0.0.2:5060", guarded.Addresses.Done);
    }

    [Fact]
    public async Task A_node_that_falls_silent_is_killed_its_addresses_leave_its_last_will_is_written_and_it_starts_again_at_once()
    {
        using var guarded = new GuardedScript("""
            renew $STARTS 0
            echo 'acquire 127.0.0.2:5060'
            echo "renew $STARTS"
            ((STARTS == 1)) && exec sleep 60
            renew $STARTS 60
            """);
        await guarded.UntilAsync("runs as incarnation 1");
        var clock = Stopwatch.StartNew();
        await guarded.UntilAsync("runs as incarnation 2");

        Assert.InRange(clock.ElapsedMilliseconds, GuardedScript.SilenceMaxMs - 100, 10_000);
        Assert.Contains("did not renew for 1", guarded.Log.ToString());
        Assert.Equal([1UL], guarded.Wills.Written);
        Assert.Contains("drop 127.0.0.2:5060; take", guarded.Addresses.Done);
        Assert.Contains("started again now", guarded.Log.ToString());
    }

    /// <summary>SIGSTOP: the process is there, its sockets are open, and it does nothing until it wakes up and believes to be in charge.</summary>
    [Fact]
    public async Task A_paused_node_is_killed()
    {
        using var guarded = new GuardedScript("renew $STARTS 60");
        await guarded.UntilAsync("runs as incarnation 1");
        Posix.Signal((await guarded.StatusAsync()).NodeProcess, 19);
        await guarded.UntilAsync("runs as incarnation 2");
        Assert.Equal([1UL], guarded.Wills.Written);
    }

    /// <summary>A paused process keeps its sockets, and with them a share of what comes in.</summary>
    [Theory]
    [InlineData(false, "did not renew for 1")]
    [InlineData(true, "did not renew for 6")]
    public async Task A_node_that_sleeps_is_killed_sooner_while_it_has_not_closed_what_was_taken(bool closes, string said)
    {
        using var guarded = new GuardedScript($$"""
            echo 'acquire 127.0.0.2:5060'
            for i in {1..10}; do echo "renew $STARTS"; sleep 0.05; done
            ((STARTS == 1)) && { {{(closes ? "echo 'closed 127.0.0.2:5060'" : "true")}}; exec sleep 60; }
            renew $STARTS 60
            """);
        await guarded.UntilAsync("is here");
        guarded.Addresses.Taken = ServiceAddress.TryParse("127.0.0.2:5060", out ServiceAddress address) ? address : null;
        await guarded.UntilAsync("was taken");
        await guarded.UntilAsync("killing the node");
        Assert.Contains(said, guarded.Log.ToString());
    }

    [Fact]
    public async Task A_start_may_take_long_but_renewals_of_a_start_are_not_yet_of_an_incarnation()
    {
        using var guarded = new GuardedScript("""
            echo 'renew 0'
            sleep 0.8
            renew 3 60
            """);
        await guarded.UntilAsync("runs as incarnation 3");
        Assert.Equal(1, guarded.Starts);
    }

    [Theory]
    [InlineData(5, "declared lost", "started again now", false)]
    [InlineData(4, "ended with 4", "started again in 0.2 s", true)]
    [InlineData(6, "ended with 6", "started again in 0.2 s", true)]
    [InlineData(3, "ended with 3", "started again in 0.2 s", true)]
    [InlineData(0, "has left", "started again in 0.2 s", false)]
    public async Task A_node_that_ran_and_ended_is_started_again(int code, string said, string again, bool will)
    {
        using var guarded = new GuardedScript($"""
            echo "renew $STARTS"
            ((STARTS == 1)) && exit {code}
            renew $STARTS 60
            """);
        await guarded.UntilAsync("runs as incarnation 2");
        Assert.Contains(said, guarded.Log.ToString());
        Assert.Contains(again, guarded.Log.ToString());
        Assert.Equal(will ? [1UL] : [], guarded.Wills.Written);
    }

    [Theory]
    [InlineData(NodeException.Usage, "exit 2")]
    [InlineData(NodeException.CannotStart, "exit 3")]
    [InlineData(NodeException.Usage, "echo 'renew 1'; exit 2")]
    public async Task A_node_that_cannot_start_ends_its_guardian_with_its_code_and_its_words(int code, string script)
    {
        using var guarded = new GuardedScript($"echo 'tandem: no room' >&2; {script}");
        Assert.Equal(code, await guarded.Ended);
        Assert.Equal(1, guarded.Starts);
        await guarded.UntilAsync("tandem: no room");
    }

    [Fact]
    public async Task A_node_that_dies_again_and_again_is_started_later_and_later()
    {
        using var guarded = new GuardedScript("echo 'renew 1'; exit 4");
        await GuardedScript.UntilAsync(() => guarded.Starts >= 4, "four starts");
        Assert.Contains("again in 0.2 s", guarded.Log.ToString());
        Assert.Contains("again in 0.4 s", guarded.Log.ToString());
        Assert.Contains("again in 0.8 s", guarded.Log.ToString());
    }

    [Fact]
    public async Task A_node_that_does_not_leave_when_told_is_killed_and_has_a_last_will()
    {
        using var guarded = new GuardedScript("renew 9 60", stopMs: 300);
        await guarded.UntilAsync("runs as incarnation 9");
        Assert.Equal(0, await guarded.EndAsync());
        Assert.Contains("did not stop within 0.3 s", guarded.Log.ToString());
        Assert.Equal([9UL], guarded.Wills.Written);
    }

    [Fact]
    public async Task A_last_will_is_tried_until_it_is_written()
    {
        using var guarded = new GuardedScript("echo \"renew $STARTS\"; ((STARTS == 1)) && exit 4; renew 2 60");
        guarded.Wills.Failures = 3;
        await GuardedScript.UntilAsync(() => guarded.Wills.Written.Count == 1, "the last will");
    }

    [Fact]
    public async Task A_drill_kills_the_node_and_a_planned_leave_keeps_it_away_until_it_is_started()
    {
        using var guarded = new GuardedScript("""
            (while read -r line; do [[ $line == stop ]] && kill $$; done) < /dev/stdin &
            trap 'exit 0' TERM
            renew $STARTS 60
            """);
        await guarded.UntilAsync("runs as incarnation 1");
        Assert.Equal("yes", await guarded.Guardian.AskAsync(Order.Fail));
        await guarded.UntilAsync("runs as incarnation 2");
        Assert.Equal([1UL], guarded.Wills.Written);
        Assert.Equal("no: side A is not stopped", await guarded.Guardian.AskAsync(Order.Start));

        Assert.Equal("yes", await guarded.Guardian.AskAsync(Order.Stop));
        await guarded.UntilAsync("brings it back");
        Assert.Equal("stopped", (await guarded.StatusAsync()).State);
        Assert.Equal("no: side A has no node now", await guarded.Guardian.AskAsync(Order.Fail));
        Assert.Equal(2, guarded.Starts);

        Assert.Equal("yes", await guarded.Guardian.AskAsync(Order.Start));
        await guarded.UntilAsync("runs as incarnation 3");

        // Started again before it has left.
        Assert.Equal("yes", await guarded.Guardian.AskAsync(Order.Stop));
        Assert.Equal("yes", await guarded.Guardian.AskAsync(Order.Start));
        await guarded.UntilAsync("runs as incarnation 4");
    }

    [Fact]
    public async Task An_address_that_cannot_be_had_is_told_with_the_reason()
    {
        using var guarded = new GuardedScript("""
            (while read -r line; do echo "$line" >> heard; done) < /dev/stdin &
            sleep 0.2
            echo 'acquire 192.0.2.1:5060'; echo 'acquire nonsense'; echo 'a line of a log'
            renew 1 60
            """);
        guarded.Addresses.Cannot = "is somebody else's";
        await GuardedScript.UntilAsync(() => guarded.Said("heard").Contains("nonsense"), "both answers");
        Assert.Equal("cannot 192.0.2.1:5060 is somebody else's\ncannot nonsense is no address with a port\n", guarded.Said("heard"));
        await guarded.UntilAsync("a line of a log");
    }

    /// <summary>The guardian was killed: its node goes on without anybody to watch it.</summary>
    [Fact]
    public async Task A_new_guardian_ends_the_node_of_the_one_before_and_writes_its_last_will()
    {
        using Process left = Process.Start("sleep", "60");
        using var guarded = new GuardedScript("renew 8 60", before: folder => LeftNode.Of(left.Id, 7).Write(folder.Path));
        await guarded.UntilAsync("runs as incarnation 8");
        Assert.True(left.HasExited);
        Assert.Equal([7UL], guarded.Wills.Written);
        Assert.Equal(8UL, LeftNode.Read(guarded.Data)!.Incarnation);
    }

    [Fact]
    public async Task A_process_that_has_the_number_of_a_node_long_gone_is_not_touched()
    {
        using Process other = Process.Start("sleep", "60");
        using var guarded = new GuardedScript("renew 8 60", before: folder => (LeftNode.Of(other.Id, 7) with { Started = 1 }).Write(folder.Path));
        await guarded.UntilAsync("runs as incarnation 8");
        Assert.False(other.HasExited);
        other.Kill();
    }

    [Fact]
    public void One_guardian_runs_on_a_data_directory()
    {
        using var guarded = new GuardedScript("renew 1 60");
        var second = Assert.Throws<NodeException>(() =>
            new Guardian(new GuardianOptions { Side = "A", Data = guarded.Data, Program = new NodeProgram("true", []) }, new Told(), new Wills(), TextWriter.Null));
        Assert.Contains("a guardian of side A runs on it already", second.Message);
    }

    [Fact]
    public async Task Orders_come_over_a_socket_for_the_owner_only()
    {
        using var guarded = new GuardedScript("renew 1 60");
        await guarded.UntilAsync("runs as incarnation 1");
        using (new GuardianSocket(guarded.Data, guarded.Guardian))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(GuardianSocket.PathIn(guarded.Data)));
            GuardianStatus status = GuardianStatus.Parse((await GuardianSocket.AskAsync(guarded.Data, Order.Status, CancellationToken.None))!)!;
            Assert.Equal(("A", "running", 1UL), (status.Side, status.State, status.Incarnation));
            // What a terminal may not ask for.
            Assert.StartsWith("no: ", await GuardianSocket.AskAsync(guarded.Data, Order.End, CancellationToken.None));
        }
        Assert.Null(await GuardianSocket.AskAsync(guarded.Data, Order.Status, CancellationToken.None));
    }
}
