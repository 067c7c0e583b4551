using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles.Sections;

/// <summary>Routing scripts: each a start and its nodes by name.</summary>
static class ScriptSection
{
    public static void Read(Field section, Reading reading)
    {
        foreach (Entry entry in Entries.Of(section))
        {
            reading.Names.Define(Named.Script, entry.Name, entry.Body);
            if (entry.Map() is not { } map) continue;
            ReadScript(entry.Name, map, reading);
        }
    }

    static void ReadScript(string name, Mapping map, Reading reading)
    {
        var script = new Script { Name = name };
        Field? start = map.Optional("start");
        Field? nodes = map.Required("nodes", "write the nodes as NAME: {KIND: {…}}");
        map.Done();

        var nodeNames = new Names();
        var reader = new ScriptNodeReader(reading, nodeNames);
        Entry[] entries = [.. Entries.Of(nodes)];
        foreach (Entry entry in entries)
        {
            nodeNames.Define(Named.Node, entry.Name, entry.Body);
            if (reader.Read(entry) is { } node) script.Nodes.Add(node);
        }
        if (nodes is not null && entries.Length == 0)
            nodes.Reject("a script needs at least one node", "write the nodes as NAME: {KIND: {…}}");

        // The first node written is where most people begin.
        script.Start = start is null ? script.Nodes.FirstOrDefault()?.Name ?? "" : nodeNames.Refer(Named.Node, start);
        nodeNames.TellUnknownReferences();
        reading.Made.Scripts.Add(script);
        // A node that could not be read would cut off all that lies behind it.
        if (!reading.Problems.AnyError) WarnOfUnreachable(script, nodeNames);
    }

    static void WarnOfUnreachable(Script script, Names names)
    {
        var nodes = script.Nodes.ToDictionary(node => node.Name, StringComparer.Ordinal);
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var ahead = new Stack<string>([script.Start]);
        while (ahead.TryPop(out string? name))
        {
            if (!reached.Add(name) || !nodes.TryGetValue(name, out ScriptNode? node)) continue;
            foreach (string next in ScriptGraph.NextOf(node)) ahead.Push(next);
        }
        foreach (ScriptNode node in script.Nodes)
        {
            if (!reached.Contains(node.Name))
                names.DefinedAt(Named.Node, node.Name)!.Warn($"no way leads from '{script.Start}' to this node", "lead a node to it or remove it");
        }
    }
}
