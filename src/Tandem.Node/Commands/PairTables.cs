using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tandem.Node.Commands;

/// <summary>`status` of a pair: both sides, the journal, who would take over what; then the node that was asked.</summary>
static class PairTables
{
    /// <summary>The node's status; of a pair's with <c>pair</c> in it.</summary>
    public static async Task<JsonElement> ReadAsync(NodeClient node, CancellationToken stop)
    {
        JsonElement status = await node.GetAsync("status", stop);
        try
        {
            JsonElement pair = await node.GetAsync("pair", stop);
            JsonObject both = JsonObject.Create(status)!;
            both["pair"] = JsonObject.Create(pair);
            return JsonSerializer.SerializeToElement(both);
        }
        catch (CommandRefusedException alone) when (alone.Answer.Text("reason") is "no-pair")
        {
            return status;
        }
    }

    public static void Show(JsonElement s)
    {
        if (s.TryGetProperty("pair", out JsonElement pair)) ShowPair(pair);
        LiveTables.Status(s);
    }

    static void ShowPair(JsonElement pair)
    {
        JsonElement journal = pair.GetProperty("journal");
        string since = pair.Time("since"), leader = journal.Text("leader"), reason = journal.Text("reason");
        Console.WriteLine(Shown.Safe($"{Capital(pair.Text("state"))}{(since.Length > 0 ? $" since {since}" : "")}. Journal {journal.Text("state")}{(reason.Length > 0 ? $": {reason}" : "")}, "
            + $"{(leader.Length > 0 ? $"leader {leader}" : "no leader")}, {journal.Text("pendingMs")} ms pending."));
        Console.WriteLine();
        Shown.Table(["side", "state", "since", "node", " incarnation", "release", " position", " lag", " agreed", " snapshot", " history", " misses", " told"],
        [
            .. pair.Items("sides").Select(static s => new[]
            {
                s.Text("side"), s.Text("state"), s.Time("since"), s.Text("node"), s.Text("incarnation"), s.Text("release"), s.Text("position"), s.Text("lag"), s.Text("agreedPosition"),
                s.Text("snapshotPosition"), s.Text("historyPosition"), s.Text("misses"), s.Text("toldSecondsAgo") is { Length: > 0 } ago ? $"{ago} s ago" : "here",
            }),
        ], "");
        Console.WriteLine();
        Shown.Table(["address", "home", "now on", "moves", "if that side dies"],
        [
            .. pair.Items("addresses").Select(static a => new[]
            {
                a.Text("address"), a.Text("home"), a.Text("owner") is { Length: > 0 } owner ? owner : "nobody", a.Text("movable"),
                a.Text("takesOver") is { Length: > 0 } heir ? a.Text("movable") == "yes" ? $"{heir} takes it over" : $"{heir} adopts its calls by re-INVITE" : "nobody is there to take over",
            }),
        ], "No service address yet.");
        Console.WriteLine();
        Shown.Table(["etcd", "state", "version", " revision", " size", " round trip", "alarm"],
        [
            .. journal.Items("members").Select(static m => new[]
            {
                m.Text("name"), m.Text("failure") is { Length: > 0 } failure ? failure : m.Text("isLeader") == "yes" ? "leader" : "follows",
                m.Text("version"), m.Text("revision"), Megabytes(m), $"{m.Text("roundTripMs")} ms", m.Text("alarm"),
            }),
        ], "");
        Console.WriteLine();
    }

    static string Megabytes(JsonElement member) => string.Create(CultureInfo.InvariantCulture, $"{member.GetProperty("bytes").GetInt64() / 1048576.0:0.0} MB");

    static string Capital(string text) => text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..];
}
