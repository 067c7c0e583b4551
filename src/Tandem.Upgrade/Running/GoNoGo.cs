using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>Before the first step that cannot be undone cheaply somebody says go, by name; it is asked until that is recorded.</summary>
static class GoNoGo
{
    const string Go = "go", No = "no-go";

    /// <summary>False after a no-go.</summary>
    public static bool Ask(Step step, Screens screens, Conversation conversation)
    {
        Answer answer = conversation.Choose(step.Id, () => screens.OfGoNoGo(step, conversation.Now), Text.Of("Go or no-go?"),
            new Reply(Go, Text.Of("what was tested is good: go on")), new Reply(No, Text.Of("do not go on"), "WHY"));
        bool isGo = answer.Word == Go;
        string decider = conversation.AskText(Text.Of("Who decided? (Enter: {0})", conversation.Who), mayBeEmpty: true);
        string why = isGo ? "" : answer.Rest.Length > 0 ? answer.Rest : conversation.AskText(Text.Of("Why?"));
        conversation.SayRecorded(conversation.Record(RunFact.Confirmed, step.Id, (RunData.Kind, isGo ? RunData.Go : RunData.NoGo),
            (RunData.First, decider.Length > 0 ? decider : conversation.Who), (RunData.Reason, why)));
        if (!isGo) conversation.Say("No-go is recorded. Back out, or begin the step again when it is to be asked again.");
        return isGo;
    }
}
