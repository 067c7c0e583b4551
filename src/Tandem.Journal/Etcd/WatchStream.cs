using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using Google.Protobuf;
using Tandem.Journal.Etcd.Wire;

namespace Tandem.Journal.Etcd;

/// <summary>A watch at one member: puts below a prefix from a revision on, in the order of revisions.</summary>
sealed class WatchStream : IDisposable
{
    const int MessageBytesMax = 256 << 20;
    readonly CancellationTokenSource _ended;
    readonly HttpResponseMessage _response;
    readonly Stream _body;
    readonly Asking _asking;
    byte[] _buffer = new byte[64 * 1024];
    long _heard = Stopwatch.GetTimestamp();
    volatile bool _waiting, _inMessage;
    volatile string? _gaveUp;

    WatchStream(CancellationTokenSource ended, HttpResponseMessage response, Stream body, Asking asking) =>
        (_ended, _response, _body, _asking) = (ended, response, body, asking);

    public static async Task<WatchStream> OpenAsync(
        HttpMessageInvoker connection, Uri member, ByteString key, ByteString rangeEnd, long revision, string? token, TimeSpan patience, CancellationToken cancel)
    {
        var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        ended.CancelAfter(patience);
        var asking = new Asking();
        HttpResponseMessage? response = null;
        try
        {
            var create = new WatchCreateRequest { Key = key, RangeEnd = rangeEnd, StartRevision = revision, ProgressNotify = true, Fragment = true };
            create.Filters.Add(WatchCreateRequest.Types.Filter.NoDelete);
            asking.Say(new WatchRequest { Create = create });
            HttpRequestMessage request = GrpcFrame.Request(member, "/etcdserverpb.Watch/Watch", asking, token);
            // A member without a leader ends the watch instead of keeping its reader waiting in silence.
            request.Headers.TryAddWithoutValidation("hasleader", "true");
            response = await connection.SendAsync(request, ended.Token).ConfigureAwait(false);
            Stream body = await response.Content.ReadAsStreamAsync(ended.Token).ConfigureAwait(false);
            ended.CancelAfter(Timeout.InfiniteTimeSpan);
            return new WatchStream(ended, response, body, asking);
        }
        catch (Exception e)
        {
            asking.End();
            response?.Dispose();
            bool late = ended.IsCancellationRequested && !cancel.IsCancellationRequested;
            ended.Dispose();
            if (late) throw new EtcdException($"no answer within {patience.TotalMilliseconds:F0} ms", EtcdError.Unavailable, e);
            // A connection that breaks while headers are sent may cancel them, without anybody having asked for it.
            if (e is HttpRequestException or IOException or ObjectDisposedException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
                throw EtcdMember.Unreachable(e);
            throw;
        }
    }

    /// <summary>A <see cref="ReadAsync"/> waits for the member.</summary>
    public bool IsWaiting => _waiting;

    /// <summary>A message has begun to come, and is not whole yet.</summary>
    public bool IsInMessage => _inMessage;

    /// <summary>When the last byte came, or the last wait began, in <see cref="Stopwatch"/>'s time.</summary>
    public long HeardAt => Volatile.Read(ref _heard);

    /// <summary>How long a <see cref="ReadAsync"/> has been waiting for any byte. Any thread.</summary>
    public TimeSpan Quiet => _waiting ? Stopwatch.GetElapsedTime(Volatile.Read(ref _heard)) : TimeSpan.Zero;

    /// <summary>The next message.</summary>
    /// <exception cref="EtcdException">The stream has ended, with why; or it was given up by <see cref="GiveUp"/>.</exception>
    public async ValueTask<WatchResponse> ReadAsync()
    {
        try
        {
            Volatile.Write(ref _heard, Stopwatch.GetTimestamp());
            _waiting = true;
            int length = GrpcFrame.HeadBytes;
            if (!await FillAsync(length).ConfigureAwait(false))
            {
                GrpcFrame.ThrowUnlessOk(_response);
                throw new EtcdException("the watch ended", EtcdError.Unavailable);
            }
            length = GrpcFrame.Length(_buffer);
            if ((uint)length > MessageBytesMax) throw new EtcdException("an event is larger than any that was written", EtcdError.Rejected);
            if (length > _buffer.Length) _buffer = new byte[length + length / 4];
            _inMessage = length > 0;
            if (length > 0 && !await FillAsync(length).ConfigureAwait(false)) throw new EtcdException("the watch ended", EtcdError.Unavailable);
            return WatchResponse.Parser.ParseFrom(_buffer.AsSpan(0, length));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException or ObjectDisposedException or InvalidProtocolBufferException)
        {
            throw _gaveUp is { } why ? new EtcdException(why, EtcdError.Unavailable, e) : EtcdMember.Unreachable(e);
        }
        finally
        {
            _waiting = _inMessage = false;
        }
    }

    async ValueTask<bool> FillAsync(int bytes)
    {
        int had = 0;
        while (had < bytes)
        {
            int got = await _body.ReadAsync(_buffer.AsMemory(had, bytes - had), _ended.Token).ConfigureAwait(false);
            if (got == 0) return false;
            had += got;
            Volatile.Write(ref _heard, Stopwatch.GetTimestamp());
        }
        return true;
    }

    /// <summary>Asks for a sign of life: an answer with the member's revision, between events. It proves no more than that: members before 3.4.25 tell it ahead of events.</summary>
    public void AskProgress() => _asking.Say(new WatchRequest { Progress = new WatchProgressRequest() });

    /// <summary>Makes a <see cref="ReadAsync"/> that waits end. Any thread.</summary>
    public void GiveUp(string why)
    {
        try
        {
            _gaveUp = why;
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself.
        }
    }

    public void Dispose()
    {
        GiveUp("it is closed");
        _asking.End();
        _response.Dispose();
        _ended.Dispose();
    }

    /// <summary>The request's side of the stream, which stays open.</summary>
    sealed class Asking : HttpContent
    {
        readonly Channel<WatchRequest> _requests = Channel.CreateUnbounded<WatchRequest>(new UnboundedChannelOptions { SingleReader = true });

        public void Say(WatchRequest request) => _requests.Writer.TryWrite(request);
        public void End() => _requests.Writer.TryComplete();

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            // Headers first: the member answers when it has them and the first message.
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            await foreach (WatchRequest request in _requests.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                await stream.WriteAsync(GrpcFrame.Of(request), cancellationToken).ConfigureAwait(false);
                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }
    }
}
