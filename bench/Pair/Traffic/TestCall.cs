using System.Net;

namespace Tandem.Bench.Pair.Traffic;

enum CallPhase { Dialing, Talking, Ending, Ended, Failed }

/// <summary>One call as its caller has it, with the clock of what happened. Times are microseconds; 0: it did not happen.</summary>
sealed class TestCall(int number, string dialed, string to, SocketAddress address)
{
    public int Number => number;
    /// <summary>The number that calls; nobody else has it.</summary>
    public string Calling { get; } = $"+49{number:D9}";
    public string CallId { get; } = $"{Environment.ProcessId}-{number}@bench";
    public string Dialed => dialed;
    /// <summary>The service address that it lives on, as HOST:PORT.</summary>
    public string To => to;
    public SocketAddress Address => address;
    public CallPhase Phase { get; set; }
    /// <summary>Null: until told.</summary>
    public long? TalkUs { get; init; }

    public long InviteUs { get; set; }
    public long FirstAnswerUs { get; set; }
    public long RingsUs { get; set; }
    /// <summary>An agent's phone got the INVITE for this call.</summary>
    public long OfferedUs { get; set; }
    public long AnsweredUs { get; set; }
    public long EndedUs { get; set; }
    /// <summary>The final status of what failed; 408: no answer.</summary>
    public int Status { get; set; }
    public string Why { get; set; } = "";

    // The dialog.
    public string Branch { get; } = $"z9hG4bKb{Environment.ProcessId}x{number}";
    public string RemoteTo { get; set; } = "";
    public string Target { get; set; } = "";
    public int CSeq { get; set; } = 1;
    public int SdpVersion { get; set; } = 1;
    public Sending? Sending { get; set; }
    public byte[]? Ack { get; set; }
    public Action<long, int>? Answered { get; set; }

    /// <summary>Legs to agents that are rung or talk now.</summary>
    public int LegsNow { get; set; }
    /// <summary>It had two of them that were answered at once.</summary>
    public bool WasDoubled { get; set; }
    /// <summary>Something of it came from another address than the one that was called.</summary>
    public bool ChangedAddress { get; set; }
}
