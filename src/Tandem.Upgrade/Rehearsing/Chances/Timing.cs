using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Rehearsing.Chances;

/// <summary>
/// When steps end, given how long they take. A step waits for the steps that it names, for its engineer's earlier step, for its
/// window, and, if nothing went on beside it in the plan, for everything before it; what comes after such a step waits for it.
/// One that the plan begins later than all of that begins no earlier than in the plan.
/// </summary>
sealed class Timing
{
    const double Least = 1e-6;

    readonly int[][] _waitsFor;
    readonly double[] _notBefore;
    readonly int[] _alone;
    readonly Pert[] _minutes;

    /// <param name="zero">Times are minutes from here on.</param>
    /// <param name="opens">When a step's window opens, in such minutes.</param>
    public Timing(IEnumerable<Step> steps, DateTimeOffset zero, Func<Step, double> opens, Dictionary<double, double[]> tables)
    {
        Steps = [.. steps.OrderBy(static s => s.Begins).ThenBy(static s => s.Ends)];
        int count = Steps.Count;
        _waitsFor = new int[count][];
        _notBefore = new double[count];
        // The last step up to this one that lies alone, itself included; -1 before the first.
        _alone = new int[count];
        _minutes = [.. Steps.Select(s => Pert.Of(s.Minutes, tables))];
        double[] begins = [.. Steps.Select(s => (s.Begins - zero).TotalMinutes)], ends = [.. Steps.Select(s => (s.Ends - zero).TotalMinutes)];
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var lastOf = new Dictionary<string, int>(StringComparer.Ordinal);
        double latest = double.NegativeInfinity;
        int alone = -1;
        for (int i = 0; i < count; i++)
        {
            Step step = Steps[i];
            bool isAlone = latest <= begins[i] + Least && (i + 1 == count || begins[i + 1] >= ends[i] - Least);
            double ready = opens(step);
            if (isAlone) ready = Math.Max(ready, latest);
            else if (alone >= 0) ready = Math.Max(ready, ends[alone]);
            if (isAlone) alone = i;
            _alone[i] = alone;

            List<int> waits = [];
            foreach (string id in step.After)
                if (places.TryGetValue(id, out int before)) waits.Add(before);
            if (step.Engineer.Length > 0 && lastOf.TryGetValue(step.Engineer, out int own)) waits.Add(own);
            foreach (int before in waits) ready = Math.Max(ready, ends[before]);
            _waitsFor[i] = [.. waits.Distinct()];
            _notBefore[i] = begins[i] > ready + Least ? begins[i] : opens(step);

            places[step.Id] = i;
            if (step.Engineer.Length > 0) lastOf[step.Engineer] = i;
            latest = Math.Max(latest, ends[i]);
        }
    }

    /// <summary>As they begin in the plan.</summary>
    public IReadOnlyList<Step> Steps { get; }

    /// <param name="ends">Filled with each step's end.</param>
    public void Draw(Xoshiro random, double[] ends)
    {
        double latest = double.NegativeInfinity;
        for (int i = 0; i < _minutes.Length; i++)
        {
            double begin = _notBefore[i];
            if (_alone[i] == i) begin = Math.Max(begin, latest);
            else if (_alone[i] >= 0) begin = Math.Max(begin, ends[_alone[i]]);
            foreach (int before in _waitsFor[i]) begin = Math.Max(begin, ends[before]);
            Pert minutes = _minutes[i];
            ends[i] = begin + minutes.At(minutes.IsExact ? 0 : random.NextUnit());
            latest = Math.Max(latest, ends[i]);
        }
    }
}
