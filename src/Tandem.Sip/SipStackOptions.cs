namespace Tandem.Sip;

public sealed record SipStackOptions
{
    public SipTimers Timers { get; init; } = new();

    /// <summary>Where the stack counts; several stacks may share it.</summary>
    public SipCounters Counters { get; init; } = new();

    /// <summary>50 s of a thousand calls a second, four transactions each; about 3 kB each when full.</summary>
    public int TransactionsMax { get; init; } = 200_000;

    /// <summary>Twice the fifty thousand calls a node is meant to hold, in legs.</summary>
    public int DialogsMax { get; init; } = 100_000;

    /// <summary>Seconds in Retry-After of the 503 beyond those limits.</summary>
    public int RetryAfterSeconds { get; init; } = 5;

    /// <summary>Value of Allow; other methods meet 501, or 405 when the stack knows their names.</summary>
    public string Allow { get; init; } = "INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, UPDATE, INFO, PRACK, REFER, NOTIFY, SUBSCRIBE, MESSAGE";

    /// <summary>Option tags a Require may name (RFC 3261 §8.2.2.3).</summary>
    public IReadOnlyList<string> Supported { get; init; } = ["timer", "replaces", "norefersub", "path", "outbound", "gruu"];

    /// <summary>Types an INVITE's body may have.</summary>
    public IReadOnlyList<string> InviteBodies { get; init; } = ["application/sdp", "multipart/mixed", "multipart/related", "multipart/alternative", "multipart/signed"];

    /// <summary>Our name in Via when the local end of the flow is not it; "host" or "host:port". Null: the flow's local end.</summary>
    public string? SentBy { get; init; }

    /// <summary>Value of User-Agent and Server. Null: none.</summary>
    public string? Product { get; init; } = "Tandem";

    /// <summary>Requests in a dialog go back to the flow they came from, not to the address in the peer's Contact (peers behind NAT).</summary>
    public bool StaysOnFlow { get; init; }
}
