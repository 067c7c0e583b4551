using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Tandem.Node.Http;

/// <summary>The HTTP API of a node: Kestrel, the gate, the routes. ASP.NET's container stays in here.</summary>
public sealed class HttpEdge : IAsyncDisposable
{
    /// <summary>Some 100 times a large configuration's size, which is the largest body there is.</summary>
    public const long BodyBytesMax = 16 << 20;
    const int ConnectionsMax = 2_000;

    readonly WebApplication _app;
    readonly CancellationTokenSource _stopping;

    HttpEdge(WebApplication app, CancellationTokenSource stopping, Uri address, string? thumbprint) =>
        (_app, _stopping, Address, Thumbprint) = (app, stopping, address, thumbprint);

    /// <summary>As a client on this machine calls it.</summary>
    public Uri Address { get; }
    /// <summary>SHA-256 of the certificate, in hex; null without TLS.</summary>
    public string? Thumbprint { get; }

    /// <exception cref="NodeException">The port is in use, there is no certificate where one is needed, ...</exception>
    public static async Task<HttpEdge> StartAsync(Node node, TextWriter log)
    {
        IPEndPoint bound = node.Options.Http;
        using X509Certificate2? read = CertificateOf(node.Options);
        // Kept by Kestrel for as long as it lives.
        X509Certificate2? certificate = read is null ? null : new X509Certificate2(read);
        var stopping = new CancellationTokenSource();

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "tandem-node" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(bound, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (certificate is not null) listen.UseHttps(certificate);
            });
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => Json.Configure(json.SerializerOptions));
        Routes.Describe(builder.Services);
        WebApplication app = builder.Build();

        var gate = new Gate(AccessToken.Open(node.DataDirectory), bound.Address, NamesOf(certificate));
        app.Use((context, next) => GuardAsync(context, next, gate, log));
        app.UseRouting();
        Routes.Map(app, node, stopping.Token);

        try
        {
            await app.StartAsync(CancellationToken.None);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await app.DisposeAsync();
            throw new NodeException($"HTTP: {bound} is in use by another program. Stop that one, or choose another: --http HOST:PORT", inner: e);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync();
            throw new NodeException($"HTTP: cannot listen on {bound}: {e.Message} (--http HOST:PORT)", inner: e);
        }
        int port = new Uri(app.Urls.First()).Port;
        IPAddress reach = bound.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : bound.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : bound.Address;
        var address = new Uri($"{(certificate is null ? "http" : "https")}://{new IPEndPoint(reach, port)}");
        return new HttpEdge(app, stopping, address, certificate?.GetCertHashString(HashAlgorithmName.SHA256));
    }

    /// <summary>One place turns what went wrong below into an answer.</summary>
    static async Task GuardAsync(HttpContext context, RequestDelegate next, Gate gate, TextWriter log)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        HttpError? error = gate.Check(context.Request);
        if (error is null)
        {
            try
            {
                await next(context);
                return;
            }
            catch (HttpError thrown)
            {
                error = thrown;
            }
            catch (RefusedException refused)
            {
                error = Answers.For(refused);
            }
            catch (NodeException unable)
            {
                error = new HttpError(503, "unavailable", unable.Message, "try again");
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException)
            {
                error = Answers.Stopping;
            }
            catch (Microsoft.AspNetCore.Http.BadHttpRequestException bad)
            {
                error = new HttpError(bad.StatusCode, "bad-request", bad.Message, bad.StatusCode == 413 ? $"send at most {BodyBytesMax >> 20} MB" : "correct the request");
            }
            catch (Exception bug) when (bug is not OutOfMemoryException)
            {
                log.WriteLine($"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {context.Request.Method} {context.Request.Path}: {bug}");
                error = new HttpError(500, "bug", "the node could not answer because of a fault of its own", "its log tells more; please report it");
            }
        }
        if (context.Response.HasStarted) context.Abort();
        else await Answers.WriteAsync(context, error.Status, error.Answer);
    }

    static X509Certificate2? CertificateOf(NodeOptions options)
    {
        if (options.Certificate is not { } path)
        {
            return IPAddress.IsLoopback(options.Http.Address)
                ? null
                : throw new NodeException($"HTTP on {options.Http.Address} needs TLS, because tokens and callers' numbers go over it: --certificate FILE (PKCS#12), or --http 127.0.0.1:{options.Http.Port}");
        }
        try
        {
            X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12FromFile(path, options.CertificatePassword);
            return certificate.HasPrivateKey ? certificate : throw new NodeException($"{path} holds no private key: make the PKCS#12 file with it");
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new NodeException($"{path} cannot be used as certificate: {e.Message} (its password stands in TANDEM_CERTIFICATE_PASSWORD)", inner: e);
        }
    }

    static IReadOnlyList<string> NamesOf(X509Certificate2? certificate) =>
        certificate?.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static names => names.EnumerateDnsNames()).ToList() ?? [];

    public async ValueTask DisposeAsync()
    {
        // Event streams first: they would wait for ever.
        await _stopping.CancelAsync();
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3))) await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>The node listens to signals itself.</summary>
    sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
