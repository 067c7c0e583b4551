using System.Diagnostics;
using Google.Protobuf;
using Tandem.Core.Schema;
using Tandem.Journal.Etcd.Wire;
using Tandem.Journal.Files;
using Tandem.Journal.Mirrors;

namespace Tandem.Journal.Etcd;

/// <summary>
/// Reads batches in the order of revisions into the mirror: from its mark on, at one member, at the next when that one
/// breaks off, has no leader, is silent, or is behind what another has committed.
/// </summary>
sealed class JournalWatcher(
    EtcdClient client, Keys keys, Mirror mirror, EtcdJournalOptions options, Func<long> ownRevision, Action<JournalHealth> change, CancellationToken cancel)
{
    /// <summary>A look at the stream so often. A member is asked for a sign of life after so long without one.</summary>
    static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_roundPause = TimeSpan.FromMilliseconds(50), s_silenceMax = TimeSpan.FromSeconds(10), s_partsPatience = TimeSpan.FromSeconds(5);
    const int FrameBytes = 1 << 20;

    readonly ByteString _prefix = ByteString.CopyFromUtf8(keys.Batches), _end = EtcdClient.EndOf(keys.Batches);
    byte[] _body = new byte[64 * 1024];
    int _bodyBytes;
    List<Entry> _entries = [];
    bool _stalled;

    /// <summary>Streams that were opened; more than one means that one broke or was given up.</summary>
    public int Streams { get; private set; }

    /// <param name="deliver">Told of what is in the mirror now.</param>
    /// <param name="until">Ends when the mirror has this revision; then a cluster that does not answer is not waited for without end.</param>
    /// <exception cref="JournalCompactedException"/>
    public async Task RunAsync(Action<long, List<Entry>>? deliver, long until = long.MaxValue)
    {
        int member = client.Current, failures = 0;
        TimeSpan silence = options.SilenceMax;
        long since = Stopwatch.GetTimestamp();
        while (mirror.Mark.Revision < until)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                using WatchStream stream = await client.WatchAsync(member, _prefix, _end, mirror.Mark.Revision + 1, silence, cancel).ConfigureAwait(false);
                Streams++;
                await FollowAsync(stream, silence, deliver, until, heard: () =>
                {
                    (failures, silence, since) = (0, options.SilenceMax, Stopwatch.GetTimestamp());
                    if (_stalled) change(JournalHealth.Accepting);
                    _stalled = false;
                }).ConfigureAwait(false);
            }
            catch (EtcdException e) when (e.Error is not (EtcdError.Compacted or EtcdError.Rejected))
            {
                cancel.ThrowIfCancellationRequested();
                if (until != long.MaxValue && Stopwatch.GetElapsedTime(since) > options.StartPatience) throw;
                if (Stopwatch.GetElapsedTime(since) > options.StalledAfter)
                {
                    _stalled = true;
                    change(new JournalHealth(JournalState.Stalled, $"Nothing is read from etcd now, it is tried again and again: {client.NameOf(member)}: {e.Message}"));
                }
                // What answered the proposer is the best guess; the next, when that is the one that failed.
                member = client.Current is var answering && answering != member ? answering : (member + 1) % client.Members;
                if (++failures % client.Members != 0) continue;
                silence = silence * 2 < s_silenceMax ? silence * 2 : s_silenceMax;
                await Task.Delay(s_roundPause, cancel).ConfigureAwait(false);
            }
        }
    }

    async Task FollowAsync(WatchStream stream, TimeSpan silence, Action<long, List<Entry>>? deliver, long until, Action heard)
    {
        long behindSince = 0;   // or since the last event: signs of life are no events
        long askedAt = 0;
        _entries.Clear();       // what a stream that broke had begun
        _bodyBytes = 0;
        // The timer's ticks do not overlap in effect: each only looks and asks.
        await using var look = new Timer(_ =>
        {
            TimeSpan quiet = stream.Quiet;
            long now = Stopwatch.GetTimestamp();
            if (ownRevision() <= mirror.Mark.Revision) Volatile.Write(ref behindSince, 0);
            else if (Volatile.Read(ref behindSince) == 0) Volatile.Write(ref behindSince, now);
            bool behind = stream.IsWaiting && !stream.IsInMessage && Volatile.Read(ref behindSince) is var began and not 0 && Stopwatch.GetElapsedTime(began, now) > silence;
            if (quiet > silence || behind)
            {
                stream.GiveUp(behind ? "it is behind" : $"it said nothing for {quiet.TotalMilliseconds:F0} ms");
            }
            else if (quiet >= s_look / 2 && Volatile.Read(ref askedAt) <= stream.HeardAt)
            {
                Volatile.Write(ref askedAt, now);
                stream.AskProgress();
            }
        }, null, s_look, s_look);

        while (mirror.Mark.Revision < until)
        {
            WatchResponse response = await stream.ReadAsync().ConfigureAwait(false);
            if (response.Canceled)
            {
                if (response.CompactRevision > 0) throw new JournalCompactedException(mirror.Folder, mirror.LastPosition, response.CompactRevision);
                EtcdError error = response.CancelReason.Contains("permission denied", StringComparison.Ordinal) ? EtcdError.Denied
                    : response.CancelReason.Contains("invalid auth token", StringComparison.Ordinal) ? EtcdError.TokenRejected : EtcdError.Unavailable;
                throw new EtcdException($"the watch was ended: {response.CancelReason}", error);
            }
            // A stream that is opened and says nothing of what is missing has not helped yet: the next is given more time.
            if (response.Events.Count > 0 || ownRevision() <= mirror.Mark.Revision) heard();
            foreach (Event change in response.Events) await TakeAsync(change.Kv, deliver).ConfigureAwait(false);
            if (response.Events.Count == 0) continue;
            Write(response.Events[^1].Kv.ModRevision, deliver);
            Volatile.Write(ref behindSince, 0);
        }
    }

    async ValueTask TakeAsync(KeyValue kv, Action<long, List<Entry>>? deliver)
    {
        if (kv.ModRevision <= mirror.Mark.Revision) return;
        if (Batch.Read(kv.Value.Span) is not { } batch)
            throw new JournalDamagedException(kv.Key.ToStringUtf8(), 0, mirror.LastPosition + 1, $"a damaged batch (revision {kv.ModRevision})", JournalDamagedException.FetchAgain);
        if (batch.Kind == BatchKind.Parts)
        {
            byte[] whole = await FetchAsync(kv, batch).ConfigureAwait(false);
            Add(whole, count: 1);
        }
        else
        {
            Add(kv.Value.Span[Batch.HeadBytes..], batch.Count);
        }
        // Many revisions at once, when catching up: a frame ends with any of them.
        if (_bodyBytes > FrameBytes) Write(kv.ModRevision, deliver);
    }

    void Add(ReadOnlySpan<byte> body, int count)
    {
        if (_bodyBytes + body.Length > _body.Length) Array.Resize(ref _body, Math.Max(_bodyBytes + body.Length, _body.Length * 2));
        body.CopyTo(_body.AsSpan(_bodyBytes));
        _bodyBytes += body.Length;
        for (int i = 0; i < count; i++) _entries.Add(FrameBuilder.ReadEntry(ref body));
    }

    void Write(long revision, Action<long, List<Entry>>? deliver)
    {
        if (_entries.Count == 0) return;
        List<Entry> entries = _entries;
        mirror.Append(_body.AsSpan(0, _bodyBytes), entries.Count, revision);
        _entries = [];
        _bodyBytes = 0;
        if (_body.Length > 4 * FrameBytes) _body = new byte[64 * 1024];
        deliver?.Invoke(mirror.LastPosition - entries.Count + 1, entries);
    }

    /// <summary>The parts as they were when the batch was written.</summary>
    async Task<byte[]> FetchAsync(KeyValue kv, Batch batch)
    {
        string prefix = keys.PartsOf(keys.IncarnationOf(kv.Key), batch.Number);
        byte[] whole = new byte[batch.BodyBytes];
        int at = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            var request = new RangeRequest { Key = ByteString.CopyFromUtf8($"{prefix}{i:D6}"), Revision = kv.ModRevision };
            try
            {
                RangeResponse answer = await client.RangeAsync(request, s_partsPatience, cancel).ConfigureAwait(false);
                ByteString part = answer.Kvs.Count > 0 ? answer.Kvs[0].Value : ByteString.Empty;
                if (at + part.Length > whole.Length) break;
                part.Span.CopyTo(whole.AsSpan(at));
                at += part.Length;
            }
            catch (EtcdException e) when (e.Error == EtcdError.Compacted)
            {
                throw new JournalCompactedException(mirror.Folder, mirror.LastPosition, kv.ModRevision);
            }
        }
        return at == whole.Length && batch.Holds(whole) ? whole
            : throw new JournalDamagedException(prefix, 0, mirror.LastPosition + 1, $"an entry in {batch.Count} parts that is not whole (revision {kv.ModRevision})", JournalDamagedException.FetchAgain);
    }
}
