using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>A node's hardware against the row of its role. What nobody measured is not known, and never passes.</summary>
static class HardwareRules
{
    public static IEnumerable<Finding> Ram(CheckInHand check) => Each(check, (node, minimum) =>
    {
        int need = check.Facts.RamNeeded(node, minimum);
        return node.Hardware?.RamMb switch
        {
            null => NotKnown(check, node),
            { } have when have < need => check.Fail(node.Name, Text.Of("{0} MB of memory; {1} MB are the least", have, need), Line(node)),
            { } have when have < minimum.RamRecommendedMb => check.Warn(node.Name, Text.Of("{0} MB of memory; {1} MB are recommended", have, minimum.RamRecommendedMb), Line(node)),
            { } have => check.Pass(node.Name, Text.Of("{0} MB of memory; {1} MB are the least", have, need), Line(node)),
        };
    });

    public static IEnumerable<Finding> Cpu(CheckInHand check) => Each(check, (node, minimum) => node.Hardware?.CpuMhz switch
    {
        null => NotKnown(check, node),
        { } have when have < minimum.CpuMhz => check.Fail(node.Name, Text.Of("{0} MHz; {1} MHz are the least", have, minimum.CpuMhz), Line(node)),
        { } have => check.Pass(node.Name, Text.Of("{0} MHz; {1} MHz are the least", have, minimum.CpuMhz), Line(node)),
    });

    public static IEnumerable<Finding> CpuLoad(CheckInHand check) => Each(check, (node, minimum) => node.Hardware?.CpuLoadPercent switch
    {
        null => NotKnown(check, node),
        { } have when have >= minimum.CpuLoadBelowPercent => check.Fail(node.Name, Text.Of("{0} % load; it must be below {1} %", have, minimum.CpuLoadBelowPercent), Line(node)),
        { } have => check.Pass(node.Name, Text.Of("{0} % load; it must be below {1} %", have, minimum.CpuLoadBelowPercent), Line(node)),
    });

    public static IEnumerable<Finding> Disk(CheckInHand check) => Each(check, (node, minimum) => node.Hardware?.DiskFreeMb switch
    {
        null => NotKnown(check, node),
        { } have when have < minimum.DiskFreeMb => check.Fail(node.Name, Text.Of("{0} MB free on disk; {1} MB are the least", have, minimum.DiskFreeMb), Line(node)),
        { } have when have < minimum.DiskRecommendedMb => check.Warn(node.Name, Text.Of("{0} MB free on disk; {1} MB are recommended", have, minimum.DiskRecommendedMb), Line(node)),
        { } have => check.Pass(node.Name, Text.Of("{0} MB free on disk; {1} MB are the least", have, minimum.DiskFreeMb), Line(node)),
    });

    static IEnumerable<Finding> Each(CheckInHand check, Func<EstateNode, HardwareMinimum, Finding> judge)
    {
        bool any = false;
        foreach (EstateNode node in check.Facts.Estate.Nodes)
        {
            any = true;
            if (check.Facts.HardwareOf(node) is not { } minimum)
                yield return check.NotKnown(node.Name, Text.Of("the hardware table has no row for a {0}", check.Facts.RoleOf(node)?.Name ?? node.Role), Text.Of("Ask Cisco what it needs."), node.Line);
            else yield return judge(node, minimum);
        }
        if (!any) yield return check.NotKnown("", Text.Of("the estate names no nodes"), Text.Of("Add the nodes with their hardware."));
    }

    static Finding NotKnown(CheckInHand check, EstateNode node) =>
        check.NotKnown(node.Name, Text.Of("not known"), Text.Of("Measure it at the node and write it into its `hardware`."), node.Line);

    static int Line(EstateNode node) => node.Hardware is { Line: > 0 } hardware ? hardware.Line : node.Line;
}
