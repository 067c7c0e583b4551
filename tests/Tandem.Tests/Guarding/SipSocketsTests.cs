using System.Net;
using System.Net.Sockets;
using System.Text;
using Tandem.Node.Guarding;
using Tandem.Node.Loop;
using Tandem.Sip;

namespace Tandem.Tests.Guarding;

/// <summary>How an address goes from one side to the other without a datagram being lost between them.</summary>
public sealed class SipSocketsTests : IDisposable
{
    readonly Inbox _inbox = new();
    readonly Link _link = new();
    readonly List<string> _closed = [], _received = [];
    SipSockets? _sockets;
    TimeSpan _drainOfTaken;

    string Opened()
    {
        _sockets = new SipSockets(_inbox, _link, overlaps: true, static _ => { }, _closed.Add, static _ => { }, () => _drainOfTaken);
        return _sockets.OpenNow(new IPEndPoint(IPAddress.Parse("127.61.7.1"), 0)).ToString();
    }

    /// <summary>What the node's loop does.</summary>
    bool RunUntil(Func<bool> done, int ms)
    {
        for (long end = Environment.TickCount64 + ms; !done() && Environment.TickCount64 < end;)
        {
            foreach (Inbox.Item item in _inbox.Take(5_000))
            {
                if (item.What is Action action) action();
                if (item.What is not ReceivedBatch batch) continue;
                for (int i = 0; i < batch.Count; i++) _received.Add(Encoding.ASCII.GetString(batch[i]));
                batch.Release();
            }
        }
        return done();
    }

    static void Send(string to, string text)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SendTo(Encoding.ASCII.GetBytes(text), IPEndPoint.Parse(to));
    }

    [Fact]
    public void An_address_that_is_taken_before_the_journal_says_so_stays_open_for_its_drain()
    {
        string address = Opened();
        _drainOfTaken = TimeSpan.FromMilliseconds(300);
        _link.Take(address);
        Assert.False(RunUntil(() => !_sockets!.IsOpen(address), 100));
        Send(address, "on its way");
        Assert.True(RunUntil(() => _received.Count > 0, 2_000));
        Assert.True(RunUntil(() => _closed.Count > 0 && _link.Said.Count > 0, 2_000));
        Assert.Equal([$"release {address}"], _link.Said);
        Assert.Equal([address], _closed);
    }

    [Fact]
    public void A_node_that_does_not_act_lets_go_at_once()
    {
        string address = Opened();
        _link.Take(address);
        Assert.True(RunUntil(() => _link.Said.Count > 0, 100));
        Assert.False(_sockets!.IsOpen(address));
    }

    [Fact]
    public void An_address_that_leaves_stays_open_until_the_other_side_has_taken_it()
    {
        string address = Opened();
        _sockets!.Close(address, TimeSpan.FromMilliseconds(50));
        Assert.False(RunUntil(() => !_sockets.IsOpen(address), 400));
        _link.Take(address);
        Assert.True(RunUntil(() => _link.Said.Count > 1, 1_000));
        Assert.Equal([$"yield {address}", $"release {address}"], _link.Said);
    }

    [Fact]
    public void An_address_that_comes_back_is_not_closed_by_what_was_begun_before()
    {
        string address = Opened();
        _sockets!.Close(address, TimeSpan.FromMilliseconds(50));
        _link.Take(address);
        _sockets.Open(address);
        Assert.False(RunUntil(() => !_sockets.IsOpen(address) || _closed.Count > 0, 500));
        Assert.DoesNotContain($"release {address}", _link.Said);
    }

    [Fact]
    public void A_socket_that_retires_gives_what_it_has_and_gets_no_more()
    {
        string address = Opened();
        var other = new Others();
        using UdpTransport second = UdpTransport.Open(IPEndPoint.Parse(address), other, overlaps: true);
        _sockets!.Close(address, TimeSpan.Zero);
        _link.Take(address);
        Assert.True(RunUntil(() => !_sockets.IsOpen(address), 1_000));
        // From many ports: of those that share a port the kernel chooses by sender.
        for (int i = 0; i < 64; i++) Send(address, "late");
        Assert.True(RunUntil(() => other.Count == 64, 2_000));
        Assert.Empty(_received);
    }

    public void Dispose() => _sockets?.Dispose();

    sealed class Others : ITransportSink
    {
        volatile int _count;
        public int Count => _count;
        public void Received(ReceivedBatch batch)
        {
            _count += batch.Count;
            batch.Release();
        }
        public void Closed(in Flow flow, CloseReason reason) { }
    }

    sealed class Link : IGuardianLink
    {
        public List<string> Said { get; } = [];
        public event Action<string>? Taken;
        public event Action? StopAsked { add { } remove { } }
        public void Take(string address) => Taken!(address);
        public void Renew(ulong incarnation, bool acts = true) { }
        public void Hold(ulong incarnation) { }
        public Task AcquireAsync(string address, CancellationToken stop = default) => Task.CompletedTask;
        public void Yield(string address) => Said.Add($"yield {address}");
        public void Release(string address) => Said.Add($"release {address}");
        public void Closed(string address) => Said.Add($"closed {address}");
        public void Dispose() { }
    }
}
