using Tandem.Upgrade.Estates.Reading;
using Tandem.Upgrade.Packs;
using Tandem.Yaml;
using YamlDotNet.Core;

namespace Tandem.Upgrade.Estates;

/// <summary>An estate, or all that is wrong with its file.</summary>
/// <param name="Estate">Null when there is any error; warnings do not keep it from being read.</param>
/// <param name="Problems">By line.</param>
public sealed record EstateReading(Estate? Estate, IReadOnlyList<Problem> Problems);

/// <summary>Reads estate files (docs/upgrade/estate-file.md). Whatever is wrong is told at once, each with its line.</summary>
public static class EstateFile
{
    /// <param name="packs">Whose products, roles and words the estate may use; null: they are not checked.</param>
    public static EstateReading Load(string path, PackLibrary? packs = null)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return Failed(new Problem(path, 0, "", "there is no such file", FileThatWasMeant(path)));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return Failed(new Problem(path, 0, "", unreadable.Message, "make the file readable"));
        }
        return Parse(text, path, packs);
    }

    /// <param name="fileName">For messages, and <see cref="Estate.File"/>.</param>
    public static EstateReading Parse(string text, string fileName, PackLibrary? packs = null)
    {
        var problems = new Problems();
        try
        {
            if (YamlReader.Read(text) is not { } tree)
                return Failed(new Problem(fileName, 0, "", "the file is empty", "describe an estate (docs/upgrade/estate-file.md), or let tandem upgrade estate new ask for it"));
            if (new Field(fileName, "", tree, problems).Map("write keys such as estate:, product: and nodes:") is { } root)
            {
                Estate estate = new EstateReader(root, Products.Of(packs)).Read() with { File = fileName };
                return new EstateReading(problems.AnyError ? null : estate, problems.Sorted);
            }
        }
        catch (YamlException broken)
        {
            string what = broken.InnerException?.Message ?? broken.Message;
            problems.Add(new Problem(fileName, (int)broken.Start.Line, "", $"this is not YAML: {what}", "check indentation, colons and quotes at this line"));
        }
        return new EstateReading(null, problems.Sorted);
    }

    static EstateReading Failed(Problem problem) => new(null, [problem]);

    static string FileThatWasMeant(string path)
    {
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        if (!Directory.Exists(folder)) return $"check the path: there is no folder {folder}";
        string[] files = [.. Directory.GetFiles(folder, "*.yaml").Select(static f => Path.GetFileName(f))];
        return NearestName.Of(Path.GetFileName(path), files) is { } near
            ? $"did you mean {Path.Combine(folder, near)}?"
            : "check the path, or let tandem upgrade estate new write one";
    }
}
