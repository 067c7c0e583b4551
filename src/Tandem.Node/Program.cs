using System.Net;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Core.Scripts;
using Tandem.Node;
using Tandem.Node.ConfigurationFiles;

// Until the command line is there: node DATA CONFIG SIP
var options = new NodeOptions { Data = args[0], Sip = IPEndPoint.Parse(args[2]) };
Directory.CreateDirectory(options.Data);
var passwords = PhonePasswords.Open(options.Data);
LoadedConfiguration loaded = ConfigurationFile.Load(args[1], Credentials.Open(options.Data), passwords, CompiledScript.CheckExpression);
foreach (Problem p in loaded.Problems) Console.Error.WriteLine(p);
if (loaded.Configuration is null) return 2;
passwords.Save();
await using var node = new Node(options, loaded.Configuration.Instance, Console.Error);
await node.StartAsync();
Console.WriteLine(await node.CommandAsync(new Entry { ConfigurationApplied = new ConfigurationApplied { Configuration = loaded.Configuration } }, "admin"));
if (args.Length > 3)
    foreach (AgentDefinition a in loaded.Configuration.Agents)
    {
        await node.CommandAsync(new Entry { AgentLoggedIn = new AgentLoggedIn { Agent = a.Name } }, "admin");
        await node.CommandAsync(new Entry { AgentMadeReady = new AgentMadeReady { Agent = a.Name } }, "admin");
    }
Console.WriteLine("live");
return await node.Ended;
