using Tandem.Core;
using Tandem.Core.Scripts;
using Tandem.Node.ConfigurationFiles.Sections;
using Tandem.Yaml;
using YamlDotNet.Core;

namespace Tandem.Node.ConfigurationFiles;

using Configuration = Tandem.Core.Schema.Configuration;

/// <summary>What became of a load.</summary>
/// <param name="Configuration">Null when any problem is an error: nothing is applied then.</param>
public sealed record LoadedConfiguration(Configuration? Configuration, IReadOnlyList<Problem> Problems);

/// <param name="Name">As problems tell it.</param>
public sealed record ConfigurationText(string Name, string Text);

/// <summary>Reads the declared configuration: one YAML file, or a folder of them whose sections are merged.</summary>
public static class ConfigurationFile
{
    static readonly (string Key, Action<Field, Reading> Read)[] s_sections =
    [
        ("dialed-numbers", NumberSections.ReadDialedNumbers),
        ("call-types", NumberSections.ReadCallTypes),
        ("skill-groups", PeopleSections.ReadSkillGroups),
        ("agents", PeopleSections.ReadAgents),
        ("phones", TelephonySections.ReadPhones),
        ("trunks", TelephonySections.ReadTrunks),
        ("scripts", ScriptSection.Read),
        ("reason-codes", PeopleSections.ReadReasonCodes),
        ("holidays", HolidaysSection.Read),
    ];

    /// <param name="path">A file or a folder.</param>
    /// <param name="passwords">Draws those that are missing; the caller saves them when it applies the configuration.</param>
    /// <param name="checkExpression">The text of an error, or null for an expression that is right. Absent: the core's own check.</param>
    public static LoadedConfiguration Load(string path, Credentials credentials, PhonePasswords passwords, Func<string, string?>? checkExpression = null)
    {
        var problems = new Problems();
        return Load(Read(path, problems), problems, credentials, passwords, checkExpression);
    }

    /// <summary>The same for files that were sent: their names stand in problems, and nowhere else.</summary>
    public static LoadedConfiguration Load(IEnumerable<ConfigurationText> texts, Credentials credentials, PhonePasswords passwords, Func<string, string?>? checkExpression = null) =>
        Load([.. texts], new Problems(), credentials, passwords, checkExpression);

    static LoadedConfiguration Load(
        IReadOnlyList<ConfigurationText> texts, Problems problems, Credentials credentials, PhonePasswords passwords, Func<string, string?>? checkExpression)
    {
        List<Mapping> files = [.. texts.Select(text => Parse(text, problems)).OfType<Mapping>()];

        var made = new Configuration { Instance = SettingsSection.InstanceName, Settings = SettingsSection.Default };
        var reading = new Reading(made, new Names(), problems, credentials, passwords, checkExpression ?? CompiledScript.CheckExpression);

        // The instance's name is the realm that credentials are sealed for: first.
        if (Single(files, "instance") is { } instance) made.Instance = InstanceName(instance);
        if (Single(files, "settings") is { } settings) SettingsSection.Read(settings, reading);
        foreach ((string key, Action<Field, Reading> read) in s_sections)
        {
            foreach (Mapping file in files)
            {
                if (file.Optional(key) is { } section) read(section, reading);
            }
        }
        foreach (Mapping file in files) file.Done();

        reading.Names.TellUnknownReferences();
        CrossCheck.WarnOfShadowedPhones(reading);
        CrossCheck.WarnOfUnreachableNumbers(made, files);
        // The core's own gate comes last: whatever passes here is applied.
        if (!problems.AnyError && ConfigurationRules.FirstFault(made) is { } fault)
            problems.Add(new Problem(texts.Count == 1 ? texts[0].Name : "configuration", 0, "", fault, "see docs/configuration.md for the limits"));
        return new LoadedConfiguration(problems.AnyError ? null : made, problems.Sorted);
    }

    /// <summary>The texts of a file or a folder, for one who only passes them on.</summary>
    public static IReadOnlyList<ConfigurationText> Read(string path, Problems problems) =>
        [.. FilesOf(path, problems).Select(file => ReadFile(file, problems)).OfType<ConfigurationText>()];

    static IReadOnlyList<string> FilesOf(string path, Problems problems)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path))
        {
            problems.Add(new Problem(path, 0, "", "there is no such file or folder", "name a YAML file, or a folder of *.yaml files"));
            return [];
        }
        string[] files = [.. Directory.EnumerateFiles(path, "*.yaml").Order(StringComparer.Ordinal)];
        if (files.Length == 0) problems.Add(new Problem(path, 0, "", "the folder holds no *.yaml file", "name a YAML file, or a folder of *.yaml files"));
        return files;
    }

    static ConfigurationText? ReadFile(string file, Problems problems)
    {
        try
        {
            return new ConfigurationText(file, File.ReadAllText(file));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            problems.Add(new Problem(file, 0, "", unreadable.Message, "make the file readable"));
            return null;
        }
    }

    static Mapping? Parse(ConfigurationText file, Problems problems)
    {
        try
        {
            return YamlReader.Read(file.Text) is { } tree
                ? new Field(file.Name, "", tree, problems).Map("write sections such as agents: and scripts:")
                : null;
        }
        catch (YamlException broken)
        {
            string what = broken.InnerException?.Message ?? broken.Message;
            problems.Add(new Problem(file.Name, (int)broken.Start.Line, "", $"this is not YAML: {what}", "check indentation, colons and quotes at this line"));
        }
        return null;
    }

    /// <summary>A section that stands in one file only.</summary>
    static Field? Single(IEnumerable<Mapping> files, string key)
    {
        Field? first = null;
        foreach (Mapping file in files)
        {
            if (file.Optional(key) is not { } field) continue;
            if (first is null) first = field;
            else field.Reject($"'{key}' stands in two files, first at {first.Place}", "keep one of the two");
        }
        return first;
    }

    static string InstanceName(Field field)
    {
        string name = field.Text("write the instance's name") ?? "";
        if (name.Length > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || "-_.".Contains(c)))
            field.Reject($"'{name}' is no fit name for an instance", "use 1 to 64 letters a-z, digits and - _ .");
        return name;
    }
}
