using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>How a run ended, or was left.</summary>
public enum RunOutcome
{
    Finished = 0,
    /// <summary>The whole or a part of it; or left while a step that failed was neither tried again nor backed out.</summary>
    BackedOutOrFailed = 1,
    NotReady = 2,
    Paused = 5,
}

/// <summary>
/// Leads through a plan: asks, records, and never does anything twice by itself. All that it knows is in the record, so that
/// another session can go on from any instant.
/// </summary>
/// <param name="who">Who sits at the terminal.</param>
public sealed class RunSession(Plan plan, RunRecord record, IRunTerminal terminal, TimeProvider clock, string who)
{
    const string BackOut = "back-out", Finish = "finish";

    public RunState State { get; } = new(plan, record.Entries);

    /// <summary>Findings that keep a run from beginning.</summary>
    public static IReadOnlyList<Finding> Stopping(Plan plan) => [.. plan.Findings.Where(static f => f.Verdict is Verdict.NotReady or Verdict.Refused)];

    /// <summary>Tells all of them; there is no way around them but a better estate.</summary>
    public static RunOutcome RefuseNotReady(Plan plan, IRunTerminal terminal) => RefuseNotReady(Stopping(plan), terminal);

    public static RunOutcome RefuseNotReady(IReadOnlyList<Finding> stopping, IRunTerminal terminal)
    {
        terminal.Show(Screens.OfNotReady(stopping));
        terminal.Say(Text.Of("Put it right in the estate's file and make the plan again: tandem upgrade plan"));
        return RunOutcome.NotReady;
    }

    public RunOutcome Run()
    {
        if (!plan.IsReady) return RefuseNotReady(plan, terminal);
        var conversation = new Conversation(record, State, terminal, clock, who);
        if (record.MovedAside is { } torn)
        {
            conversation.Say("The last line of the record was cut: the tool or its machine stopped while writing it, before it was said to be recorded. It is kept as {0}.", torn);
            conversation.Record(RunFact.Note, "", (RunData.Kind, RunData.Torn), (RunData.File, torn));
        }
        if (State.IsOver) return TellEnd(conversation);
        try
        {
            conversation.Record(State.Begun is null ? RunFact.Begun : RunFact.Resumed);
            GoThrough(conversation);
            return TellEnd(conversation);
        }
        catch (RunPausedException)
        {
            conversation.Record(RunFact.Paused);
            conversation.Say("Paused. The same command goes on here: tandem upgrade run {0}", record.Folder);
            return State.AnyFailed && State.BackOut is null ? RunOutcome.BackedOutOrFailed : RunOutcome.Paused;
        }
    }

    void GoThrough(Conversation conversation)
    {
        var times = new RunTimes(plan);
        var screens = new Screens(plan, State, times);
        var steps = new StepWalk(screens, conversation, new LocalShell(clock), times);
        var back = new BackOutWalk(screens, conversation);
        while (true)
        {
            if (State.BackOut is not null)
            {
                back.GoOn();
                if (State.IsBackedOut) return;
                continue;
            }
            if (State.Undecided is { } undecided)
            {
                if (back.Decide(undecided) && State.MayBegin(undecided) && steps.Walk(undecided, others: true) == StepTalk.BackOut) back.Begin(undecided);
                continue;
            }
            if (State.AllDone)
            {
                if (IsToFinish(screens, conversation)) break;
                back.Begin();
                continue;
            }
            IReadOnlyList<Step> open = State.Open;
            if (open.Count == 0) throw new UpgradeException("no step of the plan may begin, because those that are left wait for each other; make the plan again");
            bool mayFinish = State.OnlyBackedOutIsLeft;
            string word = open.Count == 1 && !mayFinish ? open[0].Id : Choose(open, mayFinish, screens, conversation);
            if (word == Finish)
            {
                if (conversation.IsSure(Text.Of("End the run and leave this undone: {0}?", string.Join(", ", State.Plan.Steps.Where(s => State[s.Id].Progress != StepProgress.Done).Select(static s => s.Id))))) break;
                continue;
            }
            Step? step = open.FirstOrDefault(s => s.Id == word);
            if (step is null) back.Begin();
            else if (steps.Walk(step, others: open.Count > 1 || mayFinish) == StepTalk.BackOut) back.Begin(step);
        }
        conversation.Record(RunFact.Finished);
    }

    /// <summary>The last chance: a run that is finished cannot be backed out any more.</summary>
    static bool IsToFinish(Screens screens, Conversation conversation) =>
        conversation.Choose("", () => screens.OfEnd(conversation.Now), Text.Of("Finish the run?"),
            new Reply(Finish, Text.Of("all is as expected; the run ends")), new Reply(BackOut, screens.WhereBackOutLeads())).Word == Finish;

    /// <summary>A step, or what else was answered.</summary>
    string Choose(IReadOnlyList<Step> open, bool mayFinish, Screens screens, Conversation conversation)
    {
        List<Reply> replies = [.. open.Select(step => new Reply(step.Id, step.Title, Mark: State[step.Id].Progress switch
        {
            StepProgress.InProgress => Text.Of("in progress"),
            StepProgress.Failed => Text.Of("failed"),
            StepProgress.BackedOut => Text.Of("backed out"),
            _ => null,
        }))];
        if (State.AnyBegun) replies.Add(new Reply(BackOut, screens.WhereBackOutLeads()));
        if (mayFinish) replies.Add(new Reply(Finish, Text.Of("end the run without it")));
        return conversation.Choose("", () => screens.OfChoice(open, conversation.Now), Text.Of("Which step?"), replies).Word;
    }

    RunOutcome TellEnd(Conversation conversation)
    {
        string others = string.Join(", ", NodeReleases.Exceptions(plan, record.Entries));
        if (State.IsFinished && others.Length > 0) conversation.Say("The run is finished: {0} is at {1}, but not these: {2}.", plan.Estate, plan.To, others);
        else if (State.IsFinished) conversation.Say("The run is finished: {0} is at {1}.", plan.Estate, plan.To);
        else if (others.Length > 0) conversation.Say("The run was backed out: {0} is at {1}, but not these: {2}.", plan.Estate, plan.From, others);
        else conversation.Say("The run was backed out: {0} is at {1}.", plan.Estate, plan.From);
        RunEntry last = record.Entries[^1];
        conversation.Say("The record ends with line {0}, {1}. Write both on what you sign: with them a shortened record is found, too.", last.Number, last.Hash);
        return State is { IsFinished: true, AllDone: true } ? RunOutcome.Finished : RunOutcome.BackedOutOrFailed;
    }
}
