using System.Diagnostics;
using Google.Protobuf;
using Tandem.Core.Schema;
using Tandem.Journal.Etcd;
using Tandem.Journal.Etcd.Wire;

namespace Tandem.Journal;

/// <summary>How a member of the cluster is.</summary>
/// <param name="Failure">Why it did not answer; empty: it did, and the rest is told.</param>
/// <param name="Revision">Of the whole cluster, as this member knows it.</param>
/// <param name="Bytes">Of its database.</param>
/// <param name="Alarm">no-space, corrupt; empty: none.</param>
public sealed record EtcdMemberHealth(string Name, string Failure, bool IsLeader, string Version, long Revision, long Bytes, double RoundTripMs, string Alarm);

/// <summary>The cluster from outside of the journal: how it is, for people, and a guardian's last wills. Keeps its connections. Any thread.</summary>
public sealed class EtcdCluster(EtcdOptions options) : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    readonly EtcdClient _client = new(options);

    /// <summary>The members, each asked at the same time; one that does not answer says so.</summary>
    public async Task<IReadOnlyList<EtcdMemberHealth>> LookAsync(CancellationToken cancel = default)
    {
        IReadOnlyDictionary<ulong, string> alarms = await AlarmsAsync(cancel).ConfigureAwait(false);
        return await Task.WhenAll(Enumerable.Range(0, _client.Members).Select(member => LookAsync(member, alarms, cancel))).ConfigureAwait(false);
    }

    async Task<EtcdMemberHealth> LookAsync(int member, IReadOnlyDictionary<ulong, string> alarms, CancellationToken cancel)
    {
        string name = _client.NameOf(member);
        try
        {
            long began = Stopwatch.GetTimestamp();
            StatusResponse status = await _client.StatusAsync(member, s_patience, cancel).ConfigureAwait(false);
            double took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            string failure = status.Leader == 0 ? "has no leader: it is cut off from the other members" : "";
            return new EtcdMemberHealth(name, failure, status.Leader != 0 && status.Leader == status.Header.MemberId, status.Version, status.Header.Revision, status.DbSize,
                Math.Round(took, 2), alarms.GetValueOrDefault(status.Header.MemberId, ""));
        }
        catch (EtcdException e)
        {
            return new EtcdMemberHealth(name, e.Message, false, "", 0, 0, 0, "");
        }
    }

    async Task<IReadOnlyDictionary<ulong, string>> AlarmsAsync(CancellationToken cancel)
    {
        try
        {
            AlarmResponse raised = await _client.AlarmsAsync(s_patience, cancel).ConfigureAwait(false);
            return raised.Alarms.DistinctBy(static a => a.MemberId).ToDictionary(static a => a.MemberId, static a => a.Alarm == AlarmMember.Types.Kind.NoSpace ? "no-space" : "corrupt");
        }
        catch (EtcdException)
        {
            return new Dictionary<ulong, string>();
        }
    }

    /// <summary>See <see cref="LastWill"/>.</summary>
    public Task WriteLastWillAsync(ulong incarnation, Entry nodeStopped, CancellationToken cancel = default) =>
        LastWill.WriteAsync(_client, new Keys(options).Batch(incarnation), nodeStopped, cancel);

    /// <summary>A read as a last will begins with: connections, sign-in and code are ready for it afterwards.</summary>
    public Task WarmAsync(CancellationToken cancel = default) =>
        _client.RangeAsync(new RangeRequest { Key = new Keys(options).Batch(0) }, s_patience, cancel);

    public void Dispose() => _client.Dispose();
}
