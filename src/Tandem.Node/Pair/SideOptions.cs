using System.Net;

namespace Tandem.Node.Pair;

/// <summary>One side of a pair, as its side file declares it (docs/operating/pair.md).</summary>
public sealed record SideOptions
{
    /// <summary>The side file itself, as a full path. Relative paths in it are below its folder.</summary>
    public required string Path { get; init; }
    public required string Instance { get; init; }
    /// <summary>A or B.</summary>
    public required string Side { get; init; }
    public required string Node { get; init; }
    public required string Data { get; init; }
    /// <summary>The side's service address: phones and trunks reach it there, on whichever host it is.</summary>
    public required IPEndPoint Sip { get; init; }
    /// <summary>The host's own, which never moves.</summary>
    public required IPEndPoint Http { get; init; }
    public string? HttpCertificate { get; init; }
    public string HttpCertificatePassword { get; init; } = "";
    public required AddressMoves AddressMoves { get; init; }
    public required EtcdSettings Etcd { get; init; }
    public required OtherSide Other { get; init; }
    public required HistorySettings History { get; init; }
    /// <summary>The same on both sides: credentials in the journal are sealed under it.</summary>
    public required string InstanceKey { get; init; }
    /// <summary>Applied by a node that finds no configuration in the journal; null: none.</summary>
    public string? Configuration { get; init; }
    public SideTimings Timings { get; init; } = new();
}

public enum MovesHow
{
    /// <summary>Both sides are on one machine, with addresses of 127.0.0.0/8: claims in a folder.</summary>
    Loopback,
    /// <summary>Both hosts are on one segment: the address is added to an interface, and announced by ARP.</summary>
    Ip,
    /// <summary>The address stays where it is; the other side adopts calls by re-INVITE.</summary>
    None,
}

/// <param name="Interface">Of <see cref="MovesHow.Ip"/>.</param>
/// <param name="Claims">Of <see cref="MovesHow.Loopback"/>: a folder that both sides see.</param>
public sealed record AddressMoves(MovesHow How, string Interface = "", int Prefix = 0, string Claims = "");

/// <param name="User">Empty: etcd asks for none.</param>
public sealed record EtcdSettings(IReadOnlyList<Uri> Endpoints, string? Ca = null, string? Certificate = null, string? Key = null, string User = "", string Password = "");

/// <param name="Ca">Who signed the other side's certificate; null: one whom this host trusts anyway.</param>
public sealed record OtherSide(string Side, Uri Http, string? Ca = null);

/// <summary>SQLite in a file, or PostgreSQL: one of the two.</summary>
/// <param name="PostgreSql">A connection string, with its password if a password file is named.</param>
public sealed record HistorySettings(string? Sqlite, string? PostgreSql = null);

/// <summary>What the figures of docs/operating/pair.md stand on. Milliseconds.</summary>
public sealed record SideTimings
{
    /// <summary>Between two heartbeats in the journal. Five that the other side saw and this one's missing: it is lost.</summary>
    public int HeartbeatMs { get; init; } = 100;
    /// <summary>A node that has not read its own heartbeat for so long stops acting.</summary>
    public int FenceMs { get; init; } = 350;
    /// <summary>A node that has not renewed with its guardian for so long is killed.</summary>
    public int RenewalMs { get; init; } = 350;
    /// <summary>A planned leave: so long the leaving side still takes in what arrives.</summary>
    public int DrainMs { get; init; } = 300;
    /// <summary>A planned stop that takes longer is ended by a kill.</summary>
    public int StopMs { get; init; } = 10_000;
    /// <summary>A new call that the journal leaves without an answer for so long is default-routed.</summary>
    public int DefaultRouteMs { get; init; } = 3_000;
    /// <summary>Between two records of itself that a side writes for the other.</summary>
    public int RecordMs { get; init; } = 2_000;
}
