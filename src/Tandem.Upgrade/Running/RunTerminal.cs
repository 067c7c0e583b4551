using Spectre.Console;
using Tandem.Upgrade.Texts;
using Text = Tandem.Upgrade.Texts.Text;

namespace Tandem.Upgrade.Running;

/// <summary>
/// One screen for one step: what it is in large, what to do, what to expect, what to type. What was said since the last
/// answer stays on top of the next screen.
/// </summary>
public sealed class RunTerminal(TextReader input, IAnsiConsole console, Language language) : IRunTerminal
{
    readonly List<string> _said = [];

    public static RunTerminal On(TextReader input, TextWriter output, Language language) =>
        new(input, AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }), language);

    public void Show(Screen screen)
    {
        console.Clear(home: true);
        foreach (string said in _said) console.MarkupLine($"[grey]{Markup.Escape(said)}[/]");
        console.Write(new Panel(new Markup($"[bold]{Escaped(screen.Title)}[/]")) { Border = BoxBorder.Heavy, Expand = true, Padding = new Padding(2, 1) });
        if (!screen.Place.IsNothing) console.MarkupLine($"[grey]{Escaped(screen.Place)}[/]");
        foreach (Text line in screen.Clock) console.MarkupLine($"[aqua]{Escaped(line)}[/]");
        foreach (Text warning in screen.Warnings) console.MarkupLine($"[yellow bold]! {Escaped(warning)}[/]");
        foreach (Part part in screen.Parts)
        {
            console.WriteLine();
            console.MarkupLine($"[bold]{Escaped(part.Heading)}[/]");
            foreach (Text line in part.Lines)
            {
                // A command is not folded at words by us: it is to be copied as it stands.
                if (part.IsCommand) console.MarkupLine($"[green]{Escaped(line)}[/]");
                else console.Write(new Padder(new Markup(Escaped(line)), new Padding(2, 0, 0, 0)));
            }
        }
    }

    public void Say(Text text)
    {
        string said = Printable.Of(language.Say(text));
        _said.Add(said);
        console.MarkupLine(Markup.Escape(said));
    }

    public void Output(string line) => console.MarkupLine($"[grey]│ {Markup.Escape(Printable.Of(line))}[/]");

    public string? Ask(Question question)
    {
        _said.Clear();
        console.WriteLine();
        console.MarkupLine($"[bold]{Escaped(question.Ask)}[/]");
        if (question.Replies.Count > 0)
        {
            var grid = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(2, 0, 2, 0) }).AddColumn();
            foreach (Reply reply in question.Replies)
                grid.AddRow($"[bold green]{Markup.Escape(reply.Word)}[/] [grey]{Markup.Escape(reply.Takes)}[/]", (reply.Mark is { } mark ? $"[yellow]{Escaped(mark)}:[/] " : "") + Escaped(reply.Says));
            console.Write(grid);
        }
        console.Markup("[bold]>[/] ");
        return input.ReadLine();
    }

    string Escaped(Text text) => Markup.Escape(Printable.Of(language.Say(text)));
}
