using Google.Protobuf;
using Tandem.Core.Schema;
using Tandem.Journal.Etcd;
using Tandem.Journal.Etcd.Wire;

namespace Tandem.Journal;

/// <summary>
/// What a guardian writes for a node process that is dead: the last batch of its incarnation, under the incarnation's own
/// key. From then on no batch of that process can be committed, should any of it still be on its way or wake up.
/// </summary>
public static class LastWill
{
    static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(50), s_patience = TimeSpan.FromSeconds(1);

    /// <summary>Tries until it is in, or cancelled. Written already: nothing happens.</summary>
    /// <exception cref="EtcdException">The cluster refuses for good (user, certificate).</exception>
    public static async Task WriteAsync(EtcdOptions cluster, ulong incarnation, Entry nodeStopped, CancellationToken cancel)
    {
        using var client = new EtcdClient(cluster);
        await WriteAsync(client, new Keys(cluster).Batch(incarnation), nodeStopped, cancel).ConfigureAwait(false);
    }

    /// <summary>Over connections that are there already: what counts is the first try.</summary>
    internal static async Task WriteAsync(EtcdClient client, ByteString key, Entry nodeStopped, CancellationToken cancel)
    {
        var batch = new BatchBuilder(1 << 20);
        while (true)
        {
            try
            {
                RangeResponse read = await client.RangeAsync(new RangeRequest { Key = key }, s_patience, cancel).ConfigureAwait(false);
                KeyValue? now = read.Kvs.FirstOrDefault();
                if (now is not null && Batch.Read(now.Value.Span) is { Writer: Batch.LastWill }) return;

                long version = now?.Version ?? 0;
                batch.Begin();
                batch.TryAdd(nodeStopped, nodeStopped.CalculateSize());
                var txn = new TxnRequest();
                txn.Compare.Add(new Compare { Key = key, Target = Compare.Types.Target.Version, Version = version });
                txn.Success.Add(new RequestOp { Put = new PutRequest { Key = key, Value = UnsafeByteOperations.UnsafeWrap(batch.Finish(Batch.LastWill, version + 1)) } });
                // When it fails, a batch of the dead process came in between, or an earlier try of this one.
                if ((await client.TxnAsync(txn, s_patience, cancel).ConfigureAwait(false)).Succeeded) return;
            }
            catch (EtcdException e) when (e.Error is EtcdError.Unavailable or EtcdError.NoSpace or EtcdError.TokenRejected)
            {
                await Task.Delay(s_retry, cancel).ConfigureAwait(false);
            }
        }
    }
}
