using System.Text;
using Tandem.Sip;

namespace Tandem.Bench.Sip;

/// <summary>
/// CPU of whole calls between two stacks in memory: INVITE, 100, 180, 200, ACK, BYE, 200, every timer included.
/// One answers and one calls: together the two legs of a back-to-back user agent, without sockets.
/// </summary>
static class CallBench
{
    const int Calls = 20_000;
    const long CallEveryUs = 1000;

    internal static int Run(string[] args)
    {
        RunCalls(2000);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        int completed = RunCalls(Calls);
        double cpuUs = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / completed;
        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / completed;
        Console.WriteLine(args.Contains("--json")
            ? $$"""{"bench":"sip-call","calls":{{completed}},"cpu_us_per_call":{{cpuUs:F1}},"allocated_bytes_per_call":{{allocated}}}"""
            : $"sip-call: {cpuUs:F1} µs of CPU and {allocated:N0} bytes allocated per call, both legs, {completed:N0} calls at 1,000/s of their own clock, 32 s of transactions held");
        return completed == Calls ? 0 : 1;
    }

    static int RunCalls(int calls)
    {
        var caller = new Party("ana", SipEndPoint.V4(192, 0, 2, 1, 5060));
        var callee = new Party("bo", SipEndPoint.V4(192, 0, 2, 2, 5060));
        caller.Peer = callee;
        callee.Peer = caller;
        long nowUs = 0;
        for (int i = 0; i < calls; i++, nowUs += CallEveryUs)
        {
            caller.Call(i, nowUs);
            while (caller.Deliver(nowUs) | callee.Deliver(nowUs))
            {
            }
            caller.Stack.Tick(nowUs);
            callee.Stack.Tick(nowUs);
        }
        return caller.Completed;
    }

    sealed class Party : ISipUser, ISipOutput
    {
        static readonly byte[] s_sdp = SdpFormat.G711(SipEndPoint.V4(192, 0, 2, 9, 4000), 1, 1);

        readonly Queue<(byte[] Bytes, Flow Flow)> _arrived = new();
        readonly MessageWriter _name = new();
        readonly byte[] _contact;
        readonly SipEndPoint _address;

        public Party(string name, SipEndPoint address)
        {
            _address = address;
            _contact = Encoding.ASCII.GetBytes($"<sip:{name}@{address}>");
            Stack = new SipStack(new SipStackOptions(), this, this);
        }

        public SipStack Stack { get; }
        public Party Peer { get; set; } = null!;
        public int Completed { get; private set; }

        public bool Deliver(long nowUs)
        {
            bool any = _arrived.Count > 0;
            while (_arrived.TryDequeue(out (byte[] Bytes, Flow Flow) one)) Stack.Receive(one.Bytes, one.Flow, nowUs);
            return any;
        }

        public void Call(int number, long nowUs)
        {
            byte[] id = Encoding.ASCII.GetBytes($"call-{number}");
            byte[] branch = [.. "z9hG4bK"u8, .. id];
            Stack.Request(
                new OutgoingRequest
                {
                    Method = SipMethod.Invite, RequestUri = "sip:bo@192.0.2.2"u8, From = "\"Ana\" <sip:ana@a.example>;tag=ana-1"u8, To = "<sip:bo@b.example>"u8,
                    CallId = id, CSeq = 1, Branch = branch, Contact = _contact, ContentType = "application/sdp"u8, Body = s_sdp,
                },
                new Flow(TransportKind.Udp, 0, Peer._address, _address), null, nowUs, out _);
        }

        public bool Send(in Flow flow, ReadOnlySpan<byte> message)
        {
            Peer._arrived.Enqueue((message.ToArray(), new Flow(TransportKind.Udp, 0, _address, flow.Remote)));
            return true;
        }

        public void RequestReceived(ServerTransaction transaction, long nowUs)
        {
            Stack.Respond(transaction, new OutgoingResponse { Status = 100 }, nowUs);
            Stack.Respond(transaction, new OutgoingResponse { Status = 180, ToTag = "bo-1"u8, Contact = _contact }, nowUs);
            Stack.Respond(transaction, new OutgoingResponse { Status = 200, ToTag = "bo-1"u8, Contact = _contact, ContentType = "application/sdp"u8, Body = s_sdp }, nowUs);
        }

        public void DialogRequestReceived(Dialog dialog, ServerTransaction transaction, long nowUs) =>
            Stack.Respond(transaction, new OutgoingResponse { Status = 200 }, nowUs);

        public void ResponseReceived(ClientTransaction transaction, SipMessage response, Dialog? dialog, long nowUs)
        {
            if (transaction.Method == SipMethod.Bye) Completed++;
            if (transaction.Method != SipMethod.Invite || !response.Is2xx) return;
            Stack.Acknowledge(dialog!, Branch(response.CallId, (byte)'a'), default, default, default);
            Stack.Request(dialog!, new DialogRequest { Method = SipMethod.Bye, CSeq = 2, Branch = Branch(response.CallId, (byte)'b') }, null, nowUs, out _);
        }

        ReadOnlySpan<byte> Branch(ReadOnlySpan<byte> id, byte suffix)
        {
            _name.Clear();
            _name.Append("z9hG4bK"u8);
            _name.Append(id);
            _name.Append(suffix);
            return _name.Written;
        }

        public void CancelReceived(InviteServerTransaction invite, ServerTransaction cancel, long nowUs) { }
        public void AckReceived(Dialog dialog, SipMessage ack, long nowUs) { }
        public void AckMissing(Dialog dialog, long nowUs) { }
        public void ClientFailed(ClientTransaction transaction, SipFailure failure, long nowUs) { }
        public void ServerFailed(ServerTransaction transaction, SipFailure failure, long nowUs) { }
    }
}
