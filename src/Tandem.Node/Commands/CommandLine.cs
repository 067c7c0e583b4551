using System.CommandLine;
using System.CommandLine.Parsing;
using Tandem.Yaml;

namespace Tandem.Node.Commands;

/// <summary>Runs a command line: wrong use and what a node refuses become one line and an exit code (docs/cli.md).</summary>
static class CommandLine
{
    /// <summary>The node does not do what was asked. Others: <see cref="NodeException"/>.</summary>
    public const int Refused = 1;

    /// <summary>`--data`, on every command.</summary>
    public static readonly Option<string> Data = new("--data")
    {
        Description = "The node's data directory",
        HelpName = "DIR",
        Recursive = true,
        DefaultValueFactory = static _ => Environment.GetEnvironmentVariable("TANDEM_DATA") is { Length: > 0 } data ? data : "data",
    };

    /// <summary>`--json`, on every command that shows something.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "What the node sent, for programs", Recursive = true };

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        ParseResult line = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (line.Errors.Count > 0) return WrongUse(line);
        try
        {
            return await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (CommandRefusedException refused)
        {
            if (line.GetValue(Json)) Shown.Print(refused.Answer);
            foreach (string problem in refused.Problems) Console.Error.WriteLine(Shown.Safe(problem));
            return Fail(refused);
        }
        catch (NodeException unable)
        {
            return Fail(unable);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    static int Fail(NodeException unable)
    {
        Console.Error.WriteLine($"tandem: {Shown.Safe(unable.Message)}");
        return unable.ExitCode;
    }

    static int WrongUse(ParseResult line)
    {
        Command command = line.CommandResult.Command;
        string path = string.Join(' ', Path(line.CommandResult).Prepend("./tandem"));
        string? wrong = line.UnmatchedTokens.FirstOrDefault();
        bool isOption = wrong?.StartsWith('-') == true;
        string what = wrong is null ? line.Errors[0].Message.TrimEnd('.')
            : isOption ? $"there is no option '{wrong}'"
            : command.Subcommands.Count > 0 ? $"there is no command '{wrong}'"
            : $"'{wrong}' is one word too many";
        IEnumerable<string> known = isOption ? command.Options.Concat(Recursive(line.CommandResult)).Select(static o => o.Name) : command.Subcommands.Select(static c => c.Name);
        string near = wrong is not null && NearestName.Of(wrong, known) is { } name ? $"; did you mean '{name}'?" : "";
        Console.Error.WriteLine($"tandem: {Shown.Safe(what)}{near} ({path} --help)");
        return NodeException.Usage;
    }

    static IEnumerable<Option> Recursive(CommandResult? at)
    {
        for (; at is not null; at = at.Parent as CommandResult)
            foreach (Option option in at.Command.Options)
                if (option.Recursive) yield return option;
    }

    static IEnumerable<string> Path(CommandResult at)
    {
        if (at.Parent is not CommandResult parent) return [];
        return Path(parent).Append(at.Command.Name);
    }
}
