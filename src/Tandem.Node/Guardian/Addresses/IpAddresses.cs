using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Tandem.Node.Guarding.Addresses;

/// <summary>
/// Service addresses on a network interface, IPv4. Taking one adds it and announces it (gratuitous ARP), so that the segment's
/// switches and neighbours turn to this host at once; it is said again every second, for those who missed it and for a host
/// that slept through it: that one hears it, and lets go. Of two that both hold it, the one that held it longer yields. Nothing
/// is said while the node does not act (it is cut off from the journal), of an address that the journal has given to another,
/// nor right after a pause: the first that a host may do when it wakes is listen.
/// </summary>
sealed class IpAddresses : IAddressDriver
{
    /// <summary>So soon after taking it, another's announcement is an old one.</summary>
    public const long YoungMs = 2_000;
    const int AgainMs = 1_000, SoonMs = 100, SoonTimes = 3;
    /// <summary>A guardian that did not look for so long was asleep. It listens before it speaks: whoever has its addresses now says so each second.</summary>
    const long AsleepMs = 500, ListenMs = 1_500;
    readonly Netlink _link;
    readonly Arp _arp;
    readonly string _record;
    readonly IPAddress _home;
    readonly List<Held> _held = [];
    long _tickedMs, _speaksMs;
    bool _acts = true;

    sealed class Held(ServiceAddress address, long nowMs)
    {
        public ServiceAddress Address { get; } = address;
        public uint Number { get; } = BinaryPrimitives.ReadUInt32BigEndian(address.Ip.GetAddressBytes());
        public long TakenMs { get; } = nowMs;
        public long NextMs { get; set; } = nowMs + SoonMs;
        public int Said { get; set; } = 1;
        public long SaidMs { get; set; } = nowMs;
        public bool Yields { get; set; }
    }

    /// <param name="record">A file that remembers what is held, for the next guardian.</param>
    /// <param name="home">The side's own address: a leftover of it is removed even when the record is lost.</param>
    /// <exception cref="AddressException">No such interface, or not allowed.</exception>
    public IpAddresses(string @interface, int prefix, string record, IPAddress home)
    {
        (_record, _home) = (record, home);
        _link = new Netlink(@interface, prefix);
        try
        {
            _arp = new Arp(@interface, _link.Interface);
        }
        catch (AddressException)
        {
            _link.Dispose();
            throw;
        }
    }

    public int Descriptor => _arp.Descriptor;

    public bool Acts { set => _acts = value; }

    public void Clear()
    {
        string[] recorded = File.Exists(_record) ? File.ReadAllLines(_record) : [];
        foreach (IPAddress address in recorded.Select(static line => IPAddress.TryParse(line, out IPAddress? ip) ? ip : null).OfType<IPAddress>().Append(_home).Distinct())
            _link.Remove(address);
        File.Delete(_record);
    }

    public void Take(ServiceAddress address, ulong incarnation)
    {
        if (address.Ip.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork) throw new AddressException("is an IPv6 address: these do not move yet");
        Held? had = Find(address);
        if (had is { Yields: false }) return;
        long now = Environment.TickCount64;
        if (_held.Count == 0)
        {
            // What was said before belongs to the time before.
            while (_arp.TryHear(out _)) { }
            _tickedMs = now;
        }
        // Ports share an address: it is added with the first and removed with the last.
        bool isHere = _held.Exists(h => h.Address.Ip.Equals(address.Ip));
        var held = new Held(address, now);
        _held.Add(held);
        try
        {
            Remember();
            if (!isHere) _link.Add(address.Ip);
        }
        catch (Exception e) when (e is AddressException or IOException or UnauthorizedAccessException)
        {
            _held.Remove(held);
            throw e as AddressException ?? new AddressException($"cannot be remembered in {_record}: {e.Message}", e);
        }
        if (had is not null) _held.Remove(had);
        _arp.Announce(address.Ip);
    }

    public void Yield(ServiceAddress address)
    {
        if (Find(address) is { } held) held.Yields = true;
    }

    public void Drop(ServiceAddress address)
    {
        if (Find(address) is not { } held) return;
        _held.Remove(held);
        if (!_held.Exists(h => h.Address.Ip.Equals(address.Ip))) _link.Remove(address.Ip);
        Remember();
    }

    public void Read(List<ServiceAddress> taken)
    {
        long now = Environment.TickCount64;
        int first = taken.Count;
        while (_arp.TryHear(out uint number))
        {
            foreach (Held held in _held)
            {
                if (held.Number != number || taken.Contains(held.Address)) continue;
                if (!_acts || held.Yields || now - held.TakenMs >= YoungMs) taken.Add(held.Address);
                // Not each time: two that defend themselves against each other would fill the segment.
                else if (now - held.SaidMs >= SoonMs) Announce(held, now);
            }
        }
        for (int i = first; i < taken.Count; i++) Drop(taken[i]);
    }

    public int Tick(long nowMs)
    {
        if (_held.Count == 0) return -1;
        if (nowMs - _tickedMs > AsleepMs) _speaksMs = nowMs + ListenMs;
        _tickedMs = nowMs;
        long next = long.MaxValue;
        foreach (Held held in _held)
        {
            if (nowMs < _speaksMs) held.NextMs = Math.Max(held.NextMs, _speaksMs);
            if (nowMs >= held.NextMs)
            {
                if (_acts && !held.Yields) Announce(held, nowMs);
                held.NextMs = nowMs + (++held.Said <= SoonTimes ? SoonMs : AgainMs);
            }
            next = Math.Min(next, held.NextMs);
        }
        return (int)Math.Max(0, next - nowMs);
    }

    void Announce(Held held, long nowMs)
    {
        _arp.Announce(held.Address.Ip);
        held.SaidMs = nowMs;
    }

    Held? Find(ServiceAddress address)
    {
        foreach (Held held in _held)
            if (held.Address == address) return held;
        return null;
    }

    void Remember() => File.WriteAllText(_record, string.Concat(_held.Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Address.Ip}\n"))));

    public void Dispose()
    {
        _arp.Dispose();
        _link.Dispose();
    }
}
