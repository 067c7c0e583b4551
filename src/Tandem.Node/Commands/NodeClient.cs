using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Tandem.Node.Http;
using Tandem.Node.Pair.TrialPair;
using Tandem.Yaml;

namespace Tandem.Node.Commands;

/// <summary>The commands' way to the node that runs on this data directory: its address and token lie there.</summary>
sealed class NodeClient : IDisposable
{
    readonly HttpClient _http;
    readonly string _instance;

    NodeClient(HttpClient http, string instance, string data) => (_http, _instance, Data) = (http, instance, data);

    /// <summary>The data directory of the node that is asked: of a pair on one machine, that of one side.</summary>
    public string Data { get; }

    /// <exception cref="NodeException">No node runs there.</exception>
    public static NodeClient Open(string data)
    {
        if (!File.Exists(Running.PathIn(data)) && TrialFolder.Read(TrialFolder.PathIn(data)) is { } pair) return OpenEither(pair, data);
        return OpenOne(data);
    }

    /// <summary>Side A of a pair on this machine, or side B while A is away: both know the same.</summary>
    static NodeClient OpenEither(TrialFolder pair, string data)
    {
        foreach (TrialSide side in pair.Sides)
        {
            if (!File.Exists(Running.PathIn(side.Data))) continue;
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Connect(IPEndPoint.Parse(side.Http));
                return OpenOne(side.Data);
            }
            catch (SocketException)
            {
                // This one was killed.
            }
        }
        throw NotRunning(data);
    }

    static NodeClient OpenOne(string data)
    {
        string[] running;
        string token;
        try
        {
            // Written by `up`: address, instance and, with TLS, the certificate's SHA-256.
            running = File.ReadAllLines(Running.PathIn(data));
            token = File.ReadAllText(AccessToken.PathIn(data)).Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw NotRunning(data);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeException($"{data}: {e.Message}", inner: e);
        }
        if (running.Length < 2) throw NotRunning(data);
        return new NodeClient(Client(new Uri(running[0]), token, running.Length > 2 ? running[2] : null), running[1], data);
    }

    /// <summary>A node elsewhere.</summary>
    /// <param name="thumbprint">The SHA-256 of its certificate; null: it must be one that this machine trusts.</param>
    public static NodeClient At(Uri address, string token, string instance, string? thumbprint) => new(Client(address, token, thumbprint), instance, address.ToString());

    static HttpClient Client(Uri address, string token, string? thumbprint)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5) };
        if (thumbprint is not null)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate is not null && string.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), thumbprint, StringComparison.OrdinalIgnoreCase),
            };
        }
        var http = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public string Instance => _instance;
    public Uri Address => _http.BaseAddress!;

    static NodeException NotRunning(string data) => new($"no node is running on {data}: start it with ./tandem up (--data DIR for another folder)");

    public Task<JsonElement> GetAsync(string path, CancellationToken stop) => SendAsync(HttpMethod.Get, path, null, stop);

    public Task<JsonElement> PostAsync(string path, object? body, CancellationToken stop) => SendAsync(HttpMethod.Post, path, body, stop);

    async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, $"api/v1/instances/{Uri.EscapeDataString(_instance)}/{path}");
        if (body is not null) request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, Json.Options)) { Headers = { ContentType = new("application/json") } };
        if (method == HttpMethod.Post)
        {
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
            request.Headers.Add("X-Tandem-Actor", "admin");
        }
        using HttpResponseMessage response = await ReachAsync(request, HttpCompletionOption.ResponseContentRead, stop);
        return await ReadAsync(response, stop);
    }

    /// <summary>The events from now on, or after a number, as they come.</summary>
    public async Task<StreamReader> FollowAsync(string? after, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/instances/{Uri.EscapeDataString(_instance)}/events");
        if (after is not null) request.Headers.Add("Last-Event-ID", after);
        HttpResponseMessage response = await ReachAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (!response.IsSuccessStatusCode) await ReadAsync(response, stop);
        return new StreamReader(await response.Content.ReadAsStreamAsync(stop));
    }

    async Task<HttpResponseMessage> ReachAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken stop)
    {
        try
        {
            return await _http.SendAsync(request, completion, stop);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            // The address file is from a node that was killed.
            throw NotRunning(Data);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new NodeException($"{_http.BaseAddress}: its certificate is not trusted here ({e.InnerException?.Message ?? e.Message}): install the CA that signed it, "
                + "or name the certificate's SHA-256 with --thumbprint (the third line of the file 'http' in that node's data directory)", inner: e);
        }
        catch (HttpRequestException e)
        {
            throw new NodeException($"{_http.BaseAddress}: {e.Message}", inner: e);
        }
        catch (TaskCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new NodeException($"{_http.BaseAddress} does not answer");
        }
    }

    static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken stop)
    {
        byte[] bytes = await response.Content.ReadAsByteArrayAsync(stop);
        JsonElement answer;
        try
        {
            answer = JsonElement.Parse(bytes);
        }
        catch (JsonException e)
        {
            throw new NodeException($"the node answered {(int)response.StatusCode} with what is no JSON", inner: e);
        }
        return response.IsSuccessStatusCode ? answer : throw new CommandRefusedException(answer);
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>The node does not do what was asked, and says why.</summary>
sealed class CommandRefusedException(JsonElement answer) : NodeException($"{answer.Text("error")}; {answer.Text("do")}", CommandLine.Refused)
{
    /// <summary>As the node sent it.</summary>
    public JsonElement Answer { get; } = answer;

    public IEnumerable<string> Problems => Answer.TryGetProperty("problems", out JsonElement problems) && problems.ValueKind == JsonValueKind.Array
        ? problems.EnumerateArray().Select(static p => p.Text("text"))
        : [];
}

/// <summary>The file <c>http</c> of the data directory: where the node that runs on it listens.</summary>
static class Running
{
    public static string PathIn(string data) => Path.Combine(data, "http");

    public static void Write(string data, HttpEdge edge, string instance) =>
        ConfigurationFiles.PrivateFile.Write(PathIn(data), $"{edge.Address}\n{instance}\n{(edge.Thumbprint is { } print ? print + "\n" : "")}");

    public static void Remove(string data) => File.Delete(PathIn(data));
}
