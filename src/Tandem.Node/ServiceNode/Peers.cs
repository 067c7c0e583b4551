using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Loop;
using Tandem.Sip;

namespace Tandem.Node.ServiceNode;

using Configuration = Tandem.Core.Schema.Configuration;

/// <summary>Who sent a request: a trunk or a phone by name, or the status with which it is refused.</summary>
readonly record struct Sender(string Trunk, string Phone, int Status);

/// <summary>A configured address, resolved.</summary>
sealed record PeerAddress(SipEndPoint Remote, bool OverTcp);

/// <summary>
/// Phones and trunks as the edge knows them: by their addresses and their credentials. A request is a trunk's by its source,
/// a phone's by its fixed address or by digest; nobody else may call.
/// </summary>
sealed class Peers(Credentials credentials, byte[] nonceKey, MonotonicClock clock)
{
    readonly Dictionary<UInt128, List<(int Port, string Trunk)>> _trunkSources = [];
    readonly Dictionary<string, Phone> _phones = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _trunkTargets = new(StringComparer.Ordinal);
    readonly Dictionary<ByteString, DigestSecrets> _secrets = [];
    readonly Dictionary<string, DigestServer> _servers = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, PeerAddress?> _addresses = new(StringComparer.Ordinal);
    Configuration? _configuration;

    public void Configure(Configuration configuration)
    {
        if (ReferenceEquals(configuration, _configuration)) return;
        _configuration = configuration;
        _phones.Clear();
        _trunkSources.Clear();
        _trunkTargets.Clear();
        _servers.Clear();
        foreach (Phone phone in configuration.Phones)
        {
            _phones[phone.Name] = phone;
            if (phone.Address.Length > 0) Resolve(phone.Address);
        }
        foreach (Trunk trunk in configuration.Trunks)
        {
            if (trunk.Address.Length > 0)
            {
                _trunkTargets[trunk.Name] = trunk.Address;
                Resolve(trunk.Address);
            }
            IEnumerable<string> sources = trunk.Sources.Count > 0 ? trunk.Sources : [trunk.Address.Split(';')[0]];
            foreach (string source in sources) AddSource(source, portMatters: trunk.Sources.Count > 0, trunk.Name);
        }
    }

    void AddSource(string source, bool portMatters, string trunk)
    {
        // "192.0.2.7" names any port of it; "192.0.2.7:5060" that one.
        IPEndPoint? point = IPAddress.TryParse(source, out IPAddress? address) ? new IPEndPoint(address, 0)
            : IPEndPoint.TryParse(source, out IPEndPoint? parsed) ? parsed : null;
        if (point is null) return;
        SipEndPoint key = SipEndPoint.From(point);
        if (!_trunkSources.TryGetValue(key.Address, out List<(int, string)>? at)) _trunkSources[key.Address] = at = [];
        at.Add((portMatters ? point.Port : 0, trunk));
    }

    /// <summary>The resolved address of a trunk or of a phone with a fixed one. Null: it has none, or its name does not resolve.</summary>
    public PeerAddress? Address(string name, bool isTrunk)
    {
        string? target = isTrunk ? _trunkTargets.GetValueOrDefault(name) : _phones.GetValueOrDefault(name)?.Address;
        return target is { Length: > 0 } ? _addresses.GetValueOrDefault(target) : null;
    }

    public Phone? Phone(string name) => _phones.GetValueOrDefault(name);

    /// <summary>Who sent this request. With status 401, <paramref name="challenge"/> has the header lines.</summary>
    public Sender Identify(ServerTransaction transaction, out byte[] challenge)
    {
        challenge = [];
        if (TrunkAt(transaction.Flow.Remote) is { } trunk) return new Sender(trunk, "", 0);
        SipMessage request = transaction.Request;
        string name = Numbers.Of(request.From.Uri);
        if (_phones.TryGetValue(name, out Phone? phone) && phone.SealedCredentials.IsEmpty && phone.Address.Length > 0)
        {
            bool fromThere = _addresses.GetValueOrDefault(phone.Address) is { } at && at.Remote == transaction.Flow.Remote;
            return new Sender("", name, fromThere ? 0 : 403);
        }
        int status = Authenticate(request, phone, out string user, out challenge);
        // Who proved to be 101 speaks for 101 only.
        return status != 0 ? new Sender("", "", status) : user == name ? new Sender("", user, 0) : new Sender("", "", 403);
    }

