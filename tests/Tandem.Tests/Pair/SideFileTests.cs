using Tandem.Node.Pair;
using Tandem.Yaml;

namespace Tandem.Tests.Pair;

public sealed class SideFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    const string Trial = """
        instance: main
        side: A
        data: a
        sip: 127.0.0.2:5060
        http: 127.0.0.2:8080
        address-moves: {how: loopback, claims: claims}
        etcd: {endpoints: [http://127.0.0.1:2379, http://127.0.0.1:2389, http://127.0.0.1:2399]}
        other-side: {http: "http://127.0.0.3:8080"}
        """;

    public void Dispose() => _folder.Dispose();

    LoadedSide Load(string text) => SideFile.Load(_folder.Write("side-a.yaml", text));

    string[] Problems(string text)
    {
        LoadedSide loaded = Load(text);
        Assert.Null(loaded.Options);
        return [.. loaded.Problems.Select(p => p.ToString()[(_folder.Path.Length + 1)..])];
    }

    [Fact]
    public void A_trial_pairs_file_needs_little()
    {
        SideOptions side = Load(Trial).Options!;

        Assert.Equal(("main", "A", "a", "127.0.0.2:5060"), (side.Instance, side.Side, side.Node, side.Sip.ToString()));
        Assert.Equal((_folder["a"], _folder["claims"], _folder["a/history.sqlite"], _folder["a/instance.key"]), (side.Data, side.AddressMoves.Claims, side.History.Sqlite, side.InstanceKey));
        Assert.Equal(("B", 3, 350, 100), (side.Other.Side, side.Etcd.Endpoints.Count, side.Timings.RenewalMs, side.Timings.HeartbeatMs));
    }

    [Fact]
    public void A_production_file_names_keys_certificates_and_passwords_by_file()
    {
        foreach (string file in (string[])["node.p12", "ca.pem", "a.pem"]) _folder.Write(file, "x");
        foreach (string file in (string[])["etcd-password", "history-password", "a.key", "instance.key"])
        {
            _folder.Write(file, "se\"cret\n");
            File.SetUnixFileMode(_folder[file], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        SideOptions side = Load("""
            instance: main
            side: B
            node: berlin-2
            data: /var/lib/tandem
            sip: 192.0.2.11:5060
            http: {address: "192.0.2.2:8443", certificate: node.p12}
            address-moves: {how: ip, interface: eth0, prefix: 24}
            etcd:
              endpoints: [https://192.0.2.2:2379, https://192.0.2.1:2379, https://192.0.2.3:2379]
              ca: ca.pem
              certificate: a.pem
              key: a.key
              user: tandem
              password-file: etcd-password
            other-side: {http: "https://192.0.2.1:8443", ca: ca.pem}
            history: {postgresql: Host=/run/postgresql;Username=tandem;Database=tandem, password-file: history-password}
            instance-key: instance.key
            timings: {heartbeat: 200ms, fence: 700ms, renewal: 800ms}
            """).Options!;

        Assert.Equal(("berlin-2", MovesHow.Ip, "eth0", 24, "A"), (side.Node, side.AddressMoves.How, side.AddressMoves.Interface, side.AddressMoves.Prefix, side.Other.Side));
        Assert.Equal(("tandem", "se\"cret"), (side.Etcd.User, side.Etcd.Password));
        Assert.StartsWith("Host=/run/postgresql;Username=tandem;Database=tandem", side.History.PostgreSql);
        Assert.Contains(_folder["history-password"], side.History.PostgreSql);
        Assert.DoesNotContain("se\"", side.History.PostgreSql);
        Assert.Equal((200, 700, 800), (side.Timings.HeartbeatMs, side.Timings.FenceMs, side.Timings.RenewalMs));
    }

    [Fact]
    public void Everything_wrong_is_told_at_once_with_its_line_and_what_would_be_right()
    {
        string[] problems = Problems("""
            instance: my centre
            side: C
            data: a
            sip: 0.0.0.0:5060
            http: 192.0.2.1:8080
            adress-moves: none
            etcd: {endpoints: [http://192.0.2.1:2379], user: tandem}
            other-side: {http: "http://192.0.2.2:8443/api"}
            instance-key: nowhere.key
            history: {sqlite: h.sqlite, postgresql: Host=x;Password=y}
            timings: {fence: 2s}
            """);

        Assert.Equal(
        [
            "side-a.yaml:1: 'address-moves' is missing; write loopback, ip or none, and what it needs",
            "side-a.yaml:1: instance: 'my centre' is no fit name; use 1 to 64 letters a-z, digits and - _ .",
            "side-a.yaml:2: side: 'C' is no side; write A or B",
            "side-a.yaml:4: sip: 0.0.0.0 is every address, and the other side needs one to come to; write IP:PORT, e.g. 192.0.2.10:5060",
            "side-a.yaml:5: http: HTTP on 192.0.2.1 needs TLS, because tokens and callers' numbers go over it; write {address: …, certificate: FILE} with a PKCS#12 file",
            "side-a.yaml:6: adress-moves: unknown key 'adress-moves'; did you mean 'address-moves'?",
            "side-a.yaml:7: etcd.endpoints: warning: 1 of three members; name all three: the others are tried when one is down",
            "side-a.yaml:7: etcd.endpoints[1]: http://192.0.2.1:2379 goes over a network without TLS; write https://HOST:PORT; http:// only on loopback",
            "side-a.yaml:7: etcd.user: user and password-file go together; name both, or neither",
            "side-a.yaml:8: other-side.http: 'http://192.0.2.2:8443/api' is no such URL; write https://HOST:PORT; http:// only on loopback",
            $"side-a.yaml:9: instance-key: there is no file {_folder["nowhere.key"]}; name a file that is there",
            "side-a.yaml:10: history.postgresql: 'sqlite' stands here too; keep one of the two",
            "side-a.yaml:10: history.postgresql: holds a password; put it into a file of its own: password-file: FILE",
            "side-a.yaml:11: timings: a node is declared lost after five heartbeats, 500 ms, and would still act: fence is 2000 ms, renewal 350 ms; keep both at 400 ms or less, or make the heartbeat longer; the same on both sides",
        ], problems.Order(new ByLine()).ToArray());
    }

    [Theory]
    [InlineData("address-moves: {how: loopback, claims: claims}", "address-moves: {how: ip, interface: eth0, prefix: 24}", "on loopback")]
    [InlineData("address-moves: {how: loopback, claims: claims}", "address-moves: loopback", "needs more than its name")]
    [InlineData("sip: 127.0.0.2:5060", "sip: 192.0.2.10:5060", "not on loopback")]
    [InlineData("sip: 127.0.0.2:5060", "sip: sip.example.org:5060", "no address with a port")]
    [InlineData("side: A", "side: A\nside: B", "comes twice")]
    [InlineData("instance: main", "", "'instance' is missing")]
    [InlineData("instance: main", "instance: [", "this is not YAML")]
    public void A_slip_is_told(string right, string wrong, string told) => Assert.Contains(Problems(Trial.Replace(right, wrong)), p => p.Contains(told, StringComparison.Ordinal));

    [Fact]
    public void A_secret_that_everybody_may_read_is_refused()
    {
        _folder.Write("password", "secret");
        File.SetUnixFileMode(_folder["password"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains("everybody may read", Assert.Single(Problems(Trial.Replace("etcd: {", "etcd: {user: tandem, password-file: password, "))));
        Assert.Contains("everybody may read", Assert.Single(Problems(Trial + "\ninstance-key: password\n")));
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() => Assert.Contains("there is no such file", Assert.Single(SideFile.Load(_folder["side-c.yaml"]).Problems).ToString());

    sealed class ByLine : IComparer<string>
    {
        public int Compare(string? a, string? b) => LineOf(a!).CompareTo(LineOf(b!)) is var byLine and not 0 ? byLine : string.CompareOrdinal(a, b);
        static int LineOf(string problem) => int.TryParse(problem.Split(':')[1], out int line) ? line : 0;
    }
}
