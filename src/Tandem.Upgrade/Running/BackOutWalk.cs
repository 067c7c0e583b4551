using System.Globalization;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>The way back, action by action, to the end: once begun there is no other way.</summary>
sealed class BackOutWalk(Screens screens, Conversation conversation)
{
    const string Done = "done";

    RunState State => conversation.State;

    /// <summary>False when it was not wanted after all.</summary>
    public bool Begin()
    {
        if (BackOutRoute.From(State) is not { } route) return false;
        conversation.Show(screens.OfBackOut(route));
        if (!conversation.IsSure(Text.Of("Back out now? The run ends with it."))) return false;
        string reason = conversation.AskText(Text.Of("Why?"));
        conversation.SayRecorded(conversation.Record(RunFact.BackOutBegun, "", (RunData.Steps, string.Join('\n', route.Steps)), (RunData.Reason, reason)));
        return true;
    }

    public void GoOn()
    {
        BackOutRoute route = BackOutRoute.Of(State.Plan, State.BackOut!.Steps);
        while (State.BackOut.ActionsDone < route.Actions.Count)
        {
            int index = State.BackOut.ActionsDone;
            conversation.Choose("", () => screens.OfAction(route, index, conversation.Now), Text.Of("Done?"),
                new Reply(Done, Text.Of("this is done; on to the next")));
            conversation.SayRecorded(conversation.Record(RunFact.BackOutActionDone, "", (RunData.Action, (index + 1).ToString(CultureInfo.InvariantCulture)),
                (RunData.Of, route.Actions.Count.ToString(CultureInfo.InvariantCulture)), (RunData.Do, route.Actions[index].Do.ToString())));
        }
        conversation.Record(RunFact.BackedOut);
    }
}
