using System.Diagnostics;
using System.Net;
using Tandem.Node.Guarding.Addresses;

namespace Tandem.Tests.Guarding;

public sealed class LoopbackAddressTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    static readonly ServiceAddress s_address = Of("127.0.0.2:5060");

    static ServiceAddress Of(string text) => ServiceAddress.TryParse(text, out ServiceAddress address) ? address : throw new ArgumentException(text);

    public void Dispose() => _folder.Dispose();

    static List<ServiceAddress> TakenFrom(LoopbackAddresses driver)
    {
        List<ServiceAddress> taken = [];
        driver.Read(taken);
        return taken;
    }

    [Fact]
    public void Who_takes_an_address_has_it_and_the_one_before_is_told_once()
    {
        using var a = new LoopbackAddresses(_folder["claims"], "A");
        using var b = new LoopbackAddresses(_folder["claims"], "B");
        a.Take(s_address, 1);
        Assert.Empty(TakenFrom(a));

        b.Take(s_address, 2);
        Assert.Equal([s_address], TakenFrom(a));
        Assert.Empty(TakenFrom(a));
        Assert.Empty(TakenFrom(b));

        a.Take(s_address, 1);
        Assert.Equal([s_address], TakenFrom(b));
        Assert.Empty(TakenFrom(a));
    }

    [Fact]
    public void An_address_that_was_dropped_may_be_taken_without_a_word()
    {
        using var a = new LoopbackAddresses(_folder["claims"], "A");
        using var b = new LoopbackAddresses(_folder["claims"], "B");
        a.Take(s_address, 1);
        a.Drop(s_address);
        b.Take(s_address, 2);
        b.Take(Of("[::1]:5060"), 2);
        Assert.Empty(TakenFrom(a));
    }

    /// <summary>Neither waits for the other: of two at the same moment at most one goes on.</summary>
    [Fact]
    public void Of_two_that_take_it_at_the_same_time_one_has_it()
    {
        using var a = new LoopbackAddresses(_folder["claims"], "A");
        using var b = new LoopbackAddresses(_folder["claims"], "B");
        for (ulong i = 1; i <= 200; i++)
        {
            Parallel.Invoke(() => a.Take(s_address, i), () => b.Take(s_address, i));
            Assert.Equal(1, TakenFrom(a).Count + TakenFrom(b).Count);
        }
    }

    [Theory]
    [InlineData("192.0.2.1:5060")]
    public void An_address_of_a_network_cannot_be_had_so(string text)
    {
        using var a = new LoopbackAddresses(_folder["claims"], "A");
        Assert.Throws<AddressException>(() => a.Take(Of(text), 1));
    }

    [Theory]
    [InlineData("127.0.0.2")]
    [InlineData("5060")]
    [InlineData("host:5060")]
    [InlineData("")]
    public void A_service_address_has_a_number_and_a_port(string text) => Assert.False(ServiceAddress.TryParse(text, out _));
}

/// <summary>
/// The real thing: two hosts (network namespaces with an interface each) and a third on one bridge. The driver runs in this
/// process, on threads that have entered a namespace.
/// </summary>
public sealed class IpAddressTests : IDisposable
{
    const string Address = "10.99.0.10";
    static readonly string s_run = $"tdm{Environment.ProcessId % 10_000}";
    readonly TemporaryFolder _folder = new();
    readonly bool _isMade;

    public IpAddressTests()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Skip("network namespaces need root");
        if (!Try("ip", $"netns add {s_run}sw")) Assert.Skip("no network namespaces here: `ip netns add` fails");
        _isMade = true;
        Run($"netns exec {s_run}sw ip link add br0 type bridge");
        Run($"netns exec {s_run}sw ip link set br0 up");
        for (int host = 1; host <= 3; host++)
        {
            Run($"netns add {s_run}h{host}");
            Run($"link add eth0 netns {s_run}h{host} type veth peer name p{host} netns {s_run}sw");
            Run($"netns exec {s_run}sw ip link set p{host} master br0 up");
            Run($"netns exec {s_run}h{host} ip addr add 10.99.0.{host}/24 dev eth0");
            Run($"netns exec {s_run}h{host} ip link set eth0 up");
            Run($"netns exec {s_run}h{host} ip link set lo up");
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        if (!_isMade) return;
        for (int host = 1; host <= 3; host++) Try("ip", $"netns del {s_run}h{host}");
        Try("ip", $"netns del {s_run}sw");
    }

    static bool Try(string program, string arguments) => Output(program, arguments).Code == 0;

    static void Run(string arguments)
    {
        (int code, string said) = Output("ip", arguments);
        if (code != 0) throw new InvalidOperationException($"ip {arguments}: {said}");
    }

