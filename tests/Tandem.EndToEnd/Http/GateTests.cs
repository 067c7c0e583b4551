using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Tandem.Node;

namespace Tandem.EndToEnd.Http;

/// <summary>Who may come in.</summary>
public sealed class GateTests
{
    [Theory]
    [InlineData("api/v1/instances/main/status")]
    [InlineData("api/v1/instances/main/events")]
    [InlineData("openapi/v1.json")]
    [InlineData("nothing/here")]
    public async Task Without_token_there_is_nothing(string path)
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using HttpClient stranger = node.NewClient(null);
        using HttpClient guesser = node.NewClient(new string('0', 64));
        Assert.Equal("no-token", (await stranger.GetAsync(path).JsonAsync(401)).Text("reason"));
        Assert.Equal("no-token", (await guesser.GetAsync(path).JsonAsync(401)).Text("reason"));
    }

    [Fact]
    public async Task Health_needs_no_token()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using HttpClient stranger = node.NewClient(null);
        Assert.Equal("up", (await stranger.GetAsync("health").JsonAsync(200)).Text("state"));
    }

    [Fact]
    public async Task The_token_is_its_owners_alone_and_stays()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(node.Data, "token")));
        Assert.Equal(64, node.Token.Length);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("10.1.2.3")]
    public async Task Another_name_is_misdirected_even_with_the_token(string host)
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "health") { Headers = { Host = host } };
        Assert.Equal("wrong-host", (await node.Client.SendAsync(request).JsonAsync(421)).Text("reason"));
    }

    [Fact]
    public async Task Localhost_is_a_name_of_a_node_on_loopback()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, ApiNode.PathOf("status")) { Headers = { Host = $"localhost:{node.Edge.Address.Port}" } };
        await node.Client.SendAsync(request).JsonAsync(200);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Other_sites_pages_are_refused(string header, string value)
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, ApiNode.PathOf("agents/ana/login"));
        request.Headers.Add(header, value);
        Assert.Equal("foreign-origin", (await node.Client.SendAsync(request).JsonAsync(403)).Text("reason"));
        Assert.Equal("logged-out", (await node.GetAsync("agents/ana")).Text("state"));
    }

    [Fact]
    public async Task Own_pages_may_come_in()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, ApiNode.PathOf("status"));
        request.Headers.Add("Origin", node.Edge.Address.GetLeftPart(UriPartial.Authority));
        await node.Client.SendAsync(request).JsonAsync(200);
    }

    [Fact]
    public async Task Unknown_instances_and_routes_are_told()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        Assert.Equal("unknown-instance", (await node.Client.GetAsync("api/v1/instances/other/status").JsonAsync(404)).Text("reason"));
        Assert.Equal("unknown-route", (await node.Client.GetAsync(ApiNode.PathOf("nothing")).JsonAsync(404)).Text("reason"));
        Assert.Equal("unknown-route", (await node.Client.DeleteAsync(ApiNode.PathOf("status")).JsonAsync(404)).Text("reason"));
    }

    [Theory]
    [InlineData("agents/bo/login", "{\"phone\": 5}", "phone")]
    [InlineData("agents/bo/login", "{\"phon\": \"102\"}", "phon")]
    [InlineData("agents/bo/not-ready", "{\"reason\": [1]}", "reason")]
    [InlineData("agents/bo/wrap-up/extend", "{}", "seconds")]
    [InlineData("agents/bo/login", "{", "body")]
    [InlineData("configuration", "{}", "files")]
    [InlineData("configuration", "{\"files\": [{\"name\": \"a.yaml\"}]}", "files[0].text")]
    public async Task A_bad_body_is_told_by_its_field(string path, string body, string field)
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        Assert.Contains(field, (await node.Client.PostAsync(ApiNode.PathOf(path), content).JsonAsync(400)).Text("error"));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        using var content = new ByteArrayContent(new byte[Node.Http.HttpEdge.BodyBytesMax + 1]);
        using var request = new HttpRequestMessage(HttpMethod.Post, ApiNode.PathOf("configuration")) { Content = content, Headers = { ExpectContinue = true } };
        await node.Client.SendAsync(request).JsonAsync(413);
    }

    [Fact]
    public async Task A_configuration_of_twenty_thousand_agents_is_applied_as_one_entry()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        var text = new StringBuilder("agents:\n");
        for (int i = 0; i < 20_000; i++) text.Append("  agent-").Append(i).Append(": {display-name: An agent with a rather long name to be shown}\n");
        await node.ApplyAsync(text.ToString()).JsonAsync(200);
        Assert.Equal(20_000, (await node.Client.GetAsync(ApiNode.PathOf("status")).JsonAsync(200)).GetProperty("counts").GetProperty("agents").GetInt32());
    }

    [Fact]
    public async Task OpenApi_names_every_route_with_a_name_a_summary_and_its_parameters()
    {
        await using ApiNode node = await ApiNode.StartAsync();
        JsonElement api = await node.Client.GetAsync("openapi/v1.json").JsonAsync(200);
        var operations = new HashSet<string>();
        foreach (JsonProperty path in api.GetProperty("paths").EnumerateObject())
        {
            foreach (JsonProperty method in path.Value.EnumerateObject())
            {
                operations.Add(method.Value.Text("operationId"));
                Assert.NotEmpty(method.Value.Text("summary"));
                if (path.Name.Contains("{instance}")) Assert.Contains("instance", method.Value.GetProperty("parameters").EnumerateArray().Select(p => p.Text("name")));
            }
        }
        string[] expected =
        [
            "agent", "agent-login", "agent-logout", "agent-not-ready", "agent-ready", "agents", "call", "call-release", "calls", "configuration",
            "configuration-apply", "events", "health", "history-call", "history-calls", "history-digest", "history-extents", "history-rows",
            "pair", "pair-home", "phones", "side", "side-entries", "side-snapshot", "skill-groups", "snapshot", "status", "why", "wrap-up-extend",
        ];
        Assert.Equal(expected, operations.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Off_loopback_there_is_no_HTTP_without_TLS()
    {
        NodeException refused = await Assert.ThrowsAsync<NodeException>(() => ApiNode.StartAsync(change: o => o with { Http = new IPEndPoint(IPAddress.Any, 0) }));
        Assert.Contains("--certificate", refused.Message);
        Assert.Equal(NodeException.CannotStart, refused.ExitCode);
    }

    [Fact]
    public async Task With_a_certificate_it_is_HTTPS_and_nothing_else()
    {
        string file = Path.GetTempFileName();
        File.WriteAllBytes(file, SelfMade("secret"));
        await using ApiNode node = await ApiNode.StartAsync(change: o => o with { Http = new IPEndPoint(IPAddress.Any, 0), Certificate = file, CertificatePassword = "secret" });
        Assert.Equal("https", node.Edge.Address.Scheme);
        await node.GetAsync("status");
        using var plain = new HttpClient { BaseAddress = new UriBuilder(node.Edge.Address) { Scheme = "http" }.Uri };
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => plain.GetAsync("health"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "health") { Headers = { Host = "centre.example" } };
        await node.Client.SendAsync(request).JsonAsync(200);
        File.Delete(file);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_is_told()
    {
        string file = Path.GetTempFileName();
        File.WriteAllBytes(file, SelfMade("secret"));
        NodeException refused = await Assert.ThrowsAsync<NodeException>(() => ApiNode.StartAsync(change: o => o with { Certificate = file, CertificatePassword = "wrong" }));
        Assert.Contains(file, refused.Message);
        File.Delete(file);
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line()
    {
        await using ApiNode first = await ApiNode.StartAsync();
        NodeException refused = await Assert.ThrowsAsync<NodeException>(() => ApiNode.StartAsync(change: o => o with { Http = new IPEndPoint(IPAddress.Loopback, first.Edge.Address.Port) }));
        Assert.Equal(NodeException.CannotStart, refused.ExitCode);
        Assert.Contains("--http", refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
    }

    static byte[] SelfMade(string password)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=centre.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("centre.example");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return made.Export(X509ContentType.Pkcs12, password);
    }
}
