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
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        link.StopAsked += () => stop.TrySetResult();
        link.Start();
        link.Renew(0);
        PutKey(side);

        // TODO-LEAD: journal, core and loop of the pair. Until then each side is a contact centre of its own.
        await link.AcquireAsync(side.Sip.ToString());
        await using var node = new Node(new NodeOptions
        {
            Data = side.Data, Sip = side.Sip, Http = side.Http, Name = side.Node, Side = side.Side,
            Certificate = side.HttpCertificate, CertificatePassword = side.HttpCertificatePassword,
        }, side.Instance, Console.Error);
        await using HttpEdge http = await HttpEdge.StartAsync(node, Console.Error);
        Task live = node.StartAsync();
        while (await Task.WhenAny(live, Task.Delay(50)) != live) link.Renew(0);
        await live;
        Running.Write(side.Data, http, node.Instance);
        try
        {
            ulong incarnation = await node.AskAsync(static c => c.Incarnations.Last().Number);
            while (await Task.WhenAny(stop.Task, node.Ended, Task.Delay(50)) is { } first)
            {
                if (first == node.Ended) return await node.Ended;
                if (first == stop.Task) return 0;
                await node.AskAsync(_ => { link.Renew(incarnation); return 0; });
            }
            return 0;
        }
        finally
        {
            Running.Remove(side.Data);
        }
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
