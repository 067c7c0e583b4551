using System.Text;
using Google.Protobuf;
using Tandem.Journal.Etcd.Wire;

namespace Tandem.Journal.Etcd;

/// <summary>
/// What is asked of the cluster: a try at one member, then at the next, beginning with the one that answered last. Every
/// request here may be asked twice without harm. Any thread.
/// </summary>
sealed class EtcdClient : IDisposable
{
    static readonly TimeSpan s_roundPause = TimeSpan.FromMilliseconds(20), s_tryMax = TimeSpan.FromSeconds(2);
    const double BytesPerMs = 10_000;

    readonly EtcdOptions _options;
    readonly EtcdMember[] _members;
    readonly SemaphoreSlim _authenticating = new(1);
    int _current;
    volatile string? _token;

    public EtcdClient(EtcdOptions options)
    {
        if (options.Endpoints.Count == 0) throw new EtcdException("no etcd member is configured", EtcdError.Rejected);
        _options = options;
        _members = [.. options.Endpoints.Select(endpoint => new EtcdMember(endpoint, options))];
    }

    public int Members => _members.Length;

    /// <summary>The members, for messages.</summary>
    public string Cluster => string.Join(", ", _members.Select(member => member.Name));

    public Task<RangeResponse> RangeAsync(RangeRequest request, TimeSpan patience, CancellationToken cancel) =>
        AskAsync("/etcdserverpb.KV/Range", request, RangeResponse.Parser, patience, cancel);
    public Task<PutResponse> PutAsync(PutRequest request, TimeSpan patience, CancellationToken cancel) =>
        AskAsync("/etcdserverpb.KV/Put", request, PutResponse.Parser, patience, cancel);
    public Task<DeleteRangeResponse> DeleteAsync(DeleteRangeRequest request, TimeSpan patience, CancellationToken cancel) =>
        AskAsync("/etcdserverpb.KV/DeleteRange", request, DeleteRangeResponse.Parser, patience, cancel);
    public Task<TxnResponse> TxnAsync(TxnRequest request, TimeSpan patience, CancellationToken cancel) =>
        AskAsync("/etcdserverpb.KV/Txn", request, TxnResponse.Parser, patience, cancel);
    public Task<CompactionResponse> CompactAsync(long revision, TimeSpan patience, CancellationToken cancel) =>
        AskAsync("/etcdserverpb.KV/Compact", new CompactionRequest { Revision = revision }, CompactionResponse.Parser, patience, cancel);
    public Task<AlarmResponse> AlarmsAsync(TimeSpan patience, CancellationToken cancel) =>
        AskAsync("/etcdserverpb.Maintenance/Alarm", new AlarmRequest(), AlarmResponse.Parser, patience, cancel);

    /// <summary>What one member says of itself; no other is asked.</summary>
    public async Task<StatusResponse> StatusAsync(int member, TimeSpan patience, CancellationToken cancel)
    {
        byte[] frame = GrpcFrame.Of(new StatusRequest());
        return await _members[member].CallAsync("/etcdserverpb.Maintenance/Status", frame, StatusResponse.Parser,
            await TokenAsync(patience, cancel).ConfigureAwait(false), patience, cancel).ConfigureAwait(false);
    }

    public string NameOf(int member) => _members[member].Name;

    /// <summary>Which member to begin with; a watcher goes on to the next by itself.</summary>
    public int Current => Volatile.Read(ref _current);

    public async Task<WatchStream> WatchAsync(int member, ByteString key, ByteString rangeEnd, long revision, TimeSpan patience, CancellationToken cancel)
    {
        if (patience < _options.TryTimeout * 2) patience = _options.TryTimeout * 2;
        string? token = await TokenAsync(patience, cancel).ConfigureAwait(false);
        try
        {
            return await _members[member].WatchAsync(key, rangeEnd, revision, token, patience, cancel).ConfigureAwait(false);
        }
        catch (EtcdException e) when (e.Error == EtcdError.TokenRejected)
        {
            Forget(token);
            throw;
        }
    }

    /// <summary>Asks until it is answered or the patience is at its end; then the last failure is thrown.</summary>
    async Task<T> AskAsync<T>(string path, IMessage request, MessageParser<T> parser, TimeSpan patience, CancellationToken cancel)
        where T : IMessage<T>
    {
        byte[] frame = GrpcFrame.Of(request);
        TimeSpan limit = _options.TryTimeout + TimeSpan.FromMilliseconds(frame.Length / BytesPerMs);
        long end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        string?[] said = new string?[_members.Length];
        for (int tries = 1; ; tries++)
        {
            int member = Current;
            string? token = null;
            try
            {
                token = await TokenAsync(patience, cancel).ConfigureAwait(false);
                return await _members[member].CallAsync(path, frame, parser, token, limit, cancel).ConfigureAwait(false);
            }
            catch (EtcdException e) when (e.Error is EtcdError.Unavailable or EtcdError.TokenRejected)
            {
                said[member] = e.Message;
                if (e.Error == EtcdError.TokenRejected) Forget(token);
                else Interlocked.CompareExchange(ref _current, (member + 1) % _members.Length, member);
                if (Environment.TickCount64 >= end)
                {
                    string all = string.Join("; ", said.Select((what, i) => what is null ? null : $"{_members[i].Name}: {what}").OfType<string>());
                    throw new EtcdException($"etcd does not answer ({all})", e.Error, e);
                }
            }
            catch (EtcdException e)
            {
                string advice = e.Error == EtcdError.NoSpace ? $". {EtcdException.NoSpaceAdvice}" : "";
                throw new EtcdException($"etcd at {_members[member].Name}: {e.Message}{advice}", e.Error, e);
            }
            if (tries % _members.Length != 0) continue;
            limit = limit * 2 < s_tryMax ? limit * 2 : limit > s_tryMax ? limit : s_tryMax;
            await Task.Delay(s_roundPause, cancel).ConfigureAwait(false);
        }
    }

    async ValueTask<string?> TokenAsync(TimeSpan patience, CancellationToken cancel)
    {
        // Read once: another thread may forget it.
        string? token = _token;
        if (_options.User is null || token is not null) return token;
        await _authenticating.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (_token is { } renewed) return renewed;
            byte[] frame = GrpcFrame.Of(new AuthenticateRequest { Name = _options.User, Password = _options.Password ?? "" });
            // etcd compares passwords with bcrypt, which takes its time.
            AuthenticateResponse answer = await _members[Current].CallAsync("/etcdserverpb.Auth/Authenticate", frame, AuthenticateResponse.Parser, null,
                patience < s_tryMax ? patience : s_tryMax, cancel).ConfigureAwait(false);
            return _token = answer.Token;
        }
        finally
        {
            _authenticating.Release();
        }
    }

    void Forget(string? token)
    {
        if (_token == token) _token = null;
    }

    public void Dispose()
    {
        foreach (EtcdMember member in _members) member.Dispose();
        _authenticating.Dispose();
    }

    /// <summary>The end of the range of all keys that begin with a prefix.</summary>
    public static ByteString EndOf(string prefix)
    {
        byte[] end = Encoding.UTF8.GetBytes(prefix);
        end[^1]++;
        return ByteString.CopyFrom(end);
    }
}
