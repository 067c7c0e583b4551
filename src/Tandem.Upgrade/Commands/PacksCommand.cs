using System.CommandLine;
using Tandem.Upgrade.Packs;

namespace Tandem.Upgrade.Commands;

/// <summary>`upgrade packs`: what releases are known, from which sources.</summary>
static class PacksCommand
{
    public static Command Create()
    {
        var id = new Argument<string?>("pack") { Description = "One of them, whole", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("packs", "What releases are known, from which sources") { id };
        command.SetAction(line =>
        {
            PackLibrary packs = UpgradeCommandLine.Library(line);
            if (line.GetValue(id) is { } one) Show(packs.Load(one));
            else List(packs);
            return UpgradeCommandLine.Done;
        });
        return command;
    }

    static void List(PackLibrary packs)
    {
        if (packs.Ids.Count == 0) throw new UpgradeException($"there are no packs in {packs.Folder}");
        foreach (string id in packs.Ids)
        {
            Pack pack = packs.Load(id);
            Console.Out.WriteLine($"{id,-12} {pack.Product} {pack.Release}. {pack.Summary}");
            foreach (SourceDocument source in pack.Sources) Console.Out.WriteLine($"{"",-12} [{source.Id}] {Line(source)}");
        }
    }

    static string Line(SourceDocument source) => string.Join(", ", new[] { source.Publisher, source.Title, source.Number, source.Date }.Where(static t => t.Length > 0));

    static void Show(Pack pack)
    {
        Console.Out.WriteLine($"{pack.Product} {pack.Release}: {pack.Summary}");
        foreach (SourceDocument source in pack.Sources) Console.Out.WriteLine($"  source [{source.Id}] {Line(source)}");
        foreach (PathRule path in pack.Paths)
            Console.Out.WriteLine($"  from {string.Join(", ", path.From)}: {(path.Through.Count == 0 ? "directly" : $"first to {string.Join(" or ", path.Through)}")}  [{path.Source}]");
        if (pack.Ladder.Count > 0) Console.Out.WriteLine($"  differences of versions are counted along {string.Join(", ", pack.Ladder)}");
        foreach (Stage stage in pack.Order) Console.Out.WriteLine($"  stage {stage.Title}{(stage.TestDays > 0 ? $", then {stage.TestDays} days of test" : "")}  [{stage.Source}]");
        foreach ((string id, Role role) in pack.Roles)
            Console.Out.WriteLine($"  role {id}: {role.Name}{(role.Minutes is { } m ? $", {(m.Min == m.Max ? $"{m.Usual}" : $"{m.Min} to {m.Max}, usually {m.Usual}")} minutes{(m.Derived ? " (derived)" : "")}" : "")}  [{role.Source}]");
        foreach ((string id, Policy policy) in pack.Policies)
        {
            Console.Out.WriteLine($"  policy {id}: {policy.Question}");
            foreach (Choice choice in policy.Choices) Console.Out.WriteLine($"    {(choice.Id == policy.Default ? "*" : " ")} {choice.Id}: {choice.Title}  [{choice.Source}]");
        }
        foreach (ChronologyRow row in pack.Chronology) Console.Out.WriteLine($"  row {row.Row}: {row.Title}; routing: {row.Routing}  [{row.Source}]");
        foreach (Check check in pack.Checks) Console.Out.WriteLine($"  check {check.Id} ({check.Failing}): {check.Title}  [{check.Source}]");
    }
}
