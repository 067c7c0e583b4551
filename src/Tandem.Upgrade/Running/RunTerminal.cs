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
    /// <summary>So much of a command's output stays in sight; all of it is filed.</summary>
    const int OutputLinesMax = 12;
    const int HeadingWidth = 24;

    readonly List<string> _said = [];
    readonly Queue<string> _output = [];

    public static RunTerminal On(TextReader input, TextWriter output, Language language) =>
        new(input, AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }), language);

    public void Show(Screen screen)
    {
        console.Clear(home: true);
        foreach (string line in _output) console.MarkupLine($"[grey]│ {Markup.Escape(line)}[/]");
        foreach (string said in _said) console.MarkupLine($"[grey]{Markup.Escape(said)}[/]");
        console.Write(new Panel(new Markup($"[bold]{Escaped(screen.Title)}[/]")) { Border = BoxBorder.Heavy, Expand = true, Padding = new Padding(2, 0) });
        if (!screen.Place.IsNothing) console.MarkupLine($"[grey]{Escaped(screen.Place)}[/]");
        foreach (Text line in screen.Clock) console.MarkupLine($"[aqua]{Escaped(line)}[/]");
        foreach (Text warning in screen.Warnings) console.MarkupLine($"[yellow bold]! {Escaped(warning)}[/]");
        console.WriteLine();
        foreach (Part part in screen.Parts.Where(static p => p.IsCommand))
        {
            // To be copied as it stands: no column and no frame around it.
            console.MarkupLine($"[bold]{Escaped(part.Heading)}[/]");
            foreach (Text line in part.Lines) console.MarkupLine($"[green]{Escaped(line)}[/]");
        }
        Grid grid = new Grid().AddColumn(new GridColumn { Width = HeadingWidth, Padding = new Padding(0, 0, 2, 0) }).AddColumn();
        foreach (Part part in screen.Parts.Where(static p => !p.IsCommand)) grid.AddRow($"[bold]{Escaped(part.Heading)}[/]", string.Join('\n', part.Lines.Select(Escaped)));
        console.Write(grid);
    }

    public void Say(Text text)
    {
        string said = Printable.Of(language.Say(text));
        _said.Add(said);
        console.MarkupLine(Markup.Escape(said));
    }

    public void Output(string line)
    {
        string printable = Printable.Of(line);
        if (_output.Count == OutputLinesMax) _output.Dequeue();
        _output.Enqueue(printable);
        console.MarkupLine($"[grey]│ {Markup.Escape(printable)}[/]");
    }

    public string? Ask(Question question)
    {
        _said.Clear();
        _output.Clear();
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
