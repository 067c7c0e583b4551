using Tandem.Sip;

namespace Tandem.Simulation;

/// <summary>
/// Datagrams between phones and service addresses: delayed, lost, doubled, overtaken. Who has an address gets what is sent to
/// it. Places that can be cut from each other: "phones", "A", "B", "etcd".
/// </summary>
sealed class Network(World world)
{
    readonly Dice _dice = world.Dice.For("network");
    readonly Dictionary<SipEndPoint, PhoneBox> _phones = [];
    readonly Dictionary<(string From, string To), int> _cuts = [];
    readonly Dictionary<string, Host?> _holders = new(StringComparer.Ordinal);

    /// <summary>Per mille of the datagrams.</summary>
    public int LossPerMille { get; set; }
    public int DoublePerMille { get; set; }
    public int LatePerMille { get; set; }
    public long Datagrams { get; private set; }

    public void Attach(PhoneBox phone) => _phones[phone.Local] = phone;
    public void Detach(PhoneBox phone) => _phones.Remove(phone.Local);

    // ---- cuts ----

    public bool Reaches(string from, string to) => !_cuts.ContainsKey((from, to));

    public void Cut(string from, string to) => _cuts[(from, to)] = _cuts.GetValueOrDefault((from, to)) + 1;

    public void Heal(string from, string to)
    {
        if (_cuts.TryGetValue((from, to), out int cuts) && cuts > 1) _cuts[(from, to)] = cuts - 1;
        else _cuts.Remove((from, to));
    }

    /// <summary>One way between two places of the same rack or campus.</summary>
    public long Delay() => _dice.Chance(5) ? _dice.Ms(5, 60) : _dice.Between(100, 900);

    // ---- addresses ----

    public Host? HolderOf(string address) => _holders.GetValueOrDefault(address);

    /// <summary>Whoever claims an address last gets what is sent to it; who had it hears of that when it can be reached.</summary>
    public void Claim(string address, Host host)
    {
        Host? before = HolderOf(address);
        _holders[address] = host;
        if (before is not null && !ReferenceEquals(before, host)) TellTaken(address, before, host);
    }

    void TellTaken(string address, Host before, Host by) => world.After(_dice.Ms(1, 4), () =>
    {
        if (!ReferenceEquals(HolderOf(address), by)) return;
        if (Reaches(by.Side, before.Side) && before is { IsUp: true, IsFrozen: false }) before.Taken(address);
        else world.After(100_000, () => TellTaken(address, before, by));
    });

    public void Release(string address, Host host)
    {
        if (ReferenceEquals(HolderOf(address), host)) _holders[address] = null;
    }

    // ---- datagrams ----

    public void FromPhone(PhoneBox phone, SipEndPoint to, ReadOnlySpan<byte> message)
    {
        byte[] bytes = message.ToArray();
        string address = to.ToString();
        Carry(() =>
        {
            if (HolderOf(address) is { } host && Reaches("phones", host.Side)) host.Receive(bytes, new Flow(TransportKind.Udp, 0, phone.Local, to));
        });
    }

    public void FromNode(Host host, in Flow flow, ReadOnlySpan<byte> message)
    {
        byte[] bytes = message.ToArray();
        Flow way = flow;
        if (!Reaches(host.Side, "phones")) return;
        Carry(() =>
        {
            if (_phones.TryGetValue(way.Remote, out PhoneBox? phone)) phone.Receive(bytes, way.Local);
        });
    }

    void Carry(Action deliver)
    {
        Datagrams++;
        if (_dice.Chance(LossPerMille)) return;
        world.After(DatagramDelay(), deliver);
        if (_dice.Chance(DoublePerMille)) world.After(DatagramDelay(), deliver);
    }

    long DatagramDelay() => _dice.Chance(LatePerMille) ? _dice.Ms(5, 400) : _dice.Between(200, 3_000);
}
