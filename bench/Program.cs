using Tandem.Bench.Calls;
using Tandem.Bench.Fuzz;
using Tandem.Bench.Harness;
using Tandem.Bench.History;
using Tandem.Bench.Journal;
using Tandem.Bench.Pair;
using Tandem.Bench.Planner;
using Tandem.Bench.Restart;
using Tandem.Bench.Routing;
using Tandem.Bench.Sip;

(string Name, string What, Func<string[], int> Run)[] benches =
[
    ("routing", "entries applied by the core on one thread, and the cost of a decision", RoutingBench.Run),
    ("parse", "SIP messages parsed on one thread", ParseBench.Run),
    ("sip-calls", "whole calls between two SIP stacks in memory", CallBench.Run),
    ("journal", "the file journal on this disk, and the journal of a pair over three etcd members", JournalBench.Run),
    ("history", "rows into SQLite and PostgreSQL, and their comparison", HistoryBench.Run),
    ("calls", "SIPp callers and agents through a running node: the highest rate, CPU, memory", CallsBench.Run),
    ("restart", "kill -9 with 10,000 agents and 1,000 calls, until the next call is answered", RestartBench.Run),
    ("pair", "a pair: latency, load, and what callers notice of deaths, leaves and returns", PairBench.Run),
    ("soak", "a pair for hours with a kill each minute: calls, memory, handles, sizes at start and end", SoakBench.Run),
    ("planner", "500 nodes on 40 sites planned, failing at every step; durations drawn 10,000 times", PlannerBench.Run),
    ("fuzz", "a million random and mutated datagrams at a running node", FuzzBench.Run),
];

foreach ((string name, _, Func<string[], int> run) in benches)
{
    if (args.FirstOrDefault() != name) continue;
    try
    {
        return run(args[1..]);
    }
    catch (BenchException unable)
    {
        Console.Error.WriteLine($"bench {name}: {unable.Message}");
        return 2;
    }
}
Console.Error.WriteLine(args.Length == 0 ? "Which one? ./tandem bench NAME [--json]" : $"There is no bench '{args[0]}'.");
foreach ((string name, string what, _) in benches) Console.Error.WriteLine($"  {name,-10} {what}");
return 2;
