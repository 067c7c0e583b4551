namespace Tandem.Sip;

/// <summary>A request that came and is being answered. Retransmissions of it never reach the user.</summary>
public abstract class ServerTransaction : Timed
{
    private protected readonly SipStack Stack;
    private protected long EndAtUs = Never;

    private protected ServerTransaction(SipStack stack, SipMessage request, in Flow flow, byte[] key)
    {
        Stack = stack;
        Request = request;
        Flow = flow;
        ResponseFlow = ResponseRouting.Route(request.TopVia, flow);
        Key = key;
    }

    public SipMessage Request { get; }
    public SipMethod Method => Request.Method;

    /// <summary>Where the request came from.</summary>
    public Flow Flow { get; }

    /// <summary>Where answers go (RFC 3261 §18.2.2, RFC 3581 §4).</summary>
    public Flow ResponseFlow { get; }

    /// <summary>The user's own object.</summary>
    public object? UserState { get; set; }

    /// <summary>The dialog the request belongs to, or the one an INVITE opened by its first tagged answer.</summary>
    public Dialog? Dialog { get; internal set; }

    /// <summary>Status of the last response sent; 0 before the first.</summary>
    public int LastStatus { get; private protected set; }

    /// <summary>When the request was last heard again; 0: it came once.</summary>
    public long HeardAgainUs { get; private protected set; }

    /// <summary>A final response was sent.</summary>
    public bool IsAnswered => LastStatus >= 200;

    public abstract bool IsTerminated { get; }

    internal byte[] Key { get; }
    private protected byte[]? LastResponse;

    /// <summary>Sends a formatted response. False: this transaction does not allow it any more.</summary>
    internal abstract bool Send(int status, ReadOnlySpan<byte> response, long nowUs);

    internal abstract void Retransmitted(long nowUs);

    internal abstract void TransportFailed(long nowUs);

    private protected bool Transmit(ReadOnlySpan<byte> bytes) => Stack.Transmit(ResponseFlow, bytes);
}
