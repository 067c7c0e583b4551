using Tandem.Core.Schema;

namespace Tandem.Node.ConfigurationFiles.Sections;

/// <summary>A script's nodes as a graph.</summary>
static class ScriptGraph
{
    /// <summary>The nodes that a call can go on to from this one; empty names are the script's end.</summary>
    public static IEnumerable<string> NextOf(ScriptNode node) => node.KindCase switch
    {
        ScriptNode.KindOneofCase.Start => [node.Start.Next],
        ScriptNode.KindOneofCase.Set => [node.Set.Next],
        ScriptNode.KindOneofCase.If => [node.If.Then, node.If.Else],
        ScriptNode.KindOneofCase.Switch => [.. node.Switch.Cases.Select(one => one.Next), node.Switch.Otherwise],
        ScriptNode.KindOneofCase.Time => [node.Time.Open, node.Time.Closed, node.Time.Holiday],
        ScriptNode.KindOneofCase.Percent => [.. node.Percent.Shares.Select(share => share.Next)],
        ScriptNode.KindOneofCase.Queue => [node.Queue.Next, node.Queue.Overflow],
        ScriptNode.KindOneofCase.Dequeue => [node.Dequeue.Next],
        ScriptNode.KindOneofCase.Wait => [node.Wait.Next],
        ScriptNode.KindOneofCase.Label => [node.Label.Failed],
        ScriptNode.KindOneofCase.Requalify => [node.Requalify.Next],
        _ => [],
    };
}
