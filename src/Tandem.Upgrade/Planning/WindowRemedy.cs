using System.Globalization;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Readiness;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning;

/// <summary>What would make a plan fit that does not: each is tried before it is named.</summary>
static class WindowRemedy
{
    const double StepHours = 0.25;
    const int StepsMax = 96;

    public static Text Of(Estate estate, Pack pack, Func<Estate, IReadOnlyList<DraftStep>> draft)
    {
        List<string> would = [];
        if (LongerWindow(estate, draft) is { } longer) would.Add(longer);
        if (Fits(estate with { Engineers = [.. estate.Engineers.DefaultIfEmpty(new Engineer("", "", [], 0)), new Engineer("+1", "", [], 0)] }, draft)) would.Add("one more engineer");
        const string policy = "clients-window", staggered = "staggered";
        if (pack.Policies.ContainsKey(policy) && PolicySet.Of(pack, estate).Choice(policy) != staggered)
        {
            var policies = new Dictionary<string, string>(estate.Policies, StringComparer.Ordinal) { [policy] = staggered };
            if (Fits(estate with { Policies = policies }, draft)) would.Add($"policies: {{{policy}: {staggered}}}");
        }
        return would.Count == 0 ? Text.Of("name more windows, or longer ones: neither one longer window nor one more engineer would do") : Text.Of("one of these would do: {0}", string.Join("; ", would));
    }

    /// <summary>The least that one window alone must grow; halved down, because a large estate takes its time to plan.</summary>
    static string? LongerWindow(Estate estate, Func<Estate, IReadOnlyList<DraftStep>> draft)
    {
        (int Steps, MaintenanceWindow Window)? best = null;
        foreach (MaintenanceWindow window in estate.Windows)
        {
            bool With(int steps) => Fits(estate with { Windows = [.. estate.Windows.Select(w => w == window ? w with { Hours = w.Hours + steps * StepHours } : w)] }, draft);
            // What would not be better than the best so far need not be tried.
            int enough = best is { } known ? known.Steps - 1 : StepsMax, little = 0;
            if (enough <= 0 || !With(enough)) continue;
            while (enough - little > 1)
            {
                int half = (enough + little) / 2;
                if (With(half)) enough = half;
                else little = half;
            }
            best = (enough, window);
        }
        return best is not var (more, longer) ? null : string.Create(CultureInfo.InvariantCulture, $"{longer.Name} of {longer.Hours + more * StepHours:0.##} hours");
    }

    static bool Fits(Estate estate, Func<Estate, IReadOnlyList<DraftStep>> draft)
    {
        try
        {
            new Scheduler(estate).Place(draft(estate));
            return true;
        }
        catch (WindowTooShortException)
        {
            return false;
        }
    }
}
