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

/// <summary>A side without a journal of its own to write to: tests, and a node over the file journal.</summary>
sealed class NoLastWill : ILastWill
{
    public Task WarmAsync(CancellationToken stop) => Task.CompletedTask;
    public Task WriteAsync(ulong incarnation, CancellationToken stop) => Task.CompletedTask;
}
