using System.Diagnostics;
using System.Security.Cryptography;
using Google.Protobuf;
using Tandem.Core;
using Tandem.Journal.Etcd.Wire;
using Tandem.Journal.Files;

namespace Tandem.Journal.Etcd;

/// <summary>
/// Writes what waits, one batch at a time, each in a transaction on the version of the incarnation's key: n-1 writes batch
/// n, and a key that is at n has it already. So a batch whose answer was lost is simply tried again, at any member.
/// </summary>
sealed class BatchProposer(
    EtcdClient client, Keys keys, ProposalQueue queue, EtcdJournalOptions options, Action<JournalHealth> change, CancellationToken cancel)
{
    static readonly TimeSpan s_spaceRetry = TimeSpan.FromMilliseconds(500);
    readonly BatchBuilder _batch = new(options.BatchBytesMax);
    readonly ulong _writer = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) >> 1;
    ulong _incarnation;
    ByteString _key = ByteString.Empty;
    long _number;           // of the last batch that is in
    long _created;          // the revision of the first one
    long _lastRevision;
    long _pendingSince;     // Stopwatch time at which the batch in flight was begun; 0 when there is none
    bool _stalled;

    /// <summary>The revision of the newest own batch.</summary>
    public long LastRevision => Volatile.Read(ref _lastRevision);
    public bool HasIncarnation => Volatile.Read(ref _incarnation) != 0;

    /// <summary>How long the batch in flight has been waiting.</summary>
    public TimeSpan Pending => Volatile.Read(ref _pendingSince) is var since and not 0 ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero;

    public void Begin(ulong incarnation)
    {
        Invariant.That(_incarnation == 0);
        _key = keys.Batch(incarnation);
        Volatile.Write(ref _incarnation, incarnation);
    }

    /// <summary>Until nothing waits any more after <paramref name="closing"/> is true, or the incarnation was ended.</summary>
    public async Task RunAsync(Func<bool> closing)
    {
        List<Proposal> taken = [];
        long sent = 0;
        while (true)
        {
            if (!closing() && options.Pace - Stopwatch.GetElapsedTime(sent) is { Ticks: > TimeSpan.TicksPerMillisecond / 2 })
                await Task.Delay(1, cancel).ConfigureAwait(false);      // the timer adds up to another
            if (!closing()) await queue.ArrivalAsync().WaitAsync(cancel).ConfigureAwait(false);
            taken = queue.Take(empty: taken, wait: false);
            if (taken.Count == 0 && closing()) return;
            sent = Stopwatch.GetTimestamp();
            int done = 0;
            while (done < taken.Count)
            {
                _batch.Begin();
                int next = done;
                long bytes = 0;
                while (next < taken.Count && _batch.TryAdd(taken[next].Entry, taken[next].Bytes)) bytes += taken[next++].Bytes;
                if (!await CommitAsync().ConfigureAwait(false)) return;
                queue.Release(next - done, bytes);
                done = next;
            }
            taken.Clear();
        }
    }

    /// <summary>False when the incarnation was ended by somebody else.</summary>
    async Task<bool> CommitAsync()
    {
        Volatile.Write(ref _pendingSince, Stopwatch.GetTimestamp());
        long number = _number + 1;
        TxnRequest txn = await PrepareAsync(number).ConfigureAwait(false);
        while (true)
        {
            try
            {
                TxnResponse answer = await client.TxnAsync(txn, options.StalledAfter, cancel).ConfigureAwait(false);
                if (answer.Succeeded)
                {
                    Count(number, answer.Header.Revision, _created == 0 ? answer.Header.Revision : _created);
                    return await ForgetPartsAsync(number).ConfigureAwait(false);
                }
                KeyValue? now = answer.Responses[0].Range.Kvs.FirstOrDefault();
                if (now is not null && now.Version == number && Batch.Read(now.Value.Span) is { } batch && batch.Writer == _writer)
                {
                    // An earlier try had been heard.
                    Count(number, now.ModRevision, now.CreateRevision);
                    return await ForgetPartsAsync(number).ConfigureAwait(false);
                }
                if ((now?.Version ?? 0) == _number && (now is null ? _number == 0 : now.CreateRevision == _created) && _batch.IsLarge)
                {
                    // A part was swept away while this stood still.
                    txn = await PrepareAsync(number).ConfigureAwait(false);
                    continue;
                }
                bool will = now is not null && Batch.Read(now.Value.Span) is { Writer: Batch.LastWill };
                change(new JournalHealth(JournalState.Failed, will
                    ? $"Incarnation {_incarnation} was ended by its guardian: nothing more is committed for it. Start the process again."
                    : $"Incarnation {_incarnation} was ended by somebody else: nothing more is committed for it. Start the process again."));
                return false;
            }
            catch (EtcdException e) when (e.Error == EtcdError.Unavailable)
            {
                Stall(e);
            }
            catch (EtcdException e) when (e.Error == EtcdError.NoSpace)
            {
                // It may be in all the same: etcd commits what crosses the quota, and complains.
                _stalled = true;
                change(new JournalHealth(JournalState.Full, $"etcd's quota is used up: new calls are refused. {EtcdException.NoSpaceAdvice}"));
                await Task.Delay(s_spaceRetry, cancel).ConfigureAwait(false);
            }
            catch (EtcdException e) when (e.Error is EtcdError.TokenRejected or EtcdError.Denied)
            {
                Stall(e);
                await Task.Delay(s_spaceRetry, cancel).ConfigureAwait(false);
            }
        }
    }

    void Stall(EtcdException why)
    {
        _stalled = true;
        change(new JournalHealth(JournalState.Stalled, $"Nothing is committed now, it is tried again and again: {why.Message}"));
    }

    void Count(long number, long revision, long created)
    {
        (_number, _created) = (number, created);
        Volatile.Write(ref _lastRevision, revision);
        Volatile.Write(ref _pendingSince, 0);
        if (!_stalled) return;
        _stalled = false;
        change(JournalHealth.Accepting);
    }

    /// <summary>The transaction for the batch. The parts of a large one are written before it.</summary>
    async Task<TxnRequest> PrepareAsync(long number)
    {
        var txn = new TxnRequest();
        txn.Compare.Add(new Compare { Key = _key, Target = Compare.Types.Target.Version, Version = _number });
        // A key that was deleted and made again is not the one that this incarnation wrote.
        if (_number > 0) txn.Compare.Add(new Compare { Key = _key, Target = Compare.Types.Target.Create, CreateRevision = _created });
        txn.Failure.Add(new RequestOp { Range = new RangeRequest { Key = _key } });
        if (!_batch.IsLarge)
        {
            txn.Success.Add(new RequestOp { Put = new PutRequest { Key = _key, Value = UnsafeByteOperations.UnsafeWrap(_batch.Finish(_writer, number)) } });
            return txn;
        }

        int parts = (_batch.Body.Length + options.BatchBytesMax - 1) / options.BatchBytesMax;
        string prefix = keys.PartsOf(_incarnation, number);
        for (int i = 0; i < parts; i++)
        {
            ByteString key = ByteString.CopyFromUtf8($"{prefix}{i:D6}");
            int at = i * options.BatchBytesMax;
            ReadOnlyMemory<byte> part = _batch.Body.Slice(at, Math.Min(options.BatchBytesMax, _batch.Body.Length - at));
            await PutPartAsync(new PutRequest { Key = key, Value = UnsafeByteOperations.UnsafeWrap(part) }).ConfigureAwait(false);
            txn.Compare.Add(new Compare { Key = key, Result = Compare.Types.Result.Greater, Target = Compare.Types.Target.Version, Version = 0 });
        }
        txn.Success.Add(new RequestOp { Put = new PutRequest { Key = _key, Value = UnsafeByteOperations.UnsafeWrap(_batch.FinishInParts(_writer, number, parts)) } });
        return txn;
    }

    async Task PutPartAsync(PutRequest part)
    {
        while (true)
        {
            try
            {
                await client.PutAsync(part, options.StalledAfter, cancel).ConfigureAwait(false);
                return;
            }
            catch (EtcdException e) when (e.Error is not EtcdError.Rejected)
            {
                Stall(e);
                await Task.Delay(s_spaceRetry, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Parts are deleted once their batch is in: readers read them as they were at its revision, until that is compacted.</summary>
    async Task<bool> ForgetPartsAsync(long number)
    {
        if (!_batch.IsLarge) return true;
        string prefix = keys.PartsOf(_incarnation, number);
        try
        {
            await client.DeleteAsync(new DeleteRangeRequest { Key = ByteString.CopyFromUtf8(prefix), RangeEnd = EtcdClient.EndOf(prefix) }, options.StalledAfter, cancel).ConfigureAwait(false);
        }
        catch (EtcdException)
        {
            // The compactor sweeps up.
        }
        return true;
    }
}
