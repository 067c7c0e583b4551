using System.CommandLine;
using System.Text.Json;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Http;
using Tandem.Yaml;

namespace Tandem.Node.Commands;

/// <summary>`apply FILE`: a configuration file or folder, validated as a whole, the difference shown, then one journal entry.</summary>
static class ApplyCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("FILE") { Description = "A YAML file, or a folder of *.yaml files" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would change, and change nothing" };
        var command = new Command("apply", "Applies a configuration: all of it or nothing") { path, dryRun };
        command.SetAction(async (line, stop) =>
        {
            var problems = new Problems();
            IReadOnlyList<ConfigurationText> texts = ConfigurationFile.Read(line.GetValue(path)!, problems);
            foreach (Problem problem in problems.Sorted) Console.Error.WriteLine(problem);
            if (problems.AnyError) return NodeException.Usage;

            using NodeClient node = NodeClient.Open(line.GetValue(CommandLine.Data)!);
            JsonElement outcome = await node.PostAsync("configuration",
                new ConfigurationBody([.. texts.Select(static t => new ConfigurationFileBody(t.Name, t.Text))], line.GetValue(dryRun)), stop);
            if (line.GetValue(CommandLine.Json)) Shown.Print(outcome);
            else Show(outcome, line.GetValue(dryRun));
            return 0;
        });
        return command;
    }

    static void Show(JsonElement outcome, bool dryRun)
    {
        foreach (JsonElement warning in outcome.Items("warnings")) Console.Error.WriteLine(Shown.Safe(warning.Text("text")));
        int changes = Shown.Changes(outcome.Items("changes").Select(static change => change.GetString()!), indent: "");
        Console.WriteLine(changes == 0 ? "Nothing to change." : $"{changes} {(changes == 1 ? "change" : "changes")}{(dryRun ? ", not applied (--dry-run)" : " applied")}.");
        foreach (JsonElement drawn in outcome.Items("passwords")) Console.WriteLine(Shown.Safe($"phone {drawn.Text("phone")}: password {drawn.Text("password")}"));
    }
}
