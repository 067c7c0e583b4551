using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Tandem.EndToEnd.Http;

/// <summary>Commands, their outcomes, and what becomes visible of calls.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task An_agents_day()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        await node.PostAsync("agents/ana/login").JsonAsync(200);
        Assert.Equal("not-ready", await StateOf(node, "ana"));
        await node.PostAsync("agents/ana/ready").JsonAsync(200);
        Assert.Equal("ready", await StateOf(node, "ana"));
        await node.PostAsync("agents/ana/not-ready", new { reason = "Lunch" }).JsonAsync(200);
        Assert.Equal("lunch", (await node.GetAsync("agents/ana")).Text("reasonName"));
        await node.PostAsync("agents/ana/not-ready", new { reason = 1 }).JsonAsync(200);
        Assert.Equal("break", (await node.GetAsync("agents/ana")).Text("reasonName"));
        await node.PostAsync("agents/ana/logout", new { reason = "2" }).JsonAsync(200);
        Assert.Equal("logged-out", await StateOf(node, "ana"));
    }

    [Theory]
    [InlineData("agents/nobody/login", "{}", 404, "unknown-agent")]
    [InlineData("agents/bo/login", "{\"phone\": \"101\"}", 409, "phone-in-use")]
    [InlineData("agents/bo/login", "{\"phone\": \"999\"}", 404, "unknown-phone")]
    [InlineData("agents/ana/login", "{}", 409, "already-logged-in")]
    [InlineData("agents/bo/ready", "{}", 409, "not-logged-in")]
    [InlineData("agents/ana/not-ready", "{\"reason\": \"tired\"}", 422, "unknown-reason")]
    [InlineData("agents/ana/not-ready", "{\"reason\": 77}", 422, "unknown-reason")]
    [InlineData("agents/ana/wrap-up/extend", "{\"seconds\": 30}", 409, "not-in-wrap-up")]
    [InlineData("calls/1-4711/release", "{}", 404, "unknown-call")]
    [InlineData("calls/everything/release", "{}", 400, "bad-call")]
    public async Task What_cannot_be_done_is_told_with_its_reason(string path, string body, int status, string reason)
    {
        await using ApiNode node = await ApiNode.StartAsync();
        await node.PostAsync("agents/ana/login").JsonAsync(200);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        Assert.Equal(reason, (await node.Client.PostAsync(ApiNode.PathOf(path), content).JsonAsync(status)).Text("reason"));
    }

    [Fact]
    public async Task An_unregistered_phones_agent_cannot_be_ready()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        await node.PostAsync("agents/cy/login").JsonAsync(200);
        Assert.Equal("phone-out-of-service", (await node.PostAsync("agents/cy/ready").JsonAsync(409)).Text("reason"));
    }

    [Fact]
    public async Task A_retry_with_the_same_key_is_the_same_command()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        await node.PostAsync("agents/ana/login", key: "k1").JsonAsync(200);
        await node.PostAsync("agents/ana/login", key: "k1").JsonAsync(200);
        await node.PostAsync("agents/ana/login", key: "k2").JsonAsync(409);
        await node.PostAsync("agents/ana/login", key: "k2").JsonAsync(409);
        // Another actor's key, and the same key with another command, are others.
        await node.PostAsync("agents/ana/login", key: "k1", actor: "agent:ana").JsonAsync(409);
        await node.PostAsync("agents/ana/logout", key: "k1").JsonAsync(200);
        Assert.Equal("logged-out", await StateOf(node, "ana"));
    }

    [Fact]
    public async Task Keys_that_are_too_long_are_told()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        await node.PostAsync("agents/ana/login", key: new string('k', 101)).JsonAsync(400);
    }

    [Fact]
    public async Task Agents_come_in_pages()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        JsonElement first = await node.GetAsync("agents?limit=2"), second = await node.GetAsync($"agents?limit=2&after={first.Text("next")}");
        Assert.Equal("bo", first.Text("next"));
        Assert.Equal("cy", Assert.Single(second.GetProperty("agents").EnumerateArray()).Text("agent"));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        await node.Client.GetAsync(ApiNode.PathOf("agents?limit=100000")).JsonAsync(400);
    }

    [Fact]
    public async Task A_call_is_seen_explained_released_and_found_in_history()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using var caller = new Caller(node.Node.SipAddress.Port);
        await caller.SendAsync("INVITE", body: true);
        JsonElement call = await UntilAsync(async () => (await node.GetAsync("calls")).GetProperty("calls").EnumerateArray().FirstOrDefault(c => c.Text("state") == "queued"));
        string id = call.Text("call");
        Assert.Equal("1000", call.Text("dialed"));
        Assert.Equal("wait-for-sales", (await node.GetAsync($"calls/{id}")).Text("node"));

        JsonElement live = await node.GetAsync($"calls/{id}/why");
        Assert.Equal("True", live.Text("live"));
        Assert.Contains(live.GetProperty("steps").EnumerateArray(), s => s.Text("kind") == "queue");
        JsonElement group = (await node.GetAsync("skill-groups")).GetProperty("skillGroups")[0];
        Assert.Equal("1", group.Text("queued"));

        await node.PostAsync($"calls/{id}/release").JsonAsync(200);
        await caller.UntilFinalAsync();
        await UntilAsync(async () => (await node.GetAsync("calls")).GetProperty("calls").GetArrayLength() == 0);

        JsonElement ended = await node.GetAsync($"calls/{id}/why");
        Assert.Equal("False", ended.Text("live"));
        Assert.Equal(live.GetProperty("steps")[0].Text("time"), ended.GetProperty("steps")[0].Text("time"));
        JsonElement finished = await node.GetAsync($"history/calls/{id}");
        Assert.Equal("cleared", finished.GetProperty("parts")[0].Text("disposition"));
        Assert.Equal(id, (await node.GetAsync("history/calls?last=5")).GetProperty("calls")[0].Text("call"));
    }

    [Fact]
    public async Task Unknown_calls_are_unknown_to_why_and_history()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        await node.Client.GetAsync(ApiNode.PathOf("calls/1-99999/why")).JsonAsync(404);
        await node.Client.GetAsync(ApiNode.PathOf("history/calls/1-99999")).JsonAsync(404);
        await node.Client.GetAsync(ApiNode.PathOf("history/calls?last=0")).JsonAsync(400);
    }

    [Fact]
    public async Task Status_tells_how_the_node_is()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        await node.PostAsync("agents/ana/login").JsonAsync(200);
        await node.PostAsync("agents/ana/ready").JsonAsync(200);
        JsonElement status = await node.GetAsync("status");
        Assert.Equal("accepting", status.GetProperty("journal").Text("state"));
        Assert.Equal("1", status.GetProperty("counts").Text("available"));
        Assert.Equal("2", status.GetProperty("counts").Text("phonesReachable"));
        Assert.Equal(16, status.Text("stateHash").Length);
    }

    static async Task<string> StateOf(ApiNode node, string agent) => (await node.GetAsync($"agents/{agent}")).Text("state");

    static async Task<T> UntilAsync<T>(Func<Task<T>> read)
    {
        DateTime until = DateTime.UtcNow.AddSeconds(10);
        while (DateTime.UtcNow < until)
        {
            T found = await read();
            if (!EqualityComparer<T>.Default.Equals(found, default)) return found;
            await Task.Delay(20);
        }
        throw new TimeoutException();
    }

    /// <summary>A caller on a trunk, as plain as can be.</summary>
    sealed class Caller : IDisposable
    {
        readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
        readonly int _port;

        public Caller(int port)
        {
            _port = port;
            _socket.Connect(IPAddress.Loopback, port);
        }

        public async Task SendAsync(string method, string toTag = "", bool body = false)
        {
            int own = ((IPEndPoint)_socket.Client.LocalEndPoint!).Port;
            string sdp = body ? $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {own} RTP/AVP 0\r\n" : "";
            await _socket.SendAsync(Encoding.ASCII.GetBytes(
                $"{method} sip:1000@127.0.0.1:{_port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bKcaller;rport\r\nMax-Forwards: 70\r\n" +
                $"From: <sip:555@127.0.0.1>;tag=caller\r\nTo: <sip:1000@127.0.0.1>{toTag}\r\nCall-ID: caller@test\r\nCSeq: 1 {method}\r\n" +
                $"Contact: <sip:555@127.0.0.1:{own}>\r\n{(body ? "Content-Type: application/sdp\r\n" : "")}Content-Length: {sdp.Length}\r\n\r\n{sdp}"));
        }

        public async Task UntilFinalAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            while (true)
            {
                string answer = Encoding.ASCII.GetString((await _socket.ReceiveAsync(patience.Token)).Buffer);
                if (answer.StartsWith("SIP/2.0 1")) continue;
                string to = answer.Split("\r\n").First(line => line.StartsWith("To:"));
                await SendAsync("ACK", to[to.IndexOf(";tag=", StringComparison.Ordinal)..]);
                return;
            }
        }

        public void Dispose() => _socket.Dispose();
    }
}
