using System.Collections.Concurrent;
using System.Text;
using Xunit;

namespace Tandem.Simulation;

/// <summary>Seeds that run with every build. <c>./tandem simulate</c> runs more of them, and longer.</summary>
public sealed class SeedTests
{
    const int Seeds = 300;

    /// <summary>These found bugs.</summary>
    static readonly ulong[] s_known = [148];

    [Fact]
    public void No_seed_breaks_a_rule()
    {
        ulong[] seeds = [.. s_known, .. Enumerable.Range(1, Seeds).Select(static n => (ulong)n)];
        var failed = new ConcurrentDictionary<ulong, (Plan Plan, Violation Violation)>();
        Parallel.ForEach(seeds, (seed, state) =>
        {
            Plan plan = Simulate.PlanOf(seed, Simulate.SeedUs);
            if (Simulate.Run(seed, plan).Violation is not { } violation) return;
            failed[seed] = (plan, violation);
            state.Stop();
        });
        if (failed.IsEmpty) return;
        (ulong first, (Plan plan, Violation found)) = failed.MinBy(static f => f.Key);
        Assert.Fail(Simulate.Explain(first, plan, found, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Nothing_is_lost_wherever_a_node_dies()
    {
        const ulong seed = 7;
        Plan plan = Simulate.PlanOf(seed, Simulate.SeedUs, new HashSet<string>());
        World whole = Simulate.Run(seed, plan);
        Assert.Null(whole.Violation);
        (string Side, long Point)[] points =
        [
            .. from side in (string[])["A", "B"]
               let passed = whole.Points.Passed(side)
               from n in Enumerable.Range(1, 30)
               select (side, passed * n / 31),
        ];
        Parallel.ForEach(points, point =>
        {
            if (Simulate.Run(seed, plan, crashAt: point).Violation is { } violation)
                Assert.Fail(Simulate.Explain(seed, plan, violation, TimeSpan.FromSeconds(20), point));
        });
    }

    [Fact]
    public void The_same_seed_brings_about_the_same()
    {
        string[] traces = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            var trace = new StringBuilder();
            Simulate.Run(12, Simulate.PlanOf(12, Simulate.SeedUs), trace: line => trace.AppendLine(line));
            return trace.ToString();
        })];
        Assert.Equal(traces[0], traces[1]);
    }
}

/// <summary>The checkers are checked: each bug that is planted is found, and by the rule that is there for it.</summary>
public sealed class PlantTests(ITestOutputHelper output)
{
    const ulong SeedsMax = 40;

    public static TheoryData<string> Names() => [.. Plants.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_bug_is_caught(string name)
    {
        (Plant plant, string[] rules, string kinds) = Plants.All[name];
        IReadOnlySet<string>? faults = kinds == "all" ? null : kinds.Split(',').ToHashSet(StringComparer.Ordinal);
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            if (Simulate.Run(seed, Simulate.PlanOf(seed, Simulate.SeedUs, faults), plant).Violation is not { } violation) continue;
            output.WriteLine($"{name}: caught with seed {seed}, {violation}");
            Assert.True(rules.Contains(violation.Rule), $"seed {seed} was caught by another rule: {violation}");
            return;
        }
        Assert.Fail($"{name} was not caught with {SeedsMax} seeds");
    }
}
