namespace Tandem.Sip;

/// <summary>A request we sent and wait to have answered.</summary>
public abstract class ClientTransaction : Timed
{
    private protected readonly SipStack Stack;
    private protected long RetransmitAtUs = Never;
    private protected long EndAtUs = Never;
    private protected long IntervalUs;

    private protected ClientTransaction(SipStack stack, SipMethod method, uint cseq, byte[] request, in Flow flow, byte[] key)
    {
        Stack = stack;
        Method = method;
        CSeq = cseq;
        RequestBytes = request;
        Flow = flow;
        Key = key;
    }

    public SipMethod Method { get; }
    public uint CSeq { get; }
    public Flow Flow { get; }

    /// <summary>The user's own object; a dialog this request opens inherits it.</summary>
    public object? UserState { get; set; }

    /// <summary>The dialog the request was sent in; null outside of one.</summary>
    public Dialog? Dialog { get; internal set; }

    /// <summary>Status of the last response passed to the user; 0 before the first.</summary>
    public int LastStatus { get; internal set; }

    public bool IsAnswered => LastStatus >= 200;
    public abstract bool IsTerminated { get; }

    /// <summary>The request as it was sent.</summary>
    public ReadOnlySpan<byte> Raw => RequestBytes;

    internal byte[] RequestBytes { get; }
    internal byte[] Key { get; }

    /// <summary>Ours alone: a CANCEL, or the BYE of a surplus fork.</summary>
    internal bool IsInternal { get; init; }

    internal abstract void Start(long nowUs);
    internal abstract void Received(SipMessage response, long nowUs);
    internal abstract void TransportFailed(long nowUs);

    private protected void Arm() => Stack.Arm(this, Math.Min(RetransmitAtUs, EndAtUs));

    private protected bool Transmit() => Stack.Transmit(Flow, RequestBytes);
}
