using Tandem.Upgrade.Modelling;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>What is shown at each point of a run.</summary>
sealed class Screens(Plan plan, RunState state, RunTimes times)
{
    const string Upgrade = "upgrade", Verify = "verify";

    public Screen OfStep(Step step, DateTimeOffset now)
    {
        StepRun run = state[step.Id];
        List<Part> parts = [];
        if (step.Nodes.Count > 0) parts.Add(new Part(Text.Of("At"), [Raw(string.Join(", ", step.Nodes))]));
        parts.AddRange(MethodOf(step));
        if (step.Command.Length > 0) parts.Add(new Part(Text.Of("Command, on this machine"), [Raw(step.Command)], IsCommand: true));
        parts.Add(new Part(Text.Of("Expect"), [step.Expect]));
        if (step.Evidence.Count > 0) parts.Add(new Part(Text.Of("Shows that it is done"), step.Evidence));
        parts.Add(new Part(Text.Of("Who routes, by the plan"), Routes(step)));
        if (!step.BackOut.Trigger.IsNothing) parts.Add(new Part(Text.Of("Back out when"), [step.BackOut.Trigger]));
        parts.AddRange(WayBack(step, now));
        return new Screen
        {
            Title = step.Title,
            Place = Text.Of("Step {0}; {1} of {2} done", step.Id, state.DoneCount, plan.Steps.Count),
            Clock = Clock(step, run, now),
            Warnings = Warnings(step, run, now),
            Parts = parts,
        };
    }

    List<Text> Clock(Step step, StepRun run, DateTimeOffset now)
    {
        List<Text> clock = [times.Window(step, now), Text.Of("Planned {0} to {1}, {2} min.", times.Time(step.Begins), times.Time(step.Ends), RunTimes.Number(step.Minutes.Usual))];
        if (run.Progress == StepProgress.InProgress && run.Begun is { } begun) clock.Add(Text.Of("Begun {0}, {1} ago.", times.Time(begun), RunTimes.Length((now - begun).TotalMinutes)));
        clock.Add(times.Behind(step, run, now));
        return clock;
    }

    List<Text> Warnings(Step step, StepRun run, DateTimeOffset now)
    {
        List<Text> warnings = [];
        if (run.Progress == StepProgress.InProgress && run.WasInterrupted)
            warnings.Add(Text.Of("This step was begun at {0} by {1}, and its end is not recorded. Look whether it was done; nothing is done again by itself.", times.DayAndTime(run.Begun!.Value), run.BegunBy));
        if (run is { Progress: StepProgress.InProgress, CommandBegun: { } at, ExitCode: null })
            warnings.Add(Text.Of("Its command was begun at {0}, and its end is not recorded. It may have done all, a part or nothing; what it said is in {1}.", times.DayAndTime(at), run.CommandOutput));
        if (run is { Progress: StepProgress.InProgress, ExitCode: { } code } && code != 0) warnings.Add(Text.Of("Its command ended with {0}, which means that it failed. Was the step done all the same?", code));
        if (run.Progress == StepProgress.Failed) warnings.Add(Text.Of("This step failed at {0}: {1}", times.Time(run.Ended!.Value), run.Reason));
        if (run.Progress == StepProgress.BackedOut) warnings.Add(Text.Of("This step was backed out: {0}", run.Reason));
        if (step.InService && run.Progress != StepProgress.InProgress && times.IsOutsideWindow(step, now)) warnings.Add(Text.Of("It is outside the window that this step is planned for."));
        if (step.BackOut.PointOfNoReturn && run.Progress == StepProgress.NotBegun) warnings.Add(Text.Of("From this step on the way back is no longer cheap."));
        return warnings;
    }

    List<Text> Routes(Step step)
    {
        PlannedRoutes routes = PlannedRoutes.Of(plan, step);
        List<Text> lines = [];
        if (routes.Before.Length > 0) lines.Add(Text.Of("Now: {0}", RouteWords.Of(routes.Before)));
        lines.Add(Text.Of("During the step: {0}", routes.During));
        lines.Add(Text.Of("After it: {0}", RouteWords.Of(routes.After)));
        return lines;
    }

