namespace Tandem.Sip;

/// <summary>What happened since the stack began. Never a log line per packet.</summary>
public sealed class SipCounters
{
    readonly long[] _malformed = new long[Enum.GetValues<Malformed>().Length];

    public long Received { get; internal set; }
    public long Sent { get; internal set; }
    public long SendsRefused { get; internal set; }
    public long Requests { get; internal set; }
    public long Responses { get; internal set; }

    /// <summary>Retransmissions of the peers that did not reach the user.</summary>
    public long RetransmissionsAbsorbed { get; internal set; }

    /// <summary>Our own.</summary>
    public long Retransmissions { get; internal set; }

    /// <summary>Responses without transaction, with foreign Vias, or ACKs without anything to acknowledge.</summary>
    public long Strays { get; internal set; }

    /// <summary>Requests answered by the stack because they were malformed or asked what it does not do.</summary>
    public long Refused { get; internal set; }

    /// <summary>Requests for a dialog, or CANCELs for an INVITE, that are not there (481).</summary>
    public long Unmatched { get; internal set; }

    /// <summary>Requests refused with 503 at a limit.</summary>
    public long Overloads { get; internal set; }

    public long ClientTimeouts { get; internal set; }
    public long TransportFailures { get; internal set; }
    public long AcksMissing { get; internal set; }

    /// <summary>Surplus 2xx of forks that were acknowledged and hung up.</summary>
    public long ForksEnded { get; internal set; }

    public long MalformedBy(Malformed reason) => _malformed[(int)reason];

    public long MalformedTotal => _malformed.Sum();

    internal void CountMalformed(Malformed reason) => _malformed[(int)reason]++;
}
