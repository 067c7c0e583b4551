using System.Globalization;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>The way back, action by action, to the end: once begun there is no other way.</summary>
sealed class BackOutWalk(Screens screens, Conversation conversation)
{
    const string Done = "done", Yes = "yes", No = "no", Again = "again", Later = "later", Estate = "estate";

    RunState State => conversation.State;

    /// <summary>Of the step that somebody is at, or of what was done last; not begun when it was not wanted after all.</summary>
    public void Begin(Step? of = null)
    {
        if (BackOutRoute.From(State, of) is not { } route) return;
        if (!route.IsPart)
        {
            Begin(route);
            return;
        }
        Answer answer = conversation.Choose("", () => screens.OfBackOut(route), Text.Of("Take back only this? The run goes on after it."),
            new Reply(Yes, Text.Of("only {0}", string.Join(", ", route.Nodes))), new Reply(Estate, Text.Of("back out the whole estate")), new Reply(No, Text.Of("take nothing back")));
        if (answer.Word == Yes) Write(route);
        else if (answer.Word == Estate) BeginWhole();
    }

    public void GoOn()
    {
        BackOutRoute route = BackOutRoute.Of(State.Plan, State.BackOut!.Steps, State.BackOut.IsPart);
        while (State.BackOut.ActionsDone < route.Actions.Count)
        {
            int index = State.BackOut.ActionsDone;
            conversation.Choose("", () => screens.OfAction(route, index, conversation.Now), Text.Of("Done?"),
                new Reply(Done, Text.Of("this is done; on to the next")));
            conversation.SayRecorded(conversation.Record(RunFact.BackOutActionDone, "", (RunData.Action, (index + 1).ToString(CultureInfo.InvariantCulture)),
                (RunData.Of, route.Actions.Count.ToString(CultureInfo.InvariantCulture)), (RunData.Do, route.Actions[index].Do.ToString())));
        }
        if (route.IsPart) conversation.SayRecorded(conversation.Record(RunFact.BackedOut, "", (RunData.Scope, RunData.Part)));
        else conversation.Record(RunFact.BackedOut);
    }

    /// <summary>What becomes of a step whose machines went back; asked until it is recorded. True: it is tried again.</summary>
    public bool Decide(Step step)
    {
        Answer answer = conversation.Choose(step.Id, () => screens.OfTakenBack(step, conversation.Now), Text.Of("What now?"),
            new Reply(Again, Text.Of("try the step again")), new Reply(Later, Text.Of("leave it for later")), new Reply(Estate, Text.Of("back out the whole estate")));
        if (answer.Word == Estate) BeginWhole();
        else conversation.SayRecorded(conversation.Record(RunFact.Confirmed, step.Id, (RunData.Kind, answer.Word == Again ? RunData.Again : RunData.Later), (RunData.First, conversation.Who)));
        return answer.Word == Again;
    }

    void BeginWhole()
    {
        if (BackOutRoute.Whole(State) is { } whole) Begin(whole);
    }

    void Begin(BackOutRoute route)
    {
        conversation.Show(screens.OfBackOut(route));
        if (conversation.IsSure(Text.Of("Back out now? The run ends with it."))) Write(route);
    }

    void Write(BackOutRoute route)
    {
        string reason = conversation.AskText(Text.Of("Why?"));
        conversation.SayRecorded(route.IsPart
            ? conversation.Record(RunFact.BackOutBegun, "", (RunData.Steps, string.Join('\n', route.Steps)), (RunData.Reason, reason), (RunData.Scope, RunData.Part))
            : conversation.Record(RunFact.BackOutBegun, "", (RunData.Steps, string.Join('\n', route.Steps)), (RunData.Reason, reason)));
    }
}
