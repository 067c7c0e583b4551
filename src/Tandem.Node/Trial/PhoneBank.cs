using System.Net;
using Tandem.Node.Loop;
using Tandem.Sip;

namespace Tandem.Node.Trial;

/// <summary>
/// Built-in SIP phones at one UDP port, on one thread: for `try`, tests and benchmarks. Each <see cref="Phone"/> registers, calls and
/// answers by itself; a call sends and counts real RTP.
/// </summary>
public sealed class PhoneBank : ISipUser, IDisposable
{
    readonly MonotonicClock _clock = new(TimeProvider.System);
    readonly Inbox _inbox = new();
    readonly UdpTransport _udp;
    readonly Dictionary<string, Phone> _phones = new(StringComparer.Ordinal);
    readonly PriorityQueue<Action, long> _later = new();
    readonly Thread _thread;
    volatile bool _stopping;

    /// <param name="node">Where the contact centre listens for SIP over UDP.</param>
    /// <param name="domain">The instance's name: the realm of the phones.</param>
    /// <param name="port">Their own; 0: any.</param>
    public PhoneBank(IPEndPoint node, string domain, int port = 0)
    {
        Domain = domain;
        Media = new TonePlayer(node.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback);
        _udp = UdpTransport.Open(new IPEndPoint(Media.Address, port), _inbox);
        Flow = _udp.FlowTo(SipEndPoint.From(node));
        Stack = new SipStack(new SipStackOptions { Product = "Tandem built-in phone", StaysOnFlow = true }, _udp, this);
        _thread = new Thread(Run) { Name = "phones", IsBackground = true };
        _thread.Start();
    }

    internal string Domain { get; }
    internal Flow Flow { get; }
    internal SipStack Stack { get; }
    internal TonePlayer Media { get; }
    internal long NowUs => _clock.NowUs;

    /// <summary>A phone known to the contact centre as `name`. Without a password: one with a fixed address, or a caller on a trunk.</summary>
    public Phone Add(string name, string password = "")
    {
        var phone = new Phone(this, name, password);
        lock (_phones) _phones.Add(name, phone);
        return phone;
    }

    /// <summary>Where all phones of this bank are reached.</summary>
    public IPEndPoint Local => _udp.Local.ToIPEndPoint();

    /// <summary>On the phones' thread.</summary>
    internal void Do(Action<long> what) => _inbox.Post(() => what(_clock.NowUs));

    /// <summary>On the phones' thread, after some time. Call it on that thread.</summary>
    internal void Later(TimeSpan after, Action what) => _later.Enqueue(what, _clock.NowUs + (long)after.TotalMicroseconds);

    internal static byte[] NewBranch() => [.. ViaView.MagicCookie, .. NewName()];
    internal static byte[] NewName() => System.Text.Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));

    void Run()
    {
        while (!_stopping)
        {
            long due = Math.Min(Stack.NextTimerUs, _later.TryPeek(out _, out long first) ? first : long.MaxValue);
            foreach (Inbox.Item item in _inbox.Take(Math.Clamp(due - _clock.NowUs, 0, 500_000)))
            {
                if (item.What is Action action) action();
                if (item.What is not ReceivedBatch batch) continue;
                for (int i = 0; i < batch.Count; i++) Stack.Receive(batch[i], batch.FlowOf(i), _clock.NowUs);
                batch.Release();
            }
            Stack.Tick(_clock.NowUs);
            while (_later.TryPeek(out Action? what, out long at) && at <= _clock.NowUs)
            {
                _later.Dequeue();
                what();
            }
        }
    }

    void ISipUser.RequestReceived(ServerTransaction transaction, long nowUs)
    {
        if (transaction is not InviteServerTransaction invite)
        {
            Stack.Respond(transaction, new OutgoingResponse { Status = transaction.Method == SipMethod.Options ? 200 : 481 }, nowUs);
            return;
        }
        Phone? phone;
        lock (_phones) phone = _phones.GetValueOrDefault(System.Text.Encoding.ASCII.GetString(invite.Request.Uri.User));
        if (phone is null) Stack.Respond(invite, new OutgoingResponse { Status = 404 }, nowUs);
        else phone.Ring(invite, nowUs);
    }

    void ISipUser.DialogRequestReceived(Dialog dialog, ServerTransaction transaction, long nowUs)
    {
        if (dialog.UserState is PhoneCall call) call.Asked(transaction, nowUs);
        else Stack.Respond(transaction, new OutgoingResponse { Status = 481 }, nowUs);
    }

    void ISipUser.CancelReceived(InviteServerTransaction invite, ServerTransaction cancel, long nowUs)
    {
        Stack.Respond(cancel, new OutgoingResponse { Status = 200 }, nowUs);
        if (invite.UserState is not PhoneCall call) return;
        Stack.Respond(invite, new OutgoingResponse { Status = 487 }, nowUs);
        call.End(487);
    }

    void ISipUser.AckReceived(Dialog dialog, SipMessage ack, long nowUs) { }

    void ISipUser.AckMissing(Dialog dialog, long nowUs) => (dialog.UserState as PhoneCall)?.End(408);

    void ISipUser.ResponseReceived(ClientTransaction transaction, SipMessage response, Dialog? dialog, long nowUs)
    {
        if (transaction.UserState is PhoneCall call) call.Answered(transaction, response, dialog, nowUs);
        else if (transaction.UserState is Registration registration) registration.Answered(response, nowUs);
    }

    void ISipUser.ClientFailed(ClientTransaction transaction, SipFailure failure, long nowUs)
    {
        if (transaction.UserState is PhoneCall call) call.End(408);
        else if (transaction.UserState is Registration registration) registration.Fail("the node does not answer");
    }

    void ISipUser.ServerFailed(ServerTransaction transaction, SipFailure failure, long nowUs) { }

    public void Dispose()
    {
        _stopping = true;
        _inbox.Post(static () => { });
        _thread.Join();
        _udp.Dispose();
        Media.Dispose();
    }
}
