using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles;

using Configuration = Tandem.Core.Schema.Configuration;

/// <summary>What only shows when the whole configuration is read, and is odd rather than wrong.</summary>
static class CrossCheck
{
    public static void WarnOfShadowedPhones(Reading reading)
    {
        foreach (DialedNumber number in reading.Made.DialedNumbers)
        {
            if (reading.Names.DefinedAt(Named.Phone, number.Number) is { } phone)
                phone.Warn($"'{number.Number}' is a dialed number as well, so nobody can call this phone by it", "give one of the two another number");
        }
    }

    /// <summary>External labels that no trunk takes.</summary>
    public static void WarnOfUnreachableNumbers(Configuration made, IReadOnlyList<Mapping> files)
    {
        if (files.Count == 0) return;
        foreach ((string owner, Label? label) in Labels(made))
        {
            if (label?.KindCase != Label.KindOneofCase.External) continue;
            if (made.Trunks.Any(trunk => trunk.Prefixes.Any(prefix => label.External.StartsWith(prefix, StringComparison.Ordinal)))) continue;
            files[0].Whole.Problems.Add(new Problem(files[0].Whole.File, 0, owner,
                $"no trunk takes external number '{label.External}'", "give a trunk a prefix that it begins with", IsWarning: true));
        }
    }

    static IEnumerable<(string Owner, Label? Label)> Labels(Configuration made)
    {
        yield return ("settings.default-label", made.Settings.DefaultLabel);
        foreach (DialedNumber number in made.DialedNumbers) yield return ($"dialed-numbers.{number.Number}.default-label", number.DefaultLabel);
        foreach (Script script in made.Scripts)
        {
            foreach (ScriptNode node in script.Nodes)
                yield return ($"scripts.{script.Name}.nodes.{node.Name}.go-to", node.Label?.Label);
        }
    }
}
