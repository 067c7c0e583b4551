using System.Globalization;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>
/// The questions of a run, and what is recorded of the answers. A note, a piece of evidence and a pause are possible at every
/// question with choices, and lead back to it.
/// </summary>
sealed class Conversation(RunRecord record, RunState state, IRunTerminal terminal, TimeProvider clock, string who)
{
    const string Note = "note", Evidence = "evidence", Pause = "pause", Skip = "skip";

    public RunState State => state;
    public string Who => who;
    public DateTimeOffset Now => clock.GetUtcNow();
    public string Folder => record.Folder;
    public int NextNumber => record.NextNumber;

    public void Say(string form, params object[] values) => terminal.Say(Text.Of(form, values));
    public void Output(string line) => terminal.Output(line);
    public void Show(Screen screen) => terminal.Show(screen);

    /// <summary>What is told to be recorded is on the disk.</summary>
    public RunEntry Record(RunFact what, string step = "", params (string Name, string Value)[] data)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in data) values[name] = value;
        RunEntry entry = record.Append(what, who, step, Now, values);
        state.Apply(entry);
        return entry;
    }

    public void SayRecorded(RunEntry entry) => Say("Recorded as line {0}.", entry.Number);

    /// <summary>Asks until one of the replies is given; the screen is made anew each time, because time goes on.</summary>
    /// <exception cref="RunPausedException">A pause was asked for, or the input ended.</exception>
    public Answer Choose(string step, Func<Screen> screen, Text ask, params IEnumerable<Reply> replies)
    {
        var question = new Question(ask, [
            .. replies,
            new Reply(Note, Text.Of("write a note into the record"), "TEXT"),
            new Reply(Evidence, Text.Of("file a copy of FILE, or what you type"), "FILE"),
            new Reply(Pause, Text.Of("leave; the same command goes on here later"))]);
        terminal.Show(screen());
        while (true)
        {
            string typed = Typed(question);
            int blank = typed.IndexOf(' ');
            (string word, string rest) = blank < 0 ? (typed, "") : (typed[..blank], typed[(blank + 1)..].Trim());
            if (question.Match(word) is not { } reply || (rest.Length > 0 && reply.Takes.Length == 0))
            {
                if (word.Equals(Skip, StringComparison.OrdinalIgnoreCase)) Say("A step cannot be skipped: what follows counts on it. Do it, or back out.");
                else Say("'{0}' is none of these: {1}. Type one of the words, or its first letters.", typed, string.Join(", ", question.Replies.Select(static r => r.Word)));
                continue;
            }
            switch (reply.Word)
            {
                case Note: KeepNote(step, rest); break;
                case Evidence: KeepEvidence(step, rest); break;
                case Pause: throw new RunPausedException();
                default: return new Answer(reply.Word, rest);
            }
            terminal.Show(screen());
        }
    }

    /// <summary>A text; empty only where that may be.</summary>
    public string AskText(Text ask, bool mayBeEmpty = false)
    {
        while (true)
        {
            string typed = Typed(new Question(ask, []));
            if (typed.Length > 0 || mayBeEmpty) return typed;
        }
    }

    /// <summary>Only a written yes is one.</summary>
    public bool IsSure(Text ask)
    {
        var question = new Question(ask, [new Reply("yes", Text.Of("yes")), new Reply("no", Text.Of("no"))]);
        while (true)
        {
            string typed = Typed(question);
            if (typed.Equals("yes", StringComparison.OrdinalIgnoreCase)) return true;
            if (question.Match(typed)?.Word == "no") return false;
            Say("Type yes or no, the yes in full.");
        }
    }

    string Typed(Question question) => (terminal.Ask(question) ?? throw new RunPausedException()).Trim();

    void KeepNote(string step, string text)
    {
        if (text.Length == 0) text = AskText(Text.Of("What should be written into the record?"));
        SayRecorded(Record(RunFact.Note, step, (RunData.Text, text)));
    }

    void KeepEvidence(string step, string given)
    {
        string file = given.Length > 0 ? given : AskText(Text.Of("Which file? (Enter: type what you saw)"), mayBeEmpty: true);
        if (file.Length == 0)
        {
            string text = AskText(Text.Of("What did you see?"));
            SayRecorded(Record(RunFact.Evidence, step, (RunData.Kind, RunData.Typed), (RunData.Text, text)));
            return;
        }
        try
        {
            KeptFile kept = EvidenceFolder.Copy(record.Folder, record.NextNumber, file);
            SayRecorded(Record(RunFact.Evidence, step, (RunData.Kind, RunData.FileKept), (RunData.Original, Path.GetFullPath(file)), (RunData.File, kept.Name),
                (RunData.Sha256, kept.Sha256), (RunData.Bytes, kept.Bytes.ToString(CultureInfo.InvariantCulture))));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            Say("{0} cannot be filed, and nothing was recorded: {1}", file, e.Message);
        }
    }
}

/// <summary>The person leaves, or the input ended.</summary>
sealed class RunPausedException : Exception;
