using System.Buffers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;

namespace Tandem.Journal.Etcd;

/// <summary>One member of the cluster: its connection, which is made anew when it answers nothing for long.</summary>
sealed class EtcdMember : IDisposable
{
    /// <summary>etcd ends connections that ping more often than every 5 s.</summary>
    static readonly TimeSpan s_pingEvery = TimeSpan.FromSeconds(6), s_pingPatience = TimeSpan.FromSeconds(2);
    const int SilentTriesMax = 3;
    const int WindowBytes = 4 << 20;
    const int AnswerBytesMax = 64 << 20;

    readonly EtcdOptions _options;
    readonly Uri _address;
    readonly Lock _lock = new();
    HttpMessageInvoker _connection;
    int _silentTries;

    /// <exception cref="EtcdException">The address or the certificates are not usable.</exception>
    public EtcdMember(string endpoint, EtcdOptions options)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new EtcdException($"'{endpoint}' is no address of an etcd member: write http://host:port or https://host:port", EtcdError.Rejected);
        (_options, _address) = (options, address);
        _connection = Connect();
    }

    public string Name => _address.Authority;

    HttpMessageInvoker Connect()
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = s_pingEvery,
            KeepAlivePingTimeout = s_pingPatience,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            InitialHttp2StreamWindowSize = WindowBytes,
        };
        if (_address.Scheme == "https") handler.SslOptions = Tls();
        return new HttpMessageInvoker(handler);
    }

    SslClientAuthenticationOptions Tls()
    {
        var tls = new SslClientAuthenticationOptions();
        try
        {
            if (_options.CaFile is { } caFile)
            {
                var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                chain.CustomTrustStore.ImportFromPemFile(caFile);
                tls.CertificateChainPolicy = chain;
            }
            if (_options.CertificateFile is { } certificateFile)
                tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificateFile, _options.KeyFile)];
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new EtcdException($"the certificates for etcd cannot be read: {e.Message}", EtcdError.Rejected, e);
        }
        return tls;
    }

    /// <summary>One try. Every failure is an <see cref="EtcdException"/>, except that the caller cancelled.</summary>
    public async Task<T> CallAsync<T>(string path, ReadOnlyMemory<byte> frame, MessageParser<T> parser, string? token, TimeSpan patience, CancellationToken cancel)
        where T : IMessage<T>
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        byte[]? rented = null;
        try
        {
            using HttpRequestMessage request = GrpcFrame.Request(_address, path, new ReadOnlyMemoryContent(frame), token);
            using HttpResponseMessage response = await _connection.SendAsync(request, limit.Token).ConfigureAwait(false);
            Stream body = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                rented = ArrayPool<byte>.Shared.Rent(4096);
                int had = 0;
                while (true)
                {
                    int got = await body.ReadAsync(rented.AsMemory(had), limit.Token).ConfigureAwait(false);
                    if (got == 0) break;
                    had += got;
                    if (had < rented.Length) continue;
                    if (had > AnswerBytesMax) throw new EtcdException("an answer is larger than any that was asked for", EtcdError.Rejected);
                    byte[] larger = ArrayPool<byte>.Shared.Rent(had * 2);
                    rented.AsSpan(0, had).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(rented);
                    rented = larger;
                }
                GrpcFrame.ThrowUnlessOk(response);
                if (had < GrpcFrame.HeadBytes || GrpcFrame.Length(rented) != had - GrpcFrame.HeadBytes)
                    throw new EtcdException("an answer is torn", EtcdError.Unavailable);
                T message = parser.ParseFrom(rented.AsSpan(GrpcFrame.HeadBytes, had - GrpcFrame.HeadBytes));
                _silentTries = 0;
                return message;
            }
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            if (Interlocked.Increment(ref _silentTries) >= SilentTriesMax) Renew();
            throw new EtcdException($"no answer within {patience.TotalMilliseconds:F0} ms", EtcdError.Unavailable, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidProtocolBufferException or ObjectDisposedException)
        {
            if (cancel.IsCancellationRequested) throw new OperationCanceledException(cancel);
            throw Unreachable(e);
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <param name="revision">The first revision to be told.</param>
    public Task<WatchStream> WatchAsync(ByteString key, ByteString rangeEnd, long revision, string? token, TimeSpan patience, CancellationToken cancel) =>
        WatchStream.OpenAsync(_connection, _address, key, rangeEnd, revision, token, patience, cancel);

    public static EtcdException Unreachable(Exception e)
    {
        Exception root = e;
        while (root.InnerException is { } inner) root = inner;
        bool certificate = root is System.Security.Authentication.AuthenticationException;
        return new EtcdException(certificate ? $"TLS: {root.Message}" : root.Message, EtcdError.Unavailable, e);
    }

    /// <summary>Makes a new connection for the next try. What goes on over the old one may end there.</summary>
    void Renew()
    {
        lock (_lock)
        {
            if (_silentTries < SilentTriesMax) return;
            _silentTries = 0;
            HttpMessageInvoker old = _connection;
            try
            {
                _connection = Connect();
            }
            catch (EtcdException)
            {
                // Certificates that are being exchanged cannot be read for a moment: the old connection has those that it was made with.
                return;
            }
            // A watch may live on it; its own patience ends that.
            _ = Task.Delay(TimeSpan.FromSeconds(5)).ContinueWith(_ => old.Dispose(), TaskScheduler.Default);
        }
    }

    public void Dispose() => _connection.Dispose();
}
