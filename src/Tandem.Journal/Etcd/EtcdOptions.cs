namespace Tandem.Journal;

/// <summary>Where the cluster is, and which journal in it is meant.</summary>
public sealed record EtcdOptions
{
    /// <summary>The members' client addresses: <c>http://10.0.0.1:2379</c>, or https.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }
    /// <summary>Everything of Tandem's lies below it, of all instances.</summary>
    public string Prefix { get; init; } = "/tandem";
    /// <summary>A name without slashes.</summary>
    public required string Instance { get; init; }
    public int Generation { get; init; } = 1;
    /// <summary>Whose certificates are believed, in PEM; null takes the host's.</summary>
    public string? CaFile { get; init; }
    /// <summary>The client's own, in PEM, when etcd wants to see one.</summary>
    public string? CertificateFile { get; init; }
    public string? KeyFile { get; init; }
    public string? User { get; init; }
    public string? Password { get; init; }
    /// <summary>
    /// How long a try may take before the next member is asked. Longer for large requests, and twice as long each time all
    /// members were asked in vain. To ask twice is harmless. Two members that are out of reach must not cost the 400 ms after
    /// which a node may be declared lost.
    /// </summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromMilliseconds(100);
}
