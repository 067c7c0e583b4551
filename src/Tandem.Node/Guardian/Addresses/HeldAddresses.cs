namespace Tandem.Node.Guarding.Addresses;

/// <summary>What the guardian knows of its node's service addresses: which are here, and which the node has still to close.</summary>
sealed class HeldAddresses(IAddressDriver driver, Action<string> say)
{
    readonly List<ServiceAddress> _held = [], _taken = [];
    /// <summary>Taken by the other side, and not closed by the node yet: a node that sleeps with open sockets is in the way.</summary>
    readonly List<ServiceAddress> _closing = [];

    /// <summary>The node must not sleep: an address is here, or was and is not closed.</summary>
    public bool AreInUse => _held.Count + _closing.Count > 0;

    public IReadOnlyList<string> Names => [.. _held.Select(static a => a.Name)];

    /// <summary>The answer to the node.</summary>
    public string Acquire(string name, ulong incarnation)
    {
        if (!ServiceAddress.TryParse(name, out ServiceAddress address)) return $"{GuardianLines.Cannot} {name} is no address with a port";
        try
        {
            driver.Take(address, incarnation);
        }
        catch (AddressException e)
        {
            say($"{name} {e.Message}");
            return $"{GuardianLines.Cannot} {name} {e.Message}";
        }
        if (!_held.Contains(address)) _held.Add(address);
        _closing.Remove(address);
        say($"{name} is here");
        return $"{GuardianLines.Have} {name}";
    }

    public void Yield(string name)
    {
        if (ServiceAddress.TryParse(name, out ServiceAddress address)) driver.Yield(address);
    }

    public void Release(string name)
    {
        if (!ServiceAddress.TryParse(name, out ServiceAddress address)) return;
        _closing.Remove(address);
        if (_held.Remove(address)) Drop(address);
    }

    public void Closed(string name)
    {
        if (ServiceAddress.TryParse(name, out ServiceAddress address)) _closing.Remove(address);
    }

    public void DropAll()
    {
        foreach (ServiceAddress address in _held) Drop(address);
        _held.Clear();
        _closing.Clear();
    }

    void Drop(ServiceAddress address)
    {
        try
        {
            driver.Drop(address);
            say($"{address} has left");
        }
        catch (Exception e) when (e is AddressException or IOException or UnauthorizedAccessException)
        {
            say($"{address} {e.Message}");
        }
    }

    /// <summary>Those that the other side has taken since the last time.</summary>
    public List<ServiceAddress> Hear(bool hasNode)
    {
        _taken.Clear();
        try
        {
            driver.Read(_taken);
        }
        catch (Exception e) when (e is AddressException or IOException or UnauthorizedAccessException)
        {
            say(e.Message);
        }
        foreach (ServiceAddress address in _taken)
        {
            _held.Remove(address);
            if (hasNode && !_closing.Contains(address)) _closing.Add(address);
            say($"{address} was taken by the other side");
        }
        return _taken;
    }
}
