using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Tandem.Journal;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Http;

namespace Tandem.Node.Pair;

/// <summary>What two sides must agree on, and what they must not share.</summary>
/// <param name="Home">Drawn for a data directory: tells a second start of a side from a second host with the same side.</param>
/// <param name="KeyPrint">Of the instance's key; the key itself never leaves its file.</param>
/// <param name="Timings">Those that both sides' rules for a lost node stand on.</param>
/// <param name="UnixMs">Its wall clock when it told this.</param>
public sealed record SideIdentity(string Instance, string Side, string Node, string Home, string Release, string Sip, string KeyPrint, string Timings, long UnixMs)
{
    public static SideIdentity Of(SideOptions side, DateTimeOffset now) => new(side.Instance, side.Side, side.Node, HomeOf(side.Data), Tandem.Node.Node.Release, side.Sip.ToString(),
        PrintOf(side.InstanceKey), string.Create(CultureInfo.InvariantCulture, $"heartbeat {side.Timings.HeartbeatMs} ms, fence {side.Timings.FenceMs} ms, renewal {side.Timings.RenewalMs} ms"),
        now.ToUnixTimeMilliseconds());

    static readonly Lock s_drawing = new();

    static string HomeOf(string data)
    {
        string path = System.IO.Path.Combine(data, "side.id");
        lock (s_drawing)
        {
            if (!File.Exists(path)) PrivateFile.Write(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) + "\n");
        }
        return File.ReadAllText(path).Trim();
    }

    /// <summary>Sixteen digits of a hash for this purpose alone.</summary>
    static string PrintOf(string keyFile) =>
        Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, File.ReadAllBytes(keyFile).AsSpan().Trim("\r\n "u8).ToArray(), 8, info: "tandem key print"u8.ToArray()));
}

/// <summary>A pair that is configured inconsistently does not start: the reason is told instead.</summary>
public static class PairCheck
{
    /// <summary>Between two sides' wall clocks. Records and reports of both would differ by more.</summary>
    public const int ClockMaxMs = 1_000;

