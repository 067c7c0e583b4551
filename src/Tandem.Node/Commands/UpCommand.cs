using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Tandem.Core.Schema;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Http;
using Tandem.Yaml;

namespace Tandem.Node.Commands;

/// <summary>`up`: runs a node until it is told to stop.</summary>
static class UpCommand
{
    static readonly Option<string?> s_configuration = new("--config") { Description = "A YAML file or a folder of them; without it what the node has, at the first start a ready-made contact centre", HelpName = "FILE|DIR" };
    static readonly Option<string> s_sip = new("--sip") { Description = "Where phones and trunks reach the node, UDP and TCP", HelpName = "HOST:PORT", DefaultValueFactory = static _ => "127.0.0.1:5060" };
    static readonly Option<string> s_http = new("--http") { Description = "Where the API listens", HelpName = "HOST:PORT", DefaultValueFactory = static _ => "127.0.0.1:8080" };
    static readonly Option<string?> s_history = new("--history") { Description = "Where history is written: a SQLite file or postgresql://USER@HOST/DATABASE?passwordfile=FILE; without it history.sqlite in the data directory", HelpName = "FILE|CONNECTION" };
    static readonly Option<string?> s_certificate = new("--certificate") { Description = "PKCS#12 file for HTTPS; needed when --http is not loopback. Its password: TANDEM_CERTIFICATE_PASSWORD", HelpName = "FILE" };

    static readonly Option<bool> s_pair = new("--pair") { Description = "A pair on this machine: three etcd members, side A, side B. --sip and --http are side A's (127.0.0.2); side B has the next address" };

    public static Command Create()
    {
        var command = new Command("up", "Runs a node until Ctrl-C or SIGTERM; with --pair a whole pair") { s_configuration, s_sip, s_http, s_history, s_certificate, s_pair };
        command.SetAction((line, _) => line.GetValue(s_pair) ? RunPairAsync(line) : RunAsync(Read(line)));
        return command;
    }

    static Task<int> RunPairAsync(ParseResult line)
    {
        if (line.GetValue(s_certificate) is not null) throw new NodeException("--certificate is of no use for a pair on one machine, which listens on loopback alone", NodeException.Usage);
        IPEndPoint? sip = Given(s_sip), http = Given(s_http);
        if ((sip ?? http) is { } given && !(IPAddress.IsLoopback(sip?.Address ?? given.Address) && IPAddress.IsLoopback(http?.Address ?? given.Address)))
            throw new NodeException($"a pair on one machine has loopback addresses, e.g. --sip 127.0.0.2:5060; two hosts: docs/operating/pair.md", NodeException.Usage);
        return UpPairCommand.RunAsync(Path.GetFullPath(line.GetValue(CommandLine.Data)!), line.GetValue(s_configuration), sip, http);

        IPEndPoint? Given(Option<string> option) => line.GetResult(option) is { Implicit: false } ? EndPointOf(option.Name, line.GetValue(option)!) : null;
    }

    static NodeOptions Read(ParseResult line)
    {
        IPEndPoint sip = EndPointOf("--sip", line.GetValue(s_sip)!);
        if (sip.Address.Equals(IPAddress.Any) || sip.Address.Equals(IPAddress.IPv6Any))
            throw new NodeException($"--sip {sip}: phones need an address to come back to; name the one of this machine that they reach, e.g. --sip 192.0.2.10:{sip.Port}", NodeException.Usage);
        return new NodeOptions
        {
            Data = Path.GetFullPath(line.GetValue(CommandLine.Data)!),
            Configuration = line.GetValue(s_configuration),
            Sip = sip,
            Http = EndPointOf("--http", line.GetValue(s_http)!),
            History = line.GetValue(s_history),
            Certificate = line.GetValue(s_certificate),
            CertificatePassword = Environment.GetEnvironmentVariable("TANDEM_CERTIFICATE_PASSWORD") ?? "",
        };
    }

