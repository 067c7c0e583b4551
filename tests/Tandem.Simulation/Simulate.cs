using System.Diagnostics;

namespace Tandem.Simulation;

/// <summary>A seed's run, and what is told of it.</summary>
static class Simulate
{
    public static readonly long SeedUs = PlanTimes.SetUpUs + PlanTimes.FaultsUs + PlanTimes.CalmUs;

    public static World Run(ulong seed, Plan plan, Plant? plant = null, Action<string>? trace = null, (string, long)? crashAt = null, Action<World>? eachSecond = null)
    {
        var world = new World(new WorldOptions { Seed = seed, Plan = plan, Plant = plant ?? Plant.None, Trace = trace, CrashAt = crashAt });
        world.Run(eachSecond);
        return world;
    }

    public static Plan PlanOf(ulong seed, long lengthUs, IReadOnlySet<string>? faults = null) =>
        Planner.Draw(seed, lengthUs, faults ?? Faults.Kinds.ToHashSet(StringComparer.Ordinal));

    /// <summary>The failure in words: the plan that is left of it, and the end of its trace.</summary>
    public static string Explain(ulong seed, Plan plan, Violation failure, TimeSpan reduceMost, (string, long)? crashAt = null, int traceLines = 250)
    {
        Plan reduced = Reduction.Reduce(plan, failure, p => Run(seed, p, crashAt: crashAt).Violation, reduceMost);
        var trace = new Queue<string>();
        Violation? again = Run(seed, reduced, trace: line =>
        {
            trace.Enqueue(line);
            if (trace.Count > traceLines) trace.Dequeue();
        }, crashAt: crashAt).Violation;
        return $"""
            seed {seed}{(crashAt is { } at ? $", {at.Item1} dies at its point {at.Item2}" : "")}: {failure}
            reduced from {plan.Items.Count} to {reduced.Items.Count} calls and faults, where it is: {again}
            {string.Join('\n', reduced.Items)}
            the end of its trace:
            {string.Join('\n', trace)}
            """;
    }
}
