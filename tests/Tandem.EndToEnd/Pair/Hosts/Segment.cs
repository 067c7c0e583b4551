using System.Globalization;

namespace Tandem.EndToEnd.Pair;

/// <summary>
/// Namespaces on one Ethernet segment: the bridge is in a namespace of its own, and cuts are made there, frame by frame and
/// in one direction at a time (ARP too). Everything of it is removed at the end, and what a killed run left at the next start.
/// </summary>
sealed class Segment : IDisposable
{
    const string Prefix = "tandem-e2e-";
    static int s_segments;
    readonly string _mark = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref s_segments)}-");
    readonly Dictionary<string, Namespace> _hosts = [];
    readonly Namespace _wire;
    /// <summary>Of each pair, whether ARP passes all the same.</summary>
    readonly Dictionary<(string From, string To), bool> _cuts = [];

    /// <summary>Null when namespaces can be made here, else why not.</summary>
    public static string? Missing =>
        !Environment.IsPrivilegedProcess ? "network namespaces need root"
        : Array.Find((string[])["ip", "nft", "etcd", "etcdctl"], static p => !Tool.Exists(p)) is { } program ? $"the program {program} is missing (./tandem test installs it)"
        : null;

    /// <param name="hosts">Name, addresses; the first is the host's own. With <paramref name="routed"/> each network has a router at .254, which is the bridge's namespace.</param>
    public Segment(bool routed, params (string Name, string[] Addresses)[] hosts)
    {
        RemoveLeftovers();
        _wire = Add("wire");
        try
        {
            Build(routed, hosts);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    void Build(bool routed, (string Name, string[] Addresses)[] hosts)
    {
        Ip(_wire, ["link add name segment type bridge forward_delay 0", "link set segment up", "link set lo up"]);
        Tool.Run("ip", "", "netns", "exec", _wire.Name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", $"net.ipv4.ip_forward={(routed ? 1 : 0)}", "net.ipv4.conf.all.send_redirects=0", "net.ipv4.conf.segment.send_redirects=0");
        Nft("add table bridge cuts; add chain bridge cuts forward { type filter hook forward priority 0 ; }");
        for (int i = 0; i < hosts.Length; i++)
        {
            (string name, string[] addresses) = hosts[i];
            Namespace host = Add(name);
            Tool.Run("ip", "", "link", "add", "name", "eth0", "address", Mac(i), "netns", host.Name, "type", "veth", "peer", "name", name, "netns", _wire.Name);
            Tool.Run("ip", "", "netns", "exec", host.Name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
            Ip(_wire, [$"link set dev {name} master segment up"]);
            Ip(host, ["link set lo up", .. addresses.Select(static a => $"addr add {a}/24 dev eth0"), "link set eth0 up"]);
            if (!routed) continue;
            string gateway = addresses[0][..addresses[0].LastIndexOf('.')] + ".254";
            if (!Tool.Run("ip", "", "-n", _wire.Name, "addr", "show", "dev", "segment").Contains(gateway, StringComparison.Ordinal)) Ip(_wire, [$"addr add {gateway}/24 dev segment"]);
            Ip(host, [$"route add default via {gateway}"]);
        }

        string Mac(int i)
        {
            string mac = $"02:00:00:00:00:{0x0a + i:x2}";
            _macs[mac] = hosts[i].Name;
            return mac;
        }
    }

    readonly Dictionary<string, string> _macs = [];

    public Namespace this[string host] => _hosts[host];

    /// <summary>Which host has this hardware address.</summary>
    public string HostOf(string mac) => _macs.GetValueOrDefault(mac, mac);

    Namespace Add(string name)
    {
        Tool.Run("ip", "", "netns", "add", _mark + name);
        return _hosts[name] = new Namespace(_mark + name);
    }

    static void Ip(Namespace at, IEnumerable<string> lines) => Tool.Run("ip", string.Join('\n', lines) + "\n", "-n", at.Name, "-batch", "-");

    void Nft(string rules) => Tool.Run("ip", rules + "\n", "netns", "exec", _wire.Name, "nft", "-f", "-");

    /// <summary>Nothing of `from` reaches `to` any more.</summary>
    public void CutOneWay(string from, params string[] to)
    {
        foreach (string one in to) _cuts[(from, one)] = false;
        Apply();
    }

    public void Cut(string one, params string[] others) => Cut(one, others, arpPasses: false);

    /// <summary>Nothing passes in either direction but who has which address: as behind a firewall.</summary>
    public void CutAllButArp(string one, params string[] others) => Cut(one, others, arpPasses: true);

    void Cut(string one, string[] others, bool arpPasses)
    {
        foreach (string other in others) (_cuts[(one, other)], _cuts[(other, one)]) = (arpPasses, arpPasses);
        Apply();
    }

    public void Heal()
    {
        if (_cuts.Count == 0) return;
        _cuts.Clear();
        Apply();
    }

    void Apply() => Nft("flush chain bridge cuts forward\n"
        + string.Concat(_cuts.Select(static c => $"add rule bridge cuts forward iifname \"{c.Key.From}\" oifname \"{c.Key.To}\" {(c.Value ? "ether type != arp " : "")}drop\n")));

    /// <summary>The cable of a host is pulled, or put in again.</summary>
    public void Plug(string host, bool isIn) => Ip(_wire, [$"link set dev {host} {(isIn ? "up" : "down")}"]);

    public void Dispose()
    {
        foreach (Namespace host in _hosts.Values) Remove(host);
        _hosts.Clear();
    }

    static void Remove(Namespace host)
    {
        try
        {
            host.KillAll();
            Tool.Run("ip", "", "netns", "del", host.Name);
        }
        catch (InvalidOperationException e)
        {
            Console.Error.WriteLine(e.Message);
        }
    }

    /// <summary>Of test runs that were killed.</summary>
    static void RemoveLeftovers()
    {
        foreach (string line in Tool.Run("ip", "", "netns", "list").Split('\n'))
        {
            string name = line.Split(' ')[0];
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && !Directory.Exists($"/proc/{name[Prefix.Length..].Split('-')[0]}")) Remove(new Namespace(name));
        }
    }
}
