using System.Security.Cryptography;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Readiness;
using Tandem.Upgrade.Texts;
using Tandem.Yaml;

namespace Tandem.Upgrade.Planning;

/// <summary>From an estate and a pack to a plan, or to the reasons why there is none.</summary>
public static class Planner
{
    /// <param name="today">The day for which readiness is judged.</param>
    /// <param name="packHash">Of the pack's file; what the plan was made of.</param>
    /// <exception cref="UpgradeException">A policy or a step with a command that does not exist; an order that upgrades what runs.</exception>
    public static PlanResult Plan(Estate estate, Pack pack, DateOnly today, string packHash = "")
    {
        if (pack.Method == Method.Checks) throw new UpgradeException($"{pack.Id} knows rules of {pack.Product} {pack.Release}, and no way to it: use `tandem upgrade check`");
        PolicySet policies = PolicySet.Of(pack, estate);
        ReadinessReport report = Readiness.Readiness.Judge(estate, pack, policies, today);
        if (report.Findings.Any(static f => f.Verdict == Verdict.Refused)) return new PlanResult(null, report.Findings, report);

        IReadOnlyList<DraftStep> Draft(Estate of) => pack.Method == Method.Sides ? SidesPlanner.Draft(of, pack, PolicySet.Of(pack, of)) : NetworksPlanner.Draft(of, pack, PolicySet.Of(pack, of));
        IReadOnlyList<PlannedNode> nodes = pack.Method == Method.Sides ? Nodes(estate, pack) : NetworksPlanner.Nodes(estate, pack);
        Schedule schedule;
        try
        {
            schedule = new Scheduler(estate).Place(Draft(estate));
        }
        catch (WindowTooShortException tooShort)
        {
            var finding = new Finding("windows-long-enough", Verdict.Refused, "", Text.Of("The windows are long enough"), tooShort.Says, WindowRemedy.Of(estate, pack, Draft), "", 0);
            return new PlanResult(null, [.. report.Findings, finding], report);
        }
        var made = new Plan
        {
            Estate = estate.Name, Pack = pack.Id, Product = pack.Product, From = estate.Release, To = pack.Release, Today = today,
            EstateHash = HashOf(estate.File), PackHash = packHash, Policies = policies.Taken, Findings = report.Findings, Path = report.Path, Windows = schedule.Windows,
            Nodes = nodes, Steps = WithCommands(schedule.Steps, estate), Timeline = [], Totals = new Totals(), CriticalPath = schedule.CriticalPath, Materials = report.Materials, Software = report.Software,
            Calls = [.. estate.CallsPerHour.Select(static (calls, hour) => new CallHour(hour, calls))], Zone = estate.Zone, Counts = estate.Counts,
            People = [.. estate.Engineers.Select(static e => new PersonInPlan(e.Name, "engineer", e.Phone, "")), .. estate.Contacts.Select(static c => new PersonInPlan(c.Name, c.Role, c.Phone, c.Mail))],
        };
        IEstateModel model = Models.Of(made, pack);
        (IReadOnlyList<Segment> timeline, var violations) = TimelineReader.Read(made.Steps, model);
        Finding[] broken = [.. violations.Select(v => Broken(v.Minute, made.Steps.First(s => s.Id == v.Step), v.Violation)), .. Unfinished(made, model)];
        if (broken.Length > 0) return new PlanResult(null, [.. report.Findings, .. broken], report);
        made = made with { Timeline = timeline };
        made = made with { Totals = PlanTotals.Of(made, estate, pack, policies) };
        return new PlanResult(made, report.Findings, report);
    }

    static IReadOnlyList<Step> WithCommands(IReadOnlyList<Step> steps, Estate estate)
    {
        string[] ids = [.. steps.Select(static s => s.Id)];
        string[] wrong = [.. estate.Commands.Where(c => !ids.Contains(c.Step, StringComparer.Ordinal)).Select(c =>
            $"{estate.File}:{c.Line}: commands: the plan has no step '{c.Step}'; {(NearestName.Of(c.Step, ids) is { } near ? $"did you mean '{near}'?" : $"it has {string.Join(", ", ids)}")}")];
        if (wrong.Length > 0) throw new UpgradeException(string.Join(Environment.NewLine, wrong));
        Dictionary<string, string> commands = estate.Commands.ToDictionary(static c => c.Step, static c => c.CommandLine, StringComparer.Ordinal);
        return commands.Count == 0 ? steps : [.. steps.Select(s => commands.TryGetValue(s.Id, out string? command) ? s with { Command = command } : s)];
    }

    /// <summary>An order of the customer's own may end too early.</summary>
    static IEnumerable<Finding> Unfinished(Plan plan, IEstateModel model)
    {
        if (model is not SidesModel sides) yield break;
        foreach (PlannedNode node in plan.Nodes)
            if (!sides.Runs(node.Name) || sides.ReleaseOf(node.Name) != plan.To)
                yield return new Finding("order-complete", Verdict.Refused, node.Name, Text.Of("At the end every node runs the new release"),
                    sides.Runs(node.Name) ? Text.Of("it runs {0}", sides.ReleaseOf(node.Name)) : Text.Of("it is stopped, with {0}", sides.ReleaseOf(node.Name)),
                    Text.Of("stop it, upgrade it and start it in the order; or leave the order out, and the pack's own is taken"), "", 0);
    }

    static Finding Broken(double minute, Step step, Violation violation) =>
        new(violation.Rule, Verdict.Refused, violation.Unit, Text.Of("Releases beside each other, at every instant of the order"),
            Text.Of("in step {0} ({1}), minute {2}: {3} {4}", step.Id, step.Title, minute, violation.Unit, violation.Says),
            Text.Of("stop one before the other starts, as the pack's own order does"), step.Source, 0);

    static IReadOnlyList<PlannedNode> Nodes(Estate estate, Pack pack) => [.. estate.Nodes.Select(node => Node(node, pack))];

    static PlannedNode Node(EstateNode node, Pack pack)
    {
        Role role = pack.Roles[node.Role];
        return new PlannedNode(node.Name, node.Role, role.Name, role.Group, node.Unit, node.Side, node.Site, node.Release, "",
            [.. role.Method.Select(m => new MethodLine(m.Phase, Text.Of(m.Do), m.Command.Replace("{node}", node.Name, StringComparison.Ordinal), Text.Of(m.Expect), m.Minutes, m.Source))]);
    }

    static string HashOf(string file) => file.Length > 0 && File.Exists(file) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))) : "";
}

/// <param name="Plan">Null when the estate was refused.</param>
public sealed record PlanResult(Plan? Plan, IReadOnlyList<Finding> Findings, ReadinessReport Report);
