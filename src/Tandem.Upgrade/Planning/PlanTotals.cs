using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Readiness;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning;

/// <summary>Adds up, and says how: every sum can be followed from the rows.</summary>
static class PlanTotals
{
    public static Totals Of(Plan plan, Estate estate, Pack pack, PolicySet policies)
    {
        Step[] service = [.. plan.Steps.Where(static s => s.InService)];
        double work = service.Where(static s => !s.IsTest).Sum(static s => s.Minutes.Usual), tests = service.Where(static s => s.IsTest).Sum(static s => s.Minutes.Usual);
        double elapsed = service.Length == 0 ? 0 : service.Max(static s => s.EndMinute);
        double network = Of(plan, "network"), nobody = Of(plan, "nobody");
        var totals = new Totals
        {
            WorkMinutes = work, TestMinutes = tests, ElapsedMinutes = elapsed, DefaultRoutedMinutesMax = network, NobodyRoutesMinutes = nobody, DefaultRoutedMinutesMin = network,
        };
        return pack.Method == Method.Networks
            ? totals with { Figures = NetworksPlanner.Figures(estate, pack, policies), Explanation = NetworksPlanner.Explain(estate, pack, policies) }
            : estate.Order.Count > 0 ? totals with { SimplexMinutes = Simplex(plan, tests: false), SimplexTestMinutes = Simplex(plan, tests: true), Explanation = [Text.Of("The estate's own order: {0} minutes of work and {1} of tests", work, tests)] }
            : Sides(plan, totals, service);
    }

    static double Of(Plan plan, string routes) => plan.Timeline.Where(s => s.Routes == routes).Sum(static s => s.EndMinute - s.StartMinute);

    static double Simplex(Plan plan, bool tests)
    {
        var isTest = plan.Steps.ToDictionary(static s => s.Id, static s => s.IsTest, StringComparer.Ordinal);
        return plan.Timeline.Where(s => s.NotRedundant.Contains("central controller") && isTest[s.Step] == tests).Sum(static s => s.EndMinute - s.StartMinute);
    }

    static Totals Sides(Plan plan, Totals totals, Step[] service)
    {
        // The rows of the switch itself; what goes with a side in a row is an addition to it.
        Step[] rows = [.. service.Where(static s => s.Id == s.Row && !s.IsTest)];
        double fixedMinutes = rows.Sum(static s => s.Minutes.Usual), with = service.Where(static s => s.Id != s.Row && s.Row is "1" or "4" or "6").Sum(static s => s.Minutes.Usual);
        Step[] clients = [.. service.Where(static s => s.Row == "9")], gateways = [.. service.Where(static s => s.Row == "10")];
        double default1 = rows.Where(static s => s.RoutingColumn == "Network").Sum(static s => s.Minutes.Usual);
        double simplex = Simplex(plan, tests: false), test = Simplex(plan, tests: true);
        List<Text> how =
        [
            Text.Of("Rows 1 to 8 without the test of row 5: {0} = {1} minutes", string.Join(" + ", rows.Select(static s => s.Minutes.Usual)), fixedMinutes),
        ];
        if (with > 0) how.Add(Text.Of("Gateways that go with their side, because they may not lag so far: {0} minutes", with));
        if (clients.Length > 0) how.Add(Text.Of("Row 9, one machine after another: {0} = {1} minutes", string.Join(" + ", clients.Select(static s => s.Minutes.Usual)), clients.Sum(static s => s.Minutes.Usual)));
        if (gateways.Length > 0) how.Add(Text.Of("Row 10, one gateway after another, {0} in all: {1} minutes", gateways.Length, gateways.Sum(static s => s.Minutes.Usual)));
        how.Add(Text.Of("All rows without the test: {0} minutes ({1} h {2} min)", totals.WorkMinutes, Math.Floor(totals.WorkMinutes / 60), totals.WorkMinutes % 60));
        how.Add(Text.Of("The test of row 5 is the customer's: {0} minutes", totals.TestMinutes));
        how.Add(totals.WorkMinutes + totals.TestMinutes < 660
            ? Text.Of("The guide's total is 11+ hours, 660 minutes and more: {0} minutes more than this estate's rows and test; it does not say which rows it adds up, for how many machines, or how long a test", 660 - totals.WorkMinutes - totals.TestMinutes)
            : Text.Of("The guide's total is 11+ hours, 660 minutes and more: this estate's rows and test are {0} minutes above its least", totals.WorkMinutes + totals.TestMinutes - 660));
        how.Add(Text.Of("Engineers: {0}. With them and the windows it takes {1} minutes from the first step to the last, pauses between windows left out", Math.Max(1, service.Select(static s => s.Engineer).Distinct(StringComparer.Ordinal).Count()), totals.ElapsedMinutes));
        how.Add(Text.Of("Without redundancy of the central controller: {0} minutes, and {1} minutes of tests in that time", simplex, test));
        how.Add(totals.NobodyRoutesMinutes > 0
            ? Text.Of("Of these nobody routes {0} minutes: the network has no default plan to route by", totals.NobodyRoutesMinutes)
            : Text.Of("Of these the network's default plan routes {0} minutes at least (row 3) and {1} at most (until side A has started in row 4)", default1, totals.DefaultRoutedMinutesMax));
        return totals with
        {
            FixedMinutes = fixedMinutes, SimplexMinutes = simplex, SimplexTestMinutes = test, DefaultRoutedMinutesMin = Math.Min(default1, totals.DefaultRoutedMinutesMax), Explanation = how,
            Figures =
            [
                Figure("fixed-rows", Text.Of("Rows 1 to 8 without the test"), fixedMinutes, Text.Of("added up from the chronology")),
                Figure("work", Text.Of("All rows without the test"), totals.WorkMinutes, Text.Of("added up from the chronology")),
                Figure("simplex", Text.Of("Without redundancy, tests left out"), simplex, Text.Of("read from the played plan")),
            ],
        };
    }

    static NamedFigure Figure(string id, Text title, double value, Text how) => new(id, title, value, "min", true, how, "");
}
