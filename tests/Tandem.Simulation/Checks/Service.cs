namespace Tandem.Simulation;

/// <summary>
/// Since when nobody could have served an address: no holder, node dead, stopped, fenced, cut from phones or journal. What
/// takes long in such a time is excused.
/// </summary>
sealed class Service(World world)
{
    const long StepUs = 50_000;
    readonly Dictionary<string, List<(long FromUs, long ToUs)>> _outages = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> _outSince = new(StringComparer.Ordinal);

    public void Begin()
    {
        foreach (Host host in world.Hosts) _outages[host.Address] = [];
        Step();
    }

    void Step()
    {
        foreach (Host host in world.Hosts)
        {
            string address = host.Address;
            bool isServed = IsServed(address);
            if (!isServed) _outSince.TryAdd(address, world.NowUs);
            else if (_outSince.Remove(address, out long since)) _outages[address].Add((since, world.NowUs));
        }
        world.After(StepUs, Step);
    }

    bool IsServed(string address)
    {
        if (world.Network.HolderOf(address) is not { IsUp: true, IsFrozen: false } host || world.Etcd.IsStalled) return false;
        if (host.Process is not { IsLive: true, IsPaused: false } process || !process.Open.Contains(address) || process.Loop!.IsFenced) return false;
        return Reaches(host.Side, "etcd") && Reaches(host.Side, "phones");
    }

    bool Reaches(string one, string other) => world.Network.Reaches(one, other) && world.Network.Reaches(other, one);

    /// <summary>The longest time without service since then; short returns in between do not count.</summary>
    public long LongestOutage(string address, long sinceUs)
    {
        long longest = 0, from = -1, to = -1;
        foreach ((long began, long ended) in _outages[address])
        {
            if (ended < sinceUs) continue;
            Add(began, ended);
        }
        if (_outSince.TryGetValue(address, out long open)) Add(open, world.NowUs);
        return longest;

        void Add(long began, long ended)
        {
            // What was sent in between may have been lost, and is sent again only after a while.
            if (from >= 0 && began - to < 4_500_000) to = ended;
            else (from, to) = (began, ended);
            longest = Math.Max(longest, to - Math.Max(from, sinceUs));
        }
    }

    /// <summary>The longest of all addresses.</summary>
    public long LongestOutage(long sinceUs) => world.Hosts.Max(h => LongestOutage(h.Address, sinceUs));
}
