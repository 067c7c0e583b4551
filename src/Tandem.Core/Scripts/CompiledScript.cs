using Tandem.Core.Schema;

namespace Tandem.Core.Scripts;

/// <summary>
/// A version of a routing script, ready to be walked. A call stays with the version it began with; a version lives as long
/// as a call is in it or the configuration names it.
/// </summary>
public sealed class CompiledScript
{
    readonly Dictionary<string, ScriptNode> _nodes = new(StringComparer.Ordinal);
    readonly Dictionary<string, Expression> _expressions = new(StringComparer.Ordinal);

    internal CompiledScript(Script source, long version)
    {
        Source = source;
        Version = version;
        foreach (ScriptNode node in source.Nodes)
        {
            _nodes[node.Name] = node;
            foreach (string text in Expressions(node))
                if (Expression.Compile(text, out _) is { } expression) _expressions[text] = expression;
        }
    }

    public Script Source { get; }
    /// <summary>The position of the configuration that brought this version.</summary>
    public long Version { get; }
    public string Name => Source.Name;
    internal int Calls;

    public ScriptNode? Find(string node) => _nodes.GetValueOrDefault(node);

    /// <summary>Null when the text does not compile; such a script is refused before it becomes one of these.</summary>
    internal Expression? Find(string text, out string error)
    {
        error = "";
        return _expressions.GetValueOrDefault(text) ?? Expression.Compile(text, out error);
    }

    /// <summary>The expressions of a node.</summary>
    public static IEnumerable<string> Expressions(ScriptNode node)
    {
        switch (node.KindCase)
        {
            case ScriptNode.KindOneofCase.If: yield return node.If.Condition; break;
            case ScriptNode.KindOneofCase.Switch: yield return node.Switch.Value; break;
            case ScriptNode.KindOneofCase.Queue when node.Queue.OverflowWhen.Length > 0: yield return node.Queue.OverflowWhen; break;
            case ScriptNode.KindOneofCase.Set:
                foreach (Assignment assignment in node.Set.Assignments) yield return assignment.Value;
                break;
        }
    }

    /// <summary>The names of the nodes that a node goes on to; "" is the script's end.</summary>
    public static IEnumerable<string> Successors(ScriptNode node) => node.KindCase switch
    {
        ScriptNode.KindOneofCase.Start => [node.Start.Next],
        ScriptNode.KindOneofCase.Set => [node.Set.Next],
        ScriptNode.KindOneofCase.If => [node.If.Then, node.If.Else],
        ScriptNode.KindOneofCase.Switch => [.. node.Switch.Cases.Select(static c => c.Next), node.Switch.Otherwise],
        ScriptNode.KindOneofCase.Time => [node.Time.Open, node.Time.Closed, node.Time.Holiday],
        ScriptNode.KindOneofCase.Percent => node.Percent.Shares.Select(static s => s.Next),
        ScriptNode.KindOneofCase.Queue => [node.Queue.Next, node.Queue.Overflow],
        ScriptNode.KindOneofCase.Dequeue => [node.Dequeue.Next],
        ScriptNode.KindOneofCase.Wait => [node.Wait.Next],
        ScriptNode.KindOneofCase.Label => [node.Label.Failed],
        ScriptNode.KindOneofCase.Requalify => [node.Requalify.Next],
        _ => [],
    };

    /// <summary>What is wrong with an expression, in words; null when nothing is.</summary>
    public static string? CheckExpression(string text) => Expression.Compile(text, out string error) is null ? error : null;
}
