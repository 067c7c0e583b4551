using System.Globalization;
using System.Text;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rendering;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>Everything that is printed of a plan.</summary>
public static class PlanDocuments
{
    /// <summary>In the order in which they are numbered.</summary>
    public static IReadOnlyList<Document> All(Plan plan, Pack pack) =>
    [
        Made("readiness", Text.Of("Readiness report"), plan, ReadinessReport.Blocks(plan), wide: true),
        Made("path", Text.Of("Upgrade-path map"), plan, PathMap.Blocks(plan, pack)),
        Made("materials", Text.Of("Bill-of-materials difference"), plan, MaterialsList.Blocks(plan), wide: true),
        Made("third-party", Text.Of("Third-party matrix"), plan, ThirdPartyMatrix.Blocks(plan), wide: true),
        Made("chronology", Text.Of("Chronology"), plan, ChronologyDocument.Blocks(plan), wide: true),
        Made("gantt", Text.Of("Gantt chart"), plan, GanttDocument.Blocks(plan), wide: true),
        Made("calendar", Text.Of("Calendar"), plan, CalendarDocument.Blocks(plan, pack)),
        Made("method", Text.Of("Method of procedure"), plan, MethodDocument.Blocks(plan, pack), wide: true),
        Made("back-out", Text.Of("Back-out plan"), plan, BackOutDocument.Blocks(plan)),
        Made("tests", Text.Of("Test plan"), plan, TestPlan.Blocks(plan, pack), wide: true),
        Made("go-no-go", Text.Of("Go/no-go form"), plan, GoNoGoForm.Blocks(plan, pack)),
        Made("notices", Text.Of("Notices to stakeholders"), plan, NoticeLetters.Blocks(plan, pack)),
        Made("run-sheet", Text.Of("Run sheet"), plan, RunSheet.Blocks(plan, pack)),
        Made("acceptance", Text.Of("Acceptance list"), plan, AcceptanceList.Blocks(plan, pack)),
    ];

    /// <summary>
    /// Writes NN-name.md, .json and .html of each, plan.html of all, the figures as SVG and calendar.ics; of a language other
    /// than English into a folder of its tag. Other files of the folder are left alone.
    /// </summary>
    /// <exception cref="UpgradeException">The folder cannot be written. A file is then the old one or the new one, never half of one.</exception>
    public static void Write(Plan plan, Pack pack, Language language, string folder)
    {
        string target = Path.GetFullPath(language.Tag == "en" ? folder : Path.Combine(folder, language.Tag));
        string parent = Path.GetDirectoryName(target) ?? target, beside = Path.Combine(parent, $".{Path.GetFileName(target)}.writing");
        try
        {
            if (Directory.Exists(beside)) Directory.Delete(beside, recursive: true);
            Directory.CreateDirectory(beside);
            foreach ((string name, string content) in Files(plan, pack, language)) File.WriteAllText(Path.Combine(beside, name), content, new UTF8Encoding(false));
            Directory.CreateDirectory(target);
            foreach (string file in Directory.GetFiles(beside)) File.Move(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
            Directory.Delete(beside);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException($"the documents cannot be written into {target}: {e.Message}", e);
        }
    }

    /// <summary>By name; a figure of more than one document is one file.</summary>
    static SortedDictionary<string, string> Files(Plan plan, Pack pack, Language language)
    {
        IReadOnlyList<Document> documents = All(plan, pack);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < documents.Count; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{i + 1:00}-{documents[i].Id}");
            files[name + ".md"] = Markdown.Of(documents[i], language);
            files[name + ".json"] = DocumentJson.Of(documents[i], language);
            files[name + ".html"] = HtmlPage.Of(documents[i], language);
            foreach (Figure figure in documents[i].Blocks.OfType<Figure>()) files[figure.Id + ".svg"] = PictureSvg.File(figure, language);
        }
        files["plan.html"] = HtmlPage.OfAll(CoverPage.Of(plan), documents, language);
        files["calendar.ics"] = ICalendar.Of(plan, Appointment.Of(plan, pack), language);
        return files;
    }

    internal static Document Made(string id, Text title, Plan plan, IReadOnlyList<Block> blocks, bool wide = false) => new(id, title, blocks)
    {
        Subtitle = Text.Of("{0}: {1} from {2} to {3}", plan.Estate, plan.Product, plan.From, plan.To),
        Imprint = Text.Of("Judged for {0}. Made of estate {1} and pack {2} ({3}).", plan.Today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Short(plan.EstateHash), plan.Pack, Short(plan.PackHash)),
        Wide = wide,
    };

    static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
