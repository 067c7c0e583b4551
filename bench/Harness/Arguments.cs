using System.Globalization;

namespace Tandem.Bench.Harness;

/// <summary>`--name value` and `--flag`, and nothing else.</summary>
sealed class Arguments
{
    readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public Arguments(string[] args, params string[] known)
    {
        for (int i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || !known.Contains(args[i][2..]))
                throw new BenchException($"'{args[i]}' is no option here; there are: {string.Join(' ', known.Select(static k => "--" + k))}");
            bool hasValue = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal);
            _values[args[i][2..]] = hasValue ? args[++i] : "";
        }
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public int Number(string name, int otherwise) => !_values.TryGetValue(name, out string? text) ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number
        : throw new BenchException($"--{name} {text}: write a whole number above 0");
}

/// <summary>The bench cannot run; the message says why.</summary>
sealed class BenchException(string message) : Exception(message);
