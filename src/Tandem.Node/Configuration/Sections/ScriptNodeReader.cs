using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles.Sections;

/// <summary>Reads the nodes of one script: <c>NAME: {KIND: {…}}</c>.</summary>
sealed class ScriptNodeReader(Reading reading, Names nodes)
{
    static readonly string[] s_kinds =
        ["start", "set", "if", "switch", "time", "percent", "queue", "dequeue", "wait", "go-to", "go-to-script", "busy", "release", "requalify"];

    /// <summary>Null after telling why it is none.</summary>
    public ScriptNode? Read(Entry entry)
    {
        // `full: busy` is a node without keys.
        if (entry.Body.Tree is YamlText { IsNothing: false, Value: "busy" }) return new ScriptNode { Name = entry.Name, Busy = new BusyNode() };
        if (entry.Map() is not { } map) return null;
        string[] kinds = [.. s_kinds.Where(map.Has)];
        map.Done();
        if (kinds.Length != 1)
        {
            if (map.Keys.All(s_kinds.Contains))
                entry.Body.Reject(kinds.Length == 0 ? "a node needs its kind" : $"a node is of one kind only, not {string.Join(" and ", kinds)}",
                    $"write one of {string.Join(", ", s_kinds)}");
            return null;
        }
        var node = new ScriptNode { Name = entry.Name };
        ReadKind(kinds[0], map[kinds[0]], node);
        return node;
    }

    void ReadKind(string kind, Field body, ScriptNode node)
    {
        switch (kind)
        {
            case "start": node.Start = With(body, map => new StartNode { Next = Next(map, "next") }); break;
            case "set": node.Set = With(body, ReadSet); break;
            case "if": node.If = With(body, ReadIf); break;
            case "switch": node.Switch = With(body, ReadSwitch); break;
            case "time": node.Time = With(body, ReadTime); break;
            case "percent": node.Percent = With(body, ReadPercent); break;
            case "queue": node.Queue = With(body, ReadQueue); break;
            case "dequeue": node.Dequeue = With(body, ReadDequeue); break;
            case "wait": node.Wait = With(body, ReadWait); break;
            case "go-to": node.Label = body.Tree is YamlText { IsNothing: false } ? new LabelNode { Label = Labels.Read(body, reading.Names) } : With(body, ReadLabel); break;
            case "go-to-script": node.GoToScript = new GoToScriptNode { Script = reading.Names.Refer(Named.Script, body) }; break;
            case "busy": node.Busy = With(body, _ => new BusyNode()); break;
            case "release": node.Release = ReadRelease(body); break;
            case "requalify": node.Requalify = With(body, ReadRequalify); break;
        }
    }

    static T With<T>(Field body, Func<Mapping, T> read) where T : class, new()
    {
        if (body.Map() is not { } map) return new T();
        T made = read(map);
        map.Done();
        return made;
    }

    /// <summary>The name of a node of this script; empty where nothing is written: the script's end.</summary>
    string Next(Mapping map, string key) => nodes.Refer(Named.Node, map.Optional(key));

    SetNode ReadSet(Mapping map)
    {
        var node = new SetNode { Next = Next(map, "next") };
        if (map.Required("variables", "write variables: {NAME: EXPRESSION}")?.Map() is { } variables)
        {
            foreach (string name in variables.Keys)
                node.Assignments.Add(new Assignment { Variable = name, Value = reading.Expression(variables[name]) });
        }
        return node;
    }

    IfNode ReadIf(Mapping map) => new()
    {
        Condition = reading.Expression(map.Required("condition", "write an expression, e.g. condition: queued(sales) > 10")),
        Then = Next(map, "then"),
        Else = Next(map, "else"),
    };

