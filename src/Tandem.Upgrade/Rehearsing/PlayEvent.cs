using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>A step begins or ends.</summary>
readonly record struct PlayEvent(double Minute, DateTimeOffset At, int Index, bool IsEnd)
{
    /// <summary>Minutes that are closer than this are the same.</summary>
    public const double Least = 1e-4;

    /// <summary>In time; at one minute what ends comes before what begins, then the steps' order. A step without length ends right after its begin.</summary>
    public static List<PlayEvent> Of(IReadOnlyList<Step> steps)
    {
        List<PlayEvent> events = [];
        for (int i = 0; i < steps.Count; i++)
        {
            events.Add(new PlayEvent(Math.Round(steps[i].StartMinute, 4), steps[i].Begins, i, IsEnd: false));
            events.Add(new PlayEvent(Math.Round(Math.Max(steps[i].StartMinute, steps[i].EndMinute), 4), steps[i].Ends, i, IsEnd: true));
        }
        return [.. events.OrderBy(static e => e.Minute).ThenBy(e => e.IsEnd && steps[e.Index].EndMinute > steps[e.Index].StartMinute ? 0 : 1).ThenBy(static e => e.Index).ThenBy(static e => e.IsEnd)];
    }

    /// <exception cref="UpgradeException">A node that the model does not know, with the step that names it.</exception>
    public static void Apply(IEstateModel model, string step, IReadOnlyList<Change> changes, string at)
    {
        foreach (Change change in changes)
        {
            if (change.At != at) continue;
            try
            {
                model.Apply(change);
            }
            catch (UpgradeException e)
            {
                throw new UpgradeException($"step {step}: {e.Message}", e);
            }
        }
    }
}
