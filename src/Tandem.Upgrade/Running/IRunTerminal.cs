using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>Where the person is who carries out the run.</summary>
public interface IRunTerminal
{
    void Show(Screen screen);
    void Say(Text text);
    /// <summary>A line of a command's output.</summary>
    void Output(string line);
    /// <summary>What was typed; null when there will be no more.</summary>
    string? Ask(Question question);
}

/// <summary>What a person must see to do one thing, and no more.</summary>
public sealed record Screen
{
    public required Text Title { get; init; }
    /// <summary>Where in the run this is.</summary>
    public Text Place { get; init; } = Text.None;
    /// <summary>The time, what is left of the window, and how the plan is kept.</summary>
    public IReadOnlyList<Text> Clock { get; init; } = [];
    /// <summary>What must not be overlooked.</summary>
    public IReadOnlyList<Text> Warnings { get; init; } = [];
    public IReadOnlyList<Part> Parts { get; init; } = [];
}

/// <param name="IsCommand">To be copied letter by letter.</param>
public sealed record Part(Text Heading, IReadOnlyList<Text> Lines, bool IsCommand = false);

/// <param name="Replies">Empty: any text will do.</param>
public sealed record Question(Text Ask, IReadOnlyList<Reply> Replies)
{
    /// <summary>The reply that a typed word means: whole, or by its first letters when they are of one only; in any letter case.</summary>
    public Reply? Match(string word)
    {
        if (word.Length == 0) return null;
        Reply[] begin = [.. Replies.Where(r => r.Word.StartsWith(word, StringComparison.OrdinalIgnoreCase))];
        return Array.Find(begin, r => r.Word.Equals(word, StringComparison.OrdinalIgnoreCase)) ?? (begin.Length == 1 ? begin[0] : null);
    }
}

/// <param name="Word">What to type; the same in every language.</param>
/// <param name="Takes">What may stand behind it, e.g. FILE; empty for nothing.</param>
/// <param name="Mark">Said before, of what is not as usual.</param>
public sealed record Reply(string Word, Text Says, string Takes = "", Text? Mark = null);

/// <param name="Rest">What stood behind the word.</param>
public sealed record Answer(string Word, string Rest);
