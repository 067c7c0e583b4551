using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rendering;

/// <summary>A file that needs nothing but itself: no scripts, nothing from outside; well-formed as XML, too.</summary>
public static class HtmlPage
{
    /// <summary>One document, with a list of its parts.</summary>
    public static string Of(Document document, Language language)
    {
        Markup page = Begin(document, language);
        page.Open("main").Open("article", ("class", document.Wide ? "sheet wide" : "sheet"), ("id", document.Id));
        Head(page, document, language, "h1");
        (string Id, string Title)[] parts = [.. document.Blocks.OfType<Heading>().Select((h, i) => (Heading: h, Id: HtmlBlocks.HeadingId(document, i))).Where(static p => p.Heading.Level == 2).Select(p => (p.Id, language.Say(p.Heading.Text)))];
        if (parts.Length > 1) Contents(page, language, parts);
        new HtmlBlocks(page, document, language, shift: 0).Write();
        Foot(page, document, language);
        return End(page.Close().Close());
    }

    /// <summary>All in one: the first page with a list of them, then each on pages of its own.</summary>
    public static string OfAll(Document cover, IReadOnlyList<Document> documents, Language language)
    {
        Markup page = Begin(cover, language);
        page.Open("main").Open("article", ("class", "sheet cover"), ("id", cover.Id));
        Head(page, cover, language, "h1");
        new HtmlBlocks(page, cover, language, shift: 0).Write();
        Contents(page, language, [.. documents.Select(d => (d.Id, language.Say(d.Title)))]);
        Foot(page, cover, language);
        page.CloseLine();
        foreach (Document document in documents)
        {
            page.Open("article", ("class", document.Wide ? "sheet wide" : "sheet"), ("id", document.Id));
            Head(page, document, language, "h2");
            new HtmlBlocks(page, document, language, shift: 1).Write();
            page.CloseLine();
        }
        return End(page.Close());
    }

    static Markup Begin(Document document, Language language)
    {
        var page = new Markup();
        page.Raw("<!DOCTYPE html>\n");
        page.Open("html", ("xmlns", "http://www.w3.org/1999/xhtml"), ("lang", language.Tag), ("xml:lang", language.Tag)).Raw("\n");
        page.Open("head").Void("meta", ("charset", "utf-8")).Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"))
            .Element("title", $"{language.Say(document.Title)} – {language.Say(document.Subtitle)}").Open("style").Raw(HtmlStyle.Sheet).Close().CloseLine();
        return page.Open("body").Raw("\n");
    }

    static string End(Markup page) => page.Raw("\n").Close().Close().Raw("\n").ToString();

    static void Head(Markup page, Document document, Language language, string level)
    {
        page.Open("header");
        page.Element("p", language.Say(document.Subtitle), ("class", "about"));
        page.Element(level, language.Say(document.Title), ("class", "title"));
        page.CloseLine();
    }

    static void Contents(Markup page, Language language, IReadOnlyList<(string Id, string Title)> parts)
    {
        string title = language.Say("Contents");
        page.Open("nav", ("aria-label", title)).Element("p", title, ("class", "nav-title")).Open("ol");
        foreach ((string id, string says) in parts) page.Open("li").Element("a", says, ("href", "#" + id)).Close();
        page.Close().CloseLine();
    }

    static void Foot(Markup page, Document document, Language language) =>
        page.Open("footer").Element("p", language.Say(document.Imprint)).CloseLine();
}
