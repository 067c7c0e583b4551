using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles.Sections;

/// <summary>Dialed numbers and call types: what leads a call to its script.</summary>
static class NumberSections
{
    public static void ReadDialedNumbers(Field section, Reading reading)
    {
        foreach (Entry entry in Entries.Of(section))
        {
            reading.Names.Define(Named.DialedNumber, entry.Name, entry.Body);
            var number = new DialedNumber { Number = entry.Name };
            // `1000: sales` says all that most numbers need.
            if (entry.Body.Tree is YamlText { IsNothing: false })
                number.CallType = reading.Names.Refer(Named.CallType, entry.Body);
            else if (entry.Map() is { } map)
            {
                number.CallType = reading.Names.Refer(Named.CallType, map.Required("call-type", "name the call type whose script takes the calls"));
                number.DefaultLabel = Labels.ReadDefault(map.Optional("default-label"), reading.Names);
                map.Done();
            }
            reading.Made.DialedNumbers.Add(number);
        }
    }

    public static void ReadCallTypes(Field section, Reading reading)
    {
        foreach (Entry entry in Entries.Of(section))
        {
            reading.Names.Define(Named.CallType, entry.Name, entry.Body);
            var type = new CallType { Name = entry.Name };
            if (entry.Body.Tree is YamlText { IsNothing: false })
                type.Script = reading.Names.Refer(Named.Script, entry.Body);
            else if (entry.Map() is { } map)
            {
                type.Script = reading.Names.Refer(Named.Script, map.Required("script", "name the script that runs for these calls"));
                map.Done();
            }
            reading.Made.CallTypes.Add(type);
        }
    }
}
