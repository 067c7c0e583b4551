using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Tandem.EndToEnd.Pair;

/// <summary>What desktops see: both sides are one contact centre.</summary>
public sealed class OneStateTests
{
    [Fact]
    public async Task A_command_sent_again_on_the_other_side_is_one_command_and_its_events_go_on_there_without_a_gap()
    {
        await using PairDesk desk = await PairDesk.OpenAsync(agents: 2, ready: 0);
        using Desktop whole = await Desktop.OpenAsync(desk.B, null);
        string last;
        using (Desktop broken = await Desktop.OpenAsync(desk.A, null))
        {
            await desk.B.ReadyAsync("bo");
            Assert.Equal("bo", (last = await broken.NextAsync("agent")).Split(' ')[2]);
            Assert.Equal(HttpStatusCode.OK, await desk.A.CommandAsync("agents/ana/logout", "once"));
        }
        // Both readers have the same numbers; the one on A lost its side before it had read on.
        int process = await desk.LoseAAsync();
        // Another request would be told that the agent is logged out already; this one was carried out and says so again.
        Assert.Equal(HttpStatusCode.OK, await desk.B.CommandAsync("agents/ana/logout", "once"));
        Assert.Equal(HttpStatusCode.Conflict, await desk.B.CommandAsync("agents/ana/logout", "another"));
        Assert.Equal(HttpStatusCode.OK, await desk.B.CommandAsync("agents/ana/login", "third"));
        await desk.A.ReturnsAsync(process);
        await desk.A.ReadyAsync("ana");

        using Desktop again = await Desktop.OpenAsync(desk.B, last.Split(' ')[0]);
        List<string> all = await whole.UntilAsync("ana ready"), missed = await again.UntilAsync("ana ready");
        Assert.Equal(all[(all.IndexOf(last) + 1)..], missed);
        Assert.Equal(1, missed.Count(static e => e.EndsWith("agent ana logged-out", StringComparison.Ordinal)));
        await desk.EndsAsync(0);
    }

    /// <summary>Reads events as "NUMBER KIND WHO STATE".</summary>
    sealed class Desktop(HttpClient client, StreamReader reader) : IDisposable
    {
        public static async Task<Desktop> OpenAsync(PairSide side, string? after)
        {
            var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(side.Data, "token")).Trim());
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{side.Http}/api/v1/instances/main/events");
            if (after is not null) request.Headers.Add("Last-Event-ID", after);
            HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            response.EnsureSuccessStatusCode();
            var desktop = new Desktop(client, new StreamReader(await response.Content.ReadAsStreamAsync()));
            if (after is null) await desktop.NextAsync("snapshot");
            return desktop;
        }

        public async Task<string> NextAsync(string? kind = null)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            string number = "", what = "";
            while (await reader.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith("id: ")) number = line[4..];
                if (line.StartsWith("event: ")) what = line[7..];
                if (!line.StartsWith("data: ") || (kind is not null && what != kind)) continue;
                JsonElement data = JsonElement.Parse(line[6..]);
                return $"{number} {what} {Text(data, what)} {Text(data, "state")}".TrimEnd();
            }
            throw new EndOfStreamException();
        }

        public async Task<List<string>> UntilAsync(string end)
        {
            var events = new List<string>();
            do events.Add(await NextAsync());
            while (!events[^1].EndsWith(end, StringComparison.Ordinal));
            return events;
        }

        static string Text(JsonElement data, string name) => data.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";

        public void Dispose()
        {
            reader.Dispose();
            client.Dispose();
        }
    }
}
