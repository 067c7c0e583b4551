using System.Text;
using Tandem.Sip;

namespace Tandem.Simulation;

/// <summary>A SIP phone over Tandem's own stack, which retransmits as RFC 3261's timers say.</summary>
abstract class PhoneBox : ISipUser, ISipOutput
{
    long _tickAt = long.MaxValue, _ticks;

    protected PhoneBox(World world, string name, SipEndPoint local)
    {
        (World, Name, Local) = (world, name, local);
        Dice = world.Dice.For($"phone {name}");
        Stack = new SipStack(new SipStackOptions { Product = null }, this, this);
        world.Network.Attach(this);
    }

    public World World { get; }
    public string Name { get; }
    public SipEndPoint Local { get; }
    protected Dice Dice { get; }
    protected SipStack Stack { get; }
    protected long Now => World.NowUs;
    protected string Contact => $"<sip:{Name}@{Local}>";

    int _names;

    protected byte[] NewBranch() => Bytes($"z9hG4bK-{Name}-{++_names}");
    protected static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);
    protected static string Text(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(bytes);
    protected Flow To(string address) => new(TransportKind.Udp, 0, SipEndPoint.From(System.Net.IPEndPoint.Parse(address)), Local);

    protected byte[] Sdp(ulong version, bool hold = false) =>
        SdpFormat.G711(new SipEndPoint(Local.Address, (ushort)(Local.Port + 1), Local.IsV6), 1, version, hold ? MediaDirection.SendOnly : MediaDirection.SendRecv);

    public void Receive(byte[] bytes, SipEndPoint from)
    {
        Stack.Receive(bytes, new Flow(TransportKind.Udp, 0, from, Local), Now);
        Arm();
    }

    /// <summary>After anything that may have set a timer.</summary>
    protected void Arm()
    {
        long due = Stack.NextTimerUs;
        if (due >= _tickAt) return;
        _tickAt = due;
        long tick = ++_ticks;
        World.At(due, () =>
        {
            if (tick != _ticks) return;
            _tickAt = long.MaxValue;
            Stack.Tick(Now);
            Arm();
        });
    }

    protected void After(long us, Action act) => World.After(us, () =>
    {
        act();
        Arm();
    });

    protected void Respond(ServerTransaction transaction, int status) => Stack.Respond(transaction, new OutgoingResponse { Status = status }, Now);

    bool ISipOutput.Send(in Flow flow, ReadOnlySpan<byte> message)
    {
        if (World.IsTraced && SipParser.Parse(message, out SipMessage? sent) == Malformed.No) World.Trace($"      {Name} -> {flow.Remote} {SentChecks.Name(sent!)}");
        World.Network.FromPhone(this, flow.Remote, message);
        return true;
    }

    public virtual void RequestReceived(ServerTransaction transaction, long nowUs) => Respond(transaction, transaction.Method == SipMethod.Options ? 200 : 481);
    public abstract void DialogRequestReceived(Dialog dialog, ServerTransaction transaction, long nowUs);
    public virtual void CancelReceived(InviteServerTransaction invite, ServerTransaction cancel, long nowUs)
    {
        Respond(cancel, 200);
        Respond(invite, 487);
    }
    public virtual void AckReceived(Dialog dialog, SipMessage ack, long nowUs) { }
    public virtual void AckMissing(Dialog dialog, long nowUs) { }
    public abstract void ResponseReceived(ClientTransaction transaction, SipMessage response, Dialog? dialog, long nowUs);
    public abstract void ClientFailed(ClientTransaction transaction, SipFailure failure, long nowUs);
    public virtual void ServerFailed(ServerTransaction transaction, SipFailure failure, long nowUs) { }
}
