using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning;

/// <summary>
/// Gives drafts their times: in their order, each as early as what it waits for, a free engineer and the windows allow. Usual
/// durations count; what becomes of the plan when they are longer is the rehearsal's to say.
/// </summary>
sealed class Scheduler
{
    const double Least = 1e-6;

    readonly MaintenanceWindow[] _windows;
    readonly Engineer[] _engineers;
    readonly DateTimeZone _zone;
    /// <summary>By window, then engineer: minutes after the window's begin at which the engineer is free.</summary>
    readonly double[][] _free;
    readonly Dictionary<string, Placed> _placed = new(StringComparer.Ordinal);
    readonly List<Placed> _order = [];

    sealed record Placed(DraftStep Draft, int Window, double Begin, double End, int Engineer, Text Why, string WaitsFor);

    /// <exception cref="UpgradeException">No window.</exception>
    public Scheduler(Estate estate)
    {
        if (estate.Windows.Count == 0) throw new UpgradeException($"{estate.File}: there is no window to plan in; write `windows` with a start and hours");
        _windows = [.. estate.Windows.OrderBy(static w => w.Begins)];
        _engineers = estate.Engineers.Count > 0 ? [.. estate.Engineers] : [new Engineer("", "", [], 0)];
        _zone = DateTimeZoneProviders.Tzdb[estate.Zone];
        _free = [.. _windows.Select(_ => new double[_engineers.Length])];
    }

    /// <exception cref="WindowTooShortException">A step, or steps that belong together, fit into no window.</exception>
    public Schedule Place(IReadOnlyList<DraftStep> drafts)
    {
        DraftStep[] service = [.. drafts.Where(static d => d.InService)];
        for (int i = 0; i < service.Length;)
        {
            int next = i + 1;
            if (service[i].Together.Length > 0)
                while (next < service.Length && service[next].Together == service[i].Together) next++;
            PlaceGroup(service[i..next]);
            i = next;
        }
        double[] offsets = Offsets(out double[] used);
        List<Step> steps = [.. Before(drafts), .. _order.Select(p => Made(p, offsets))];
        PlannedWindow[] windows = [.. _windows.Select((w, i) => new PlannedWindow(w.Name, At(w.Begins), At(w.Ends), Math.Round(used[i], 2), Math.Round(w.Hours * 60 - used[i], 2)))];
        return new Schedule(steps, windows, Critical(), offsets[^1] + used[^1]);
    }

    // ---- windows ----

    void PlaceGroup(DraftStep[] group)
    {
        int from = group.SelectMany(static d => d.After).Select(id => _placed.TryGetValue(id, out Placed? p) ? p.Window : 0).DefaultIfEmpty(0).Max();
        for (int window = from; window < _windows.Length; window++)
            if (TryPlace(group, window) is not { } failed) return;
            else if (window == _windows.Length - 1) throw DoesNotFit(group, failed);
    }

    /// <summary>Null when all of it is placed; else nothing of it is, and which step did not fit.</summary>
    DraftStep? TryPlace(DraftStep[] group, int window)
    {
        double[] before = [.. _free[window]];
        double minutes = _windows[window].Hours * 60;
        int placed = 0;
        foreach (DraftStep draft in group)
        {
            int engineer = Available(window);
            double ready = 0;
            string waitsFor = "";
            foreach (string id in draft.After)
                if (_placed.TryGetValue(id, out Placed? other) && other.Window == window && other.End > ready + Least) (ready, waitsFor) = (other.End, id);
            double begin = Math.Max(ready, engineer < 0 ? 0 : _free[window][engineer]);
            double end = begin + draft.Minutes.Usual;
            if (engineer < 0 || end > minutes + Least)
            {
                foreach (DraftStep undone in group.AsSpan(0, placed)) _order.Remove(Forget(undone.Id));
                before.CopyTo(_free[window], 0);
                return draft;
            }
            Text why = begin > ready + Least ? Text.Of("{0} is busy until then", NameOf(engineer))
                : waitsFor.Length > 0 ? Text.Of("step {0} must have ended", waitsFor)
                : begin < Least ? Text.Of("window {0} begins", _windows[window].Name) : Text.Of("nothing");
            string waits = begin > ready + Least ? _order.FindLast(p => p.Window == window && p.Engineer == engineer)?.Draft.Id ?? "" : waitsFor;
            var made = new Placed(draft, window, begin, end, engineer, why, waits);
            _placed[draft.Id] = made;
            _order.Add(made);
            _free[window][engineer] = end;
            // Nothing else goes on beside a step that needs the whole estate still.
            if (!draft.MayOverlap)
                for (int i = 0; i < _engineers.Length; i++) _free[window][i] = Math.Max(_free[window][i], end);
            placed++;
        }
        return null;
    }

    Placed Forget(string id)
    {
        _placed.Remove(id, out Placed? gone);
        return gone!;
    }

    /// <summary>Who is free first; the first of the list among equals. -1 when nobody works in this window.</summary>
    int Available(int window)
    {
        int best = -1;
        for (int i = 0; i < _engineers.Length; i++)
            if ((_engineers[i].Windows.Count == 0 || _engineers[i].Windows.Contains(_windows[window].Name)) && (best < 0 || _free[window][i] < _free[window][best])) best = i;
        return best;
    }

    string NameOf(int engineer) => _engineers[engineer].Name is { Length: > 0 } name ? name : "the engineer";

