using Tandem.Upgrade.Running;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Tests.Running;

/// <summary>Answers each question by a rule, remembers what was seen, and breaks down when it is told to.</summary>
sealed class ScriptedTerminal(Func<Question, string?> answers) : IRunTerminal
{
    readonly List<string> _said = [];

    /// <summary>The number of the use of this terminal at which the tool is killed; 0 never.</summary>
    public int KilledAt { get; init; }
    public int Uses { get; private set; }
    public List<Screen> Screens { get; } = [];
    public List<Question> Questions { get; } = [];
    public IReadOnlyList<string> Said => _said;

    public void Show(Screen screen)
    {
        Use();
        Screens.Add(screen);
    }

    public void Say(Text text)
    {
        Use();
        _said.Add(text.ToString());
    }

    public void Output(string line) => _said.Add("| " + line);

    public string? Ask(Question question)
    {
        Use();
        Questions.Add(question);
        return answers(question);
    }

    void Use()
    {
        if (++Uses == KilledAt) throw new KilledException();
    }

    /// <summary>Who does what is asked, and everything well.</summary>
    public static ScriptedTerminal Willing(int killedAt = 0) => new(Will) { KilledAt = killedAt };

    public static string Will(Question question)
    {
        string ask = question.Ask.Form;
        if (ask.StartsWith("First person", StringComparison.Ordinal)) return "Ana";
        if (ask.StartsWith("Second person", StringComparison.Ordinal)) return "Bo";
        if (ask.StartsWith("Who decided", StringComparison.Ordinal)) return "Chris";
        if (ask.StartsWith("Why", StringComparison.Ordinal)) return "it must be";
        foreach (string word in new[] { "yes", "done", "again", "begin", "go", "finish" })
            if (question.Replies.Any(r => r.Word == word)) return word;
        throw new InvalidOperationException($"no answer to: {ask}");
    }

    /// <summary>Lines in their order; then the input ends.</summary>
    public static ScriptedTerminal Of(params string[] lines)
    {
        var left = new Queue<string>(lines);
        return new ScriptedTerminal(_ => left.TryDequeue(out string? line) ? line : null);
    }
}

/// <summary>The tool is killed here.</summary>
sealed class KilledException : Exception;