    /// <summary>Everything that is wrong between the two, each with what to do. Empty: they fit.</summary>
    /// <param name="roundTripMs">The other's clock was read at some moment within it.</param>
    public static IReadOnlyList<string> Faults(SideIdentity own, SideIdentity other, double roundTripMs = 0)
    {
        List<string> faults = [];
        if (own.Instance != other.Instance)
            faults.Add($"the other side serves instance '{other.Instance}' and this one '{own.Instance}': write the same instance: in both side files");
        if (own.Side == other.Side)
            faults.Add(own.Home == other.Home ? $"other-side names this side itself, {own.Side}: write the other's URL" : $"both side files say side: {own.Side}: make one of them {(own.Side == "A" ? "B" : "A")}");
        else if (own.Node == other.Node)
            faults.Add($"both sides' nodes are named '{own.Node}': a start of the one would end the other; give each its own node:");
        else if (own.Sip == other.Sip)
            faults.Add($"both sides have the service address {own.Sip}: give each its own sip:");
        if (own.KeyPrint != other.KeyPrint)
            faults.Add("the instance keys differ, so that neither could check the other's phones: copy instance-key from one side to the other");
        if (own.Timings != other.Timings)
            faults.Add($"the timings differ, so that one could be declared lost while it still acts: here {own.Timings}; there {other.Timings}");
        if (!Releases.RunTogether(own.Release, other.Release))
            faults.Add($"release {own.Release} here and {other.Release} there cannot run together: install releases that follow each other (same first number, second numbers at most one apart)");
        double apart = Math.Abs(own.UnixMs - other.UnixMs) - roundTripMs;
        if (apart > ClockMaxMs)
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"the clocks are {apart / 1000:0.0} s apart (at most {ClockMaxMs / 1000} s): let both hosts follow the same time servers (chronyc tracking)"));
        return faults;
    }

    /// <summary>Asks the other side who it is. Empty faults also when it does not answer: a side may start alone.</summary>
    /// <param name="log">Told why there was no answer.</param>
    public static async Task<IReadOnlyList<string>> AskAsync(SideOptions side, Action<string> log, CancellationToken stop)
    {
        using HttpClient http = Client(side);
        try
        {
            long began = Environment.TickCount64;
            using HttpResponseMessage answer = await http.GetAsync(new Uri(side.Other.Http, "api/v1/side"), stop).ConfigureAwait(false);
            double took = Environment.TickCount64 - began;
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
                return [$"the other side ({side.Other.Http}) knows another access token: copy {AccessToken.PathIn(side.Data)} from one side to the other"];
            if (answer.StatusCode == HttpStatusCode.NotFound) return [$"{side.Other.Http} is no side of a pair: other-side must name the other side's http:"];
            if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"it answers {(int)answer.StatusCode}");
            SideIdentity? other = JsonSerializer.Deserialize<SideIdentity>(await answer.Content.ReadAsByteArrayAsync(stop).ConfigureAwait(false), Http.Json.Lenient);
            return other is null ? [] : Faults(SideIdentity.Of(side, DateTimeOffset.UtcNow), other, took);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            log($"side {side.Other.Side} could not be asked ({side.Other.Http}: {(e is OperationCanceledException ? "no answer within 2 s" : e.Message)}): this side starts without knowing it");
            return [];
        }
    }

    /// <summary>A record of this side that is not this host's, and is being kept up: the same side runs twice. Null: no.</summary>
    /// <param name="told">What sides tell of themselves in etcd.</param>
    public static string? SameSideTwice(SideOptions side, IEnumerable<SideRecord> told, DateTimeOffset now)
    {
        SideRecord? same = told.FirstOrDefault(r => r.Side == side.Side);
        return same is null || Uri.TryCreate(same.Url, UriKind.Absolute, out Uri? at) && at.Host == side.Http.Address.ToString() && at.Port == side.Http.Port
            || now.ToUnixTimeMilliseconds() - same.UnixMs > Math.Max(10_000, 5 * side.Timings.RecordMs)
            ? null
            : $"side {side.Side} of {side.Instance} runs already, at {same.Url} as node {same.Node}: stop that one, or make this one the other side";
    }

    /// <summary>Before anything of a side runs: does it fit what is there already?</summary>
    /// <exception cref="NodeException">With everything that is wrong.</exception>
    public static async Task DemandAsync(SideOptions side, Action<string> log, CancellationToken stop)
    {
        List<string> faults = [.. await AskAsync(side, log, stop).ConfigureAwait(false)];
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(TimeSpan.FromSeconds(3));
            if (SameSideTwice(side, await EtcdJournal.SidesAsync(PairJournal.ClusterOf(side), patience.Token).ConfigureAwait(false), DateTimeOffset.UtcNow) is { } twice) faults.Add(twice);
        }
        catch (Exception e) when (e is EtcdException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            // The node waits for etcd by itself, and tells it.
            log($"etcd could not be asked for the sides: {e.Message}");
        }
        if (faults.Count > 0) throw new NodeException($"side {side.Side} does not start: {string.Join("; ", faults)}");
    }

    /// <summary>A client to the other side's API: with its token, which is ours too, and believing whom the side file names.</summary>
    public static HttpClient Client(SideOptions side)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(1) };
        if (side.Other.Ca is { } ca)
        {
            var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            chain.CustomTrustStore.ImportFromPemFile(ca);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = chain };
        }
        var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(2) };
        string token = AccessToken.PathIn(side.Data);
        if (File.Exists(token)) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(token).Trim());
        return http;
    }
}

/// <summary>Which releases read each other's entries (design, section 4.5: a release reads all that the one before it wrote).</summary>
static class Releases
{
    public static bool RunTogether(string one, string other) =>
        Version.TryParse(Plain(one), out Version? a) && Version.TryParse(Plain(other), out Version? b) ? a.Major == b.Major && Math.Abs(a.Minor - b.Minor) <= 1 : one == other;

    /// <summary>Without what follows the numbers, e.g. -beta.</summary>
    static string Plain(string release) => release.Split('-', '+')[0];
}
