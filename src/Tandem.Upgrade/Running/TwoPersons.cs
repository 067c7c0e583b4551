using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>A step that nobody may begin alone.</summary>
static class TwoPersons
{
    /// <summary>False when somebody does not agree.</summary>
    public static bool Confirm(Step step, Conversation conversation)
    {
        conversation.Say("Two persons must agree that this step begins, each by name. Type no to leave it.");
        if (Name(conversation, Text.Of("First person's name (Enter: {0})", conversation.Who), conversation.Who, other: "") is not { } first) return false;
        if (Name(conversation, Text.Of("Second person's name"), "", other: first) is not { } second) return false;
        conversation.SayRecorded(conversation.Record(RunFact.Confirmed, step.Id, (RunData.Kind, RunData.TwoPersons), (RunData.First, first), (RunData.Second, second)));
        return true;
    }

    static string? Name(Conversation conversation, Text ask, string usual, string other)
    {
        while (true)
        {
            string typed = conversation.AskText(ask, mayBeEmpty: true);
            if (typed.Length == 0) typed = usual;
            if (typed.Equals("no", StringComparison.OrdinalIgnoreCase)) return null;
            if (Letters(typed).Length == 0) conversation.Say("'{0}' is no name.", typed);
            else if (AreOne(typed, other)) conversation.Say("{0} has confirmed already, as {1}; it takes a second person.", typed, other);
            else return typed;
        }
    }

    /// <summary>Letter case, blanks and punctuation make no other person.</summary>
    public static bool AreOne(string a, string b) => Letters(a) == Letters(b);

    static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
