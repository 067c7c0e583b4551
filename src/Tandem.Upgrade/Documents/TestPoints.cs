using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Documents;

/// <summary>Which case is tested when: where the pack wants it, or as soon afterwards as what it needs runs.</summary>
static class TestPoints
{
    public const string Before = "before", Switch = "switch", Simplex = "simplex", Duplex = "duplex";

    /// <summary>A case that cannot be tested at one of these waits for the next.</summary>
    static readonly string[] s_inOrder = [Before, Simplex, Duplex];

    public static IReadOnlyList<TestCase> CasesAt(this Plan plan, Pack pack, string point)
    {
        IReadOnlySet<string>[] running = [.. s_inOrder.Select(plan.RolesAt)];
        return [.. pack.Tests.Where(test => plan.IsAbout(test) && (s_inOrder.Contains(point) ? Due(test, running).Contains(point) : test.At.Contains(point)))];
    }

    /// <summary>Cases that the pack wants here, and nothing runs that they need.</summary>
    public static IReadOnlyList<TestCase> Waiting(this Plan plan, Pack pack, string point)
    {
        IReadOnlyList<TestCase> here = plan.CasesAt(pack, point);
        return [.. pack.Tests.Where(test => test.At.Contains(point) && plan.IsAbout(test) && !here.Contains(test))];
    }

    /// <summary>The estate has what the case is about.</summary>
    static bool IsAbout(this Plan plan, TestCase test) =>
        plan.HasTimeOf(test.Routes) && (test.Needs.Count == 0 || plan.Nodes.Any(n => test.Needs.Contains(n.Role))) && !plan.Nodes.Any(n => test.Without.Contains(n.Role));

    static List<string> Due(TestCase test, IReadOnlySet<string>[] running)
    {
        List<string> due = [];
        bool waits = false;
        for (int i = 0; i < s_inOrder.Length; i++)
        {
            waits |= test.At.Contains(s_inOrder[i]);
            if (!waits || (test.Needs.Count > 0 && !running[i].Overlaps(test.Needs))) continue;
            due.Add(s_inOrder[i]);
            waits = false;
        }
        return due;
    }

    /// <summary>Roles of which a node runs at the point.</summary>
    static IReadOnlySet<string> RolesAt(this Plan plan, string point)
    {
        HashSet<string> stopped = [];
        double minute = point switch
        {
            Before => double.MinValue,
            Simplex => plan.Steps.FirstOrDefault(plan.IsMidpointTest)?.StartMinute ?? plan.PointOfNoReturn()?.StartMinute ?? double.MaxValue,
            _ => double.MaxValue,
        };
        foreach (Change change in plan.ChangesUntil(minute))
            if (change.Runs == false) stopped.Add(change.Node);
            else if (change.Runs == true) stopped.Remove(change.Node);
        return plan.Nodes.Where(n => !stopped.Contains(n.Name)).Select(static n => n.Role).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>As they happen. What ends comes before what begins in the same minute, but not before its own begin.</summary>
    static IEnumerable<Change> ChangesUntil(this Plan plan, double minute) =>
        plan.InService()
            .SelectMany(static s => s.Changes.Select(c => (Change: c, Minute: c.At == Change.Begin ? s.StartMinute : s.EndMinute, Order: c.At == Change.End && s.EndMinute > s.StartMinute ? 0 : 1)))
            .Where(c => c.Minute <= minute).OrderBy(static c => c.Minute).ThenBy(static c => c.Order).Select(static c => c.Change);
}
