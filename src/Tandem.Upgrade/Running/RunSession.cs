using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>How a run ended, or was left.</summary>
public enum RunOutcome
{
    Finished = 0,
    /// <summary>Or left while a step that failed was neither tried again nor backed out.</summary>
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
    public static RunOutcome RefuseNotReady(Plan plan, IRunTerminal terminal)
    {
        terminal.Show(Screens.OfNotReady(Stopping(plan)));
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
                return;
            }
            if (State.AllDone)
            {
                if (IsToFinish(screens, conversation)) break;
                back.Begin();
                continue;
            }
            IReadOnlyList<Step> open = State.Open;
            if (open.Count == 0) throw new UpgradeException("no step of the plan may begin, because those that are left wait for each other; make the plan again");
            Step? step = open.Count == 1 ? open[0] : Choose(open, screens, conversation);
            if (step is null || steps.Walk(step, others: open.Count > 1) == StepTalk.BackOut) back.Begin();
        }
        conversation.Record(RunFact.Finished);
    }

    /// <summary>The last chance: a run that is finished cannot be backed out any more.</summary>
    static bool IsToFinish(Screens screens, Conversation conversation) =>
        conversation.Choose("", () => screens.OfEnd(conversation.Now), Text.Of("Finish the run?"),
            new Reply(Finish, Text.Of("all is as expected; the run ends")), new Reply(BackOut, Text.Of("go back to the old release"))).Word == Finish;

    /// <summary>Null: back out.</summary>
    Step? Choose(IReadOnlyList<Step> open, Screens screens, Conversation conversation)
    {
        List<Reply> replies = [.. open.Select(step => new Reply(step.Id, step.Title, Mark: State[step.Id].Progress switch
        {
            StepProgress.InProgress => Text.Of("in progress"),
            StepProgress.Failed => Text.Of("failed"),
            _ => null,
        }))];
        if (State.AnyBegun) replies.Add(new Reply(BackOut, Text.Of("go back to the old release")));
        Answer answer = conversation.Choose("", () => screens.OfChoice(open, conversation.Now), Text.Of("Which step?"), replies);
        return open.FirstOrDefault(s => s.Id == answer.Word);
    }

    RunOutcome TellEnd(Conversation conversation)
    {
        if (State.IsFinished) conversation.Say("The run is finished: {0} is at {1}.", plan.Estate, plan.To);
        else conversation.Say("The run was backed out: {0} is at {1}.", plan.Estate, plan.From);
        RunEntry last = record.Entries[^1];
        conversation.Say("The record ends with line {0}, {1}. Write both on what you sign: with them a shortened record is found, too.", last.Number, last.Hash);
        return State.IsFinished ? RunOutcome.Finished : RunOutcome.BackedOutOrFailed;
    }
}
