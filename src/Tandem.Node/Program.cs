using System.Net;
using System.Text.Json;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Core.Scripts;
using Tandem.Node;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Events;

// Until the command line is there: up --config C --data D --sip S --http H, with a few routes of the API.
string Arg(string name) => args[Array.IndexOf(args, name) + 1];
var options = new NodeOptions { Data = Arg("--data"), Sip = IPEndPoint.Parse(Arg("--sip")) };
Directory.CreateDirectory(options.Data);
try
{
    var passwords = PhonePasswords.Open(options.Data);
    LoadedConfiguration loaded = ConfigurationFile.Load(Arg("--config"), Credentials.Open(options.Data), passwords, CompiledScript.CheckExpression);
    foreach (Problem p in loaded.Problems) Console.Error.WriteLine(p);
    if (loaded.Configuration is null) return 2;
    passwords.Save();
    await using var node = new Node(options, loaded.Configuration.Instance, Console.Error);
    await node.StartAsync();
    if (await node.AskAsync(static c => c.Configuration is null))
        await node.CommandAsync(new Entry { ConfigurationApplied = new ConfigurationApplied { Configuration = loaded.Configuration } }, "admin");
    File.WriteAllText(Path.Combine(options.Data, "token"), "stop-gap");
    using var listener = new HttpListener();
    listener.Prefixes.Add($"http://{Arg("--http")}/");
    listener.Start();
    _ = Task.Run(async () =>
    {
        var json = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
        while (true)
        {
            HttpListenerContext context = await listener.GetContextAsync();
            string[] path = context.Request.Url!.AbsolutePath.Trim('/').Split('/');
            object answer = path switch
            {
                [.., "calls"] => new { calls = await node.AskAsync(c => c.Calls.Select(x => Views.Of(x, c)).ToList()) },
                [.., "agents"] => new { agents = await node.AskAsync(c => c.Agents.Select(x => Views.Of(x, c)).ToList()) },
                [.., "phones"] => new { phones = await node.AskAsync(c => c.Devices.Select(x => Views.Of(x, c)).ToList()) },
                [.., "agents", var agent, var verb] => await node.CommandAsync(verb switch
                {
                    "login" => new Entry { AgentLoggedIn = new AgentLoggedIn { Agent = agent } },
                    "logout" => new Entry { AgentLoggedOut = new AgentLoggedOut { Agent = agent } },
                    "ready" => new Entry { AgentMadeReady = new AgentMadeReady { Agent = agent } },
                    _ => new Entry { AgentMadeNotReady = new AgentMadeNotReady { Agent = agent, Reason = 1 } },
                }, "admin"),
                _ => "up",
            };
            context.Response.Close(JsonSerializer.SerializeToUtf8Bytes(answer, json), false);
        }
    });
    return await node.Ended;
}
catch (NodeException e)
{
    Console.Error.WriteLine(e.Message);
    return e.ExitCode;
}
