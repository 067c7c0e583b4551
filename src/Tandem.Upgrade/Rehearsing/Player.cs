using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Rehearsing;

/// <summary>Applies steps to a model in time, and measures between them.</summary>
sealed class Player(IReadOnlyList<Step> steps, IEstateModel model, Meter meter)
{
    readonly List<Segment> _segments = [];
    readonly List<Pause> _pauses = [];
    readonly SortedSet<int> _open = [];

    public IReadOnlyList<Segment> Segments => _segments;
    public IReadOnlyList<Pause> Pauses => _pauses;

    /// <param name="happened">After each event: with the steps that have begun and not ended.</param>
    public void Play(Action<PlayEvent, IReadOnlyCollection<int>> happened)
    {
        List<PlayEvent> events = PlayEvent.Of(steps);
        for (int e = 0; e < events.Count; e++)
        {
            PlayEvent now = events[e];
            Step step = steps[now.Index];
            PlayEvent.Apply(model, step.Id, step.Changes, now.IsEnd ? Change.End : Change.Begin);
            if (now.IsEnd) _open.Remove(now.Index);
            else _open.Add(now.Index);
            meter.Look(model, now.Minute, now.At, step.Id);
            happened(now, _open);
            if (e + 1 < events.Count) Wait(now, events[e + 1]);
        }
    }

    void Wait(PlayEvent now, PlayEvent next)
    {
        double minutes = next.Minute - now.Minute;
        Step shown = steps[_open.Count > 0 ? _open.Min : now.Index];
        if (minutes >= PlayEvent.Least)
        {
            _segments.Add(new Segment(now.Minute, next.Minute, now.At, now.At.AddMinutes(minutes), meter.Routes, [.. model.NotRedundant], shown.Id));
            meter.Pass(now.At, minutes, isTest: shown.IsTest, restores: Restores(next), byUnit: true);
        }
        if (_open.Count == 0 && (next.At - now.At).TotalMinutes - minutes >= 1)
            _pauses.Add(new Pause(steps[now.Index].Id, steps[next.Index].Id, now.At.AddMinutes(minutes), next.At, meter.Routes, [.. model.NotRedundant]));
    }

    /// <summary>The next event is the end of a step that goes on now, and the system routes after it and not before.</summary>
    bool Restores(PlayEvent next)
    {
        if (!next.IsEnd || Meter.IsSystem(meter.Routes)) return false;
        IEstateModel then = model.Copy();
        PlayEvent.Apply(then, steps[next.Index].Id, steps[next.Index].Changes, Change.End);
        return Meter.IsSystem(then.Routes);
    }
}
