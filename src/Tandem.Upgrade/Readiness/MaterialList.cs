using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Readiness.Rules;

namespace Tandem.Upgrade.Readiness;

/// <summary>
/// What each node has against what it must have, and the difference to buy; and the CDs with the days between which they are
/// ordered. For hardware the sources give no lead time, so that it has no day.
/// </summary>
static class MaterialList
{
    const string NotKnown = "not known";

    public static IReadOnlyList<MaterialLine> Of(EstateFacts facts)
    {
        List<MaterialLine> lines = [];
        if (facts.Policies.Has("media-copies")) lines.Add(Media(facts));
        foreach (EstateNode node in facts.Estate.Nodes)
        {
            if (facts.HardwareOf(node) is { } minimum) lines.AddRange(Hardware(facts, node, minimum));
            lines.AddRange(SoftwareMatrix.Of(facts, node).Where(static l => l.Verdict is Verdict.NotReady or Verdict.Refused).Select(Software));
        }
        return lines;
    }

    static MaterialLine Media(EstateFacts facts)
    {
        MediaDates? dates = MediaDates.Of(facts);
        int have = facts.Estate.Media is { Ordered: { } day } media && day <= facts.Today ? media.Copies : 0, need = MediaRules.Wanted(facts);
        return new MaterialLine($"{facts.Pack.Product} {facts.Pack.Release} CDs with hotfixes", facts.Estate.Name, Sets(have), Sets(need), have < need ? Sets(need - have) : "",
            dates?.From?.ToDateOnly(), dates?.By.ToDateOnly(), facts.Policies.Source("media-lead"));
    }

    static IEnumerable<MaterialLine> Hardware(EstateFacts facts, EstateNode node, HardwareMinimum minimum)
    {
        yield return Line("RAM", "MB", node.Hardware?.RamMb, facts.RamNeeded(node, minimum), asDifference: true);
        yield return Line("CPU", "MHz", node.Hardware?.CpuMhz, minimum.CpuMhz, asDifference: false);
        yield return Line("free disk", "MB", node.Hardware?.DiskFreeMb, minimum.DiskFreeMb, asDifference: true);

        // Memory and disk are added; a processor is replaced.
        MaterialLine Line(string item, string unit, int? have, int need, bool asDifference) => new(
            item, node.Name, have is { } known ? $"{known} {unit}" : NotKnown, $"{need} {unit}",
            have is not { } now || now >= need ? "" : $"{(asDifference ? need - now : need)} {unit}", null, null, minimum.Source);
    }

    static MaterialLine Software(SoftwareLine line)
    {
        string need = string.Join(" / ", line.Accepts) + (line.OrLater ? " or later" : "");
        return new MaterialLine(line.Name, line.Node, line.Have, need, need, null, null, line.Source);
    }

    static string Sets(int count) => count == 1 ? "1 set" : $"{count} sets";
}
