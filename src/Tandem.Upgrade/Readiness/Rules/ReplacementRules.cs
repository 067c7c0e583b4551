using System.Globalization;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>What a system needs that is built anew beside the old one.</summary>
static class ReplacementRules
{
    public static IEnumerable<Finding> HasRole(CheckInHand check)
    {
        string role = check.With("role");
        EstateNode[] nodes = [.. check.Facts.Estate.Nodes.Where(n => n.Role == role)];
        return [nodes.Length > 0 ? check.Pass(nodes[0].Name, Text.Of("there is {0}", string.Join(", ", nodes.Select(static n => n.Name))), nodes[0].Line) : check.Fail("", Text.Of("the estate has no {0}", role))];
    }

    /// <summary>From so many users or extensions on, the manager has a server of its own.</summary>
    public static IEnumerable<Finding> StandAloneManager(CheckInHand check)
    {
        Estate estate = check.Facts.Estate;
        string role = check.With("role");
        long users = estate.Counts.GetValueOrDefault("users"), extensions = estate.Counts.GetValueOrDefault("extensions");
        if (!estate.Counts.ContainsKey("users") && !estate.Counts.ContainsKey("extensions"))
            return [check.NotKnown("", Text.Of("not known how many users and extensions there are"), Text.Of("Write `users` and `extensions` into `counts`."))];
        if (users < Limit(check, "users") && extensions < Limit(check, "extensions")) return [check.Pass("", Text.Of("not asked for with users: {0}, extensions: {1}", users, extensions))];
        EstateNode? manager = estate.Nodes.FirstOrDefault(n => n.Role == role && n.Address.Length > 0 && !estate.Nodes.Any(other => other != n && other.Address == n.Address));
        return [manager is not null
            ? check.Pass(manager.Name, Text.Of("has a server of its own, {0}, for users: {1}, extensions: {2}", manager.Address, users, extensions), manager.Line)
            : check.Fail("", Text.Of("no {0} with an address of its own, for users: {1}, extensions: {2}", role, users, extensions))];
    }

    /// <summary>Releases whose databases have a password that everybody knows.</summary>
    public static IEnumerable<Finding> DefaultPassword(CheckInHand check)
    {
        string release = check.Facts.Estate.Release;
        return [check.With("releases").Split(',', StringSplitOptions.TrimEntries).Any(of => Releases.IsOf(release, of))
            ? check.Fail("", Text.Of("{0}: the password is '{1}'", release, check.With("password")))
            : check.Pass("", Text.Of("{0} has no such password", release))];
    }

    static long Limit(CheckInHand check, string of) => long.Parse(check.With(of), CultureInfo.InvariantCulture);
}
