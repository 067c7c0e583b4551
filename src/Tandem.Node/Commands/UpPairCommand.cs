using System.Net;
using System.Text.Json;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Http;
using Tandem.Node.Pair.TrialPair;
using Tandem.Yaml;

namespace Tandem.Node.Commands;

/// <summary>`up --pair`: a whole pair on this machine, until Ctrl-C.</summary>
static class UpPairCommand
{
    /// <param name="sip">Side A's; null: the usual one, or what the pair was made with.</param>
    public static async Task<int> RunAsync(string data, string? configuration, IPEndPoint? sip, IPEndPoint? http)
    {
        using var signals = new StopSignals();
        using var stop = new CancellationTokenSource();
        string folder = TrialFolder.PathIn(data);
        CreateOwn(data);
        bool wasThere = TrialFolder.Read(folder) is not null;
        configuration ??= wasThere ? null : ReadyMade.WriteTo(folder);
        string instance = configuration is null ? "main" : UpCommand.CheckedInstance(configuration, folder);
        await using TrialPair pair = await TrialPair.OpenAsync(folder, instance, sip, http, Say, static line => Console.Error.WriteLine(line));
        Say(pair.IsNew ? $"a new pair in {folder}" : $"opening the pair in {folder}");

        Task starting = pair.StartAsync(stop.Token);
        if (await Task.WhenAny(starting, signals.Asked) != starting)
        {
            await stop.CancelAsync();
            await starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        await starting;

        await GoHomeAsync(pair.State);
        JsonElement? applied = await ApplyAsync(data, configuration ?? await MissingAsync(data, folder));
        Welcome(pair.State, folder, applied);
        Task keeping = pair.KeepAsync(stop.Token);
        if (await Task.WhenAny(keeping, signals.Asked) == keeping) await keeping;
        Say("stopping: side B, side A, etcd. Nothing is lost");
        await stop.CancelAsync();
        await keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    static void CreateOwn(string data)
    {
        try
        {
            if (OperatingSystem.IsWindows()) throw new NodeException("a pair needs Linux");
            Directory.CreateDirectory(TrialFolder.PathIn(data), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeException($"{data} cannot be used as data directory: {e.Message} (--data DIR)", inner: e);
        }
    }

    /// <summary>A first start that was broken off before it had a configuration takes it now.</summary>
    static async Task<string?> MissingAsync(string data, string folder)
    {
        using NodeClient node = NodeClient.Open(data);
        JsonElement now = await node.GetAsync("configuration", CancellationToken.None);
        return now.TryGetProperty("scripts", out _) ? null : ReadyMade.WriteTo(folder);
    }

    static async Task<JsonElement?> ApplyAsync(string data, string? path)
    {
        if (path is null) return null;
        using NodeClient node = NodeClient.Open(data);
        var problems = new Problems();
        IReadOnlyList<ConfigurationText> texts = ConfigurationFile.Read(path, problems);
        JsonElement outcome = await node.PostAsync("configuration",
            new ConfigurationBody([.. texts.Select(static t => new ConfigurationFileBody(t.Name, t.Text))]), CancellationToken.None);
        int changes = outcome.Items("changes").Count();
        Say(changes == 0 ? $"{path} changes nothing" : $"{path} is applied: {changes} changes");
        return outcome;
    }

    /// <summary>Whoever started first has the other's address too. On real hosts that is the operator's choice (`pair home`).</summary>
    static async Task GoHomeAsync(TrialFolder pair)
    {
        foreach (TrialSide side in pair.Sides)
        {
            using NodeClient node = NodeClient.Open(side.Data);
            await node.PostAsync("pair/home", null, CancellationToken.None);
        }
    }

    static void Welcome(TrialFolder pair, string folder, JsonElement? applied)
    {
        TrialSide a = pair["A"], b = pair["B"];
        List<JsonElement> drawn = applied is { } outcome ? [.. outcome.Items("passwords")] : [];
        Console.WriteLine($"""

              Tandem {Node.Release}, a pair on one machine: {folder}

              side A    SIP {a.Sip}   HTTP http://{a.Http}/
              side B    SIP {b.Sip}   HTTP http://{b.Http}/
              token     {AccessToken.PathIn(folder)}, the same on both
              etcd      {string.Join(", ", pair.Etcd.Select(static m => $"127.0.0.1:{m.ClientPort}"))}
              call      1000 (sales) or 1001 (support) of the ready-made contact centre, on either side
            """);
        if (drawn.Count > 0)
        {
            Console.WriteLine($"  phones    registrar {a.Sip} or {b.Sip}; shown once, kept in {Path.Combine(a.Data, "phone-passwords")}");
            foreach (JsonElement phone in drawn.Take(20)) Console.WriteLine(Shown.Safe($"            user {phone.Text("phone")}  password {phone.Text("password")}"));
            if (drawn.Count > 20) Console.WriteLine($"            and {drawn.Count - 20} more");
        }
        Console.WriteLine("""

              try next  ./tandem status                        both sides, the journal, who would take over what
                        ./tandem try --calls 50 --agents 5     and meanwhile, elsewhere:
                        ./tandem pair fail B                   kill -9 of a side's node: a drill
                        ./tandem pair stop B | start B         a planned leave and return
              stop      Ctrl-C; nothing is lost

            """);
    }

    static void Say(string text) => Console.WriteLine($"tandem: {text}");
}
