using System.Globalization;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>How a talk about a step ended.</summary>
enum StepTalk { Ended, Other, BackOut }

/// <summary>One step, from its begin to its end.</summary>
sealed class StepWalk(Screens screens, Conversation conversation, LocalShell shell, RunTimes times)
{
    const string Begin = "begin", Again = "again", RunCommand = "run", Done = "done", Failed = "failed", BackOut = "back-out", Other = "other";

    RunState State => conversation.State;

    /// <param name="others">Other steps may be chosen instead.</param>
    public StepTalk Walk(Step step, bool others)
    {
        while (true)
        {
            StepProgress progress = State[step.Id].Progress;
            if (progress == StepProgress.Done) return StepTalk.Ended;
            Answer answer = conversation.Choose(step.Id, () => screens.OfStep(step, conversation.Now), Ask(step), Replies(step, others));
            switch (answer.Word)
            {
                case Begin or Again: TryBegin(step); break;
                case RunCommand: Run(step); break;
                case Done: conversation.SayRecorded(conversation.Record(RunFact.StepDone, step.Id)); break;
                case Failed: Fail(step, answer.Rest); break;
                case BackOut: return StepTalk.BackOut;
                case Other: return StepTalk.Other;
                default: throw new InvalidOperationException($"no answer to {answer.Word}");
            }
        }
    }

    Text Ask(Step step) => State[step.Id] switch
    {
        { Progress: StepProgress.InProgress, WasInterrupted: true } => Text.Of("Was it done?"),
        { Progress: StepProgress.InProgress } => Text.Of("How did it end?"),
        { Progress: StepProgress.Failed } => Text.Of("It failed. What now?"),
        { Progress: StepProgress.BackedOut } => Text.Of("It was backed out. Ready to try it again?"),
        _ => Text.Of("Ready to begin?"),
    };

    List<Reply> Replies(Step step, bool others)
    {
        List<Reply> replies = [];
        switch (State[step.Id].Progress)
        {
            case StepProgress.InProgress:
                if (step.Command.Length > 0) replies.Add(new Reply(RunCommand, State[step.Id].CommandBegun is null ? Text.Of("run the command on this machine") : Text.Of("run the command once more")));
                replies.Add(new Reply(Done, Text.Of("it is as expected")));
                replies.Add(new Reply(Failed, Text.Of("it is not"), "WHY"));
                break;
            case StepProgress.Failed: replies.Add(new Reply(Again, Text.Of("try the step again"))); break;
            default: replies.Add(new Reply(Begin, Text.Of("begin the step now"))); break;
        }
        if (State.AnyBegun) replies.Add(new Reply(BackOut, screens.WhereBackOutLeads(step)));
        if (others) replies.Add(new Reply(Other, Text.Of("choose another step")));
        return replies;
    }

    void TryBegin(Step step)
    {
        if (step.BackOut.PointOfNoReturn && !State.SaidGo && !GoNoGo.Ask(step, screens, conversation)) return;
        if (step.TwoPersons && !TwoPersons.Confirm(step, conversation)) return;
        RunEntry entry = times.IsOutsideWindow(step, conversation.Now) && step.InService
            ? conversation.Record(RunFact.StepBegun, step.Id, (RunData.Window, "outside"))
            : conversation.Record(RunFact.StepBegun, step.Id);
        conversation.SayRecorded(entry);
        if (step.Command.Length > 0) Run(step);
    }

    void Run(Step step)
    {
        if (!conversation.IsSure(Text.Of("Run this on this machine now: {0}", step.Command))) return;
        // Recorded before: after a crash somebody must be asked what it did.
        string name = EvidenceFolder.Free(conversation.Folder, conversation.NextNumber + 1, "output.txt");
        conversation.Record(RunFact.Note, step.Id, (RunData.Kind, RunData.CommandBegun), (RunData.Command, step.Command), (RunData.File, name));
        CommandResult result = shell.Run(step.Command, Path.Combine(conversation.Folder, name), conversation.Output);
        KeptFile kept = EvidenceFolder.Describe(conversation.Folder, name);
        RunEntry entry = conversation.Record(RunFact.Evidence, step.Id, (RunData.Kind, RunData.CommandEnded), (RunData.Command, step.Command),
            (RunData.ExitCode, result.ExitCode.ToString(CultureInfo.InvariantCulture)), (RunData.Seconds, result.Duration.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)),
            (RunData.File, kept.Name), (RunData.Sha256, kept.Sha256), (RunData.Bytes, kept.Bytes.ToString(CultureInfo.InvariantCulture)));
        conversation.Say("The command ended with {0} after {1} s; its output is filed as {2}.", result.ExitCode, entry[RunData.Seconds], kept.Name);
        conversation.SayRecorded(entry);
    }

    void Fail(Step step, string why)
    {
        if (why.Length == 0) why = conversation.AskText(Text.Of("What went wrong?"));
        conversation.SayRecorded(conversation.Record(RunFact.StepFailed, step.Id, (RunData.Reason, why)));
    }
}
