using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>Software that is not the product's: on its nodes, behind its gateways, at its application gateway.</summary>
static class SoftwareRules
{
    public static IEnumerable<Finding> ThirdParty(CheckInHand check)
    {
        foreach (EstateNode node in check.Facts.Estate.Nodes)
        {
            IReadOnlyList<SoftwareLine> lines = SoftwareMatrix.Of(check.Facts, node);
            if (lines.Count == 0)
            {
                yield return check.NotKnown(node.Name, Text.Of("the third-party table has no section for a {0}", check.Facts.RoleOf(node)?.Name ?? node.Role), Text.Of("Ask Cisco what it needs."), node.Line);
                continue;
            }
            foreach (SoftwareLine line in lines)
            {
                string accepts = string.Join(", ", line.Accepts);
                if (line.Verdict == Verdict.NotReady)
                    yield return line.OrLater
                        ? check.Fail(node.Name, Text.Of("{0}: {1}; accepted: {2} or later", line.Name, line.Have, accepts), node.Line)
                        : check.Fail(node.Name, Text.Of("{0}: {1}; accepted: {2}", line.Name, line.Have, accepts), node.Line);
            }
            string[] unknown = [.. lines.Where(static l => l.Verdict == Verdict.Warn).Select(static l => l.Component)];
            if (unknown.Length > 0)
                yield return check.NotKnown(node.Name, Text.Of("not known: {0}", string.Join(", ", unknown)), Text.Of("Look at the node and write its versions into `software`."), node.Line);
            else if (lines.All(static l => l.Verdict == Verdict.Pass))
                yield return check.Pass(node.Name, Text.Of("as the table has it: {0}", string.Join(", ", lines.Where(static l => l.Have.Length > 0).Select(static l => $"{l.Component} {l.Have}"))), node.Line);
        }
        if (check.Facts.Estate.Nodes.Count == 0) yield return check.NotKnown("", Text.Of("the estate names no nodes"), Text.Of("Add the nodes with their software."));
    }

    public static IEnumerable<Finding> NoSql2000(CheckInHand check)
    {
        const string sql = "sql";
        EstateFacts facts = check.Facts;
        bool found = false;
        List<string> unknown = [];
        foreach (EstateNode node in facts.Estate.Nodes)
        {
            if (node.Software.TryGetValue(sql, out string? have))
            {
                if (!SoftwareMatrix.IsSql2000(sql, have)) continue;
                found = true;
                yield return check.Fail(node.Name, Text.Of("has {0}, which does not go with {1}", have, facts.Pack.Release), node.Line);
            }
            else if (facts.RoleOf(node)?.Software.Exists(static r => r.Component == sql) == true) unknown.Add(node.Name);
        }
        foreach (OtherUpgrade other in facts.Estate.OtherUpgrades)
        {
            if (!SoftwareMatrix.IsSql2000(other.Component, other.To)) continue;
            found = true;
            yield return check.Fail(other.Component, Text.Of("an upgrade to {0} is planned, which does not go with {1}", other.To, facts.Pack.Release), other.Line);
        }
        if (unknown.Count > 0) yield return check.NotKnown("", Text.Of("not known at {0}", string.Join(", ", unknown)), Text.Of("Look at the node and write its versions into `software`."));
        else if (!found) yield return check.Pass("", Text.Of("no node has it, and no upgrade to it is planned"));
    }

    public static IEnumerable<Finding> ApplicationGateway(CheckInHand check)
    {
        const string kind = "application-gateway";
        Estate estate = check.Facts.Estate;
        string least = check.With("minimum");
        bool isUsed = estate.Customisations.Any(static c => c.Kind == kind);
        if (!estate.Facts.TryGetValue(kind, out string? version))
            return isUsed || check.Facts.IsSilentAbout(kind)
                ? [check.NotKnown("", Text.Of("its version is not known"), Text.Of("Ask the application's makers, and write `application-gateway` with its version, or none, into `facts`."))]
                : [check.Pass("", Text.Of("the estate's customisations name none of this kind"))];
        if (version is "none" or "no") return [check.Pass("", Text.Of("there is none"))];
        if (!version.Any(char.IsDigit)) return [check.NotKnown("", Text.Of("'{0}' is no version", version), Text.Of("Ask the application's makers, and write `application-gateway` with its version, or none, into `facts`."))];
        return [Releases.Compare(version, least) >= 0
            ? check.Pass("", Text.Of("version {0}; at least {1} is wanted", version, least))
            : check.Fail("", Text.Of("version {0}; at least {1} is wanted", version, least))];
    }

    public static IEnumerable<Finding> PeripheralVerified(CheckInHand check)
    {
        EstateFacts facts = check.Facts;
        foreach (Peripheral peripheral in facts.Estate.Peripherals)
        {
            PeripheralKind? kind = facts.Pack.Peripherals.Find(k => k.Id == peripheral.Kind);
            yield return peripheral.Verified switch
            {
                true => check.Pass(peripheral.Name, Text.Of("{0} {1} was verified", kind?.Name ?? peripheral.Kind, peripheral.Release), peripheral.Line),
                false => check.Fail(peripheral.Name, Text.Of("{0} {1} was not verified", kind?.Name ?? peripheral.Kind, peripheral.Release), peripheral.Line),
                null when kind is null => check.NotKnown(peripheral.Name, Text.Of("{0} is a kind that no supplement is known for", peripheral.Kind), Text.Of("Ask whoever maintains it."), peripheral.Line),
                null => check.NotKnown(peripheral.Name, Text.Of("nobody said whether {0} {1} was verified", kind.Name, peripheral.Release), Text.Of(check.Check.Remedy), peripheral.Line),
            };
        }
        if (facts.Estate.Peripherals.Count == 0) yield return check.NotKnown("", Text.Of("the estate names no peripherals"), Text.Of("Add each ACD and VRU with its kind and release."));
    }

    public static IEnumerable<Finding> Nam(CheckInHand check) =>
        check.Facts.Estate.Facts.TryGetValue("nam", out string? nam) && nam is not ("none" or "no" or "false")
            ? [check.Fail("", Text.Of("the estate has a NAM: {0}", nam))]
            : [check.Pass("", Text.Of("the estate names no NAM"))];
}
