using System.Text.Json;
using System.Xml;
using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Tests.Documents;

/// <summary>A folder into which a plan's documents were written; gone afterwards.</summary>
sealed class Written : IDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("tandem-documents").FullName;

    public Written(Plan? plan = null, Pack? pack = null, Language? language = null)
    {
        (Plan, Pack, Language) = (plan ?? SomePlan.Plan(), pack ?? SomePlan.Pack(), language ?? Language.English);
        Again();
    }

    public Plan Plan { get; }
    public Pack Pack { get; }
    public Language Language { get; }
    public string Folder => Path.Combine(_root, "plan");

    public void Again() => PlanDocuments.Write(Plan, Pack, Language, Folder);

    string Own => Language.Tag == "en" ? Folder : Path.Combine(Folder, Language.Tag);

    public IReadOnlyList<string> Names => [.. Directory.GetFiles(Own).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
    public IReadOnlyList<string> Ending(string extension) => [.. Names.Where(n => n.EndsWith(extension, StringComparison.Ordinal))];

    public string Text(string name) => File.ReadAllText(Path.Combine(Own, name));
    public JsonElement Json(string name) => JsonDocument.Parse(Text(name)).RootElement;

    /// <summary>The rows of a table of a document's JSON.</summary>
    public IReadOnlyList<JsonElement> Rows(string name, string table)
    {
        foreach (JsonElement block in Json(name).GetProperty("blocks").EnumerateArray())
            if (block.GetProperty("kind").GetString() == "table" && block.GetProperty("id").GetString() == table) return [.. block.GetProperty("rows").EnumerateArray()];
        throw new InvalidOperationException($"{name} has no table {table}");
    }

    public XmlDocument Xml(string name)
    {
        var document = new XmlDocument { XmlResolver = null };
        using var reader = XmlReader.Create(new StringReader(Text(name)), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        document.Load(reader);
        return document;
    }

    public static IEnumerable<XmlElement> Elements(XmlDocument document) => document.SelectNodes("//*")!.OfType<XmlElement>();

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
