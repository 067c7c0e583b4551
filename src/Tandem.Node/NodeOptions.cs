using System.Net;
using Tandem.Journal;
using Tandem.Node.Pair;

namespace Tandem.Node;

/// <summary>What a node is started with.</summary>
public sealed record NodeOptions
{
    /// <summary>A configuration file or folder; null: what the journal has, or for an empty one the ready-made contact centre.</summary>
    public string? Configuration { get; init; }
    public required string Data { get; init; }
    public IPEndPoint Sip { get; init; } = new(IPAddress.Loopback, 5060);
    public IPEndPoint Http { get; init; } = new(IPAddress.Loopback, 8080);
    /// <summary>The node's name and side, in the journal and in every id of a proposer.</summary>
    public string Name { get; init; } = "a";
    public string Side { get; init; } = "A";
    /// <summary>Entries between snapshots. Tests and benchmarks choose.</summary>
    public int SnapshotEntries { get; init; } = 100_000;
    /// <summary>A certificate (PKCS#12) for HTTPS; needed for every address that is not loopback.</summary>
    public string? Certificate { get; init; }
    public string CertificatePassword { get; init; } = "";
    /// <summary>Of a node alone: a SQLite file or a PostgreSQL connection (docs/operating/history.md); null: history.sqlite in the data directory.</summary>
    public string? History { get; init; }
    /// <summary>Null: a node alone, over its own journal file.</summary>
    public SideOptions? Pair { get; init; }
}

/// <summary>The node cannot start or go on, and a line for people says why and what to do.</summary>
public class NodeException(string message, int exitCode = NodeException.CannotStart, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>A wrong command line or configuration.</summary>
    public const int Usage = 2;
    public const int CannotStart = 3;
    /// <summary>It ran, and had to stop: the journal failed.</summary>
    public const int Failed = 4;
    /// <summary>It was declared lost: start it again, and it rejoins.</summary>
    public const int Lost = 5;
    /// <summary>Its state was found to be wrong: start it again, and it is made anew from the journal.</summary>
    public const int Diverged = 6;

    public int ExitCode { get; } = exitCode;
}

/// <summary>The journal does not take a command.</summary>
public sealed class RefusedException(Refusal reason, string message) : NodeException(message)
{
    public Refusal Reason { get; } = reason;
}
