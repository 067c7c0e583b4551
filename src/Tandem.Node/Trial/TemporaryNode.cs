using System.Net;
using Tandem.Core.Scripts;
using Tandem.Node.Commands;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Http;

namespace Tandem.Node.Trial;

/// <summary>A whole node with the ready-made contact centre, in a folder of its own and on free ports; nothing is left of it.</summary>
sealed class TemporaryNode : IAsyncDisposable
{
    readonly Node _node;
    readonly HttpEdge _http;

    TemporaryNode(Node node, HttpEdge http) => (_node, _http) = (node, http);

    public string Data => _node.DataDirectory;

    public static async Task<TemporaryNode> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("tandem-try-").FullName;
        Node? node = null;
        HttpEdge? http = null;
        try
        {
            var options = new NodeOptions { Data = folder, Sip = new IPEndPoint(IPAddress.Loopback, 0), Http = new IPEndPoint(IPAddress.Loopback, 0) };
            string configuration = ReadyMade.WriteTo(folder);
            LoadedConfiguration loaded = ConfigurationFile.Load(configuration, Credentials.Open(folder), PhonePasswords.Open(folder), CompiledScript.CheckExpression);
            node = new Node(options, loaded.Configuration!.Instance, TextWriter.Null);
            http = await HttpEdge.StartAsync(node, TextWriter.Null);
            await node.StartAsync();
            Running.Write(folder, http, node.Instance);
            await node.Configurations.TakeAsync(
                passwords => ConfigurationFile.Load(configuration, node.Credentials, passwords, CompiledScript.CheckExpression),
                entry => node.CommandAsync(entry, "admin"), dryRun: false);
            return new TemporaryNode(node, http);
        }
        catch
        {
            if (http is not null) await http.DisposeAsync();
            if (node is not null) await node.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        string folder = Data;
        await _http.DisposeAsync();
        await _node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
