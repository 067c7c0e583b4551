namespace Tandem.Node.Guarding.Addresses;

/// <summary>
/// How a service address comes to this host and leaves it. The guardian's loop alone calls it, and nothing in it may wait:
/// the judging of a starved node goes on beside it.
/// </summary>
interface IAddressDriver : IDisposable
{
    /// <summary>To be polled for input, which <see cref="Read"/> takes; -1: none.</summary>
    int Descriptor { get; }

    /// <summary>Removes what an earlier guardian of this side left behind: before a node runs, nobody here holds an address.</summary>
    void Clear();

    /// <summary>The address is here from now on. Again for one that is held: no harm.</summary>
    /// <exception cref="AddressException">It cannot be, and why.</exception>
    void Take(ServiceAddress address, ulong incarnation);

    /// <summary>The node is in charge, as far as it knows. One that is not claims no address: it keeps what it has until somebody else takes it.</summary>
    bool Acts { set; }

    /// <summary>It is to be another's: kept for what still comes in here, and not defended. One that is not held: no harm.</summary>
    void Yield(ServiceAddress address);

    /// <summary>It leaves. One that is not held: no harm.</summary>
    void Drop(ServiceAddress address);

    /// <summary>Adds addresses that somebody else has taken since.</summary>
    void Read(List<ServiceAddress> taken);

    /// <summary>What has to be said again; the milliseconds until the next time, -1: never.</summary>
    int Tick(long nowMs);
}

sealed class AddressException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Nothing moves: the address is this host's, and calls on it are adopted by re-INVITE from another.</summary>
sealed class FixedAddresses : IAddressDriver
{
    public int Descriptor => -1;
    public void Clear() { }
    public void Take(ServiceAddress address, ulong incarnation) { }
    public void Yield(ServiceAddress address) { }
    public void Drop(ServiceAddress address) { }
    public void Read(List<ServiceAddress> taken) { }
    public bool Acts { set { } }
    public int Tick(long nowMs) => -1;
    public void Dispose() { }
}
