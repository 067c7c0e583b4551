namespace Tandem.Sip;

public enum TransportKind : byte
{
    Udp,
    Tcp,
}

/// <summary>Where a message came from and where an answer goes: transport, connection (0 for UDP), both ends. RFC 5626's flow.</summary>
public readonly record struct Flow(TransportKind Kind, long Connection, SipEndPoint Remote, SipEndPoint Local)
{
    /// <summary>The transport itself retransmits: timers A, E, G do not run, D, I, J, K are zero.</summary>
    public bool IsReliable => Kind != TransportKind.Udp;

    public ReadOnlySpan<byte> Name => Kind == TransportKind.Udp ? "UDP"u8 : "TCP"u8;
}
