using Tandem.Journal;
using Tandem.Node.Commands;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Guarding;
using Tandem.Node.Http;

namespace Tandem.Node.Pair;

/// <summary>The node of a side, as its guardian starts it.</summary>
static class GuardedNode
{
    public static async Task<int> RunAsync(SideOptions side)
    {
        // stdout belongs to the guardian.
        Console.SetOut(Console.Error);
        using var link = new GuardianLink();
        PutKey(side);
        await using var node = new Node(new NodeOptions
        {
            Data = side.Data,
            Sip = side.Sip,
            Http = side.Http,
            Name = side.Node,
            Side = side.Side,
            Certificate = side.HttpCertificate,
            CertificatePassword = side.HttpCertificatePassword,
            Pair = side,
        }, side.Instance, Console.Error, link);
        // When everybody has subscribed: what the guardian said meanwhile lies in the pipe.
        link.Start();
        using var desk = new PairDesk(node, side);
        node.Pair = desk;
        await using HttpEdge http = await HttpEdge.StartAsync(node, Console.Error);
        await node.StartAsync();
        Running.Write(side.Data, http, node.Instance);
        try
        {
            await using var bulletin = new Bulletin(node, (EtcdJournal)node.Journal, side, http.Address.ToString());
            desk.Bulletin = bulletin;
            using var ending = new CancellationTokenSource();
            Task<string?> fault = desk.FirstFaultAsync(ending.Token);
            if (side.Configuration is { } configuration && await node.AskAsync(static c => c.Configuration) is null) await UpCommand.ApplyAsync(node, configuration, showChanges: false);
            if (await Task.WhenAny(node.Ended, Misfit(fault)) == node.Ended)
            {
                await ending.CancelAsync();
                return await node.Ended;
            }
            throw new NodeException($"side {side.Side} ends: {await fault}", NodeException.Usage);
        }
        finally
        {
            Running.Remove(side.Data);
        }
    }

    /// <summary>Done when a fault is known, and else never.</summary>
    static async Task Misfit(Task<string?> fault)
    {
        if (await fault is null) await Task.Delay(Timeout.Infinite);
    }

    /// <summary>The instance's key, which is the same on both sides, is where a node looks for it.</summary>
    static void PutKey(SideOptions side)
    {
        string inData = System.IO.Path.Combine(side.Data, "instance.key");
        if (side.InstanceKey == inData) return;
        if (!File.Exists(side.InstanceKey)) throw new NodeException($"{side.InstanceKey} is missing: copy the key from the other side, or make the first one with `openssl rand -hex 32`");
        string key = File.ReadAllText(side.InstanceKey);
        if (File.Exists(inData) && File.ReadAllText(inData).Trim() != key.Trim())
            throw new NodeException($"{inData} differs from {side.InstanceKey}: this data directory belongs to another instance");
        if (!File.Exists(inData)) PrivateFile.Write(inData, key);
    }
}
