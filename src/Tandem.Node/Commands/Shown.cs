using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Tandem.Node.Commands;

/// <summary>What people see: tables on a terminal, aligned text elsewhere, and what the node sent with --json.</summary>
static class Shown
{
    static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static bool IsTerminal => !Console.IsOutputRedirected;

    public static void Print(JsonElement json) => Console.WriteLine(JsonSerializer.Serialize(json, s_indented));

    /// <param name="columns">A title that begins with a blank is of numbers, and stands to the right.</param>
    public static void Table(string[] columns, IReadOnlyList<string[]> rows, string none)
    {
        if (rows.Count == 0) Console.WriteLine(none);
        else if (IsTerminal) Pretty(columns, rows);
        else Plain(columns, rows);
    }

    static void Pretty(string[] columns, IReadOnlyList<string[]> rows)
    {
        Table table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (string column in columns)
        {
            var made = new TableColumn(new Markup($"[bold]{Markup.Escape(column.Trim())}[/]")) { NoWrap = false };
            table.AddColumn(column.StartsWith(' ') ? made.RightAligned() : made);
        }
        foreach (string[] row in rows) table.AddRow([.. row.Select(static cell => new Text(Safe(cell)))]);
        AnsiConsole.Write(table);
    }

    static void Plain(string[] columns, IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. columns.Select((title, i) => Math.Max(title.Trim().Length, rows.Max(row => row[i].Length)))];
        Line([.. columns.Select(static title => title.Trim())]);
        foreach (string[] row in rows) Line(row);

        void Line(string[] cells) => Console.WriteLine(string.Join("  ", cells.Select((cell, i) =>
            columns[i].StartsWith(' ') ? Safe(cell).PadLeft(widths[i]) : i == cells.Length - 1 ? Safe(cell) : Safe(cell).PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>What callers sent must not steer a terminal.</summary>
    public static string Safe(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(static c => char.IsControl(c) ? '\uFFFD' : c)) : text;

    // ---- values of JSON ----

    public static string Text(this JsonElement json, string name) => !json.TryGetProperty(name, out JsonElement value) ? "" : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => string.Join(' ', value.EnumerateArray().Select(static item => item.ToString())),
        _ => "",
    };

    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) => json.GetProperty(name).EnumerateArray();

    /// <summary>Local time of day; with the date when it is not of today.</summary>
    public static string Time(this JsonElement json, string name, string format = "HH:mm:ss")
    {
        if (!DateTimeOffset.TryParse(json.Text(name), CultureInfo.InvariantCulture, out DateTimeOffset time)) return "";
        DateTimeOffset local = time.ToLocalTime();
        return local.ToString(local.Date == DateTime.Today ? format : $"yyyy-MM-dd {format}", CultureInfo.InvariantCulture);
    }

    /// <summary>How long ago, as 0:07, 12:30, 3:00:00.</summary>
    public static string Ago(this JsonElement json, string name) =>
        DateTimeOffset.TryParse(json.Text(name), CultureInfo.InvariantCulture, out DateTimeOffset time) ? Duration((DateTimeOffset.UtcNow - time).TotalSeconds) : "";

    public static string Seconds(this JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) && value.TryGetDouble(out double seconds) ? Duration(seconds) : "";

    public static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Max(0, Math.Floor(seconds)));
        return time.TotalHours < 1 ? $"{time.Minutes}:{time.Seconds:00}" : $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}";
    }

    /// <summary>Changes of a configuration, a line each: of thousands the first two hundred, and how many more.</summary>
    public static int Changes(IEnumerable<string> changes, string indent)
    {
        const int LinesMax = 200;
        int count = 0;
        foreach (string change in changes)
            if (count++ < LinesMax) Console.WriteLine(indent + Safe(change));
        if (count > LinesMax) Console.WriteLine($"{indent}… and {count - LinesMax} more (--json shows all)");
        return count;
    }
}
