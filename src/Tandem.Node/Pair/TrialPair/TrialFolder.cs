using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Http;

namespace Tandem.Node.Pair.TrialPair;

/// <param name="Process">0: it does not run.</param>
public sealed record TrialMember(string Name, int Process, int ClientPort, int PeerPort, string Folder)
{
    public Uri Client => new($"http://127.0.0.1:{ClientPort}");
    public Uri Peer => new($"http://127.0.0.1:{PeerPort}");
}

/// <param name="Guardian">Its process; 0: it does not run. The node's is in <c>node.running</c> of <paramref name="Data"/>.</param>
public sealed record TrialSide(string Side, int Guardian, string File, string Data, string Sip, string Http);

/// <summary>
/// A pair on one machine: the folder <c>pair</c> of the data directory. Its file <c>pair.json</c> says what runs where, for
/// commands, drills and benchmarks.
/// </summary>
public sealed record TrialFolder(int Launcher, IReadOnlyList<TrialMember> Etcd, IReadOnlyList<TrialSide> Sides)
{
    const int MembersCount = 3;

    public static string PathIn(string data) => Path.Combine(data, "pair");
    static string StateIn(string folder) => Path.Combine(folder, "pair.json");

    public TrialSide this[string side] => Sides.First(s => s.Side == side);

    /// <summary>Null: there has been no pair yet.</summary>
    /// <param name="folder">See <see cref="PathIn"/>.</param>
    public static TrialFolder? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<TrialFolder>(File.ReadAllBytes(StateIn(folder)), Json.Options);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new NodeException($"{StateIn(folder)} cannot be read: {e.Message}", inner: e);
        }
    }

    public void Write(string folder) => PrivateFile.Write(StateIn(folder), JsonSerializer.Serialize(this, Json.Options) + "\n");

    /// <summary>
    /// Finds ports for etcd and writes all that a pair begins with: key and token, the same on both sides, and the side files.
    /// They are the user's from then on.
    /// </summary>
    public static TrialFolder Make(string folder, string instance, IPEndPoint sipA, IPEndPoint httpA)
    {
        int[] ports = FreePorts(2 * MembersCount);
        List<TrialMember> members = [.. Enumerable.Range(0, MembersCount).Select(i => new TrialMember($"etcd-{i + 1}", 0, ports[2 * i], ports[2 * i + 1], Path.Combine(folder, $"etcd-{i + 1}")))];
        List<TrialSide> sides = [Side("A", sipA, httpA), Side("B", Next(sipA), Next(httpA))];
        Credentials.Open(folder);
        AccessToken.Open(folder);
        foreach (TrialSide side in sides)
        {
            Directory.CreateDirectory(side.Data);
            PrivateFile.Write(AccessToken.PathIn(side.Data), File.ReadAllText(AccessToken.PathIn(folder)));
            PrivateFile.Write(side.File, Text(side, sides.First(s => s.Side != side.Side), instance, members));
        }
        var made = new TrialFolder(0, members, sides);
        made.Write(folder);
        return made;

        TrialSide Side(string side, IPEndPoint sip, IPEndPoint http)
        {
            string name = side.ToLowerInvariant();
            return new TrialSide(side, 0, Path.Combine(folder, $"side-{name}.yaml"), Path.Combine(folder, name), sip.ToString(), http.ToString());
        }
    }

    static string Text(TrialSide own, TrialSide other, string instance, IReadOnlyList<TrialMember> members) => $"""
        # Side {own.Side} of a pair on one machine, made by `tandem up --pair`. What each key means: docs/operating/pair.md
        instance: {instance}
        side: {own.Side}
        data: {Path.GetFileName(own.Data)}
        sip: {own.Sip}
        http: {own.Http}
        address-moves: {"{"}how: loopback, claims: claims{"}"}
        etcd:
          endpoints: [{string.Join(", ", members.Select(static m => m.Client.ToString().TrimEnd('/')))}]
        other-side: {"{"}http: "http://{other.Http}"{"}"}
        instance-key: instance.key

        """;

    /// <summary>The address after this one, the same port.</summary>
    static IPEndPoint Next(IPEndPoint of)
    {
        byte[] bytes = of.Address.GetAddressBytes();
        bytes[^1]++;
        return new IPEndPoint(new IPAddress(bytes), of.Port);
    }

    /// <summary>Of 127.0.0.1, all different.</summary>
    static int[] FreePorts(int count)
    {
        List<TcpListener> listeners = [.. Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        try
        {
            foreach (TcpListener listener in listeners) listener.Start();
            return [.. listeners.Select(static l => ((IPEndPoint)l.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (TcpListener listener in listeners) listener.Dispose();
        }
    }
}
