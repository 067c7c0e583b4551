using System.CommandLine;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Yaml;

namespace Tandem.Upgrade.Commands;

/// <summary>`upgrade estate new`: asks, and writes an estate file; nodes also from CSV.</summary>
static class EstateCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The file to write, e.g. estate.yaml" };
        var csv = new Option<string?>("--csv") { Description = "Nodes from a CSV file, one in a line, with a line of column names", HelpName = "FILE" };
        var make = new Command("new", "Asks, and writes an estate file") { file, csv };
        make.SetAction(line => New(line.GetValue(file)!, line.GetValue(csv), UpgradeCommandLine.Library(line)));
        return new Command("estate", "Estate files (docs/upgrade/estate-file.md)") { make };
    }

    static int New(string file, string? csv, PackLibrary packs)
    {
        if (File.Exists(file)) throw new UpgradeException($"{file} is there already, and is not overwritten; name another file");
        Estate asked = new EstateInterview(Answer, packs).Conduct(withNodes: csv is null);
        if (csv is not null)
        {
            EstateReading reading = EstateCsv.Load(csv, asked, packs);
            foreach (Problem problem in reading.Problems) Console.Error.WriteLine(problem);
            if (reading.Estate is null) throw new UpgradeException($"{csv} has errors; nothing was written");
            asked = reading.Estate;
        }
        string yaml = EstateWriter.ToYaml(asked);
        string beside = file + ".new";
        File.WriteAllText(beside, yaml);
        File.Move(beside, file);
        Console.Out.WriteLine($"{file} is written; next: ./tandem upgrade check {file} --to PACK");
        return UpgradeCommandLine.Done;
    }

    /// <summary>Null at the end of input.</summary>
    static string? Answer(string question, string? usual)
    {
        Console.Out.Write(usual is { Length: > 0 } ? $"{question} [{usual}]: " : $"{question}: ");
        string? line = Console.In.ReadLine();
        // Answers from a pipe are not echoed by a terminal.
        if (Console.IsInputRedirected) Console.Out.WriteLine(line);
        return line is null ? null : line.Trim() is { Length: > 0 } said ? said : usual ?? "";
    }
}
