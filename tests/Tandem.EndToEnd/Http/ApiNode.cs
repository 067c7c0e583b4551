using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Tandem.Node;
using Tandem.Node.Http;

namespace Tandem.EndToEnd.Http;

/// <summary>A node with its HTTP API on free loopback ports, in a folder of its own.</summary>
sealed class ApiNode : IAsyncDisposable
{
    public const string Configuration = """
        instance: main
        dialed-numbers: {1000: sales}
        call-types: {sales: sales}
        skill-groups: {sales: }
        agents:
          ana: {display-name: Ana, phone: 101, skill-groups: [sales]}
          bo: {display-name: Bo, phone: 102, skill-groups: [sales]}
          cy: {display-name: Cy, phone: 103, skill-groups: [sales]}
        phones:
          101: {address: "127.0.0.1:9"}
          102: {address: "127.0.0.1:9"}
          103:
        trunks:
          carrier: {address: "127.0.0.1:9", sources: [127.0.0.1]}
        scripts:
          sales:
            nodes:
              wait-for-sales: {queue: {to: sales}}
        reason-codes: {1: break, 2: lunch}
        """;

    readonly bool _ownsFolder;

    ApiNode(string data, Node.Node node, HttpEdge edge, bool ownsFolder)
    {
        (Data, Node, Edge, _ownsFolder) = (data, node, edge, ownsFolder);
        Token = File.ReadAllText(Path.Combine(data, "token")).Trim();
        Client = NewClient(Token);
    }

    public string Data { get; }
    public Node.Node Node { get; }
    public HttpEdge Edge { get; }
    public string Token { get; }
    public HttpClient Client { get; }

    /// <param name="configured">With <see cref="Configuration"/>.</param>
    public static async Task<ApiNode> StartAsync(string? data = null, bool configured = true, Func<NodeOptions, NodeOptions>? change = null)
    {
        bool owns = data is null;
        data ??= Directory.CreateTempSubdirectory("tandem-http-").FullName;
        var options = new NodeOptions { Data = data, Sip = new IPEndPoint(IPAddress.Loopback, 0), Http = new IPEndPoint(IPAddress.Loopback, 0) };
        options = change?.Invoke(options) ?? options;
        var node = new Node.Node(options, "main", TextWriter.Null);
        try
        {
            HttpEdge edge = await HttpEdge.StartAsync(node, Console.Error);
            await node.StartAsync();
            var started = new ApiNode(data, node, edge, owns);
            if (configured && owns) (await started.ApplyAsync(Configuration)).EnsureSuccessStatusCode();
            return started;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public HttpClient NewClient(string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        }) { BaseAddress = Edge.Address };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public static string PathOf(string path) => $"api/v1/instances/main/{path}";

    public async Task<JsonElement> GetAsync(string path)
    {
        using HttpResponseMessage response = await Client.GetAsync(PathOf(path));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public Task<HttpResponseMessage> PostAsync(string path, object? body = null, string? key = null, string? actor = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, PathOf(path)) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (actor is not null) request.Headers.Add("X-Tandem-Actor", actor);
        return Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> ApplyAsync(string text, bool dryRun = false, string name = "centre.yaml") =>
        PostAsync("configuration", new { files = new[] { new { name, text } }, dryRun });

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Edge.DisposeAsync();
        await Node.DisposeAsync();
        if (_ownsFolder) Directory.Delete(Data, recursive: true);
    }
}

static class ResponseExtensions
{
    /// <summary>The answer, after checking its status and the shape of an error.</summary>
    public static async Task<JsonElement> JsonAsync(this Task<HttpResponseMessage> sending, int status)
    {
        using HttpResponseMessage response = await sending;
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        JsonElement json = JsonElement.Parse(text);
        if (status >= 400)
        {
            Assert.NotEmpty(json.GetProperty("error").GetString()!);
            Assert.NotEmpty(json.GetProperty("do").GetString()!);
            Assert.DoesNotContain('\n', text);
        }
        return json;
    }

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).ToString();
}
