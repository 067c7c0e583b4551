using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Node.Guarding;

/// <summary>
/// Says in the journal, in the name of a dead incarnation, that it has stopped: its addresses go over at once, and nobody
/// waits for five missed heartbeats.
/// </summary>
interface ILastWill
{
    /// <summary>Makes what a first write would wait for: connections, code. A guardian calls it while its node is well.</summary>
    Task WarmAsync(CancellationToken stop);

    /// <summary>Written, or written already. Throws when the journal cannot be reached: it is tried again.</summary>
    Task WriteAsync(ulong incarnation, CancellationToken stop);
}

/// <summary>In etcd, under the dead incarnation's own key.</summary>
sealed class EtcdLastWill(EtcdOptions options) : ILastWill, IDisposable
{
    readonly EtcdCluster _cluster = new(options);

    public Task WarmAsync(CancellationToken stop) => _cluster.WarmAsync(stop);

    /// <summary>Whatever the dead node had proposed last, this comes after it.</summary>
    public Task WriteAsync(ulong incarnation, CancellationToken stop) =>
        _cluster.WriteLastWillAsync(incarnation, new Entry { Incarnation = incarnation, Sequence = ulong.MaxValue, NodeStopped = new NodeStopped() }, stop);

    public void Dispose() => _cluster.Dispose();
}
