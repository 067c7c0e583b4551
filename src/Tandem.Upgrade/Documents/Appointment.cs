using System.Security.Cryptography;
using System.Text;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>An entry of the plan's calendar.</summary>
/// <param name="Uid">The same in every plan of this estate and pack, so that a calendar moves an entry instead of doubling it.</param>
/// <param name="Kind">window, step, order, stage, notice.</param>
/// <param name="Title">Parts, with a colon between them where they are one line: each is translated by itself.</param>
/// <param name="Ends">Null for an instant.</param>
/// <param name="Day">For a whole day: preparation is done in its office hours, and not at an hour that a plan could know.</param>
/// <param name="Says">Lines.</param>
public sealed record Appointment(string Uid, string Kind, IReadOnlyList<Text> Title, DateTimeOffset Begins, DateTimeOffset? Ends, DateOnly? Day, IReadOnlyList<Text> Says)
{
    /// <summary>Of whole days, where it is not the first.</summary>
    public DateOnly? LastDay { get; init; }

    /// <summary>By time; a window before the steps that begin with it.</summary>
    public static IReadOnlyList<Appointment> Of(Plan plan, Pack pack)
    {
        List<Appointment> all = [];
        foreach (MaterialLine line in plan.Materials.Where(static m => m.Buy.Length > 0))
        {
            Text what = Text.Of("{0} for {1}: buy {2}", line.Item, line.For, line.Buy);
            if (line.OrderFrom is { } from) all.Add(AllDay(plan, "order", $"from:{line.Item}:{line.For}", [Text.Of("Orders may go out: {0}", line.Item)], from, [what]));
            if (line.OrderBy is { } by) all.Add(AllDay(plan, "order", $"by:{line.Item}:{line.For}", [Text.Of("Last day to order: {0}", line.Item)], by, [what]));
        }
        foreach (PathStage stage in plan.Path)
            if (stage is { Needed: true, Earliest: { } day }) all.Add(AllDay(plan, "stage", stage.Id, [Text.Of("May begin"), stage.Title], day, [Text.Of("From {0} to {1}", stage.From, stage.To)]));
        foreach (Notice notice in NoticeLetters.Of(plan, pack))
            all.Add(new(UidOf(plan, "notice", notice.To + ":" + notice.Subject), "notice", [Text.Of("Send the notice to {0}", notice.To)], NoticeLetters.SendAt(plan, notice), null, null, [NoticeLetters.Subject(plan, notice)]));
        foreach (PlannedWindow window in plan.Windows)
            all.Add(new(UidOf(plan, "window", window.Name), "window", [Text.Of("Window {0}", window.Name), Text.Of("{0} {1}", plan.Product, plan.To)], window.Begins, window.Ends, null,
                [Text.Of("{0} minutes are used, {1} to spare.", Numbers.Of(window.UsedMinutes), Numbers.Of(window.SpareMinutes))]));
        var clock = new PlanClock(plan.Zone);
        foreach (Step step in plan.Steps)
            if (!step.InService)
                all.Add(AllDay(plan, "step", step.Id, [Text.Of("Step {0}", step.Id), step.Title], clock.Day(step.Begins), [Text.Of("Preparation, in office hours: {0} minutes", Numbers.Of(step.Minutes.Usual)), step.Expect]) with { LastDay = clock.LastDay(step) });
            else all.Add(new(UidOf(plan, "step", step.Id), "step", [Text.Of("Step {0}", step.Id), step.Title], step.Begins, step.Ends > step.Begins ? step.Ends : null, null,
                [Text.Of("Routing: {0}", step.RoutingColumn), .. Engineer(step), step.Expect]));
        return [.. all.OrderBy(static a => a.Begins)];
    }

    static IReadOnlyList<Text> Engineer(Step step) => step.Engineer.Length > 0 ? [Text.Of("Engineer: {0}", step.Engineer)] : [];

    static Appointment AllDay(Plan plan, string kind, string id, IReadOnlyList<Text> title, DateOnly day, IReadOnlyList<Text> says)
    {
        DateTimeOffset begins = new PlanClock(plan.Zone).MidnightOf(day);
        return new(UidOf(plan, kind, id), kind, title, begins, null, day, says);
    }

    static string UidOf(Plan plan, string kind, string id) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{plan.Estate}\n{plan.Pack}\n{kind}\n{id}")))[..24] + "@tandem-upgrade";
}
