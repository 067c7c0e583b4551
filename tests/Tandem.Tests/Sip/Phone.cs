using System.Text;
using Tandem.Sip;

namespace Tandem.Tests.Sip;

/// <summary>A user agent that writes down what its stack tells it and does what a test lets it do.</summary>
sealed class Phone : ISipUser, ISipOutput
{
    readonly FakeNetwork _network;
    readonly string _name;
    int _branches;

    public Phone(FakeNetwork network, string name, byte host, SipStackOptions? options = null)
    {
        _network = network;
        _name = name;
        Address = SipEndPoint.V4(192, 0, 2, host, 5060);
        Stack = new SipStack(options ?? new SipStackOptions(), this, this);
        network.Attach(this);
    }

    public SipStack Stack { get; private set; }
    public SipEndPoint Address { get; }
    public List<string> Events { get; } = [];
    public Dialog? Dialog { get; private set; }
    public InviteServerTransaction? Incoming { get; private set; }
    public ServerTransaction? LastRequest { get; private set; }
    public InviteClientTransaction? Outgoing { get; private set; }
    public byte[] LastInvite { get; private set; } = [];
    public SipMessage? LastResponse { get; private set; }
    public SipMessage? LastAck { get; private set; }

    public Action<ServerTransaction> OnRequest { get; set; } = _ => { };
    public Action<Dialog, ServerTransaction> OnDialogRequest { get; set; } = (_, _) => { };
    public bool AcknowledgesAtOnce { get; set; } = true;

    public string Contact => $"<sip:{_name}@{Address}>";

    /// <summary>What is left of the phone when its process dies: nothing but what was saved.</summary>
    public void Crash()
    {
        Stack = new SipStack(new SipStackOptions(), this, this);
        Dialog = null;
        Incoming = null;
        Outgoing = null;
    }

    public string Branch() => $"z9hG4bK-{_name}-{++_branches}";

    public Flow To(Phone peer) => new(TransportKind.Udp, 0, peer.Address, Address);

    public InviteClientTransaction Call(Phone peer, string body = "v=0\r\n", string? branch = null, string callId = "call-1", uint cseq = 1)
    {
        Outgoing = (InviteClientTransaction)Stack.Request(
            new OutgoingRequest
            {
                Method = SipMethod.Invite,
                RequestUri = Bytes($"sip:{peer._name}@{peer.Address}"),
                From = Bytes($"<sip:{_name}@a.test>;tag=from-{_name}"),
                To = Bytes($"<sip:{peer._name}@b.test>"),
                CallId = Bytes(callId),
                CSeq = cseq,
                Branch = Bytes(branch ?? Branch()),
                Contact = Bytes(Contact),
                ContentType = "application/sdp"u8,
                Body = Bytes(body),
            },
            To(peer), null, _network.NowUs, out Refused refused)!;
        Assert.Equal(Refused.No, refused);
        return Outgoing;
    }

    public bool Answer(int status, ServerTransaction? transaction = null, string tag = "to-1", string body = "") => Stack.Respond(
        transaction ?? Incoming!,
        new OutgoingResponse
        {
            Status = status, ToTag = Bytes(tag), Contact = Bytes(Contact), Body = Bytes(body), ContentType = "application/sdp"u8,
        },
        _network.NowUs);

    public ClientTransaction? Send(SipMethod method, uint cseq, out Refused refused, Dialog? dialog = null) =>
        Stack.Request(dialog ?? Dialog!, new DialogRequest { Method = method, CSeq = cseq, Branch = Bytes(Branch()) }, null, _network.NowUs, out refused);

    public ClientTransaction? Send(SipMethod method, uint cseq) => Send(method, cseq, out _);

    public void Acknowledge(Dialog dialog, string body = "") =>
        Stack.Acknowledge(dialog, Bytes(Branch()), default, "application/sdp"u8, Bytes(body));

    public int Count(string line) => Events.Count(e => e == line);

    public bool Send(in Flow flow, ReadOnlySpan<byte> message)
    {
        if (message.StartsWith("INVITE"u8)) LastInvite = message.ToArray();
        _network.Carry(Address, flow.Remote, message);
        return true;
    }

    public void RequestReceived(ServerTransaction transaction, long nowUs)
    {
        Events.Add(Encoding.ASCII.GetString(transaction.Request.MethodName));
        LastRequest = transaction;
        if (transaction is InviteServerTransaction invite) Incoming = invite;
        OnRequest(transaction);
        Dialog = transaction.Dialog ?? Dialog;
    }

    public void DialogRequestReceived(Dialog dialog, ServerTransaction transaction, long nowUs)
    {
        Events.Add($"in dialog {Encoding.ASCII.GetString(transaction.Request.MethodName)}");
        LastRequest = transaction;
        OnDialogRequest(dialog, transaction);
    }

    public void CancelReceived(InviteServerTransaction invite, ServerTransaction cancel, long nowUs)
    {
        Events.Add("cancelled");
        Answer(200, cancel);
        Answer(487, invite);
    }

    public void AckReceived(Dialog dialog, SipMessage ack, long nowUs)
    {
        Events.Add("acked");
        LastAck = ack;
    }

    public void AckMissing(Dialog dialog, long nowUs) => Events.Add("ack missing");

    public void ResponseReceived(ClientTransaction transaction, SipMessage response, Dialog? dialog, long nowUs)
    {
        Events.Add($"{transaction.Method} {response.Status}");
        LastResponse = response;
        Dialog = dialog ?? Dialog;
        if (transaction.Method == SipMethod.Invite && response.Is2xx && AcknowledgesAtOnce) Acknowledge(dialog!);
    }

    public void ClientFailed(ClientTransaction transaction, SipFailure failure, long nowUs) => Events.Add($"{transaction.Method} failed: {failure}");

    public void ServerFailed(ServerTransaction transaction, SipFailure failure, long nowUs) => Events.Add($"{transaction.Method} server failed: {failure}");

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
