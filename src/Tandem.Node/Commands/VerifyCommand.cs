using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tandem.History;
using Tandem.History.Compare;
using Tandem.Node.Http;

namespace Tandem.Node.Commands;

/// <summary>`history verify`: are two histories equal, by position and content?</summary>
static class VerifyCommand
{
    const int Differ = 1;

    const string Places = "a node's URL, a node's data directory, a SQLite file, or a PostgreSQL connection";
    static readonly Option<string?> s_against = new("--against") { Description = $"The other history: {Places}. Without it: the node's other side", HelpName = "HISTORY" };
    static readonly Option<string?> s_of = new("--of") { Description = $"The one history: {Places}. Without it: the node that runs on --data", HelpName = "HISTORY" };
    static readonly Option<string?> s_instance = new("--instance") { Description = "Which contact centre, when both have several", HelpName = "NAME" };
    static readonly Option<string?> s_token = new("--token-file") { Description = "The token of a node that is named by URL; without it $TANDEM_TOKEN", HelpName = "FILE" };
    static readonly Option<string?> s_thumbprint = new("--thumbprint") { Description = "The SHA-256 of that node's certificate, when this machine does not trust it", HelpName = "HEX" };

    public static Command Create()
    {
        var command = new Command("verify", "Compares two histories by position and content: 0 equal, 1 they differ") { s_against, s_of, s_instance, s_token, s_thumbprint };
        command.SetAction((line, stop) => RunAsync(line, stop));
        return command;
    }

    static async Task<int> RunAsync(ParseResult line, CancellationToken stop)
    {
        using NodeClient? own = line.GetValue(s_of) is null ? NodeClient.Open(line.GetValue(CommandLine.Data)!) : null;
        string instance = line.GetValue(s_instance) ?? own?.Instance ?? "";
        var opened = new List<NodeClient>();
        try
        {
            IHistoryReader ours = own is null ? ReaderOf(line.GetValue(s_of)!, line, instance, opened) : new NodeHistory(own);
            IHistoryReader theirs = line.GetValue(s_against) is { } against ? ReaderOf(against, line, instance, opened)
                : own is null ? throw NoOther() : await OtherSideAsync(own, line, opened, stop) ?? throw NoOther();
            return await CompareAsync(ours, theirs, instance.Length > 0 ? instance : null, line.GetValue(CommandLine.Json), stop);
        }
        finally
        {
            foreach (NodeClient client in opened) client.Dispose();
        }
    }

    static NodeException NoOther() => new("there is no other history to compare with: name one with --against", NodeException.Usage);

    /// <summary>The other side of a pair, at the address that it told, with the token that both sides have; null: the node is alone.</summary>
    static async Task<IHistoryReader?> OtherSideAsync(NodeClient own, ParseResult line, List<NodeClient> opened, CancellationToken stop)
    {
        JsonElement pair;
        try
        {
            pair = await own.GetAsync("pair", stop);
        }
        catch (CommandRefusedException)
        {
            return null;
        }
        string side = (await own.GetAsync("status", stop)).Text("side");
        string url = pair.Items("sides").Where(s => s.Text("side") != side).Select(static s => s.Text("url")).FirstOrDefault("");
        if (url.Length == 0) throw new NodeException("the other side has not told its address yet: name it with --against", NodeException.CannotStart);
        string token = File.ReadAllText(AccessToken.PathIn(own.Data)).Trim();
        var node = NodeClient.At(new Uri(url), token, own.Instance, line.GetValue(s_thumbprint));
        opened.Add(node);
        return new NodeHistory(node);
    }

    static IHistoryReader ReaderOf(string place, ParseResult line, string instance, List<NodeClient> opened)
    {
        NodeClient? node = null;
        if (Uri.TryCreate(place, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            if (instance.Length == 0) throw new NodeException("which contact centre of that node? Name it: --instance", NodeException.Usage);
            node = NodeClient.At(new Uri(url.GetLeftPart(UriPartial.Authority)), TokenOf(line), instance, line.GetValue(s_thumbprint));
        }
        else if (Directory.Exists(place)) node = NodeClient.Open(place);
        if (node is not null)
        {
            opened.Add(node);
            return new NodeHistory(node);
        }
        try
        {
            return new DatabaseReader(HistoryAddress.Parse(place));
        }
        catch (HistoryException e)
        {
            throw new NodeException(e.Message, NodeException.Usage, e);
        }
    }

    static string TokenOf(ParseResult line)
    {
        try
        {
            return line.GetValue(s_token) is { } file ? File.ReadAllText(file).Trim()
                : Environment.GetEnvironmentVariable("TANDEM_TOKEN") ?? throw new NodeException("the other node wants its token: --token-file FILE (the file 'token' of its data directory) or TANDEM_TOKEN", NodeException.Usage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeException(e.Message, NodeException.Usage, e);
        }
    }

    /// <summary>Compares, says what was found, and returns the exit code.</summary>
    internal static async Task<int> CompareAsync(IHistoryReader ours, IHistoryReader theirs, string? instance, bool json, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        ComparisonResult result;
        try
        {
            result = await HistoryComparison.RunAsync(ours, theirs, instance, stop: stop);
        }
        catch (HistoryException e)
        {
            throw new NodeException(e.Message, NodeException.CannotStart, e);
        }
        catch (CommandRefusedException e)
        {
            // Its exit code would say that they differ.
            throw new NodeException(e.Message, NodeException.CannotStart, e);
        }
        if (json) Shown.Print(JsonSerializer.SerializeToElement(result, Json.Options));
        else Show(result, Stopwatch.GetElapsedTime(began));
        return result.AreEqual ? 0 : Differ;
    }

    static void Show(ComparisonResult result, TimeSpan took)
    {
        Console.WriteLine(Shown.Safe($"ours    {result.Ours}"));
        Console.WriteLine(Shown.Safe($"theirs  {result.Theirs}"));
        foreach (OneSided only in result.OneSided)
            Console.WriteLine(Shown.Safe($"only {(only.By == result.Ours ? "ours" : "theirs")} covers positions {Number(only.From)} to {Number(only.To)}{(only.Generation > 1 ? $" of generation {only.Generation}" : "")}: not compared"));
        string seconds = string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.0} s");
        if (result.First is not { } first)
        {
            Console.WriteLine($"equal: {Number(result.Rows)} rows at {Number(result.Positions)} positions, {seconds}");
            return;
        }
        Console.WriteLine($"THEY DIFFER in {Number(result.DifferingStretches)} stretches of {Number(HistoryComparison.StretchPositions)} positions; {Number(result.Rows)} rows are equal, {seconds}");
        string where = $"generation {first.Generation}, position {first.Position}, row {first.Ordinal}, {first.Table}";
        Console.WriteLine(Shown.Safe(first.Column is null
            ? $"first: {where}: only {(first.Ours is null ? "theirs" : "ours")} has this row"
            : $"first: {where}, {first.Column}: ours '{first.Ours}', theirs '{first.Theirs}'"));
    }

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
