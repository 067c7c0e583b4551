using System.Diagnostics;
using System.Globalization;
using NodaTime;
using Tandem.Bench.Harness;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Rehearsing;

namespace Tandem.Bench.Planner;

/// <summary>Plans and rehearses an estate of 500 nodes on 40 sites, and draws the durations of one of two sites ten thousand times.</summary>
static class PlannerBench
{
    const int Rounds = 5, Draws = 10_000;
    const double PlanSecondsMax = 5, FailuresSecondsMax = 10, DrawsSecondsMax = 5;
    static readonly DateOnly s_today = new(2026, 3, 2);

    internal static int Run(string[] args)
    {
        var arguments = new Arguments(args, "nodes", "sites", "engineers", "json");
        int nodes = arguments.Number("nodes", 500), sites = arguments.Number("sites", 40), engineers = arguments.Number("engineers", 10);
        var report = new Report("planner", arguments.Has("json"));
        report.Begin($"an estate of {nodes} nodes on {sites} sites is planned and fails at every step; durations of a plan for two sites are drawn {Draws:n0} times; medians of {Rounds}");
        Pack pack = new PackLibrary(PackLibrary.Installed).Load("icm-4.6.2");

        Estate large = Generated.Estate(nodes, sites, engineers, LocalDate.FromDateOnly(s_today)), small = Generated.Estate(30, 2, 2, LocalDate.FromDateOnly(s_today));
        (double planned, Plan plan) = Time(() => Plan(large, pack));
        (double rehearsed, RehearsalReport failures) = Time(() => Rehearsal.Play(plan, () => Models.Of(plan, pack), new RehearsalOptions { Runs = 0 }));
        (_, Plan twoSites) = Time(() => Plan(small, pack));
        (double drawn, _) = Time(() => Rehearsal.Play(twoSites, () => Models.Of(twoSites, pack), new RehearsalOptions { Runs = Draws }));
        (double drawnLarge, _) = Time(() => Rehearsal.Play(plan, () => Models.Of(plan, pack), new RehearsalOptions { Runs = Draws }));

        int working = failures.Failures.Count(static f => f.Works);
        bool good = planned < PlanSecondsMax && rehearsed < FailuresSecondsMax && drawn < DrawsSecondsMax;
        report.Line(Row($"planned: {plan.Steps.Count} steps in {plan.Steps.Select(static s => s.Window).Distinct().Count()} windows", planned, PlanSecondsMax));
        report.Line(Row($"rehearsed: {failures.Failures.Count} failures, {working} of which lead back to a working estate", rehearsed, FailuresSecondsMax));
        report.Line(Row($"rehearsed, and {Draws:n0} runs drawn, of {twoSites.Steps.Count} steps on two sites", drawn, DrawsSecondsMax));
        report.Line(Row($"the same for all {plan.Steps.Count} steps", drawnLarge, null));
        return report.End(good, new
        {
            nodes, sites, engineers, Steps = plan.Steps.Count, PlanSeconds = planned, RehearseSeconds = rehearsed, failures = failures.Failures.Count, working,
            SmallSteps = twoSites.Steps.Count, DrawSeconds = drawn, DrawLargeSeconds = drawnLarge, target = new { PlanSecondsMax, FailuresSecondsMax, DrawsSecondsMax },
        });
    }

    static Plan Plan(Estate estate, Pack pack)
    {
        PlanResult result = Upgrade.Planning.Planner.Plan(estate, pack, s_today);
        return result.Plan ?? throw new BenchException("the generated estate was refused: " + string.Join("; ", result.Findings.Where(static f => f.Verdict == Verdict.Refused).Take(3).Select(static f => $"{f.Check} {f.Subject}: {f.Evidence}")));
    }

    static (double Seconds, T Result) Time<T>(Func<T> work)
    {
        T result = work();
        double[] seconds = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            result = work();
            seconds[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return (Math.Round(Report.Median(seconds), 3), result);
    }

    static string Row(string what, double seconds, double? most) => string.Create(CultureInfo.InvariantCulture,
        $"{what,-80} {seconds,8:n3} s{(most is { } limit ? $"  (under {limit:0} s: {(seconds < limit ? "held" : "MISSED")})" : "")}");
}
