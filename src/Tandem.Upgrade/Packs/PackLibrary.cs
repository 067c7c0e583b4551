using System.Security.Cryptography;
using Tandem.Yaml;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Tandem.Upgrade.Packs;

/// <summary>The packs in a folder: one folder each, named by its id, with <c>pack.yaml</c> in it.</summary>
public sealed class PackLibrary(string folder)
{
    const string FileName = "pack.yaml";

    /// <summary>Those that were installed with the program.</summary>
    public static string Installed => Path.Combine(AppContext.BaseDirectory, "packs");

    public string Folder => folder;

    public IReadOnlyList<string> Ids => !Directory.Exists(folder) ? []
        : [.. Directory.GetDirectories(folder).Where(static f => File.Exists(Path.Combine(f, FileName))).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    /// <exception cref="UpgradeException">There is none, with the nearest name; or its file is wrong, with the line.</exception>
    public Pack Load(string id)
    {
        if (!Ids.Contains(id, StringComparer.Ordinal))
        {
            string nearest = Nearest(id) ?? "";
            throw new UpgradeException($"there is no pack '{id}'; {(nearest.Length > 0 ? $"did you mean {nearest}? " : "")}Known: {string.Join(", ", Ids)} (tandem upgrade packs)");
        }
        Pack pack = Read(PathOf(id));
        return pack.Id == id ? pack : throw new UpgradeException($"{PathOf(id)}: its id is '{pack.Id}', and its folder's name '{id}'");
    }

    /// <exception cref="UpgradeException">The file cannot be read or is wrong, with the line.</exception>
    public static Pack Read(string path)
    {
        try
        {
            return new DeserializerBuilder().WithNamingConvention(HyphenatedNamingConvention.Instance).WithEnforceRequiredMembers().WithEnforceNullability()
                .Build().Deserialize<Pack>(File.ReadAllText(path));
        }
        catch (YamlException e)
        {
            throw new UpgradeException($"{path}:{e.Start.Line}: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException($"{path}: {e.Message}", e);
        }
    }

    public string PathOf(string id) => Path.Combine(folder, id, FileName);

    public string HashOf(string id) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(PathOf(id))));

    /// <summary>By letters and digits alone, then without the release: mxone is mx-one-7.</summary>
    string? Nearest(string id)
    {
        foreach (Func<string, string> form in (Func<string, string>[])[Plain, static one => Plain(one).TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')])
            if (NearestName.Of(form(id), Ids.Select(form)) is { } near) return Ids.First(known => form(known) == near);
        return null;
    }

    static string Plain(string id) => string.Concat(id.Where(char.IsLetterOrDigit));
}
