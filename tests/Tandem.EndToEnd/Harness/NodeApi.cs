using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Tandem.EndToEnd;

public sealed record AgentState(string Agent, string State, DateTimeOffset Since, int Reason, string? Phone, string? Call, int Misses, DateTimeOffset? WrapUpUntil);
public sealed record CallState(string Call, string State, string Dialed, string Calling, string? Agent);
public sealed record PhoneState(string Phone, bool Reachable, string? Contact);

/// <summary>What tests ask of a node over its API, and wait for.</summary>
public abstract class NodeApi
{
    static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    protected HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(15) };
    public abstract IPEndPoint Http { get; set; }
    public abstract string HistoryPath { get; }

    /// <summary>It answers, and its configuration is in force: the first start applies that once it serves.</summary>
    /// <param name="token">The file.</param>
    protected async Task<bool> ServesAsync(string token)
    {
        try
        {
            if (await HealthAsync() != HttpStatusCode.OK) return false;
            Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(token)).Trim());
            return (await AgentsAsync()).Count > 0;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    string Api(string path) => $"http://{Http}/api/v1/instances/main/{path}";

    public async Task<JsonElement> GetAsync(string path) =>
        await Client.GetFromJsonAsync<JsonElement>(Api(path), s_json);

    public async Task CommandAsync(string path)
    {
        using HttpResponseMessage answer = await Client.PostAsync(Api(path), new StringContent("{}", Encoding.UTF8, "application/json"));
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Under a request id: sent again, also on another side, it is the same command.</summary>
    public async Task<HttpStatusCode> CommandAsync(string path, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Api(path)) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", id);
        using HttpResponseMessage answer = await Client.SendAsync(request);
        return answer.StatusCode;
    }

    public async Task<HttpStatusCode> HealthAsync()
    {
        using HttpResponseMessage health = await Client.GetAsync($"http://{Http}/health");
        return health.StatusCode;
    }

    public async Task<List<CallState>> CallsAsync() => (await GetAsync("calls")).GetProperty("calls").Deserialize<List<CallState>>(s_json)!;
    public async Task<List<AgentState>> AgentsAsync() => (await GetAsync("agents?limit=1000")).GetProperty("agents").Deserialize<List<AgentState>>(s_json)!;
    public async Task<PhoneState> PhoneAsync(string phone) =>
        (await GetAsync("phones")).GetProperty("phones").Deserialize<List<PhoneState>>(s_json)!.Single(p => p.Phone == phone);
    public async Task<AgentState> AgentAsync(string agent) => (await AgentsAsync()).Single(a => a.Agent == agent);

    public Task LogInAsync(string agent) => CommandAsync($"agents/{agent}/login");
    public Task ReadyAsync(string agent) => CommandAsync($"agents/{agent}/ready");

    public async Task LogInReadyAsync(params string[] agents)
    {
        foreach (string agent in agents)
        {
            await LogInAsync(agent);
            await ReadyAsync(agent);
        }
    }

    public async Task AgentBecomesAsync(string agent, string state, TimeSpan? within = null)
    {
        string last = "";
        await Eventually.TrueAsync(async () => (last = (await AgentAsync(agent)).State) == state, () => $"{agent} to be {state}; the state is {last}", within);
    }

    public async Task CallsBecomeAsync(int count, string state)
    {
        List<CallState> last = [];
        await Eventually.TrueAsync(async () => (last = await CallsAsync()).Count(c => c.State == state) == count,
            () => $"{count} calls to be {state}: {string.Join(", ", last)}");
    }

    /// <summary>No call left, nobody reserved, talking or holding.</summary>
    public async Task IsQuietAsync(TimeSpan? within = null)
    {
        List<CallState> calls = [];
        List<AgentState> busy = [];
        await Eventually.TrueAsync(async () =>
        {
            calls = await CallsAsync();
            busy = [.. (await AgentsAsync()).Where(static a => a.State is "reserved" or "talking" or "hold" || a.Call is not null)];
            return calls.Count == 0 && busy.Count == 0;
        }, () => $"all to be over; calls: {string.Join("; ", calls)}; agents: {string.Join("; ", busy)}", within);
    }
}