    List<Part> WayBack(Step step, DateTimeOffset now)
    {
        Text here = Text.Of("The way back from here");
        if (BackOutRoute.From(state, step) is not { } route) return [new Part(here, [Text.Of("Nothing was begun, so there is nothing to undo.")])];
        List<Text> lines = [Takes(route)];
        if (times.WindowOf(step) is { } window && now >= window.Begins)
        {
            DateTimeOffset latest = window.Ends.AddMinutes(-route.Minutes);
            if (latest > now) lines.Add(Text.Of("To be back within the window, begin it by {0}: in {1}.", times.Time(latest), RunTimes.Length((latest - now).TotalMinutes)));
            else if (now < window.Ends) lines.Add(Text.Of("It no longer ends within the window."));
        }
        return [new Part(here, lines), IsLost(route.Lost)];
    }

    /// <summary>What <c>back-out</c> takes back where the run stands.</summary>
    public Text WhereBackOutLeads(Step? of = null) =>
        BackOutRoute.From(state, of) is { IsPart: true } part ? Text.Of("take back {0}, or the whole estate", string.Join(", ", part.Nodes)) : Text.Of("go back to the old release");

    Text Takes(BackOutRoute route) => route.IsPart
        ? Text.Of("{0} min; only {1} goes back to {2}, without service for {3} min.", RunTimes.Number(route.Minutes), string.Join(", ", route.Nodes), plan.From, RunTimes.Number(route.ServiceMinutes))
        : Takes(route.Minutes, route.ServiceMinutes);

    static Text Takes(double minutes, double serviceMinutes) =>
        Text.Of("{0} min; calls are routed by the old release again after {1} min.", RunTimes.Number(minutes), RunTimes.Number(serviceMinutes));

    static Part IsLost(IReadOnlyList<Text> lost) => new(Text.Of("Is lost by going back"), lost.Count > 0 ? lost : [Text.Of("Nothing.")]);

    /// <summary>The method of procedure: how a node gets its release where it gets it, and what to look at where it starts with it.</summary>
    IEnumerable<Part> MethodOf(Step step)
    {
        foreach (string name in step.Changes.Select(static c => c.Node).Distinct(StringComparer.Ordinal))
        {
            if (plan.Nodes.FirstOrDefault(n => n.Name == name) is not { } node) continue;
            (bool upgrades, bool verifies) = (step.Changes.Any(c => c.Node == name && c.Release is not null), IsVerifiedAt(step, node));
            List<Text> lines = [];
            foreach (MethodLine line in node.Method.Where(l => l.Phase == Upgrade && upgrades || l.Phase == Verify && verifies))
            {
                lines.Add(line.Do);
                if (line.Command.Length > 0) lines.Add(Raw("    " + line.Command.Replace("{node}", name, StringComparison.Ordinal)));
                if (!line.Expect.IsNothing) lines.Add(Text.Of("    expect: {0}", line.Expect));
            }
            if (lines.Count > 0) yield return new Part(Text.Of("Do at {0}", name), lines);
        }
    }

    /// <summary>The node has the new release and is started by this step; one that no step starts is looked at where it gets its release.</summary>
    bool IsVerifiedAt(Step step, PlannedNode node)
    {
        bool hasRelease = node.Release == plan.To, starts = false;
        foreach (Step before in plan.Steps)
        {
            hasRelease |= before.Changes.Any(c => c.Node == node.Name && c.Release is not null);
            if (before.Id == step.Id) break;
        }
        foreach (Step one in plan.Steps) starts |= Starts(one, node.Name);
        return hasRelease && (starts ? Starts(step, node.Name) : step.Changes.Any(c => c.Node == node.Name && c.Release is not null));
    }

    /// <summary>It runs at the step's end because of the step.</summary>
    static bool Starts(Step step, string node) =>
        step.Changes.Where(c => c.Node == node && c.Runs is not null).OrderBy(static c => c.At == Change.End).LastOrDefault() is { Runs: true };

    public Screen OfChoice(IReadOnlyList<Step> open, DateTimeOffset now) => new()
    {
        Title = Text.Of("Which step next?"),
        Place = Text.Of("{0} of {1} done", state.DoneCount, plan.Steps.Count),
        Clock = [times.Window(open[0], now), times.Behind(open[0], state[open[0].Id], now)],
        Parts = WayBack(open[0], now),
    };

