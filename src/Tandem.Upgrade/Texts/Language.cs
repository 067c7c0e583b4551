using Tandem.Yaml;
using YamlDotNet.Core;

namespace Tandem.Upgrade.Texts;

/// <summary>
/// What the documents are written in. A language is the files <c>translations/TAG.yaml</c> beside the packs and <c>PACK/TAG.yaml</c>
/// in a pack: English forms as keys, what to say as values. What nobody translated is said in English, and listed in <see cref="Missing"/>.
/// </summary>
public sealed class Language
{
    readonly IReadOnlyDictionary<string, string> _said;
    readonly SortedSet<string> _missing = new(StringComparer.Ordinal);

    Language(string tag, IReadOnlyDictionary<string, string> said) => (Tag, _said) = (tag, said);

    public static Language English { get; } = new("en", new Dictionary<string, string>());

    /// <summary>A language tag (RFC 5646): <c>en</c>, <c>zh-Hant</c>.</summary>
    public string Tag { get; }
    public IReadOnlyCollection<string> Missing => _missing;

    public string Say(string form, params object[] values) => Say(Text.Of(form, values));

    public string Say(Text text) => Tag == "en" ? text.ToString() : Text.Fill(Find(text.Form, mustKnow: true), [.. text.Values.Select(v => Find(v, mustKnow: false))]);

    string Find(string form, bool mustKnow)
    {
        if (_said.TryGetValue(form, out string? said)) return said;
        if (mustKnow && form.Any(char.IsLetter)) _missing.Add(form);
        return form;
    }

    /// <exception cref="UpgradeException">There is no such language, or its file cannot be read.</exception>
    public static Language Load(string tag, string packs)
    {
        if (tag == "en") return English;
        string own = Path.Combine(packs, "translations");
        if (!File.Exists(Path.Combine(own, tag + ".yaml")))
        {
            string known = string.Join(", ", new[] { "en" }.Concat(Directory.Exists(own) ? Directory.GetFiles(own, "*.yaml").Select(static f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal) : []));
            throw new UpgradeException($"there is no language '{tag}'; known: {known}");
        }
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Directory.GetFiles(packs, tag + ".yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)) Read(file, said);
        return new Language(tag, said);
    }

    static void Read(string file, Dictionary<string, string> said)
    {
        try
        {
            if (YamlReader.Read(File.ReadAllText(file)) is not YamlMap map) return;
            foreach ((YamlText key, YamlTree value) in map.Pairs)
                if (value is YamlText text) said[key.Value] = text.Value;
        }
        catch (YamlException e)
        {
            throw new UpgradeException($"{file}:{e.Start.Line}: {e.Message}", e);
        }
    }
}