    /// <summary>0 and the phone's name; 401 and a challenge.</summary>
    public int Authenticate(SipMessage request, Phone? phone, out string user, out byte[] challenge)
    {
        challenge = [];
        user = "";
        if (_configuration is null) return 503;
        DigestServer server = ServerFor(phone);
        long wallSeconds = clock.UnixUs / 1_000_000;
        DigestVerdict verdict = server.Verify(request, Secret, wallSeconds, out user);
        if (verdict == DigestVerdict.Good) return 0;
        challenge = server.Challenge(wallSeconds, request.CallId, stale: verdict == DigestVerdict.Stale);
        return 401;
    }

    string? Secret(string user, DigestAlgorithm algorithm)
    {
        if (!_phones.TryGetValue(user, out Phone? phone) || phone.SealedCredentials.IsEmpty) return null;
        if (!_secrets.TryGetValue(phone.SealedCredentials, out DigestSecrets? secrets))
        {
            if (!credentials.TryOpen(phone.SealedCredentials, out secrets)) return null;
            _secrets[phone.SealedCredentials] = secrets;
        }
        return algorithm switch
        {
            DigestAlgorithm.Md5 => secrets.Md5,
            DigestAlgorithm.Sha256 => secrets.Sha256,
            _ => null,
        };
    }

    DigestServer ServerFor(Phone? phone)
    {
        IList<string> names = phone is { DigestAlgorithms.Count: > 0 } ? phone.DigestAlgorithms : _configuration!.Settings.DigestAlgorithms;
        string key = string.Join(',', names);
        if (_servers.TryGetValue(key, out DigestServer? server)) return server;
        var algorithms = names.Select(static n => n == "sha-256" ? DigestAlgorithm.Sha256 : DigestAlgorithm.Md5).ToList();
        if (algorithms.Count == 0) algorithms = [DigestAlgorithm.Md5];
        return _servers[key] = new DigestServer(new DigestServerOptions { Realm = _configuration!.Instance, Secret = nonceKey, Algorithms = algorithms });
    }

    string? TrunkAt(SipEndPoint remote)
    {
        if (!_trunkSources.TryGetValue(remote.Address, out List<(int Port, string Trunk)>? at)) return null;
        foreach ((int port, string trunk) in at)
            if (port == 0 || port == remote.Port) return trunk;
        return null;
    }

    /// <summary>Host names are looked up aside, again with each configuration; until then their peers cannot be reached.</summary>
    void Resolve(string target)
    {
        string[] parts = target.Split(';');
        bool overTcp = parts.Length > 1 && parts[1].Contains("tcp", StringComparison.Ordinal);
        if (IPEndPoint.TryParse(parts[0], out IPEndPoint? point))
        {
            _addresses[target] = new PeerAddress(SipEndPoint.From(point), overTcp);
            return;
        }
        int colon = parts[0].LastIndexOf(':');
        string host = parts[0][..colon];
        int port = int.Parse(parts[0].AsSpan(colon + 1));
        _ = Task.Run(async () =>
        {
            try
            {
                IPAddress[] found = await Dns.GetHostAddressesAsync(host).ConfigureAwait(false);
                IPAddress? first = found.FirstOrDefault(static a => a.AddressFamily == AddressFamily.InterNetwork) ?? found.FirstOrDefault();
                if (first is not null) _addresses[target] = new PeerAddress(SipEndPoint.From(new IPEndPoint(first, port)), overTcp);
            }
            catch (SocketException)
            {
                _addresses.TryAdd(target, null);
            }
        });
    }
}
