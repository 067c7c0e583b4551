using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>A step fails, and its back-out is carried out on a copy of the model as it is then.</summary>
sealed class BackOutPlay(Plan plan, CallProfile? calls, string centralUnit, IReadOnlySet<string> notRedundantBefore)
{
    readonly Dictionary<string, PlannedWindow> _windows = plan.Windows.DistinctBy(static w => w.Name).ToDictionary(static w => w.Name, StringComparer.Ordinal);

    /// <param name="model">Changed: a copy.</param>
    /// <param name="others">Steps that go on beside it; they are finished before the back-out begins.</param>
    public FailureOutcome Play(IEstateModel model, Step step, FailurePoint point, PlayEvent failed, IEnumerable<Step> others)
    {
        var meter = new Meter(calls, centralUnit);
        double At() => failed.Minute + meter.Elapsed;
        DateTimeOffset Now() => failed.At.AddMinutes(meter.Elapsed);
        void Do(string of, IReadOnlyList<Change> changes, string at)
        {
            PlayEvent.Apply(model, of, changes, at);
            meter.Look(model, At(), Now(), of);
        }

        meter.Look(model, failed.Minute, failed.At, step.Id);
        foreach (Step other in others.OrderBy(static s => s.Ends))
        {
            meter.Pass(Now(), (other.Ends - Now()).TotalMinutes);
            Do(other.Id, other.Changes, Change.End);
        }
        double waited = meter.Elapsed;
        meter.WatchService();
        foreach (BackOutAction action in step.BackOut.Actions)
        {
            Do(step.Id, action.Changes, Change.Begin);
            meter.Pass(Now(), action.Minutes);
            Do(step.Id, action.Changes, Change.End);
        }
        DateTimeOffset back = Now();
        double exceeded = _windows.TryGetValue(step.Window, out PlannedWindow? window) ? (back - window.Ends).TotalMinutes : 0;
        return new FailureOutcome
        {
            Step = step.Id,
            Title = step.Title,
            Point = point,
            Minute = failed.Minute,
            At = failed.At,
            WaitMinutes = Math.Round(waited, 4),
            BackOutMinutes = Math.Round(meter.Elapsed - waited, 4),
            BackAt = back,
            ServiceMinutes = Math.Round(meter.Outage, 4),
            NobodyMinutes = Math.Round(meter.Nobody, 4),
            DefaultPlanMinutes = Math.Round(meter.Network, 4),
            SimplexMinutes = Math.Round(meter.Simplex, 4),
            ExceededMinutes = exceeded >= PlayEvent.Least ? Math.Round(exceeded, 4) : 0,
            Works = model.Works,
            Violations = meter.Violations,
            NotRedundantAfter = [.. model.NotRedundant.Where(u => !notRedundantBefore.Contains(u))],
            PointOfNoReturn = step.BackOut.PointOfNoReturn,
            Calls = meter.Calls,
        };
    }
}
