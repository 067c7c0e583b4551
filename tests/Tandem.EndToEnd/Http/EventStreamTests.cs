using System.Text.Json;
using Tandem.Node.Events;

namespace Tandem.EndToEnd.Http;

/// <summary>The event stream: a snapshot, then what comes after it, exactly.</summary>
public sealed class EventStreamTests
{
    [Fact]
    public async Task It_begins_with_a_snapshot_and_goes_on_with_numbered_changes()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using Stream stream = await Stream.OpenAsync(node, null);
        Event snapshot = await stream.NextAsync();
        Assert.Equal("snapshot", snapshot.Kind);
        Assert.Equal(snapshot.Number, snapshot.Data.Text("number"));
        Assert.Equal(["ana", "bo", "cy"], snapshot.Data.GetProperty("agents").EnumerateArray().Select(a => a.Text("agent")));

        await node.PostAsync("agents/ana/login").JsonAsync(200);
        Event agent = await stream.NextAsync("agent"), phone = await stream.NextAsync("phone");
        Assert.Equal("not-ready", agent.Data.Text("state"));
        Assert.Equal("101", phone.Data.Text("phone"));
        Assert.True(NumberOf(snapshot).CompareTo(NumberOf(agent)) < 0);
        Assert.True(NumberOf(agent).CompareTo(NumberOf(phone)) < 0);
    }

    [Fact]
    public async Task Who_comes_back_gets_exactly_what_was_missed()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using Stream whole = await Stream.OpenAsync(node, null);
        string after;
        using (Stream broken = await Stream.OpenAsync(node, null))
        {
            await broken.NextAsync();
            await node.PostAsync("agents/ana/login").JsonAsync(200);
            // In the middle of an entry: the agent's change was seen, the phone's was not.
            after = (await broken.NextAsync("agent")).Number;
        }
        await node.PostAsync("agents/ana/ready").JsonAsync(200);
        await node.PostAsync("agents/bo/login").JsonAsync(200);

        using Stream again = await Stream.OpenAsync(node, after);
        List<string> resumed = await again.NumbersAsync(4), all = await whole.NumbersAsync(6);
        // The snapshot and the event that was seen come first in the other.
        Assert.Equal(all[2..], resumed);
        Assert.Equal(after, all[1]);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("999999999.1")]
    public async Task A_number_that_is_not_here_is_reset(string number)
    {
        await using ApiNode node = await ApiNode.StartAsync();
        // The start's own entry is the border: a number at or before it may lack something.
        if (number == "1.1") number = "0.0";
        using Stream stream = await Stream.OpenAsync(node, number);
        Assert.Equal("reset", (await stream.NextAsync()).Kind);
        Assert.Equal("snapshot", (await stream.NextAsync()).Kind);
    }

    [Fact]
    public async Task Numbers_go_on_over_a_restart_and_old_ones_are_reset()
    {
        string data = Directory.CreateTempSubdirectory("tandem-http-").FullName;
        string old;
        await using (ApiNode first = await ApiNode.StartAsync(data))
        {
            await first.ApplyAsync(ApiNode.Configuration).JsonAsync(200);
            using Stream stream = await Stream.OpenAsync(first, null);
            await stream.NextAsync();
            await first.PostAsync("agents/ana/login").JsonAsync(200);
            old = (await stream.NextAsync("agent")).Number;
        }
        await using (ApiNode second = await ApiNode.StartAsync(data))
        {
            using Stream stream = await Stream.OpenAsync(second, old);
            Assert.Equal("reset", (await stream.NextAsync()).Kind);
            Event snapshot = await stream.NextAsync();
            Assert.True(EventNumber.TryParse(old, out EventNumber before));
            Assert.True(NumberOf(snapshot).CompareTo(before) > 0);
            Assert.Equal("not-ready", snapshot.Data.GetProperty("agents")[0].Text("state"));
        }
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_number_that_is_none_is_told()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        await node.Client.GetAsync(ApiNode.PathOf("events?after=yesterday")).JsonAsync(400);
    }

    [Fact]
    public async Task A_snapshot_is_continued_by_its_number()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        string number = (await node.GetAsync("snapshot")).Text("number");
        await node.PostAsync("agents/cy/login").JsonAsync(200);
        using Stream stream = await Stream.OpenAsync(node, number);
        Event first = await stream.NextAsync();
        Assert.Equal(("agent", "cy"), (first.Kind, first.Data.Text("agent")));
    }

    [Fact]
    public async Task A_new_configuration_is_an_event()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using Stream stream = await Stream.OpenAsync(node, null);
        await stream.NextAsync();
        await node.ApplyAsync(ApiNode.Configuration.Replace("display-name: Cy", "display-name: Cyrus", StringComparison.Ordinal)).JsonAsync(200);
        await stream.NextAsync("configuration");
    }

    static EventNumber NumberOf(Event e) => EventNumber.TryParse(e.Number, out EventNumber number) ? number : throw new FormatException(e.Number);

    sealed record Event(string Number, string Kind, JsonElement Data);

    sealed class Stream(HttpResponseMessage response, StreamReader reader) : IDisposable
    {
        static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

        public static async Task<Stream> OpenAsync(ApiNode node, string? after)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, ApiNode.PathOf("events"));
            if (after is not null) request.Headers.Add("Last-Event-ID", after);
            HttpResponseMessage response = await node.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            return new Stream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
        }

        public async Task<Event> NextAsync(string? kind = null)
        {
            using var patience = new CancellationTokenSource(s_patience);
            string number = "", what = "";
            while (await reader.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith("id: ")) number = line[4..];
                if (line.StartsWith("event: ")) what = line[7..];
                if (line.StartsWith("data: ") && (kind is null || what == kind)) return new Event(number, what, JsonElement.Parse(line[6..]));
            }
            throw new EndOfStreamException();
        }

        public async Task<List<string>> NumbersAsync(int count)
        {
            var numbers = new List<string>();
            while (numbers.Count < count) numbers.Add((await NextAsync()).Number);
            return numbers;
        }

        public void Dispose() => response.Dispose();
    }
}