    static WindowTooShortException DoesNotFit(DraftStep[] group, DraftStep step)
    {
        double needs = group.Sum(static d => d.Minutes.Usual);
        return new WindowTooShortException(group.Length == 1
            ? Text.Of("step {0} ({1}) needs {2} minutes and fits into no window any more", step.Id, step.Title, needs)
            : Text.Of("steps {0} to {1} belong into one window and are {2} minutes of work; step {3} ({4}) does not fit any more", group[0].Id, group[^1].Id, needs, step.Id, step.Title));
    }

    /// <summary>Minutes of earlier windows, without the pauses between them.</summary>
    double[] Offsets(out double[] used)
    {
        used = new double[_windows.Length];
        foreach (Placed p in _order) used[p.Window] = Math.Max(used[p.Window], p.End);
        double[] offsets = new double[_windows.Length];
        for (int i = 1; i < offsets.Length; i++) offsets[i] = offsets[i - 1] + used[i - 1];
        return offsets;
    }

    // ---- steps ----

    static readonly LocalTime s_officeOpens = new(8, 0), s_officeCloses = new(17, 0);

    /// <summary>
    /// What nobody notices is done before, one after another in office hours, and is over on the last working day before the
    /// first window. What takes longer than a day runs on through nights.
    /// </summary>
    IEnumerable<Step> Before(IReadOnlyList<DraftStep> drafts)
    {
        Instant zero = _windows[0].Begins;
        LocalDateTime free = LastOffice(zero.InZone(_zone).LocalDateTime.PlusDays(-1).Date.At(s_officeCloses));
        double dayMinutes = Period.Between(s_officeOpens, s_officeCloses, PeriodUnits.Minutes).Minutes;
        List<Step> steps = [];
        foreach (DraftStep draft in drafts.Where(static d => !d.InService).Reverse())
        {
            double minutes = draft.Minutes.Usual;
            if (minutes <= dayMinutes && free.PlusSeconds(-(long)(minutes * 60)) < free.Date.At(s_officeOpens)) free = LastOffice(free.Date.PlusDays(-1).At(s_officeCloses));
            Instant ends = free.InZoneLeniently(_zone).ToInstant(), begins = ends - Duration.FromMinutes(minutes);
            steps.Add(Of(draft, "", "", (begins - zero).TotalMinutes, (ends - zero).TotalMinutes, begins, ends));
            free = LastOffice(begins.InZone(_zone).LocalDateTime);
        }
        steps.Reverse();
        return steps;
    }

    /// <summary>The last instant of an office's hours that is not after this one.</summary>
    static LocalDateTime LastOffice(LocalDateTime at)
    {
        if (at.TimeOfDay <= s_officeOpens) at = at.Date.PlusDays(-1).At(s_officeCloses);
        if (at.TimeOfDay > s_officeCloses) at = at.Date.At(s_officeCloses);
        while (at.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday) at = at.Date.PlusDays(-1).At(s_officeCloses);
        return at;
    }

    Step Made(Placed p, double[] offsets)
    {
        MaintenanceWindow window = _windows[p.Window];
        return Of(p.Draft, window.Name, _engineers[p.Engineer].Name, offsets[p.Window] + p.Begin, offsets[p.Window] + p.End,
            window.Begins + Duration.FromMinutes(p.Begin), window.Begins + Duration.FromMinutes(p.End));
    }

    Step Of(DraftStep draft, string window, string engineer, double begin, double end, Instant begins, Instant ends) => new()
    {
        Id = draft.Id, Row = draft.Row, Title = draft.Title, Nodes = draft.Nodes, Minutes = draft.Minutes, RoutingColumn = draft.RoutingColumn,
        After = draft.After, Changes = draft.Changes, Window = window, Engineer = engineer, StartMinute = Math.Round(begin, 4), EndMinute = Math.Round(end, 4),
        Begins = At(begins), Ends = At(ends), Expect = draft.Expect, Evidence = draft.Evidence, Command = draft.Command, TwoPersons = draft.TwoPersons,
        BackOut = draft.BackOut, Source = draft.Source, InService = draft.InService, IsTest = draft.IsTest,
    };

    DateTimeOffset At(Instant instant) => instant.InZone(_zone).ToDateTimeOffset();

    /// <summary>From the step that ends last back to a window's begin.</summary>
    List<CriticalStep> Critical()
    {
        List<CriticalStep> path = [];
        Placed? at = _order.Count == 0 ? null : _order.MaxBy(p => (p.Window, p.End));
        while (at is not null)
        {
            path.Add(new CriticalStep(at.Draft.Id, at.Draft.Minutes.Usual, at.Why));
            Placed? next = at.WaitsFor.Length > 0 ? _placed[at.WaitsFor] : null;
            // Over the pause between two windows: what was last in the one before.
            if (next is null && at.Window > 0) next = _order.Where(p => p.Window < at.Window).MaxBy(static p => (p.Window, p.End));
            at = next;
        }
        path.Reverse();
        return path;
    }
}

/// <param name="ElapsedMinutes">Pauses between windows left out.</param>
sealed record Schedule(IReadOnlyList<Step> Steps, IReadOnlyList<PlannedWindow> Windows, IReadOnlyList<CriticalStep> CriticalPath, double ElapsedMinutes);

/// <summary>A step, or steps that belong together, fit into no window.</summary>
sealed class WindowTooShortException(Text says) : Exception(says.ToString())
{
    public Text Says => says;
}
