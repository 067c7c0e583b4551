namespace Tandem.Upgrade.Modelling;

/// <summary>What becomes of a node. What is null stays as it is.</summary>
/// <param name="At">When within its step: <c>begin</c> or <c>end</c>.</param>
/// <param name="Network">production, migration, shadow, none; for systems that are moved.</param>
public sealed record Change(string Node, string At, bool? Runs = null, string? Release = null, string? Network = null)
{
    public const string Begin = "begin", End = "end";
}

/// <summary>A rule of the release that does not hold at an instant.</summary>
/// <param name="Rule">sides-differ, clients-differ, gateway-lag, duplicate-address.</param>
public sealed record Violation(string Rule, string Unit, string Says);

/// <summary>
/// The estate at an instant: which nodes run what, and from that alone who routes, what is not redundant, and which rules do
/// not hold. One for each <see cref="Packs.Method"/>.
/// </summary>
public interface IEstateModel
{
    /// <summary>A, B, network, nobody; old, new, nobody.</summary>
    string Routes { get; }
    IReadOnlyList<string> NotRedundant { get; }
    IReadOnlyList<Violation> Violations { get; }
    /// <summary>Callers are served by the system, with everything that the estate had at the beginning, at one release.</summary>
    bool Works { get; }
    void Apply(Change change);
    IEstateModel Copy();
}
