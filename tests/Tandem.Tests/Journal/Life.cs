using Tandem.Core.Schema;

namespace Tandem.Tests.Journal;

/// <summary>The entries of a small contact centre's life, from a seed: calls come, agents come and go, time passes.</summary>
static class Life
{
    static readonly Core.Schema.Configuration Configuration = new()
    {
        Instance = "acme",
        Settings = new Settings { Zone = "UTC", RingTimeMs = 300, WrapUpMs = 200, CallsMax = 50, RegistrationMaxMs = 3_600_000, DefaultLabel = new Label { Busy = true }, Rona = new RedirectionOnNoAnswer { NoAnswer = 2 } },
        Phones = { new Phone { Name = "101", Address = "10.0.0.1:5060" }, new Phone { Name = "102", Address = "10.0.0.2:5060" } },
        Trunks = { new Trunk { Name = "pstn", Address = "10.0.0.9:5060" } },
        SkillGroups = { new SkillGroupDefinition { Name = "sales", WrapUpMs = -1 } },
        Agents =
        {
            new AgentDefinition { Name = "ana", DisplayName = "Ana", Phone = "101", SkillGroups = { "sales" } },
            new AgentDefinition { Name = "bo", DisplayName = "Bo", Phone = "102", SkillGroups = { "sales" } },
        },
        Scripts = { new Script { Name = "sales", Start = "q", Nodes = { new ScriptNode { Name = "q", Queue = new QueueNode { Targets = { new QueueTarget { SkillGroup = "sales", Priority = 5 } } } } } } },
        CallTypes = { new CallType { Name = "sales", Script = "sales" } },
        DialedNumbers = { new DialedNumber { Number = "1000", CallType = "sales" } },
    };

    public static Entry[] Entries(int count, int seed = 1)
    {
        var random = new Random(seed);
        var entries = new Entry[count];
        long time = 0;
        for (int i = 0; i < count; i++)
        {
            Entry entry = i switch
            {
                0 => new Entry { NodeStarted = new NodeStarted { Node = "a", Side = "A", Release = "1", ZoneData = "2026a", UnixUs = 1_790_000_000_000_000 } },
                1 => new Entry { ConfigurationApplied = new ConfigurationApplied { Configuration = Configuration } },
                _ => Next(random),
            };
            entry.TimeUs = time += random.Next(50_000);
            entry.Incarnation = 1;
            entry.Sequence = (ulong)i + 1;
            entries[i] = entry;
        }
        return entries;
    }

    static Entry Next(Random random)
    {
        string agent = random.Next(2) == 0 ? "ana" : "bo";
        return random.Next(6) switch
        {
            0 => new Entry { AgentLoggedIn = new AgentLoggedIn { Agent = agent } },
            1 => new Entry { AgentMadeReady = new AgentMadeReady { Agent = agent }, RequestId = $"r{random.Next(1000)}" },
            2 => new Entry { AgentMadeNotReady = new AgentMadeNotReady { Agent = agent } },
            3 => new Entry { CallArrived = new CallArrived { Trunk = "pstn", Dialed = "1000", Calling = $"{random.Next(10_000)}", Sdp = "v=0" } },
            _ => new Entry { Tick = new Tick() },
        };
    }
}
