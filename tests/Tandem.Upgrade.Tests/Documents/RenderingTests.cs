using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Rendering;

namespace Tandem.Upgrade.Tests.Documents;

public sealed class RenderingTests
{
    const string Hostile = "<script>alert('1')</script> | \"two\" & `three` *four* 中央,;\\\u0007";

    [Fact]
    public void Html_is_well_formed_and_needs_nothing_from_outside()
    {
        using var written = new Written();
        Assert.Equal(15, written.Ending(".html").Count);
        foreach (string name in written.Ending(".html"))
        {
            XmlDocument page = written.Xml(name);
            Assert.Equal("en", page.DocumentElement!.GetAttribute("lang"));
            HashSet<string> ids = [];
            foreach (XmlElement element in Written.Elements(page))
            {
                Assert.DoesNotContain(element.LocalName, (string[])["script", "link", "img", "iframe", "object"]);
                Assert.False(element.HasAttribute("src") || element.HasAttribute("style"));
                if (element.LocalName == "th") Assert.Contains(element.GetAttribute("scope"), (string[])["col", "row"]);
                if (element.HasAttribute("id")) Assert.True(ids.Add(element.GetAttribute("id")), $"{name}: id {element.GetAttribute("id")} comes twice");
            }
            foreach (XmlElement link in Written.Elements(page).Where(static e => e.LocalName == "a")) Assert.Contains(link.GetAttribute("href")[1..], ids);
        }
    }

    [Fact]
    public void All_documents_are_in_one_file_with_a_list_of_them()
    {
        using var written = new Written();
        XmlDocument page = written.Xml("plan.html");
        Assert.Equal(15, Written.Elements(page).Count(static e => e.LocalName == "article"));
        Assert.Equal(14, Written.Elements(page).Count(static e => e.LocalName == "a"));
        Assert.Equal(2, Written.Elements(page).Count(static e => e.LocalName == "svg"));
        Assert.Single(Written.Elements(page), static e => e.LocalName == "h1");
    }

    [Fact]
    public void A_drawing_is_well_formed_and_has_a_bar_for_each_step()
    {
        using var written = new Written();
        Assert.Equal(["gantt.svg", "routing.svg"], written.Ending(".svg"));
        XmlDocument gantt = written.Xml("gantt.svg");
        string[] titles = [.. Written.Elements(gantt).Where(static e => e.LocalName == "title").Select(static e => e.InnerText)];
        Assert.Equal(["Steps over time", "1: Titlo", "2: Titlo", "3: Titlo", "4: Titlo", "5: Titlo", "6: Titlo", "7: Titlo", "8: Titlo", "9.aw-2: Titlo", "9.hds-1: Titlo", "10.pg-1: Titlo"], titles);
        string[] words = [.. Written.Elements(gantt).Where(static e => e.LocalName == "text").Select(static e => e.InnerText)];
        Assert.Contains("22:00", words);
        Assert.Contains("Sun 2027-01-17", words);
        Assert.Contains("the network's default plan", words);
        Assert.Contains(Written.Elements(written.Xml("routing.svg")), static e => e.LocalName == "text" && e.InnerText == "00:30");
        // What is hatched is there, and in the drawing itself.
        Assert.Contains(Written.Elements(gantt), static e => e.LocalName == "pattern" && e.GetAttribute("id") == "gantt-hatch-network");
        Assert.Contains(Written.Elements(gantt), static e => e.GetAttribute("fill") == "url(#gantt-hatch-network)");
    }

    [Fact]
    public void Nothing_is_drawn_outside_of_the_drawing()
    {
        using var written = new Written();
        foreach (string name in written.Ending(".svg"))
        {
            XmlDocument drawing = written.Xml(name);
            double width = Number(drawing.DocumentElement!, "width"), height = Number(drawing.DocumentElement!, "height");
            foreach (XmlElement rect in Written.Elements(drawing).Where(static e => e.LocalName == "rect" && e.HasAttribute("x")))
            {
                Assert.InRange(Number(rect, "x"), 0, width);
                Assert.InRange(Number(rect, "x") + Number(rect, "width"), 0, width);
                Assert.InRange(Number(rect, "y") + Number(rect, "height"), 0, height);
            }
        }
    }