    public Screen OfEnd(DateTimeOffset now)
    {
        Step last = plan.Steps[^1];
        return new Screen
        {
            Title = Text.Of("All steps are done"),
            Place = Text.Of("{0} of {1} done", state.DoneCount, plan.Steps.Count),
            Clock = [times.Window(last, now)],
            Parts = WayBack(last, now),
        };
    }

    /// <summary>In place of a run.</summary>
    public static Screen OfNotReady(IReadOnlyList<Finding> stopping) => new()
    {
        Title = Text.Of("The plan is not ready, and the run does not begin"),
        Place = Text.Of("Findings that stop it: {0}", stopping.Count),
        Parts = [.. stopping.Select(static f => new Part(f.Title, [
            .. f.Subject.Length > 0 ? [Raw(f.Subject)] : Array.Empty<Text>(),
            .. f.Evidence.IsNothing ? Array.Empty<Text>() : [f.Evidence],
            .. f.Remedy.IsNothing ? Array.Empty<Text>() : [f.Remedy]]))],
    };

    public Screen OfGoNoGo(Step step, DateTimeOffset now) => new()
    {
        Title = Text.Of("Go or no-go?"),
        Place = Text.Of("Before step {0}; {1} of {2} done", step.Id, state.DoneCount, plan.Steps.Count),
        Clock = [times.Window(step, now), times.Behind(step, state[step.Id], now)],
        Warnings = [Text.Of("From this step on the way back is no longer cheap.")],
        Parts =
        [
            new Part(Text.Of("Next step"), [step.Title]),
            .. WayBack(step, now),
            new Part(Text.Of("The way back afterwards"), [Takes(step.BackOut.Minutes, step.BackOut.ServiceMinutes)]),
            IsLost(step.BackOut.Lost.IsNothing ? [] : [step.BackOut.Lost]),
        ],
    };

    public Screen OfBackOut(BackOutRoute route) => new()
    {
        Title = route.IsPart ? Text.Of("Take {0} back to {1}?", string.Join(", ", route.Nodes), plan.From) : Text.Of("Back out to {0}?", plan.From),
        Place = Text.Of("From step {0}; {1} of {2} done", string.Join(", ", route.Steps), state.DoneCount, plan.Steps.Count),
        Parts =
        [
            new Part(Text.Of("Goes back"), [Raw(string.Join(", ", route.Nodes))]),
            new Part(Text.Of("It takes"), [Takes(route)]),
            IsLost(route.Lost),
            new Part(Text.Of("In this order"), [.. route.Actions.Select(static a => a.Do)]),
        ],
    };

    /// <summary>After a back-out of a part.</summary>
    public Screen OfTakenBack(Step step, DateTimeOffset now) => new()
    {
        Title = Text.Of("Step {0} was backed out; the run goes on", step.Id),
        Place = Text.Of("{0} of {1} done", state.DoneCount, plan.Steps.Count),
        Clock = [times.Window(step, now)],
        Parts = [new Part(Text.Of("Is at {0} again", plan.From), [Raw(string.Join(", ", BackOutRoute.Of(plan, [step.Id], isPart: true).Nodes))]), .. WayBack(step, now)],
    };

    public Screen OfAction(BackOutRoute route, int index, DateTimeOffset now)
    {
        BackOutAction action = route.Actions[index];
        List<Part> parts = [];
        if (action.Nodes.Count > 0) parts.Add(new Part(Text.Of("At"), [Raw(string.Join(", ", action.Nodes))]));
        parts.Add(new Part(Text.Of("Takes"), [Text.Of("{0} min; {1} min with all that follows.", RunTimes.Number(action.Minutes), RunTimes.Number(route.Actions.Skip(index).Sum(static a => a.Minutes)))]));
        return new Screen
        {
            Title = action.Do,
            Place = Text.Of("Backing out: {0} of {1}", index + 1, route.Actions.Count),
            Clock = [Text.Of("It is {0}.", times.Time(now)), Text.Of("Backing out since {0}.", times.Time(state.BackOut!.Begun))],
            Parts = parts,
        };
    }

    static Text Raw(string words) => Text.Of("{0}", words);
}
