using System.Globalization;
using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles.Sections;

/// <summary>Skill groups, agents, and the reasons they give.</summary>
static class PeopleSections
{
    public static void ReadSkillGroups(Field section, Reading reading)
    {
        foreach (Entry entry in Entries.Of(section))
        {
            reading.Names.Define(Named.SkillGroup, entry.Name, entry.Body);
            if (entry.Map() is not { } map) continue;
            reading.Made.SkillGroups.Add(new SkillGroupDefinition
            {
                Name = entry.Name,
                RingTimeMs = map.Optional("ring-time")?.Duration(Reading.RingMaxMs) ?? 0,
                WrapUpMs = map.Optional("wrap-up")?.DurationOrNone(Reading.WaitMaxMs) ?? -1,
                QueueMax = map.Optional("queue-max")?.Integer(1, 1_000_000) ?? 0,
            });
            map.Done();
        }
    }

    public static void ReadAgents(Field section, Reading reading)
    {
        foreach (Entry entry in Entries.Of(section))
        {
            if (entry.Names() is not { } names || entry.Map() is not { } map) continue;
            Field? phoneField = map.Optional("phone");
            Func<int, string>? phone = Entries.Along(phoneField, names);
            Func<int, string>? displayName = Entries.Along(map.Optional("display-name"), names);
            string[] groups = [.. reading.References(Named.SkillGroup, map.Optional("skill-groups"))];
            map.Done();

            for (int index = 0; index < Math.Max(1, names.Count); index++)
            {
                reading.Names.Define(Named.Agent, names[index], entry.Body);
                var agent = new AgentDefinition { Name = names[index], DisplayName = displayName?.Invoke(index) ?? "", SkillGroups = { groups } };
                if (phone is not null)
                {
                    agent.Phone = phone(index);
                    reading.Names.Refer(Named.Phone, agent.Phone, phoneField!);
                }
                reading.Made.Agents.Add(agent);
            }
        }
    }

    public static void ReadReasonCodes(Field section, Reading reading)
    {
        foreach (Entry entry in Entries.Of(section))
        {
            // 32767 is the field's code for redirection on no answer; those from 20000 on are the system's.
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int code) || code is < 1 or > 19_999)
            {
                entry.Body.Reject($"'{entry.Name}' is no reason code", "write a number from 1 to 19999: higher ones are the system's own");
                continue;
            }
            reading.Names.Define(Named.ReasonCode, code.ToString(CultureInfo.InvariantCulture), entry.Body);
            reading.Made.ReasonCodes.Add(new ReasonCode { Code = code, Name = entry.Body.Text("write what it means, e.g. 1: break") ?? "" });
        }
    }
}