    static double Number(XmlElement element, string attribute) => double.Parse(element.GetAttribute(attribute), System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void The_calendar_is_of_rfc_5545()
    {
        using var written = new Written(SomePlan.Plan(name: "北區, 台北; 中央\\控制器 with a name that is long enough to be folded, and folded once more, because it goes on"));
        string calendar = written.Text("calendar.ics");
        Assert.EndsWith("\r\n", calendar);
        Assert.DoesNotContain("\n", calendar.Replace("\r\n", "", StringComparison.Ordinal));
        string[] lines = calendar.Split("\r\n")[..^1];
        Assert.All(lines, static l => Assert.InRange(Encoding.UTF8.GetByteCount(l), 1, 75));

        string[] unfolded = calendar.Replace("\r\n ", "", StringComparison.Ordinal).Split("\r\n")[..^1];
        Assert.Equal("BEGIN:VCALENDAR", unfolded[0]);
        Assert.Equal("END:VCALENDAR", unfolded[^1]);
        // 11 steps, 2 windows, 3 orders, 1 dated stage, 2 notices.
        Assert.Equal(19, unfolded.Count(static l => l == "BEGIN:VEVENT"));
        Assert.Equal(19, unfolded.Count(static l => l == "END:VEVENT"));
        Assert.Equal(19, unfolded.Where(static l => l.StartsWith("UID:", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Count());
        Assert.All(unfolded.Where(static l => l.StartsWith("DTSTAMP", StringComparison.Ordinal)), static l => Assert.Equal("DTSTAMP:20261228T000000Z", l));
        Assert.Contains("DTSTART:20270116T140000Z", unfolded);
        Assert.Contains("DTSTART;VALUE=DATE:20270111", unfolded);
        Assert.Contains(unfolded, static l => l.StartsWith("X-WR-CALNAME:北區\\, 台北\\; 中央\\\\控制器", StringComparison.Ordinal));
    }

    [Fact]
    public void An_appointment_keeps_its_name_when_the_plan_moves()
    {
        var plan = SomePlan.Plan();
        var later = plan with { Today = plan.Today.AddDays(1), Steps = [.. plan.Steps.Select(static s => s with { Begins = s.Begins.AddDays(7), Ends = s.Ends.AddDays(7) })] };
        Assert.Equal(Appointment.Of(plan, SomePlan.Pack()).Select(static a => a.Uid).Order(StringComparer.Ordinal), Appointment.Of(later, SomePlan.Pack()).Select(static a => a.Uid).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_line_of_a_markdown_table_has_as_many_columns()
    {
        using var written = new Written(SomePlan.Plan(name: Hostile, engineer: Hostile));
        int tables = 0;
        foreach (string name in written.Ending(".md"))
        {
            int columns = 0;
            foreach (string line in written.Text(name).Split('\n'))
            {
                int now = line.StartsWith("| ", StringComparison.Ordinal) ? Regex.Count(line, @"(?<!\\)(\\\\)*\|", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)) : 0;
                if (columns == 0 && now > 0) tables++;
                Assert.True(columns == 0 || now == 0 || now == columns, $"{name}: {line}");
                columns = now;
            }
        }
        Assert.InRange(tables, 60, 200);
    }

    [Fact]
    public void Hostile_names_are_text_everywhere()
    {
        using var written = new Written(SomePlan.Plan(name: Hostile, engineer: Hostile));
        foreach (string name in written.Ending(".html"))
        {
            Assert.DoesNotContain(Written.Elements(written.Xml(name)), static e => e.LocalName == "script");
            Assert.Contains(Hostile.TrimEnd('\u0007'), written.Xml(name).InnerText);
        }
        foreach (string name in written.Ending(".svg")) Assert.DoesNotContain(Written.Elements(written.Xml(name)), static e => e.LocalName == "script");
        foreach (string name in written.Ending(".md"))
        {
            // A command stands between backticks, where nothing is HTML.
            string said = Regex.Replace(written.Text(name), "(`+).+?\\1(?!`)", "", RegexOptions.None, TimeSpan.FromSeconds(5));
            Assert.DoesNotContain("<script", said);
            Assert.Contains("&lt;script&gt;", said);
        }
        foreach (string name in written.Ending(".json")) Assert.Contains(Hostile, written.Json(name).GetProperty("subtitle").GetString());
    }

    [Theory]
    [InlineData("a|b", "a\\|b")]
    [InlineData("<b>&amp;", "&lt;b&gt;&amp;amp;")]
    [InlineData("icr\\bin", "icr\\\\bin")]
    [InlineData("two\nlines", "two lines")]
    public void A_text_says_in_markdown_what_it_says(string text, string markdown) => Assert.Equal(markdown, Markdown.Inline(text));

    [Theory]
    [InlineData("dir", "`dir`")]
    [InlineData("echo `date`", "`` echo `date` ``")]
    public void A_command_stands_between_more_backticks_than_it_has(string command, string code) => Assert.Equal(code, Markdown.Code(command));

    [Fact]
    public void A_plan_of_nothing_says_none_in_place_of_empty_tables()
    {
        using var written = new Written(SomePlan.Nothing(), SomePlan.EmptyPack());
        foreach (string name in written.Ending(".html"))
            foreach (XmlElement body in Written.Elements(written.Xml(name)).Where(static e => e.LocalName is "tbody" or "ul" or "ol"))
                Assert.True(body.ChildNodes.OfType<XmlElement>().Any(), $"{name}: an empty {body.LocalName}");
        Assert.Contains("*none*", written.Text("05-chronology.md"));
        Assert.Contains("*none*", written.Text("08-method.md"));
        Assert.Empty(written.Ending(".svg"));
    }

    [Fact]
    public void What_is_written_is_whole_and_other_files_stay()
    {
        using var written = new Written();
        File.WriteAllText(Path.Combine(written.Folder, "plan.json"), "{}");
        File.WriteAllText(Path.Combine(written.Folder, "05-chronology.md"), "old");
        // What a crash left beside it.
        Directory.CreateDirectory(Path.Combine(written.Folder, "..", ".plan.writing"));
        written.Again();
        Assert.Equal("{}", written.Text("plan.json"));
        Assert.StartsWith("# Chronology", written.Text("05-chronology.md"));
        Assert.Equal((14 * 3) + 5, written.Names.Count);
        Assert.Equal(["plan"], Directory.GetFileSystemEntries(Path.Combine(written.Folder, "..")).Select(static f => Path.GetFileName(f)));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_told()
    {
        using var written = new Written();
        string file = Path.Combine(written.Folder, "plan.html");
        var thrown = Assert.Throws<UpgradeException>(() => PlanDocuments.Write(written.Plan, written.Pack, written.Language, Path.Combine(file, "below")));
        Assert.StartsWith($"the documents cannot be written into {Path.Combine(file, "below")}", thrown.Message);
    }

    [Fact]
    public void The_same_plan_writes_the_same_files()
    {
        using var one = new Written();
        using var two = new Written();
        Assert.Equal(one.Names, two.Names);
        foreach (string name in one.Names) Assert.Equal(one.Text(name), two.Text(name));
    }
}
