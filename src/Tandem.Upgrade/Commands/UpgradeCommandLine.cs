using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Yaml;

namespace Tandem.Upgrade.Commands;

/// <summary>Runs a command line: what is wrong becomes a line, and an exit code that is not 0 (docs/upgrade/commands.md).</summary>
static class UpgradeCommandLine
{
    /// <summary>Done; refused or not ready, or a rehearsal with findings; used wrongly, or a file with errors.</summary>
    public const int Done = 0, Refused = 1, Usage = 2;

    public static readonly Option<string> Packs = new("--packs")
    {
        Description = "Another folder of release packs", HelpName = "DIR", Recursive = true, DefaultValueFactory = static _ => PackLibrary.Installed,
    };

    public static readonly Option<string> Today = new("--today")
    {
        Description = "Judge for this day instead of today, e.g. 2027-01-08", HelpName = "DATE", Recursive = true, DefaultValueFactory = static _ => "",
    };

    public static Option<string> To() => new("--to") { Description = "The pack of the release to reach, e.g. icm-4.6.2", HelpName = "PACK", Required = true };

    public static Option<string[]> Languages() => new("--language")
    {
        Description = "Also write the documents in this language, e.g. zh-Hant", HelpName = "TAG", DefaultValueFactory = static _ => [],
    };

    public static Option<string> OneLanguage() => new("--language") { Description = "What to say it in, e.g. zh-Hant", HelpName = "TAG", DefaultValueFactory = static _ => "en" };

    public static Argument<string> EstatePath() => new("estate") { Description = "The estate file" };

    public static Argument<string> Folder() => new("plan") { Description = "The folder that `plan --out` wrote" };

    public static PackLibrary Library(ParseResult line) => new(line.GetValue(Packs)!);

    public static DateOnly DayOf(ParseResult line)
    {
        string text = line.GetValue(Today)!;
        if (text.Length == 0) return DateOnly.FromDateTime(TimeProvider.System.GetLocalNow().DateTime);
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day
            : throw new UpgradeException($"--today '{text}' is no day; write one such as 2027-01-08");
    }

    /// <summary>Null after its problems were told.</summary>
    /// <exception cref="UpgradeException">It is of another product than the pack.</exception>
    public static Estate? ReadEstate(string path, PackLibrary packs, Pack pack)
    {
        EstateReading reading = EstateFile.Load(path, packs);
        foreach (Problem problem in reading.Problems) Console.Error.WriteLine(problem);
        int errors = reading.Problems.Count(static p => !p.IsWarning);
        if (errors > 0) Console.Error.WriteLine($"tandem: {path} has {errors} {(errors == 1 ? "error" : "errors")}; nothing was done");
        if (errors > 0 || reading.Estate is not { } estate) return null;
        if (!string.Equals(estate.Product, pack.Product, StringComparison.OrdinalIgnoreCase))
        {
            string[] own = [.. packs.Ids.Where(id => string.Equals(packs.Load(id).Product, estate.Product, StringComparison.OrdinalIgnoreCase))];
            throw new UpgradeException($"{path} is an estate of {estate.Product}, and {pack.Id} is of {pack.Product}; {(own.Length > 0 ? $"write --to {string.Join(" or --to ", own)}" : "there is no pack for it")}");
        }
        return estate;
    }

    public static int Run(RootCommand root, string[] args)
    {
        ParseResult line = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (line.Errors.Count > 0) return WrongUse(line);
        try
        {
            return line.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (UpgradeException unable)
        {
            Console.Error.WriteLine($"tandem: {unable.Message}");
            return Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"tandem: {e.Message}");
            return Usage;
        }
    }

    static int WrongUse(ParseResult line)
    {
        Command command = line.CommandResult.Command;
        string path = command is RootCommand ? "./tandem upgrade" : $"./tandem upgrade {command.Name}";
        string? wrong = line.UnmatchedTokens.FirstOrDefault();
        bool isOption = wrong?.StartsWith('-') == true;
        IEnumerable<string> known = isOption ? command.Options.Select(static o => o.Name) : command.Subcommands.Select(static c => c.Name);
        string what = wrong is null ? line.Errors[0].Message.TrimEnd('.') : $"there is no {(isOption ? "option" : "command")} '{wrong}' here";
        string near = wrong is not null && NearestName.Of(wrong, known) is { } name ? $"; did you mean '{name}'?" : "";
        Console.Error.WriteLine($"tandem: {what}{near} ({path} --help)");
        return Usage;
    }
}
