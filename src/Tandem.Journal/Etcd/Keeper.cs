using System.Diagnostics;
using Google.Protobuf;
using Tandem.Journal.Etcd.Wire;
using Tandem.Journal.Mirrors;

namespace Tandem.Journal.Etcd;

/// <summary>
/// What is done every few seconds: makes the mirror durable and tells its mark, looks at quota and alarms, and compacts the
/// cluster up to what all live sides of all instances have, when this side is the first of them by name.
/// </summary>
sealed class Keeper(
    EtcdClient client, EtcdOptions cluster, Keys keys, Mirror mirror, EtcdJournalOptions options, Action<JournalHealth> change, Action<string> alarm, CancellationToken cancel)
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    static readonly (int Percent, string Advice)[] s_levels =
    [
        (80, "Defragment the members, or enlarge the quota, now: at 100 % nothing is committed any more."),
        (50, "It should stay far below: look whether a side is away, or the cluster is not compacted."),
    ];

    readonly ByteString _ownMark = ByteString.CopyFromUtf8(keys.OwnMarks + options.Side);
    long _compacted, _compactedAt = Stopwatch.GetTimestamp();
    JournalMark _own;       // what the mirror has on its disk
    int _levelTold;
    ulong _corruptTold;     // a member's id
    string _told = "";

    public async Task RunAsync()
    {
        while (true)
        {
            try
            {
                await LookAsync().ConfigureAwait(false);
                await PublishMarkAsync().ConfigureAwait(false);
                if (Stopwatch.GetElapsedTime(_compactedAt) >= options.CompactEvery)
                {
                    _compactedAt = Stopwatch.GetTimestamp();
                    Tell(await CompactAsync().ConfigureAwait(false) ?? "");
                }
            }
            catch (EtcdException e) when (e.Error == EtcdError.Unavailable)
            {
                // If it lasts, the proposer and the watcher tell it.
            }
            catch (EtcdException e)
            {
                Tell($"etcd cannot be looked after: {e.Message}");
            }
            await Task.Delay(options.KeepEvery, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Each thing once, until it is over.</summary>
    void Tell(string what)
    {
        if (what == _told) return;
        _told = what;
        if (what.Length > 0) alarm(what);
    }

    public async Task PublishMarkAsync()
    {
        (long newest, long revision) = await NewestBatchAsync(s_patience).ConfigureAwait(false);
        mirror.See(newest, revision);
        JournalMark mark = mirror.Flush();
        if (mark.Revision == 0) return;
        _own = mark;
        var published = new PublishedMark(mark.Position, mark.Revision, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        try
        {
            await client.PutAsync(new PutRequest { Key = _ownMark, Value = ByteString.CopyFrom(published.ToBytes()) }, s_patience, cancel).ConfigureAwait(false);
        }
        catch (EtcdException e) when (e.Error == EtcdError.NoSpace)
        {
            // The look at the alarms tells it. A compaction is still allowed, and is what gives room back.
        }
    }

    /// <summary>The revision of this journal's newest batch (0 before the first), and that of the cluster; no member can answer from its past.</summary>
    public async Task<(long Newest, long Revision)> NewestBatchAsync(TimeSpan patience)
    {
        RangeRequest request = Below(keys.Batches);
        (request.KeysOnly, request.Limit, request.SortTarget, request.SortOrder) = (true, 1, RangeRequest.Types.SortTarget.Mod, RangeRequest.Types.SortOrder.Descend);
        RangeResponse newest = await client.RangeAsync(request, patience, cancel).ConfigureAwait(false);
        return (newest.Kvs.Count > 0 ? newest.Kvs[0].ModRevision : 0, newest.Header.Revision);
    }

    async Task LookAsync()
    {
        AlarmResponse alarms = await client.AlarmsAsync(s_patience, cancel).ConfigureAwait(false);
        bool full = alarms.Alarms.Any(raised => raised.Alarm == AlarmMember.Types.Kind.NoSpace);
        change(full
            ? new JournalHealth(JournalState.Full, $"etcd's quota is used up: new calls are refused. {EtcdException.NoSpaceAdvice}")
            : JournalHealth.Accepting);
        ulong corrupt = alarms.Alarms.FirstOrDefault(raised => raised.Alarm == AlarmMember.Types.Kind.Corrupt)?.MemberId ?? 0;
        if (corrupt != 0 && corrupt != _corruptTold) alarm($"etcd's member {corrupt:x} says that its data differs from the others': replace it.");
        _corruptTold = corrupt;

        long largest = 0;
        string where = "";
        for (int i = 0; i < client.Members; i++)
        {
            try
            {
                StatusResponse status = await client.StatusAsync(i, cluster.TryTimeout, cancel).ConfigureAwait(false);
                if (status.DbSize > largest) (largest, where) = (status.DbSize, client.NameOf(i));
            }
            catch (EtcdException e) when (e.Error == EtcdError.Unavailable)
            {
                // One of three may be away.
            }
        }
        long percent = largest * 100 / options.QuotaBytes;
        foreach ((int level, string advice) in s_levels)
        {
            if (percent < level) continue;
            if (_levelTold < level) alarm($"etcd at {where} has used {percent} % of its quota of {options.QuotaBytes >> 20} MB. {advice}");
            _levelTold = level;
            return;
        }
        _levelTold = 0;
    }

    /// <summary>Null, or why the cluster is not compacted.</summary>
    async Task<string?> CompactAsync()
    {
        RangeResponse marks = await client.RangeAsync(Below(keys.Marks), s_patience, cancel).ConfigureAwait(false);
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        long revision = long.MaxValue;
        ByteString? first = null;
        foreach (KeyValue kv in marks.Kvs)
        {
            // What stands there of this side is old when etcd takes nothing any more; this side is here all the same.
            bool isOwn = kv.Key == _ownMark;
            if (PublishedMark.Read(kv.Value.Span) is not { } mark || (!isOwn && now - mark.UnixMs > options.AbsentAfter.TotalMilliseconds)) continue;
            first ??= kv.Key;
            revision = Math.Min(revision, isOwn ? _own.Revision : mark.Revision);
        }
        if (first != _ownMark || revision <= _compacted || revision == long.MaxValue) return null;
        if (await CountForeignAsync().ConfigureAwait(false) is var foreign and > 0)
            return $"etcd holds {foreign} keys outside of {keys.All}: it is somebody else's too, and is not compacted by Tandem. Give Tandem a cluster of its own.";
        await SweepPartsAsync(revision).ConfigureAwait(false);
        try
        {
            await client.CompactAsync(revision, s_patience, cancel).ConfigureAwait(false);
        }
        catch (EtcdException e) when (e.Error == EtcdError.Compacted)
        {
            // Another had been here.
        }
        _compacted = revision;
        return null;
    }

    async Task<long> CountForeignAsync()
    {
        ByteString begin = ByteString.CopyFrom(0), all = ByteString.CopyFromUtf8(keys.All);
        RangeResponse before = await client.RangeAsync(new RangeRequest { Key = begin, RangeEnd = all, CountOnly = true }, s_patience, cancel).ConfigureAwait(false);
        RangeResponse after = await client.RangeAsync(new RangeRequest { Key = EtcdClient.EndOf(keys.All), RangeEnd = begin, CountOnly = true }, s_patience, cancel).ConfigureAwait(false);
        return before.Count + after.Count;
    }

    /// <summary>Parts of large entries whose proposer ended before it could delete them.</summary>
    async Task SweepPartsAsync(long upToRevision)
    {
        RangeRequest old = Below(keys.Parts);
        (old.KeysOnly, old.MaxModRevision) = (true, upToRevision);
        RangeResponse parts = await client.RangeAsync(old, s_patience, cancel).ConfigureAwait(false);
        foreach (KeyValue kv in parts.Kvs) await client.DeleteAsync(new DeleteRangeRequest { Key = kv.Key }, s_patience, cancel).ConfigureAwait(false);
    }

    public static RangeRequest Below(string prefix) => new() { Key = ByteString.CopyFromUtf8(prefix), RangeEnd = EtcdClient.EndOf(prefix) };
}