    SwitchNode ReadSwitch(Mapping map)
    {
        var node = new SwitchNode { Value = reading.Expression(map.Required("value", "write the expression to look at")), Otherwise = Next(map, "otherwise") };
        if (map.Required("cases", "write cases: {VALUE: NODE}")?.Map() is { } cases)
        {
            foreach (string value in cases.Keys)
                node.Cases.Add(new SwitchCase { Value = value, Next = nodes.Refer(Named.Node, cases[value]) });
        }
        return node;
    }

    TimeNode ReadTime(Mapping map) => new()
    {
        Zone = reading.Zone(map.Optional("zone")),
        Periods = { Periods.Read(map.Required("open-hours", "write e.g. open-hours: [mon-fri 08:00-18:00], or always")) },
        Holidays = reading.Names.Refer(Named.HolidayCalendar, map.Optional("holidays")),
        Open = Next(map, "open"),
        Closed = Next(map, "closed"),
        Holiday = Next(map, "holiday"),
    };

    PercentNode ReadPercent(Mapping map)
    {
        var node = new PercentNode();
        foreach (string next in map.Keys)
        {
            _ = map.Optional(next);
            nodes.Refer(Named.Node, next, map[next]);
            node.Shares.Add(new PercentShare { Percent = map[next].Integer(0, 100), Next = next });
        }
        int sum = node.Shares.Sum(share => share.Percent);
        if (sum != 100) map.Whole.Reject($"the shares make {sum} percent", "write NODE: PERCENT pairs that make 100");
        return node;
    }

    QueueNode ReadQueue(Mapping map)
    {
        var node = new QueueNode
        {
            Next = Next(map, "next"),
            Overflow = Next(map, "overflow"),
            WaitMaxMs = map.Optional("wait-max")?.Duration(Reading.WaitMaxMs) ?? 0,
            OverflowWhen = reading.Expression(map.Optional("overflow-when")),
        };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Field? to = map.Required("to", "name the skill groups, e.g. to: [sales, {group: support, priority: 5}]");
        foreach (Field item in to?.Items() ?? [])
        {
            QueueTarget target = item.Tree is YamlText
                ? new QueueTarget { SkillGroup = reading.Names.Refer(Named.SkillGroup, item) }
                : With(item, ReadTarget);
            if (target.SkillGroup.Length > 0 && !seen.Add(target.SkillGroup)) item.Reject($"'{target.SkillGroup}' comes twice", "name it once");
            node.Targets.Add(target);
        }
        return node;
    }

    QueueTarget ReadTarget(Mapping map) => new()
    {
        SkillGroup = reading.Names.Refer(Named.SkillGroup, map.Required("group", "name the skill group")),
        // The highest is served first.
        Priority = map.Optional("priority")?.Integer(0, 100) ?? 0,
    };

    /// <summary>Without <c>from</c> the call leaves all its queues.</summary>
    DequeueNode ReadDequeue(Mapping map) => new()
    {
        SkillGroups = { reading.References(Named.SkillGroup, map.Optional("from")) },
        Next = Next(map, "next"),
    };

    WaitNode ReadWait(Mapping map) => new()
    {
        TimeMs = map.Required("time", "write how long, e.g. time: 10s")?.Duration(Reading.WaitMaxMs) ?? 0,
        Next = Next(map, "next"),
    };

    LabelNode ReadLabel(Mapping map) => new()
    {
        Label = Labels.Read(map.Required("label", "write e.g. label: extension:101"), reading.Names),
        Failed = Next(map, "failed"),
        RingTimeMs = map.Optional("ring-time")?.Duration(Reading.RingMaxMs) ?? 0,
    };

    static ReleaseNode ReadRelease(Field body) => body.Tree is YamlMap
        ? With(body, map => new ReleaseNode { Status = map.Required("status", "write a SIP status, e.g. 486")?.Integer(400, 699) ?? 0 })
        : new ReleaseNode { Status = body.Integer(400, 699) };

    RequalifyNode ReadRequalify(Mapping map) => new()
    {
        CallType = reading.Names.Refer(Named.CallType, map.Required("call-type", "name the new call type")),
        Next = Next(map, "next"),
    };
}
