using System.Text;
using Tandem.Node;
using Tandem.Node.Guarding;

namespace Tandem.Tests.Guarding;

/// <summary>The guardian's rules without processes.</summary>
public sealed class JudgementTests
{
    [Fact]
    public void Silence_counts_from_the_first_renewal()
    {
        var silence = new Silence(350, 25);
        silence.Begin(0);
        for (long now = 25; now <= 10_000; now += 25) silence.Look(now, renewed: false);
        Assert.False(silence.IsTooLong);

        silence.Look(10_025, renewed: true);
        for (long now = 10_050; now <= 10_375; now += 25) silence.Look(now, renewed: false);
        Assert.False(silence.IsTooLong);
        silence.Look(10_400, renewed: false);
        Assert.True(silence.IsTooLong);
    }

    [Fact]
    public void A_guardian_that_was_kept_from_running_itself_does_not_blame_the_node()
    {
        var silence = new Silence(350, 25);
        silence.Begin(0);
        silence.Look(25, renewed: true);
        silence.Look(5_000, renewed: false);
        Assert.False(silence.IsTooLong);

        // But a node that stays silent under its eyes is judged, though the guardian runs late each time.
        long now = 5_000;
        int looks = 0;
        for (; !silence.IsTooLong; looks++) silence.Look(now += 60, renewed: false);
        Assert.InRange(looks, 5, 8);
    }

    [Fact]
    public void A_node_in_the_middle_of_a_long_entry_holds_for_three_seconds_at_most()
    {
        long now = 1_000;
        using var link = new Link();
        using var applying = new ApplyingHold(link, () => now);
        void LookFor(int ms)
        {
            for (long until = now + ms; now < until; now += 50) applying.Look();
        }

        LookFor(1_000);
        Assert.Empty(link.Holds);

        applying.Begin(7);
        LookFor(1_000);
        Assert.Equal(Enumerable.Repeat(7UL, 19), link.Holds);
        applying.End();
        LookFor(1_000);
        Assert.Equal(19, link.Holds.Count);

        applying.Begin(7);
        LookFor(60_000);
        Assert.InRange(link.Holds.Count, 70, 85);
    }

    sealed class Link : IGuardianLink
    {
        public List<ulong> Holds { get; } = [];
        public event Action<string>? Taken { add { } remove { } }
        public event Action? StopAsked { add { } remove { } }
        public void Renew(ulong incarnation, bool acts = true) { }
        public void Hold(ulong incarnation) => Holds.Add(incarnation);
        public Task AcquireAsync(string address, CancellationToken stop = default) => Task.CompletedTask;
        public void Yield(string address) { }
        public void Release(string address) { }
        public void Closed(string address) { }
        public void Dispose() { }
    }

    [Fact]
    public void A_first_end_is_followed_by_a_start_at_once_quick_ones_by_later_starts()
    {
        var restarts = new Restarts();
        double Next(double lived, bool atOnce) => restarts.Next(TimeSpan.FromSeconds(lived), atOnce).TotalSeconds;

        Assert.Equal([0, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5], Enumerable.Range(0, 8).Select(_ => Next(1, atOnce: true)));
        Assert.Equal(0, Next(60, atOnce: true));
        Assert.Equal(0.2, Next(60, atOnce: false));
        Assert.Equal([0.2, 0.4, 0.8], Enumerable.Range(0, 3).Select(_ => Next(1, atOnce: false)));
        restarts.Forget();
        Assert.Equal(0, Next(1, atOnce: true));
    }

    [Fact]
    public void Lines_come_whole_however_the_pipe_cuts_them()
    {
        var lines = new LineBuffer();
        var all = new List<string>();
        foreach (byte one in "renew 1\nacquire 127.0.0.2:5060\n\nrest"u8.ToArray())
        {
            lines.Add([one]);
            while (lines.TryTake(out ReadOnlySpan<byte> line)) all.Add(Encoding.UTF8.GetString(line));
        }
        Assert.Equal(["renew 1", "acquire 127.0.0.2:5060", ""], all);
    }

    [Fact]
    public void A_line_without_an_end_does_not_grow_for_ever()
    {
        var lines = new LineBuffer();
        byte[] noise = new byte[8_000];
        for (int i = 0; i < 100; i++)
        {
            lines.Add(noise);
            Assert.False(lines.TryTake(out _));
        }
        lines.Add("\nrenew 1\n"u8);
        while (lines.TryTake(out ReadOnlySpan<byte> line))
            if (line.SequenceEqual("renew 1"u8)) return;
        Assert.Fail("the line after the noise is lost");
    }

    [Fact]
    public async Task A_nodes_link_speaks_the_lines_and_hears_them()
    {
        (int toNodeRead, int toNodeWrite) = Posix.Pipe();
        (int fromNodeRead, int fromNodeWrite) = Posix.Pipe();
        Unblock(toNodeRead);
        using var link = new GuardianLink(toNodeRead, fromNodeWrite);
        var taken = new TaskCompletionSource<string>();
        var stop = new TaskCompletionSource();
        link.Taken += taken.SetResult;
        link.StopAsked += stop.SetResult;
        link.Start();

        link.Renew(42);
        link.Renew(42);
        Task have = link.AcquireAsync("127.0.0.2:5060"), cannot = link.AcquireAsync("192.0.2.1:5060");
        link.Yield("127.0.0.3:5060");
        link.Release("127.0.0.3:5060");
        link.Closed("127.0.0.2:5060");
        Assert.Equal("renew 42\nacquire 127.0.0.2:5060\nacquire 192.0.2.1:5060\nyield 127.0.0.3:5060\nrelease 127.0.0.3:5060\nclosed 127.0.0.2:5060\n", Said());

        Posix.TryWrite(toNodeWrite, "have 127.0.0.2:5060\ncannot 192.0.2.1:5060 is somebody else's\ntaken 127.0.0.2:5060\nnonsense\n"u8);
        await have.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("192.0.2.1:5060: is somebody else's", (await Assert.ThrowsAsync<NodeException>(() => cannot)).Message);
        Assert.Equal("127.0.0.2:5060", await taken.Task.WaitAsync(TimeSpan.FromSeconds(10)));

        // The guardian's death is the end of stdin: the node leaves in good order.
        Task waiting = link.AcquireAsync("127.0.0.4:5060");
        Posix.Close(toNodeWrite);
        await stop.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<NodeException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(10)));
        Posix.Close(fromNodeRead);
        link.Renew(43);

        string Said()
        {
            byte[] buffer = new byte[1_000];
            return Encoding.ASCII.GetString(buffer, 0, Posix.Read(fromNodeRead, buffer));
        }
    }

    [Fact]
    public void A_guardian_that_reads_nothing_does_not_stop_the_node_and_renewing_allocates_nothing()
    {
        (int read, int write) = Posix.Pipe();
        using var link = new GuardianLink(read, write);
        for (ulong i = 1; i < 20_000; i++) link.Renew(i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong i = 20_000; i < 21_000; i++) link.Renew(i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>A child's stdin blocks its reader.</summary>
    static void Unblock(int descriptor) => _ = descriptor is var d && fcntl(d, 4, 0) == 0;

    [System.Runtime.InteropServices.DllImport("libc")] static extern int fcntl(int descriptor, int command, int value);
}
