namespace Tandem.Sip;

/// <summary>Timer values in microseconds. RFC 3261 §17, table 4 in appendix A, RFC 6026 §7.1 for L and M.</summary>
public sealed record SipTimers
{
    /// <summary>Round-trip estimate.</summary>
    public long T1Us { get; init; } = 500_000;

    /// <summary>Longest retransmission interval of non-INVITE requests and INVITE responses.</summary>
    public long T2Us { get; init; } = 4_000_000;

    /// <summary>How long a message stays in the network.</summary>
    public long T4Us { get; init; } = 5_000_000;

    /// <summary>Timers B, F, H, J, L, M.</summary>
    public long TransactionUs => 64 * T1Us;

    /// <summary>Timer D over UDP: at least 32 s.</summary>
    public long TimerDUs => Math.Max(32_000_000, TransactionUs);
}
