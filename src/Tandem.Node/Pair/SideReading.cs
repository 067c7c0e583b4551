using System.Globalization;
using System.Net;
using Tandem.Yaml;

namespace Tandem.Node.Pair;

/// <summary>Values that a side file holds more than once. What is wrong is told, and a harmless value goes on.</summary>
/// <param name="folder">Of the side file: relative paths are below it.</param>
sealed class SideReading(string folder)
{
    public static readonly IPEndPoint Nowhere = new(IPAddress.Loopback, 1);
    public static readonly Uri NoUrl = new("http://127.0.0.1:1");

    public string Side(Field? field)
    {
        string? side = field?.Text("write A or B");
        if (side is not null and not ("A" or "B")) field!.Reject($"'{side}' is no side", "write A or B");
        return side is "B" ? "B" : "A";
    }

    public string Name(Field? field)
    {
        string name = field?.Text("write a name") ?? "";
        if (field is not null && (name.Length > 64 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || "-_.".Contains(c))))
            field.Reject($"'{name}' is no fit name", "use 1 to 64 letters a-z, digits and - _ .");
        return name;
    }

    public string? Path(Field? field) => field?.Text("write a path") is { } text ? System.IO.Path.GetFullPath(text, folder) : null;

    public string? ExistingFile(Field field)
    {
        if (Path(field) is not { } path) return null;
        if (!File.Exists(path)) field.Reject($"there is no file {path}", "name a file that is there");
        return path;
    }

    /// <summary>The path of a file that holds a secret; whatever is wrong with it is told.</summary>
    public string? SecretFile(Field field)
    {
        Secret(field);
        return Path(field);
    }

    /// <summary>What a file holds that only its owner may read.</summary>
    public string Secret(Field field)
    {
        if (ExistingFile(field) is not { } path || !File.Exists(path)) return "";
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != UnixFileMode.None)
                field.Reject($"everybody may read {path}", $"chmod 600 {path}");
            string secret = File.ReadAllText(path).Trim();
            if (secret.Length == 0) field.Reject($"{path} is empty", "write the secret into it");
            return secret;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            field.Reject(e.Message, "make the file readable for the user that Tandem runs as");
            return "";
        }
    }

    /// <summary>An IP address with a port: no name, which could mean another host tomorrow.</summary>
    public IPEndPoint EndPoint(Field? field, int example)
    {
        string right = $"write IP:PORT, e.g. 192.0.2.10:{example}";
        if (field?.Text(right) is not { } text) return Nowhere;
        int colon = text.LastIndexOf(':');
        if (colon > 0 && IPAddress.TryParse(text[..colon].Trim('[', ']'), out IPAddress? ip) && text[..colon].Contains(ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? '.' : '[')
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0)
        {
            if (!ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any)) return new IPEndPoint(ip, port);
            field.Reject($"{ip} is every address, and the other side needs one to come to", right);
            return Nowhere;
        }
        field.Reject($"'{text}' is no address with a port", right);
        return Nowhere;
    }

    public Uri Url(Field? field)
    {
        const string Right = "write https://HOST:PORT; http:// only on loopback";
        if (field?.Text(Right) is not { } text) return NoUrl;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.AbsolutePath != "/" || url.Query.Length > 0 || url.UserInfo.Length > 0)
        {
            field.Reject($"'{text}' is no such URL", Right);
            return NoUrl;
        }
        if (url.Scheme == "http" && !(IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip)))
            field.Reject($"{text} goes over a network without TLS", Right);
        return url;
    }
}

/// <summary><c>address-moves</c>: how the service addresses come and go.</summary>
static class MovesSection
{
    const string Right = "write {how: loopback}, {how: ip, interface: eth0, prefix: 24} or {how: none}";

    public static AddressMoves Read(Field? field, IPEndPoint sip, IPEndPoint http, SideReading read)
    {
        var none = new AddressMoves(MovesHow.None);
        if (field is null) return none;
        if (field.Tree is YamlText && field.Text(Right) is { } only)
        {
            if (only == "none") return none;
            field.Reject($"'{only}' needs more than its name", Right);
            return none;
        }
        if (field.Map(Right) is not { } map) return none;
        string how = map.Required("how", Right)?.Text(Right) ?? "none";
        AddressMoves made = none;
        switch (how)
        {
            case "none": break;
            case "loopback":
                made = new AddressMoves(MovesHow.Loopback, Claims: read.Path(map.Required("claims", "name a folder that both sides see")) ?? "");
                if (!IPAddress.IsLoopback(sip.Address) && sip != SideReading.Nowhere) field.Reject($"sip is {sip}, which is not on loopback", "write sip: 127.0.0.2:5060 for a trial on one machine, or how: ip");
                break;
            case "ip":
                made = new AddressMoves(MovesHow.Ip, map.Required("interface", "name the interface, e.g. eth0")?.Text() ?? "", map.Required("prefix", "write the network's length, e.g. 24")?.Integer(1, 32) ?? 0);
                if (sip.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork) field.Reject($"sip is {sip}, and IPv6 addresses do not move yet", "use an IPv4 address for sip, or how: none");
                else if (IPAddress.IsLoopback(sip.Address) && sip != SideReading.Nowhere) field.Reject($"sip is {sip}, which is on loopback", "write the service address of the segment, or how: loopback");
                if (sip.Address.Equals(http.Address)) field.Reject($"http is on {http.Address}, the service address, and would leave with it", "give http the host's own address");
                break;
            default: field.Reject($"'{how}' is no way for addresses to move", Right); break;
        }
        map.Done();
        return made;
    }
}

/// <summary><c>etcd</c>: where the journal is.</summary>
static class EtcdSection
{
    public static EtcdSettings Read(Field? field, SideReading read)
    {
        if (field?.Map("write endpoints: [https://…:2379, …]") is not { } map) return new EtcdSettings([]);
        List<Uri> endpoints = [];
        foreach (Field item in map.Required("endpoints", "name the three members, this host's first")?.Items() ?? [])
        {
            Uri url = read.Url(item);
            if (endpoints.Contains(url) && url != SideReading.NoUrl) item.Reject($"'{url}' comes twice", "name each member once");
            endpoints.Add(url);
        }
        Field? ca = map.Optional("ca"), certificate = map.Optional("certificate"), key = map.Optional("key"), user = map.Optional("user"), password = map.Optional("password-file");
        map.Done();
        if (endpoints.Count is 1 or 2) map["endpoints"].Warn($"{endpoints.Count} of three members", "name all three: the others are tried when one is down");
        if (certificate is null != key is null) (certificate ?? key)!.Reject("certificate and key go together", "name both, or neither");
        if (user is null != password is null) (user ?? password)!.Reject("user and password-file go together", "name both, or neither");
        return new EtcdSettings(endpoints,
            ca is null ? null : read.ExistingFile(ca),
            certificate is null ? null : read.ExistingFile(certificate),
            key is null ? null : read.SecretFile(key),
            user?.Text() ?? "",
            password is null ? "" : read.Secret(password));
    }
}
