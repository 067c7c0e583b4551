using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Documents;

/// <summary>Two decisions that somebody signs: to begin, and not to turn back.</summary>
static class GoNoGoForm
{
    public static IReadOnlyList<Block> Blocks(Plan plan, Pack pack)
    {
        var clock = new PlanClock(plan.Zone);
        List<Block> blocks = [new Paragraph(Text.Of("A single no-go is a no-go. Whoever decides signs below the table.")), new Heading(Text.Of("To begin"))];
        DateTimeOffset zero = plan.Zero();
        blocks.Add(new Paragraph(Text.Of("Decided before {0} {1}.", clock.Weekday(zero), clock.Clock(zero))));
        blocks.Add(Decision("begin", [.. plan.Findings.Where(static f => f.Verdict != Verdict.Pass).OrderByDescending(static f => f.Verdict).Select(Finding), .. Beginning(plan, pack)]));
        blocks.Add(Signatures("begin", plan));

        blocks.Add(new Heading(Text.Of("To go on at the midpoint"), NewPage: true));
        List<Row> rows = [.. plan.CasesAt(pack, TestPoints.Switch).Concat(plan.CasesAt(pack, TestPoints.Simplex)).Select(static t => Criterion(Cell.Says(Text.Of(t.Criterion)), Cell.Name(t.Id), t.Id))];
        if (plan.PointOfNoReturn() is { } point)
        {
            blocks.Add(new NoticeBox(Tone.Warn, Text.Of("Step {0} is the point of no cheap return", point.Id),
                [point.Title, Text.Of("It begins on {0} {1}, and not without this decision.", clock.Weekday(point.Begins), clock.Clock(point.Begins))]));
            if (Latest(plan, point) is { } latest)
                rows.Add(Criterion(Cell.Says("It is before {0} {1}: a back-out that begins later does not end in window {2}.", clock.Weekday(latest), clock.Clock(latest), point.Window), Cell.Blank, "latest"));
        }
        else
        {
            blocks.Add(new Paragraph(Text.Of("No step of this plan is a point of no cheap return; decide before the first step after the midpoint's test.")));
        }
        rows.Add(Criterion(Cell.Says("What has been tested so far has no fault that the customer does not accept."), Cell.Blank, "faults"));
        blocks.Add(Decision("midpoint", rows));
        blocks.Add(Signatures("midpoint", plan));
        return blocks;
    }

    /// <summary>When a back-out must begin that is to end with the window.</summary>
    static DateTimeOffset? Latest(Plan plan, Step point) =>
        plan.LastBeforeReturn() is { } last && plan.Windows.FirstOrDefault(w => w.Name == point.Window) is { } window ? window.Ends.AddMinutes(-last.BackOut.Minutes) : null;

    static Row Finding(Finding finding) =>
        Criterion(finding.Subject.Length > 0 ? new Cell([finding.Title, new Text("{0}", [finding.Subject])], finding.Title.ToString()) : Cell.Says(finding.Title),
            new Cell([finding.Verdict.Name(), finding.Evidence], finding.Evidence.ToString()), finding.Check) with
        { Tone = finding.Verdict.Tone() };

    static IEnumerable<Row> Beginning(Plan plan, Pack pack)
    {
        yield return Criterion(Cell.Says("Every test before the upgrade is passed, or its failure is known and accepted."), Cell.Says("Cases: {0}", plan.CasesAt(pack, TestPoints.Before).Count), "tests");
        yield return Criterion(Cell.Says("Everybody on the phone list has answered."), Cell.Says("People: {0}", plan.People.Count), "people");
        yield return Criterion(Cell.Says("Nothing else is changed in the system from now on."), Cell.Blank, "freeze");
    }

    static Row Criterion(Cell criterion, Cell found, string id) =>
        new([criterion, found, Cell.Boxes("go", "no-go"), Cell.Blank]) { More = new Dictionary<string, object?> { ["id"] = id } };

    static Table Decision(string id, IReadOnlyList<Row> rows) => new(id,
        [new("criterion", Text.Of("Criterion")), new("found", Text.Of("What was found")), new("decision", Text.Of("Decision"), Fit.Short), new("initials", Text.Of("Initials"), Fit.Blank)], rows);

    static Form Signatures(string id, Plan plan)
    {
        List<FormField> fields = [new("decision", Text.Of("Decision: go or no-go")), new("time", Text.Of("Date and time"))];
        foreach (PersonInPlan person in plan.People) fields.Add(new("signature:" + person.Name, Text.Of("{0} ({1})", person.Name, person.Role)));
        if (plan.People.Count == 0) fields.AddRange([new("customer", Text.Of("For the customer")), new("engineer", Text.Of("For the engineers"))]);
        return new Form("signed:" + id, fields);
    }
}
