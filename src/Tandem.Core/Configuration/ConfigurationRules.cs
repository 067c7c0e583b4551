using Tandem.Core.Schema;
using Tandem.Core.Scripts;

namespace Tandem.Core;

/// <summary>
/// What every configuration must keep for the core to run on it. Whoever proposes one checks more, and says where; this is
/// the gate that an entry of any origin passes.
/// </summary>
public static class ConfigurationRules
{
    public const int AgentsMax = 500_000, GroupsMax = 100_000, GroupsPerAgentMax = 200, ScriptsMax = 20_000, NodesMax = 2_000;
    public const int PhonesMax = 1_000_000, NumbersMax = 1_000_000, TrunksMax = 1_000, PrefixesMax = 1_000, TextLengthMax = 4_000;
    /// <summary>Longest duration: 366 days.</summary>
    public const long DurationMaxMs = 366L * 86_400_000;

    /// <summary>The first fault in words; null when there is none.</summary>
    public static string? FirstFault(Schema.Configuration c)
    {
        if (c.Settings is null || c.Settings.Rona is null) return "settings are missing";
        if (c.Settings.RingTimeMs <= 0 || c.Settings.RingTimeMs > DurationMaxMs) return "settings.ring-time must be more than 0";
        if (c.Settings.CallsMax <= 0) return "settings.calls-max must be more than 0";
        if (c.Agents.Count > AgentsMax || c.SkillGroups.Count > GroupsMax || c.Scripts.Count > ScriptsMax) return "too many agents, skill groups or scripts";
        if (Repeated(c.Agents.Select(static a => a.Name)) is { } a1) return $"agent {a1} is there twice";
        if (Repeated(c.Phones.Select(static p => p.Name)) is { } p1) return $"phone {p1} is there twice";
        if (Repeated(c.SkillGroups.Select(static g => g.Name)) is { } g1) return $"skill group {g1} is there twice";
        if (Repeated(c.Scripts.Select(static s => s.Name)) is { } s1) return $"script {s1} is there twice";
        if (Repeated(c.DialedNumbers.Select(static d => d.Number)) is { } d1) return $"dialed number {d1} is there twice";

        if (c.Phones.Count > PhonesMax || c.DialedNumbers.Count > NumbersMax || c.CallTypes.Count > NumbersMax) return "too many phones, dialed numbers or call types";
        if (c.Trunks.Count > TrunksMax || c.Trunks.Any(static t => t.Prefixes.Count > PrefixesMax)) return "too many trunks or prefixes";
        if (!IsDuration(c.Settings.WrapUpMs) || !IsDuration(c.Settings.SameAgentAgainAfterMs)) return "a duration of the settings is not 0 to 366 days";
        if (c.SkillGroups.FirstOrDefault(static g => !IsDuration(g.RingTimeMs) || g.WrapUpMs is < -1 or > DurationMaxMs) is { } group)
            return $"a duration of skill group {group.Name} is not 0 to 366 days";
        foreach (AgentDefinition agent in c.Agents)
        {
            if (agent.SkillGroups.Count > GroupsPerAgentMax) return $"agent {agent.Name} is in more than {GroupsPerAgentMax} skill groups";
            if (Repeated(agent.SkillGroups) is { } twice) return $"agent {agent.Name} is in skill group {twice} twice";
        }
        if (BadDefault(c.Settings.DefaultLabel)) return "the default label names an agent or a skill group";
        foreach (DialedNumber number in c.DialedNumbers)
            if (BadDefault(number.DefaultLabel)) return $"the default label of {number.Number} names an agent or a skill group";
        foreach (Script script in c.Scripts)
            if (FirstFault(script) is { } fault) return $"script {script.Name}: {fault}";
        return null;
    }

    static bool IsDuration(long ms) => ms is >= 0 and <= DurationMaxMs;

    static bool BadDefault(Label? label) => label?.KindCase is Label.KindOneofCase.Agent or Label.KindOneofCase.SkillGroup
        || (label?.KindCase == Label.KindOneofCase.Release && label.Release is < 400 or > 699);

    static string? FirstFault(Script script)
    {
        if (script.Nodes.Count > NodesMax) return $"more than {NodesMax} nodes";
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ScriptNode node in script.Nodes)
        {
            if (node.Name.Length == 0) return "a node has no name";
            if (!names.Add(node.Name)) return $"node {node.Name} is there twice";
        }
        if (!names.Contains(script.Start)) return $"there is no node {script.Start} to start at";
        foreach (ScriptNode node in script.Nodes)
        {
            if (node.KindCase == ScriptNode.KindOneofCase.None) return $"node {node.Name} has no kind";
            foreach (string next in CompiledScript.Successors(node))
                if (next.Length > 0 && !names.Contains(next)) return $"node {node.Name} goes on to {next}, which is not there";
            foreach (string expression in CompiledScript.Expressions(node))
                if (CompiledScript.CheckExpression(expression) is { } error) return $"node {node.Name}: {error}";
            if (node.KindCase == ScriptNode.KindOneofCase.Percent && (node.Percent.Shares.Count == 0
                || node.Percent.Shares.Any(static s => s.Percent is < 0 or > 100) || node.Percent.Shares.Sum(static s => s.Percent) != 100))
                return $"node {node.Name}: the shares are not 100 together";
            if (node.KindCase == ScriptNode.KindOneofCase.Wait && node.Wait.TimeMs is <= 0 or > DurationMaxMs) return $"node {node.Name}: a wait needs a time";
            if (node.KindCase == ScriptNode.KindOneofCase.Queue && !IsDuration(node.Queue.WaitMaxMs)) return $"node {node.Name}: the longest wait is not 0 to 366 days";
            if (node.KindCase == ScriptNode.KindOneofCase.Label && (node.Label.Label is null || node.Label.Label.KindCase == Label.KindOneofCase.None
                || !IsDuration(node.Label.RingTimeMs) || (node.Label.Label.KindCase == Label.KindOneofCase.Release && node.Label.Label.Release is < 400 or > 699)))
                return $"node {node.Name}: not a label";
            if (node.KindCase == ScriptNode.KindOneofCase.Time && node.Time.Periods.Any(static p => p.FromMinute is < 0 or > 1440 || p.ToMinute is < 0 or > 1440))
                return $"node {node.Name}: a period is not within a day";
            if (node.KindCase == ScriptNode.KindOneofCase.Release && node.Release.Status is < 400 or > 699)
                return $"node {node.Name}: a release needs a status of 400 to 699";
        }
        return null;
    }

    static string? Repeated(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in names)
            if (name.Length == 0 || !seen.Add(name)) return name.Length == 0 ? "\"\"" : name;
        return null;
    }
}
