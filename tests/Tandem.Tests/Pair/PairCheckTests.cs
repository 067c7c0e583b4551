using Tandem.Journal;
using Tandem.Node.Pair;

namespace Tandem.Tests.Pair;

public sealed class PairCheckTests
{
    static readonly SideIdentity s_a = new("main", "A", "a", "home-a", "0.1.0", "192.0.2.10:5060", "key", "heartbeat 100 ms", 1_000_000);
    static readonly SideIdentity s_b = s_a with { Side = "B", Node = "b", Home = "home-b", Sip = "192.0.2.11:5060" };

    [Fact]
    public void Two_sides_that_fit_start() => Assert.Empty(PairCheck.Faults(s_a, s_b));

    [Theory]
    [InlineData("instance", "serves instance 'other'")]
    [InlineData("side", "both side files say side: A")]
    [InlineData("itself", "names this side itself")]
    [InlineData("node", "both sides' nodes are named 'a'")]
    [InlineData("sip", "both sides have the service address")]
    [InlineData("key", "the instance keys differ")]
    [InlineData("timings", "the timings differ")]
    [InlineData("clock", "the clocks are 1.5 s apart")]
    [InlineData("release", "cannot run together")]
    public void What_does_not_fit_is_told_with_what_to_do(string what, string told)
    {
        SideIdentity other = what switch
        {
            "instance" => s_b with { Instance = "other" },
            "side" => s_b with { Side = "A" },
            "itself" => s_a,
            "node" => s_b with { Node = "a" },
            "sip" => s_b with { Sip = s_a.Sip },
            "key" => s_b with { KeyPrint = "another" },
            "timings" => s_b with { Timings = "heartbeat 200 ms" },
            "clock" => s_b with { UnixMs = s_a.UnixMs - 1_500 },
            _ => s_b with { Release = "0.3.0" },
        };
        string fault = Assert.Single(PairCheck.Faults(s_a, other));
        Assert.Contains(told, fault);
        Assert.Contains(": ", fault);
    }

    [Theory]
    [InlineData(1_000, 0, true)]
    [InlineData(1_001, 0, false)]
    [InlineData(1_400, 500, true)]
    public void Clocks_may_be_a_second_apart_beyond_the_time_that_asking_took(int apartMs, double roundTripMs, bool fit) =>
        Assert.Equal(fit, PairCheck.Faults(s_a, s_b with { UnixMs = s_a.UnixMs + apartMs }, roundTripMs).Count == 0);

    [Theory]
    [InlineData("0.1.0", "0.2.5", true)]
    [InlineData("0.1.0-beta", "0.1.0", true)]
    [InlineData("1.0.0", "0.9.0", false)]
    [InlineData("odd", "0.1.0", false)]
    public void Releases_that_follow_each_other_run_together(string one, string other, bool fit) =>
        Assert.Equal(fit, PairCheck.Faults(s_a with { Release = one }, s_b with { Release = other }).Count == 0);

    [Fact]
    public void The_same_side_on_another_host_is_found_while_its_record_is_fresh()
    {
        using var folder = new TemporaryFolder();
        SideOptions side = SideFiles.A(folder, "127.0.0.3:8080");
        DateTimeOffset now = DateTimeOffset.UnixEpoch.AddDays(20_000);
        SideRecord Told(string side, string url, int secondsAgo) => new(side, "a2", 7, "0.1.0", url, 0, default, 0, now.AddSeconds(-secondsAgo).ToUnixTimeMilliseconds());

        Assert.Contains("side A of main runs already, at http://127.0.0.9:8080/ as node a2", PairCheck.SameSideTwice(side, [Told("A", "http://127.0.0.9:8080/", 1)], now));
        Assert.Null(PairCheck.SameSideTwice(side, [Told("A", "http://127.0.0.2:8080/", 1)], now));
        Assert.Null(PairCheck.SameSideTwice(side, [Told("A", "http://127.0.0.9:8080/", 60)], now));
        Assert.Null(PairCheck.SameSideTwice(side, [Told("B", "http://127.0.0.9:8080/", 1)], now));
        Assert.Null(PairCheck.SameSideTwice(side, [], now));
    }
}