    static (int Code, string Said) Output(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    static string On(int host, string command) => Output("ip", $"netns exec {s_run}h{host} {command}").Said;

    static bool Has(int host) => On(host, "ip -4 -o addr show dev eth0").Contains($" {Address}/", StringComparison.Ordinal);

    /// <summary>Where the third host's kernel believes the address to be.</summary>
    static string Neighbour() => On(3, $"ip neigh show {Address}");

    static string Mac(int host) => On(host, "cat /sys/class/net/eth0/address").Trim();

    /// <summary>The third host asks for the address, as any neighbour does that has something to send.</summary>
    static void Resolves()
    {
        On(3, $"bash -c \"echo > /dev/udp/{Address}/9\"");
        for (var clock = Stopwatch.StartNew(); !Neighbour().Contains("lladdr", StringComparison.Ordinal) && clock.ElapsedMilliseconds < 5_000; Thread.Sleep(20)) { }
    }

    static ServiceAddress Service => ServiceAddress.TryParse($"{Address}:5060", out ServiceAddress address) ? address : throw new InvalidOperationException();

    IpAddresses Driver(int host) => In(host, () => new IpAddresses("eth0", 24, _folder[$"addresses{host}"], IPAddress.Parse(Address)));

    /// <summary>On a thread of its own in the host's namespace: sockets made there stay there.</summary>
    static T In<T>(int host, Func<T> make)
    {
        T? made = default;
        Exception? failed = null;
        var thread = new Thread(() =>
        {
            try
            {
                using Microsoft.Win32.SafeHandles.SafeFileHandle ns = File.OpenHandle($"/var/run/netns/{s_run}h{host}");
                if (setns((int)ns.DangerousGetHandle(), 0) != 0) throw new InvalidOperationException("setns");
                made = make();
            }
            catch (Exception e)
            {
                failed = e;
            }
        });
        thread.Start();
        thread.Join();
        return failed is null ? made! : throw failed;
    }

    static void Hear(IpAddresses driver, List<ServiceAddress> taken)
    {
        for (var clock = Stopwatch.StartNew(); taken.Count == 0 && clock.ElapsedMilliseconds < 5_000; Thread.Sleep(10))
        {
            driver.Tick(Environment.TickCount64);
            driver.Read(taken);
        }
    }

    [Fact]
    public void An_address_moves_neighbours_turn_at_once_and_who_slept_hears_of_it()
    {
        using IpAddresses a = Driver(1), b = Driver(2);
        a.Take(Service, 1);
        Assert.True(Has(1));
        Resolves();
        Assert.Contains(Mac(1), Neighbour());

        // A sleeps: it still has the address when B takes it.
        Thread.Sleep((int)IpAddresses.YoungMs + 100);
        b.Take(Service, 2);
        Assert.True(Has(1) && Has(2));
        Assert.Contains(Mac(2), Neighbour());

        List<ServiceAddress> taken = [];
        Hear(a, taken);
        Assert.Equal([Service], taken);
        Assert.False(Has(1));

        // B has it to itself: A, which had slept, has listened and not said that it has the address.
        List<ServiceAddress> again = [];
        b.Read(again);
        Assert.Empty(again);
        Assert.True(Has(2));
        b.Drop(Service);
        Assert.False(Has(2));
    }

    [Fact]
    public void An_address_that_is_given_away_at_once_is_not_defended()
    {
        using IpAddresses a = Driver(1), b = Driver(2);
        List<ServiceAddress> taken = [];
        a.Take(Service, 1);
        a.Yield(Service);
        b.Take(Service, 2);
        Hear(a, taken);
        Assert.Equal([Service], taken);
        Assert.False(Has(1));
        taken.Clear();
        b.Read(taken);
        Assert.Empty(taken);

        // It comes back before it has left.
        b.Yield(Service);
        b.Take(Service, 3);
        a.Take(Service, 4);
        a.Yield(Service);
        // B speaks again only a while after its last word.
        Thread.Sleep(150);
        b.Read(taken);
        Hear(a, taken);
        Assert.Equal([Service], taken);
        Assert.True(Has(2));
    }

    [Fact]
    public void What_a_killed_guardian_left_is_removed_and_a_hosts_own_address_never()
    {
        using (IpAddresses killed = Driver(1)) killed.Take(Service, 1);
        Assert.True(Has(1));
        using IpAddresses next = Driver(1);
        next.Clear();
        Assert.False(Has(1));

        Run($"netns exec {s_run}h1 ip addr add {Address}/24 dev eth0");
        next.Clear();
        Assert.True(Has(1));
        Assert.Contains("somebody else has set", Assert.Throws<AddressException>(() => next.Take(Service, 1)).Message);
    }

    [Fact]
    public void An_interface_that_is_not_there_is_told() =>
        Assert.Contains("there is no interface 'eth7'", Assert.Throws<AddressException>(() => In(1, () => new IpAddresses("eth7", 24, _folder["x"], IPAddress.Parse(Address)))).Message);

    [System.Runtime.InteropServices.DllImport("libc", SetLastError = true)] static extern int setns(int descriptor, int type);
}
