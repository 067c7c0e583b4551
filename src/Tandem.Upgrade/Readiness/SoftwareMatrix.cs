using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Readiness;

/// <summary>Every node against every component that its role must have: the third-party matrix.</summary>
static class SoftwareMatrix
{
    public static IReadOnlyList<SoftwareLine> Of(EstateFacts facts) => [.. facts.Estate.Nodes.SelectMany(node => Of(facts, node))];

    public static IReadOnlyList<SoftwareLine> Of(EstateFacts facts, EstateNode node)
    {
        Requirement[] required = [.. (facts.RoleOf(node)?.Software ?? []).Where(r => IsAsked(r, node))];
        // One of those that share a name is enough, and the others may then be absent or old.
        HashSet<string> met = [.. required.Where(r => r.Either.Length > 0 && Judge(facts, r, node) == Verdict.Pass).Select(static r => r.Either)];
        return [.. required.Select(r => new SoftwareLine(
            node.Name, node.Role, r.Component, r.Name, node.Software.GetValueOrDefault(r.Component, ""), Accepted(facts, r), r.OrLater,
            met.Contains(r.Either) ? Verdict.Pass : Judge(facts, r, node), r.Source))];
    }

    /// <summary>Warn: nobody wrote down what the node has.</summary>
    static Verdict Judge(EstateFacts facts, Requirement required, EstateNode node)
    {
        if (!node.Software.TryGetValue(required.Component, out string? have)) return Verdict.Warn;
        if (IsSql2000(required.Component, have)) return Verdict.Refused;
        ComponentVersion version = ComponentVersion.Of(have);
        return Accepted(facts, required).Any(a => version.Meets(ComponentVersion.Of(a), required.OrLater)) ? Verdict.Pass : Verdict.NotReady;
    }

    /// <summary>Some hold only beside another component: IIS 4.0 with Windows NT. Where that is not known, its own line says so.</summary>
    static bool IsAsked(Requirement required, EstateNode node)
    {
        foreach ((string component, string product) in required.When)
            if (!node.Software.TryGetValue(component, out string? have) || !ComponentVersion.Of(have).IsProduct(product)) return false;
        return true;
    }

    /// <summary>A policy may want the last so many of a list: "3.5 and 3.6.1 Upgrade".</summary>
    static IReadOnlyList<string> Accepted(EstateFacts facts, Requirement required)
    {
        Check? check = facts.Pack.Checks.Find(static c => c.Id == "software");
        if (check is null || !check.With.TryGetValue(required.Component, out string? policy)) return required.Accepts;
        return [.. required.Accepts.TakeLast((int)facts.Policies.Value(policy))];
    }

    public static bool IsSql2000(string component, string version) =>
        component == "sql" && ComponentVersion.Of(version) is { } sql && (sql.Version.Contains("2000", StringComparison.Ordinal) || sql.Product.Contains("2000", StringComparison.Ordinal) || sql.Version.StartsWith("8.", StringComparison.Ordinal));
}
