using System.Net;
using Tandem.History;
using Tandem.Node.ConfigurationFiles;
using Tandem.Yaml;
using YamlDotNet.Core;

namespace Tandem.Node.Pair;

/// <param name="Options">Null when any problem is an error.</param>
public sealed record LoadedSide(SideOptions? Options, IReadOnlyList<Problem> Problems);

/// <summary>Reads a side file: strictly, and everything wrong with it at once, as the configuration is read.</summary>
public static class SideFile
{
    /// <exception cref="NodeException">With errors: after each was told on the log.</exception>
    public static SideOptions LoadOrTell(string path, TextWriter log)
    {
        LoadedSide loaded = Load(path);
        foreach (Problem problem in loaded.Problems) log.WriteLine(problem);
        return loaded.Options ?? throw new NodeException($"{path} has errors: nothing was started", NodeException.Usage);
    }

    public static LoadedSide Load(string path)
    {
        var problems = new Problems();
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new Problem(path, 0, "", e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message, "name a side file (docs/operating/pair.md)"));
            return new LoadedSide(null, problems.Sorted);
        }
        SideOptions? options = null;
        try
        {
            if (YamlReader.Read(text) is not { } tree) problems.Add(new Problem(path, 0, "", "the file is empty", "write instance, side, node, … (docs/operating/pair.md)"));
            else if (new Field(path, "", tree, problems).Map("write keys such as side: and etcd:") is { } whole) options = Read(whole, path);
        }
        catch (YamlException broken)
        {
            problems.Add(new Problem(path, (int)broken.Start.Line, "", $"this is not YAML: {broken.InnerException?.Message ?? broken.Message}", "check indentation, colons and quotes at this line"));
        }
        return new LoadedSide(problems.AnyError ? null : options, problems.Sorted);
    }

    static SideOptions Read(Mapping whole, string path)
    {
        var read = new SideReading(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        string side = read.Side(whole.Required("side", "write A or B"));
        string data = read.Path(whole.Required("data", "write the side's data directory")) ?? "";
        IPEndPoint sip = read.EndPoint(whole.Required("sip", "write the service address, e.g. 192.0.2.10:5060"), 5060);
        (IPEndPoint http, string? certificate, string certificatePassword) = Http(whole.Required("http", "write where the API listens, e.g. 192.0.2.1:8443"), read);
        AddressMoves moves = MovesSection.Read(whole.Required("address-moves", "write loopback, ip or none, and what it needs"), sip, http, read);
        var options = new SideOptions
        {
            Path = System.IO.Path.GetFullPath(path),
            Instance = read.Name(whole.Required("instance", "write the contact centre's name, the same on both sides")),
            Side = side,
            Node = whole.Optional("node") is { } node ? read.Name(node) : side.ToLowerInvariant(),
            Data = data,
            Sip = sip,
            Http = http,
            HttpCertificate = certificate,
            HttpCertificatePassword = certificatePassword,
            AddressMoves = moves,
            Etcd = EtcdSection.Read(whole.Required("etcd", "name the three members: endpoints: [https://…:2379, …]"), read),
            Other = Other(whole.Required("other-side", "write http: and the other side's URL"), side, read),
            History = History(whole.Optional("history"), data, read),
            InstanceKey = whole.Optional("instance-key") is { } key ? read.SecretFile(key) ?? "" : System.IO.Path.Combine(data, "instance.key"),
            Configuration = whole.Optional("configuration") is { } configuration ? read.Path(configuration) : null,
            Timings = Timings(whole.Optional("timings")),
        };
        whole.Done();
        return options;
    }

    static (IPEndPoint, string?, string) Http(Field? field, SideReading read)
    {
        if (field is null) return (SideReading.Nowhere, null, "");
        if (field.Tree is not YamlMap) return (Closed(read.EndPoint(field, 8080), null, field), null, "");
        if (field.Map() is not { } map) return (SideReading.Nowhere, null, "");
        Field? address = map.Required("address", "write HOST:PORT, e.g. 192.0.2.1:8443");
        string? certificate = map.Optional("certificate") is { } c ? read.ExistingFile(c) ?? "" : null;
        string password = map.Optional("certificate-password-file") is { } p ? read.Secret(p) : "";
        map.Done();
        return (Closed(read.EndPoint(address, 8443), certificate, field), certificate, password);
    }

    static IPEndPoint Closed(IPEndPoint address, string? certificate, Field field)
    {
        if (certificate is null && !IPAddress.IsLoopback(address.Address) && address != SideReading.Nowhere)
            field.Reject($"HTTP on {address.Address} needs TLS, because tokens and callers' numbers go over it", "write {address: …, certificate: FILE} with a PKCS#12 file");
        return address;
    }

    static OtherSide Other(Field? field, string side, SideReading read)
    {
        string otherwise = side == "A" ? "B" : "A";
        if (field?.Map("write http: and the other side's URL") is not { } map) return new OtherSide(otherwise, SideReading.NoUrl);
        Uri http = read.Url(map.Required("http", "write the other side's URL, e.g. https://192.0.2.2:8443"));
        string? ca = map.Optional("ca") is { } file ? read.ExistingFile(file) : null;
        map.Done();
        return new OtherSide(otherwise, http, ca);
    }

    static HistorySettings History(Field? field, string data, SideReading read)
    {
        var usual = new HistorySettings(System.IO.Path.Combine(data, "history.sqlite"));
        if (field?.Map("write sqlite: FILE or postgresql: CONNECTION") is not { } map) return usual;
        Field? sqlite = map.Optional("sqlite"), postgres = map.Optional("postgresql"), password = map.Optional("password-file");
        map.Done();
        if (postgres is null)
        {
            password?.Reject("is of no use for SQLite", "leave it out");
            return sqlite is null ? usual : new HistorySettings(read.Path(sqlite));
        }
        if (sqlite is not null) postgres.Reject("'sqlite' stands here too", "keep one of the two");
        string connection = postgres.Text("write a connection string, e.g. Host=/var/run/postgresql;Database=tandem") ?? "";
        if (connection.Contains("password", StringComparison.OrdinalIgnoreCase))
        {
            postgres.Reject("holds a password", "put it into a file of its own: password-file: FILE");
            return usual;
        }
        if (password is not null)
        {
            // It is read again whenever the database is connected; what is wrong with it is told now.
            read.Secret(password);
            connection = HistoryAddress.WithPasswordFile(connection, read.Path(password)!);
        }
        try
        {
            if (HistoryAddress.Parse(connection).File is not null) postgres.Reject("is no PostgreSQL connection", "write postgresql://USER@HOST/DATABASE or Host=…;Username=…;Database=…");
        }
        catch (HistoryAddressException e)
        {
            postgres.Reject(e.Message, "write postgresql://USER@HOST/DATABASE or Host=…;Username=…;Database=…");
        }
        return new HistorySettings(null, connection);
    }

    static SideTimings Timings(Field? field)
    {
        var usual = new SideTimings();
        if (field?.Map("write times such as heartbeat: 100ms") is not { } map) return usual;
        SideTimings made = usual with
        {
            HeartbeatMs = Of("heartbeat", usual.HeartbeatMs, 5_000),
            FenceMs = Of("fence", usual.FenceMs, 20_000),
            RenewalMs = Of("renewal", usual.RenewalMs, 20_000),
            DrainMs = Of("drain", usual.DrainMs, 5_000),
            StopMs = Of("stop", usual.StopMs, 300_000),
            DefaultRouteMs = Of("default-route", usual.DefaultRouteMs, 20_000),
            RecordMs = Of("record", usual.RecordMs, 60_000),
        };
        map.Done();
        // Five missed heartbeats declare a node lost: by then it must have fallen silent, and been killed if it sleeps.
        int lostMs = 5 * made.HeartbeatMs;
        if (Math.Max(made.FenceMs, made.RenewalMs) > lostMs - made.HeartbeatMs)
            field.Reject($"a node is declared lost after five heartbeats, {lostMs} ms, and would still act: fence is {made.FenceMs} ms, renewal {made.RenewalMs} ms",
                $"keep both at {lostMs - made.HeartbeatMs} ms or less, or make the heartbeat longer; the same on both sides");
        if (made.RenewalMs < 100) field.Reject($"a renewal of {made.RenewalMs} ms would kill nodes that only waited for a processor", "write 100ms or more");
        return made;

        int Of(string key, int otherwise, int max) => map.Optional(key) is { } time ? (int)time.Duration(max) : otherwise;
    }
}
