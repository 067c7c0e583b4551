using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>Where the estate stands, and whether the release can be reached from there.</summary>
static class ReleaseRules
{
    public static IEnumerable<Finding> PathDirect(CheckInHand check)
    {
        EstateFacts facts = check.Facts;
        yield return Way(check, facts.Estate.Release, "", 0);
        foreach (EstateNode node in facts.Controller)
            if (node.Release != facts.Estate.Release) yield return Way(check, node.Release, node.Name, node.Line);
    }

    static Finding Way(CheckInHand check, string release, string subject, int line)
    {
        Pack pack = check.Facts.Pack;
        if (release == pack.Release) return check.Fail(subject, Text.Of("runs {0} already", release), line, Text.Of("There is nothing to upgrade."));
        if (!Releases.IsOf(release, pack.Release) && Releases.Compare(release, pack.Release) > 0) return check.Fail(subject, Text.Of("{0} is ahead of {1}", release, pack.Release), line);
        if (PathOf(check.Facts, release) is not { } path)
            return check.Fail(subject, Text.Of("{0} is on no way to {1} that the sources know", release, pack.Release), line, Text.Of("Known are {0}.", string.Join(", ", pack.Paths.SelectMany(static p => p.From))));
        return path.Count switch
        {
            0 => check.Pass(subject, Text.Of("{0} goes to {1} directly", release, pack.Release), line),
            1 => check.Fail(subject, Text.Of("{0} does not go to {1} directly: first to {2}", release, pack.Release, path[0]), line),
            _ => check.Fail(subject, Text.Of("{0} does not go to {1} directly: first to {2} or {3}", release, pack.Release, path[0], path[^1]), line),
        };
    }

    /// <summary>Releases of which one must be reached first; empty for the direct way, null where there is none.</summary>
    public static IReadOnlyList<string>? PathOf(EstateFacts facts, string release)
    {
        const string fromFirst = "from-4.0", direct = "direct";
        if (facts.Policies.Has(fromFirst) && facts.Policies.Choice(fromFirst) != direct && Releases.IsOf(release, "4.0.x"))
            return facts.Pack.Paths.Find(static p => p.Through.Count > 0)?.Through;
        return facts.Pack.Paths.Find(p => p.From.Exists(from => Releases.IsOf(release, from)))?.Through;
    }

    /// <summary>A client of another release than the central controller does not work, and did not before.</summary>
    public static IEnumerable<Finding> ClientsRelease(CheckInHand check)
    {
        EstateFacts facts = check.Facts;
        int others = 0, clients = 0;
        foreach (EstateNode node in facts.Clients)
        {
            clients++;
            if (node.Release == facts.Estate.Release) continue;
            others++;
            yield return check.Fail(node.Name, Text.Of("runs {0} beside the central controller's {1}", node.Release, facts.Estate.Release), node.Line);
        }
        if (clients == 0) yield return check.NotKnown("", Text.Of("the estate names no AW, HDS or WebView server"), Text.Of("Add them: they stand still until they have the new release."));
        else if (others == 0) yield return check.Pass("", Text.Of("all {0} run {1}", clients, facts.Estate.Release));
    }
}
