using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>What calendar.ics has, to be read.</summary>
static class CalendarDocument
{
    public static IReadOnlyList<Block> Blocks(Plan plan, Pack pack)
    {
        var clock = new PlanClock(plan.Zone);
        return
        [
            new Paragraph(Text.Of("The file calendar.ics has the same for calendar programs: open it there, and again after the plan has changed; entries move instead of doubling.")),
            new Table("appointments",
                [
                    new("begins", Text.Of("Begins"), Fit.Short), new("ends", Text.Of("Ends")), new("kind", Text.Of("Kind"), Fit.Short), new("title", Text.Of("What")), new("says", Text.Of("Remark")),
                ],
                [.. Appointment.Of(plan, pack).Select(a => new Row(
                    [
                        a.Day is { } day ? Cell.Day(day) : clock.At(a.Begins), a.LastDay is { } last ? Cell.Day(last) : a.Ends is { } ends ? clock.Until(a.Begins, ends) : Cell.Blank,
                        Cell.Says(Kind(a.Kind), a.Kind), Cell.Says(a.Title), Cell.Says(a.Says),
                    ], a.Kind is "order" ? Tone.Warn : a.Kind is "window" ? Tone.Good : Tone.Plain) { More = new Dictionary<string, object?> { ["uid"] = a.Uid } })]),
        ];
    }

    static Text Kind(string kind) => kind switch
    {
        "window" => Text.Of("window"),
        "step" => Text.Of("step"),
        "order" => Text.Of("order"),
        "stage" => Text.Of("stage"),
        _ => Text.Of("notice"),
    };
}
