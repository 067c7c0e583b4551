using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>Lines in, lines out: for pipes, logs and scripts.</summary>
/// <param name="echoes">The output has the answers as well; where somebody types they are there already.</param>
public sealed class PlainTerminal(TextReader input, TextWriter output, Language language, bool echoes) : IRunTerminal
{
    public void Show(Screen screen)
    {
        output.WriteLine();
        Line($"== {Said(screen.Title)} ==");
        if (!screen.Place.IsNothing) Line(Said(screen.Place));
        if (screen.Clock.Count > 0) Line(string.Join(' ', screen.Clock.Select(Said)));
        foreach (Text warning in screen.Warnings) Line($"! {Said(warning)}");
        foreach (Part part in screen.Parts)
        {
            if (part is { IsCommand: false, Lines: [var only] }) Line($"{Said(part.Heading)}: {Said(only)}");
            else
            {
                Line($"{Said(part.Heading)}:");
                foreach (Text line in part.Lines) Line($"  {Said(line)}");
            }
        }
    }

    public void Say(Text text) => Line(Said(text));

    public void Output(string line) => Line($"| {line}");

    public string? Ask(Question question)
    {
        Line($"? {Said(question.Ask)}");
        int width = question.Replies.Count > 0 ? question.Replies.Max(static r => r.Word.Length + r.Takes.Length + 1) : 0;
        foreach (Reply reply in question.Replies)
            Line($"    {$"{reply.Word} {reply.Takes}".PadRight(width)}  {(reply.Mark is { } mark ? $"[{Said(mark)}] " : "")}{Said(reply.Says)}");
        output.Write("> ");
        output.Flush();
        string? typed = input.ReadLine();
        if (echoes || typed is null) Line(typed ?? "");
        return typed;
    }

    string Said(Text text) => language.Say(text);

    void Line(string text) => output.WriteLine(Printable.Of(text).TrimEnd());
}

/// <summary>What a plan or a command says must not steer a terminal.</summary>
static class Printable
{
    public static string Of(string text) => text.Any(char.IsControl) ? string.Concat(text.Replace("\t", "    ", StringComparison.Ordinal).Where(static c => c != '\r').Select(static c => char.IsControl(c) ? '\uFFFD' : c)) : text;
}
