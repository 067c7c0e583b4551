using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Tandem.Sip;

namespace Tandem.Tests.Sip;

public class TransportTests
{
    /// <summary>A stack on real sockets: one thread takes batches and time.</summary>
    sealed class Node : ITransportSink, ISipUser, IDisposable
    {
        readonly BlockingCollection<ReceivedBatch> _arrived = [];
        readonly UdpTransport _udp;
        readonly TcpTransport _tcp;
        readonly long _started = Stopwatch.GetTimestamp();

        public Node()
        {
            _udp = UdpTransport.Open(new IPEndPoint(IPAddress.Loopback, 0), this);
            _tcp = TcpTransport.Open(new IPEndPoint(IPAddress.Loopback, 0), this);
            Stack = new SipStack(new SipStackOptions { StaysOnFlow = true }, new Transports([_udp], [_tcp]), this);
        }

        public SipStack Stack { get; }
        public List<string> Events { get; } = [];
        public ConcurrentQueue<CloseReason> Closes { get; } = new();
        public UdpTransport Udp => _udp;
        public TcpTransport Tcp => _tcp;
        public long NowUs => (long)Stopwatch.GetElapsedTime(_started).TotalMicroseconds;

        public bool RunUntil(Func<bool> done)
        {
            for (long end = NowUs + 10_000_000; NowUs < end && !done();)
            {
                if (_arrived.TryTake(out ReceivedBatch? batch, 5, CancellationToken.None))
                {
                    for (int i = 0; i < batch.Count; i++) Stack.Receive(batch[i], batch.FlowOf(i), NowUs);
                    batch.Release();
                }
                Stack.Tick(NowUs);
            }
            return done();
        }

        public void Call(Flow flow, string id)
        {
            Stack.Request(
                new OutgoingRequest
                {
                    Method = SipMethod.Invite, RequestUri = "sip:bo@b.test"u8, From = "<sip:a@a.test>;tag=1"u8, To = "<sip:bo@b.test>"u8, CallId = Encoding.ASCII.GetBytes(id),
                    CSeq = 1, Branch = Encoding.ASCII.GetBytes($"z9hG4bK-{id}"), Contact = "<sip:a@127.0.0.1>"u8, ContentType = "application/sdp"u8, Body = new byte[20_000],
                },
                flow, null, NowUs, out _);
        }

        public void Received(ReceivedBatch batch) => _arrived.Add(batch, CancellationToken.None);
        public void Closed(in Flow flow, CloseReason reason) => Closes.Enqueue(reason);
        public void RequestReceived(ServerTransaction transaction, long nowUs) =>
            Stack.Respond(transaction, new OutgoingResponse { Status = 200, ToTag = "t"u8, Contact = "<sip:bo@127.0.0.1>"u8 }, nowUs);
        public void DialogRequestReceived(Dialog dialog, ServerTransaction transaction, long nowUs)
        {
            Events.Add(transaction.Method.ToString());
            Stack.Respond(transaction, new OutgoingResponse { Status = 200 }, nowUs);
        }
        public void CancelReceived(InviteServerTransaction invite, ServerTransaction cancel, long nowUs) { }
        public void AckReceived(Dialog dialog, SipMessage ack, long nowUs) => Events.Add("acked");
        public void AckMissing(Dialog dialog, long nowUs) { }
        public void ResponseReceived(ClientTransaction transaction, SipMessage response, Dialog? dialog, long nowUs)
        {
            Events.Add($"{transaction.Method} {response.Status}");
            if (transaction.Method != SipMethod.Invite) return;
            Stack.Acknowledge(dialog!, "z9hG4bK-ack"u8, default, default, default);
            Stack.Request(dialog!, new DialogRequest { Method = SipMethod.Bye, CSeq = 2, Branch = "z9hG4bK-bye"u8 }, null, nowUs, out _);
        }
        public void ClientFailed(ClientTransaction transaction, SipFailure failure, long nowUs) => Events.Add($"failed {failure}");
        public void ServerFailed(ServerTransaction transaction, SipFailure failure, long nowUs) { }

        public void Dispose()
        {
            _udp.Dispose();
            _tcp.Dispose();
        }
    }

    [Theory]
    [InlineData(TransportKind.Udp)]
    [InlineData(TransportKind.Tcp)]
    public async Task Two_stacks_talk_over_real_sockets(TransportKind kind)
    {
        using var ana = new Node();
        using var bo = new Node();
        Task serving = Task.Run(() => bo.RunUntil(() => bo.Events.Contains("Bye")), TestContext.Current.CancellationToken);
        ana.Call(kind == TransportKind.Udp ? ana.Udp.FlowTo(bo.Udp.Local) : ana.Tcp.FlowTo(bo.Tcp.Local)!.Value, $"real-{kind}");
        Assert.True(ana.RunUntil(() => ana.Events.Contains("Bye 200")), string.Join(", ", ana.Events));
        await serving;
        Assert.Equal(["acked", "Bye"], bo.Events);
    }

    [Fact]
    public void A_datagram_that_can_go_nowhere_is_told()
    {
        using var node = new Node();
        Assert.False(node.Udp.Send(node.Udp.FlowTo(SipEndPoint.From(new IPEndPoint(IPAddress.Loopback, 0))), "x"u8));
    }

    [Fact]
    public void A_port_in_use_is_named()
    {
        using var node = new Node();
        IPEndPoint taken = node.Udp.Local.ToIPEndPoint();
        Assert.Equal(taken, Assert.Throws<PortInUseException>(() => UdpTransport.Open(taken, node)).EndPoint);
        Assert.Throws<PortInUseException>(() => TcpTransport.Open(node.Tcp.Local.ToIPEndPoint(), node));
    }

    [Fact]
    public async Task A_stream_pings_and_is_closed_when_it_is_no_SIP()
    {
        using var node = new Node();
        using var client = new System.Net.Sockets.TcpClient();
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await client.ConnectAsync(node.Tcp.Local.ToIPEndPoint(), cancel);
        await client.GetStream().WriteAsync("\r\n\r\n"u8.ToArray(), cancel);
        byte[] pong = new byte[2];
        await client.GetStream().ReadExactlyAsync(pong, cancel);
        Assert.Equal("\r\n", Encoding.ASCII.GetString(pong));
        await client.GetStream().WriteAsync("OPTIONS sip:b.test SIP/2.0\r\nVia: x\r\n\r\n"u8.ToArray(), cancel);
        Assert.Equal(0, await client.GetStream().ReadAsync(pong, cancel));
        Assert.True(node.RunUntil(() => node.Closes.Contains(CloseReason.Malformed)));
        Assert.Equal(0, node.Tcp.Connections);
    }
}
