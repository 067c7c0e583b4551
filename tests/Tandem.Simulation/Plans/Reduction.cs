using System.Diagnostics;

namespace Tandem.Simulation;

/// <summary>
/// Takes calls and faults out of a failing plan one group after the other, and keeps it so as long as the same rule is still
/// broken (delta debugging): what remains is needed.
/// </summary>
static class Reduction
{
    public static Plan Reduce(Plan plan, Violation failure, Func<Plan, Violation?> run, TimeSpan most, Action<int>? progress = null)
    {
        long began = Stopwatch.GetTimestamp();
        // What comes after the failure has no part in it; only the failures of the calm need the rest of the time.
        var items = plan.Items.Where(i => i.AtUs <= failure.AtUs).ToList();
        if (!Fails(items)) items = [.. plan.Items];
        int size = Math.Max(1, items.Count / 2);
        while (size >= 1 && Stopwatch.GetElapsedTime(began) < most)
        {
            bool shrank = false;
            for (int at = 0; at < items.Count && Stopwatch.GetElapsedTime(began) < most;)
            {
                List<PlanItem> fewer = [.. items[..at], .. items[Math.Min(items.Count, at + size)..]];
                if (Fails(fewer))
                {
                    items = fewer;
                    shrank = true;
                    progress?.Invoke(items.Count);
                }
                else at += size;
            }
            if (size == 1 && !shrank) break;
            size = shrank && size == 1 ? 1 : Math.Max(size / 2, 1);
        }
        return plan.With(items);

        bool Fails(IReadOnlyList<PlanItem> some) => run(plan.With(some))?.Rule == failure.Rule;
    }
}
