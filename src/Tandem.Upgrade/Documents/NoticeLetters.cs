using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>A letter for each of the pack's notices, ready to be sent. Their places are told in docs/upgrade/documents.md.</summary>
static class NoticeLetters
{
    /// <summary>Nobody is told of default routing where there is none.</summary>
    public static IReadOnlyList<Notice> Of(Plan plan, Pack pack) => [.. pack.Notices.Where(n => plan.HasTimeOf(n.Routes))];

    public static DateTimeOffset SendAt(Plan plan, Notice notice) =>
        (notice.HoursBefore < 0 ? plan.LastEnd() : plan.Zero()).AddHours(-notice.HoursBefore);

    public static IReadOnlyList<Block> Blocks(Plan plan, Pack pack)
    {
        var clock = new PlanClock(plan.Zone);
        IReadOnlyList<Notice> notices = Of(plan, pack);
        List<Block> blocks =
        [
            new Paragraph(Text.Of("A letter for each of those who must know, with the times of this plan. Make the letters again when the plan changes.")),
            new Table("letters",
                [new("to", Text.Of("Addressee")), new("subject", Text.Of("Subject")), new("send", Text.Of("Send by"), Fit.Short), new("sent", Text.Of("Sent"), Fit.Short)],
                [.. notices.Select(n => new Row([Cell.Says(Text.Of(n.To)), Cell.Says(Subject(plan, n)), clock.At(SendAt(plan, n)), Cell.Boxes("sent")]))]),
        ];
        for (int i = 0; i < notices.Count; i++) blocks.AddRange(Letter(notices[i], i + 1, plan, clock));
        return blocks;
    }

    public static Text Subject(Plan plan, Notice notice) => Text.Of(notice.Subject, Values(plan));

    /// <summary>What stands in the places {0} to {9} of a notice.</summary>
    static object[] Values(Plan plan)
    {
        var clock = new PlanClock(plan.Zone);
        return
        [
            plan.Estate, plan.Product, plan.From, plan.To, clock.Clock(plan.Zero()), clock.Clock(plan.LastEnd()),
            Numbers.Of(plan.Totals.DefaultRoutedMinutesMin), Numbers.Of(plan.Totals.DefaultRoutedMinutesMax), Numbers.Of(plan.Totals.SimplexMinutes), plan.Zone,
        ];
    }

    static IEnumerable<Block> Letter(Notice notice, int number, Plan plan, PlanClock clock)
    {
        yield return new Heading(Subject(plan, notice), NewPage: true);
        PersonInPlan[] readers = [.. plan.People.Where(p => string.Equals(p.Role, notice.To, StringComparison.OrdinalIgnoreCase))];
        yield return new Paragraph(readers.Length == 0 ? Text.Of("To: {0}", notice.To) : Text.Of("To: {0} ({1})", notice.To, string.Join(", ", readers.Select(static p => p.Mail.Length > 0 ? $"{p.Name} <{p.Mail}>" : p.Name))));
        yield return new Paragraph(Text.Of(notice.Body, Values(plan)));
        yield return Times(number, plan, clock);
        PersonInPlan[] engineers = [.. plan.People.Where(static p => p.Role == "engineer")];
        if (engineers.Length == 0) yield break;
        yield return new Paragraph(Text.Of("During these times you reach:"));
        yield return RunSheet.Phones($"phones-{number}", engineers);
    }

    static Table Times(int number, Plan plan, PlanClock clock)
    {
        List<Row> rows = [];
        void Add(Text what, DateTimeOffset begins, DateTimeOffset ends, double minutes, Tone tone) =>
            rows.Add(new Row([Cell.Says(what), clock.At(begins), clock.At(ends), Cell.Number(Math.Round(minutes, 2))], tone));
        foreach (PlannedWindow window in plan.UsedWindows()) Add(Text.Of("The window of the work"), window.Begins, window.Ends, (window.Ends - window.Begins).TotalMinutes, Tone.Plain);
        foreach (var span in plan.WithoutRedundancy()) Add(Text.Of("Redundancy is reduced; service goes on"), span.Begins, span.Ends, span.Minutes, Tone.Plain);
        foreach (var span in plan.Spans(static s => s.Routes == "network")) Add(Text.Of("Calls follow the network's default plan"), span.Begins, span.Ends, span.Minutes, Tone.Warn);
        foreach (var span in plan.Spans(static s => s.Routes == "nobody")) Add(Text.Of("No service"), span.Begins, span.Ends, span.Minutes, Tone.Bad);
        return new Table($"times-{number}",
            [new("what", Text.Of("What")), new("from", Text.Of("From"), Fit.Short), new("to", Text.Of("To"), Fit.Short), new("minutes", Text.Of("Minutes"), Fit.Number)], rows);
    }
}
