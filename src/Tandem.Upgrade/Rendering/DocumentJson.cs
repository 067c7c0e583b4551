using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Tandem.Upgrade.Documents;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Rendering;

/// <summary>
/// A document for programs: what it says in a language, and beside it the data, which no language changes. A row of a table has
/// <c>data</c> and <c>text</c>, each by column.
/// </summary>
public static class DocumentJson
{
    static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static string Of(Document document, Language language) => new JsonObject
    {
        ["id"] = document.Id,
        ["language"] = language.Tag,
        ["title"] = language.Say(document.Title),
        ["subtitle"] = language.Say(document.Subtitle),
        ["imprint"] = language.Say(document.Imprint),
        ["blocks"] = List(document.Blocks, b => BlockOf(b, language)),
    }.ToJsonString(s_options) + "\n";

    static JsonObject BlockOf(Block block, Language language) => block switch
    {
        Heading heading => new() { ["kind"] = "heading", ["level"] = heading.Level, ["text"] = language.Say(heading.Text) },
        Paragraph paragraph => new() { ["kind"] = "paragraph", ["text"] = language.Say(paragraph.Text) },
        Bullets bullets => new() { ["kind"] = "bullets", ["items"] = List(bullets.Items, i => JsonValue.Create(language.Say(i))) },
        Table table => TableOf(table, language),
        Checklist list => new()
        {
            ["kind"] = "checklist", ["id"] = list.Id,
            ["items"] = List(list.Items, i => new JsonObject { ["id"] = i.Id, ["text"] = language.Say(i.Text), ["command"] = i.Command, ["detail"] = i.Detail }),
        },
        Figure figure => new()
        {
            ["kind"] = "figure", ["id"] = figure.Id, ["title"] = language.Say(figure.Title), ["text"] = language.Say(figure.Says), ["file"] = figure.Id + ".svg",
            ["data"] = PictureOf(figure.Picture, language),
        },
        Form form => new()
        {
            ["kind"] = "form", ["id"] = form.Id,
            ["fields"] = List(form.Fields, f => new JsonObject { ["key"] = f.Key, ["label"] = language.Say(f.Label) }),
        },
        NoticeBox box => new()
        {
            ["kind"] = "notice", ["tone"] = Word(box.Tone), ["title"] = language.Say(box.Title), ["lines"] = List(box.Lines, l => JsonValue.Create(language.Say(l))),
        },
        _ => throw new InvalidOperationException($"a block of kind {block.GetType().Name} has no JSON"),
    };

    static JsonObject TableOf(Table table, Language language) => new()
    {
        ["kind"] = "table",
        ["id"] = table.Id,
        ["columns"] = List(table.Columns, c => new JsonObject { ["key"] = c.Key, ["title"] = language.Say(c.Title) }),
        ["rows"] = List(table.Rows, row =>
        {
            var data = new JsonObject();
            var text = new JsonObject();
            for (int i = 0; i < table.Columns.Count; i++)
            {
                data[table.Columns[i].Key] = Data(row.Cells[i].Data);
                text[table.Columns[i].Key] = string.Join('\n', row.Cells[i].Lines(language));
            }
            foreach ((string key, object? more) in row.More) data[key] = Data(more);
            return new JsonObject { ["tone"] = Word(row.Tone), ["data"] = data, ["text"] = text };
        }),
    };

    static JsonNode? Data(object? data) => data switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool truth => JsonValue.Create(truth),
        int number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        DateTimeOffset instant => JsonValue.Create(instant),
        DateOnly day => JsonValue.Create(day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)),
        IEnumerable<string> names => List([.. names], static n => JsonValue.Create(n)),
        _ => throw new InvalidOperationException($"a cell's data of type {data.GetType().Name} has no JSON"),
    };

    static JsonArray PictureOf(Picture picture, Language language) => picture switch
    {
        GanttChart chart => List(chart.Panels, p => new JsonObject
        {
            ["title"] = language.Say(p.Title), ["begins"] = JsonValue.Create(p.Begins), ["ends"] = JsonValue.Create(p.Ends),
            ["bars"] = List(p.Bars, b => new JsonObject
            {
                ["step"] = b.Step, ["minutes"] = b.Minutes, ["point-of-no-return"] = b.PointOfNoReturn,
                ["pieces"] = List(b.Pieces, static x => new JsonObject { ["begins"] = JsonValue.Create(x.Begins), ["ends"] = JsonValue.Create(x.Ends), ["routes"] = x.Routes }),
            }),
        }),
        RoutingStrip strip => List(strip.Segments, static (Segment s) => new JsonObject
        {
            ["start-minute"] = s.StartMinute, ["end-minute"] = s.EndMinute, ["routes"] = s.Routes, ["not-redundant"] = List(s.NotRedundant, static n => JsonValue.Create(n)), ["step"] = s.Step,
        }),
        _ => [],
    };

    static JsonArray List<T>(IReadOnlyList<T> items, Func<T, JsonNode?> made) => [.. items.Select(made)];

    static string Word(Tone tone) => tone.ToString().ToLowerInvariant();
}