    static IPEndPoint EndPointOf(string option, string text)
    {
        int colon = text.LastIndexOf(':');
        NodeException wrong = new($"{option} {text}: write HOST:PORT, e.g. 127.0.0.1:{(option == "--sip" ? 5060 : 8080)}", NodeException.Usage);
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out ushort port)) throw wrong;
        string host = text[..colon].Trim('[', ']');
        if (IPAddress.TryParse(host, out IPAddress? address)) return new IPEndPoint(address, port);
        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(host, AddressFamily.InterNetwork).First(), port);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or InvalidOperationException)
        {
            throw new NodeException($"{option} {text}: '{host}' has no address", NodeException.Usage, e);
        }
    }

    static async Task<int> RunAsync(NodeOptions options)
    {
        using var stop = new StopSignals();
        bool isNew = PrepareData(options);
        string? configuration = options.Configuration ?? (isNew ? ReadyMade.WriteTo(options.Data) : null);
        string? instance = configuration is null ? null : CheckedInstance(configuration, options.Data);
        Say(isNew ? $"a new contact centre in {options.Data}" : $"opening {options.Data}");

        await using var node = new Node(options, instance, Console.Error);
        await using HttpEdge http = await HttpEdge.StartAsync(node, Console.Error);
        await node.StartAsync();
        Running.Write(options.Data, http, node.Instance);
        try
        {
            // A first start that was broken off before it had a configuration takes it now.
            configuration ??= await node.AskAsync(static c => c.Configuration) is null ? ReadyMade.WriteTo(options.Data) : null;
            ConfigurationOutcome? applied = configuration is null ? null : await ApplyAsync(node, configuration, showChanges: !isNew);
            await Welcome.PrintAsync(node, http, applied?.Drawn ?? []);

            Task first = await Task.WhenAny(stop.Asked, node.Ended);
            if (first == node.Ended) return await node.Ended;
            Say("stopping: calls go on when the node is started again");
            return 0;
        }
        finally
        {
            Running.Remove(options.Data);
        }
    }

    /// <summary>True when nothing has run there before.</summary>
    static bool PrepareData(NodeOptions options)
    {
        try
        {
            if (!Directory.Exists(options.Data))
            {
                if (OperatingSystem.IsWindows()) Directory.CreateDirectory(options.Data);
                else Directory.CreateDirectory(options.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            return !Directory.Exists(Path.Combine(options.Data, "journal"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeException($"{options.Data} cannot be used as data directory: {e.Message} (--data DIR)", inner: e);
        }
    }

    /// <summary>Everything wrong with a configuration is told before anything is started.</summary>
    public static string CheckedInstance(string path, string data)
    {
        LoadedConfiguration loaded = ConfigurationFile.Load(path, Credentials.Open(data), PhonePasswords.Open(data));
        if (loaded.Configuration is { } right) return right.Instance;
        foreach (Problem problem in loaded.Problems) Console.Error.WriteLine(problem);
        throw new NodeException("the configuration has errors: nothing was started", NodeException.Usage);
    }

    internal static async Task<ConfigurationOutcome> ApplyAsync(Node node, string path, bool showChanges)
    {
        ConfigurationOutcome outcome = await node.Configurations.TakeAsync(
            passwords => ConfigurationFile.Load(path, node.Credentials, passwords), entry => node.CommandAsync(entry, "admin"), dryRun: false);
        foreach (Problem problem in outcome.Problems) Console.Error.WriteLine(problem);
        if (outcome.Rejection != Core.Rejection.None) throw new NodeException($"{path} cannot be applied: {Events.Views.Words(outcome.Rejection.ToString())}", NodeException.Usage);
        if (!showChanges) return outcome;
        Say(outcome.Changes!.Count == 0 ? $"{path} changes nothing" : $"{path} is applied:");
        Shown.Changes(outcome.Changes, indent: "  ");
        return outcome;
    }

    static void Say(string text) => Console.WriteLine($"tandem: {text}");
}

/// <summary>The contact centre that a newcomer begins with: examples/first-call/, carried in the executable.</summary>
static class ReadyMade
{
    public static string WriteTo(string data)
    {
        string path = Path.Combine(data, "contact-centre.yaml");
        if (File.Exists(path)) return path;
        using Stream text = typeof(ReadyMade).Assembly.GetManifestResourceStream("contact-centre.yaml")!;
        using FileStream file = File.Create(path);
        text.CopyTo(file);
        return path;
    }
}
